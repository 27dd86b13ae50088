"""Rules written out: quantifiers and sums expanded, tables replaced by their numbers, so that problems can be mixed."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from solon.tasks.planning.models.algebra import minus, number, plus
from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Comparison,
    Different,
    Expression,
    Function,
    Logic,
    Member,
    Number,
    Reference,
)
from solon.verify.formal.model import Decision, Formal, Rule

Scope = Mapping[str, str]
Operator = Literal["+", "-", "*", "/", "min", "max"]
_FALSE: Final = Compare("<=", Number(1), Number(0))
_HOLDS: Final[dict[Comparison, Callable[[object, object], bool]]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: float(str(one)) < float(str(other)),
    "<=": lambda one, other: float(str(one)) <= float(str(other)),
    ">": lambda one, other: float(str(one)) > float(str(other)),
    ">=": lambda one, other: float(str(one)) >= float(str(other)),
}


class Open(ValueError):
    """Raised for an expression that cannot be written out."""


class Closing:
    """Writes the expressions of one problem out; ``renamed`` gives decisions other names."""

    def __init__(self, problem: Formal, renamed: Mapping[str, str] | None = None) -> None:
        self._sorts = {sort.name: sort.members for sort in problem.sorts}
        self._tables = {table.name: table for table in problem.tables}
        self._renamed = dict(renamed or {})

    def rules(self, rule: Rule) -> list[Expression]:
        """Return the rule's instances, one for each choice of a quantifier's members."""
        return [self.expression(body, scope) for body, scope in self._instances(rule.body, {})]

    def _instances(self, body: Expression, scope: Scope) -> Iterator[tuple[Expression, Scope]]:
        if isinstance(body, Binder) and body.kind == "forall":
            for inner in self._scopes(body, scope):
                yield from self._instances(body.body, inner)
        elif isinstance(body, Logic) and body.operator == "and":
            for term in body.terms:
                yield from self._instances(term, scope)
        else:
            yield body, scope

    def expression(self, expression: Expression, scope: Scope) -> Expression:  # noqa: C901, PLR0911  # one case a kind
        """Return an expression without tables, binders and bound variables. Raises Open."""
        match expression:
            case Number() | Member():
                return expression
            case Bound(name=name):
                return Member(scope[name])
            case Reference():
                return self._reference(expression, scope)
            case Arithmetic(operator=operator, terms=terms):
                return _folded(operator, [self.expression(term, scope) for term in terms])
            case Function(name=name, term=term, exponent=exponent):
                return Function(name, self.expression(term, scope), exponent)
            case Compare(operator=operator, left=left, right=right):
                return Compare(operator, self.expression(left, scope), self.expression(right, scope))
            case Logic(operator=operator, terms=terms):
                return Logic(operator, tuple(self.expression(term, scope) for term in terms))
            case Cardinality(kind=kind, count=count, terms=terms):
                return Cardinality(kind, count, tuple(self.expression(term, scope) for term in terms))
            case Different(terms=terms):
                return Different(tuple(self.expression(term, scope) for term in terms))
            case Choice(condition=condition, then=then, otherwise=otherwise):
                parts = (self.expression(part, scope) for part in (condition, then, otherwise))
                return Choice(*parts)
            case Binder():
                return self._binder(expression, scope)

    def _reference(self, expression: Reference, scope: Scope) -> Expression:
        at = tuple(self.expression(index, scope) for index in expression.at)
        table = self._tables.get(expression.name)
        if table is None:
            return Reference(self._renamed.get(expression.name, expression.name), at)
        if not all(isinstance(index, Member) for index in at):
            raise Open(f"{expression.name} is read at a place that is chosen")
        value = table.values.get(",".join(index.name for index in at if isinstance(index, Member)), table.default)
        if value is None:
            raise Open(f"{expression.name} lacks a value")
        return number(value)

    def _binder(self, binder: Binder, scope: Scope) -> Expression:
        parts = [self.expression(binder.body, inner) for inner in self._scopes(binder, scope)]
        match binder.kind:
            case "sum" | "count":
                return _folded("+", parts) if parts else number(0)
            case "min" | "max":
                return Arithmetic(binder.kind, tuple(parts))
            case "forall":
                return Logic("and", tuple(parts))
            case "exists":
                return Logic("or", tuple(parts)) if parts else _FALSE
            case "different":
                return Different(tuple(parts))

    def _scopes(self, binder: Binder, scope: Scope) -> Iterator[Scope]:
        names = [name for name, _ in binder.variables]
        for chosen in itertools.product(*(self._sorts[sort] for _, sort in binder.variables)):
            inner = {**scope, **dict(zip(names, chosen, strict=True))}
            if binder.where is None or self._holds(self.expression(binder.where, inner)):
                yield inner

    def _holds(self, condition: Expression) -> bool:
        match condition:
            case Compare(operator=operator, left=left, right=right):
                return _HOLDS[operator](_constant(left), _constant(right))
            case Logic(operator="and", terms=terms):
                return all(self._holds(term) for term in terms)
            case Logic(operator="or", terms=terms):
                return any(self._holds(term) for term in terms)
            case Logic(operator="not", terms=(term,)):
                return not self._holds(term)
            case Number(value=value):
                return value != 0
            case _:
                raise Open("a condition depends on what is chosen")


def _constant(expression: Expression) -> float | str:
    match expression:
        case Number(value=value):
            return value
        case Member(name=name):
            return name
        case _:
            raise Open("a condition depends on what is chosen")


def _folded(operator: Operator, terms: list[Expression]) -> Expression:
    if operator == "+":
        flat = [part for term in terms for part in _flat(term)]
        kept = [part for part in flat if part != Number(0)]
        return plus(*kept) if kept else number(0)
    if operator == "*" and any(term == Number(0) for term in terms):
        return number(0)
    if all(isinstance(term, Number) for term in terms):
        values = [term.value for term in terms if isinstance(term, Number)]
        if operator == "*":
            product = 1.0
            for value in values:
                product *= value
            return number(product)
        if operator == "-":
            return number(values[0] - values[1])
    return Arithmetic(operator, tuple(terms))


def _flat(term: Expression) -> tuple[Expression, ...]:
    return term.terms if isinstance(term, Arithmetic) and term.operator == "+" else (term,)


def violation(instance: Expression, margin: float) -> Sequence[Expression]:
    """Return the ways in which a comparison can fail by a margin. Raises Open for anything but a comparison."""
    if not isinstance(instance, Compare):
        raise Open("only comparisons can fail by a margin")
    left, right = instance.left, instance.right
    ways: dict[Comparison, list[Expression]] = {
        "<=": [Compare(">=", minus(left, right), number(margin))],
        ">=": [Compare(">=", minus(right, left), number(margin))],
        "<": [Compare(">=", left, right)],
        ">": [Compare("<=", left, right)],
        "!=": [Compare("=", left, right)],
    }
    return ways[instance.operator] if instance.operator != "=" else [*ways["<="], *ways[">="]]


def renamed(decision: Decision, name: str) -> Decision:
    """Return a decision under another name."""
    return msgspec.structs.replace(decision, name=name)
