"""What kind of thing an expression is: a number, a truth value, or one of some names."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Literal, NoReturn

from solon.contract import Value
from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Different,
    Expression,
    Function,
    Logic,
    Member,
    Number,
    Reference,
    names,
)
from solon.verify.formal.model import Decision, Formal, ModelError, Table
from solon.verify.formal.writing import shown


class Names(Value, frozen=True):
    """Some members; ``sort`` is the set that gives them their order, or empty if several could."""

    sort: str
    members: tuple[str, ...]


Kind = Literal["number", "truth"] | Names


class Faulty(Exception):
    """Raised inside of this package for a problem that is at fault; carries what is returned to callers."""

    def __init__(self, rule: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.error = ModelError(rule, message, remedy)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a remedy that names the most similar known name, or what there is."""
    known = sorted(set(known))
    close = difflib.get_close_matches(name, known, 1, 0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    listed = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    return f"the known ones are {listed}" if known else "declare it first"


class Kinds:
    """Tells the kinds of a problem's expressions; ``of`` raises Faulty for one that has none."""

    def __init__(self, problem: Formal) -> None:
        self.sorts = {sort.name: sort for sort in problem.sorts}
        self.tables: dict[str, Table] = {table.name: table for table in problem.tables}
        self.decisions: dict[str, Decision] = {decision.name: decision for decision in problem.decisions}
        self._homes: dict[str, list[str]] = {}
        for sort in problem.sorts:
            for member in sort.members:
                self._homes.setdefault(member, []).append(sort.name)

    def of(self, expression: Expression, scope: Mapping[str, str], where: str) -> Kind:
        """Return the kind of an expression inside of binders; ``where`` is the rule that errors name."""
        return _Kinder(self, where).of(expression, scope)

    def member(self, name: str) -> Names:
        """Return the kind of a member as a constant; one that no set has has no home."""
        homes = self._homes.get(name, [])
        return Names(homes[0] if len(homes) == 1 else "", (name,))

    @property
    def members(self) -> set[str]:
        """The members of all sets."""
        return set(self._homes)

    def known(self, member: str) -> bool:
        """Return whether any set has a member."""
        return member in self._homes

    def truths(self, table: Table) -> bool:
        """Return whether a table holds truth values only."""
        values = set(table.values.values())
        if table.default is not None:
            values.add(table.default)
        return values <= {0.0, 1.0} and bool(values)


def order(kinds: Kinds, left: Names, right: Names) -> str | None:
    """Return the set by whose order two names compare, or None if there is none."""
    for sort in (left.sort, right.sort):
        if sort and {*left.members, *right.members} <= set(kinds.sorts[sort].members):
            return sort
    return None


class _Kinder:
    def __init__(self, kinds: Kinds, rule: str) -> None:
        self._kinds, self._rule = kinds, rule

    def _fail(self, message: str, remedy: str = "") -> NoReturn:
        raise Faulty(self._rule, message, remedy)

    def of(self, expression: Expression, scope: Mapping[str, str]) -> Kind:  # noqa: C901, PLR0911, PLR0912  # one case for each kind
        match expression:
            case Number(value=value):
                if value in {0.0, 1.0}:
                    return "truth"
                if value - value != 0:
                    self._fail(f"{value} is no number that can be computed with", "write a finite number")
                return "number"
            case Member(name=name):
                if not self._kinds.known(name):
                    self._fail(f"no set has a member {name!r}", nearest(name, self._kinds.members))
                return self._kinds.member(name)
            case Bound(name=name):
                if name not in scope:
                    self._fail(f"{name!r} is bound by no sum or quantifier around it", nearest(name, scope))
                return Names(scope[name], self._kinds.sorts[scope[name]].members)
            case Reference():
                return self._reference(expression, scope)
            case Arithmetic(operator=operator, terms=terms):
                self._arity(len(terms), 2, 2 if operator in {"-", "/"} else None, operator)
                self._numbers(terms, scope, operator)
                return "number"
            case Function(name=name, term=term):
                self._numbers((term,), scope, name)
                return "number"
            case Compare():
                return self._compare(expression, scope)
            case Logic(operator=operator, terms=terms):
                exact = {"not": 1, "implies": 2, "iff": 2}.get(operator)
                if exact is not None:
                    self._arity(len(terms), exact, exact, operator)
                self._truths(terms, scope, operator)
                return "truth"
            case Cardinality(kind=kind, terms=terms):
                self._truths(terms, scope, kind)
                return "truth"
            case Different(terms=terms):
                return self._different([self.of(term, scope) for term in terms])
            case Choice():
                return self._choice(expression, scope)
            case Binder():
                return self._binder(expression, scope)

    def _arity(self, found: int, low: int, high: int | None, operator: str) -> None:
        if found < low or (high is not None and found > high):
            wanted = f"{low}" if low == high else f"at least {low}"
            self._fail(f"{operator!r} takes {wanted} terms, not {found}")

    def _numbers(self, terms: Iterable[Expression], scope: Mapping[str, str], what: str) -> None:
        for term in terms:
            if isinstance(self.of(term, scope), Names):
                self._fail(f"{shown(term)!r} in {what!r} is a name, not a number", "compare names with = and !=")

    def _truths(self, terms: Iterable[Expression], scope: Mapping[str, str], what: str) -> None:
        for term in terms:
            if self.of(term, scope) != "truth":
                self._fail(
                    f"{shown(term)!r} in {what!r} is no condition",
                    "write a comparison such as x >= 1, in parentheses after count",
                )

    def _reference(self, expression: Reference, scope: Mapping[str, str]) -> Kind:
        name = expression.name
        found = self._kinds.decisions.get(name) or self._kinds.tables.get(name)
        if found is None:
            known = {*self._kinds.decisions, *self._kinds.tables, *scope}
            if not expression.at:
                known |= self._kinds.members
            self._fail(f"{name!r} is neither a parameter, a variable nor a member of a set", nearest(name, known))
        if len(expression.at) != len(found.sorts):
            wanted = f"[{', '.join(found.sorts)}]" if found.sorts else "no index"
            self._fail(f"{shown(expression)!r} has {len(expression.at)} indices; {name!r} takes {wanted}")
        for term, sort in zip(expression.at, found.sorts, strict=True):
            kind = self.of(term, scope)
            members = self._kinds.sorts[sort].members
            if not isinstance(kind, Names):
                self._fail(
                    f"{shown(term)!r} is no member of {sort!r}", f"index {name!r} by a member or a variable of it"
                )
            strangers = [member for member in kind.members if member not in members]
            if strangers:
                what = f"runs over {kind.sort!r}" if isinstance(term, Bound) else f"may be {strangers[0]!r}"
                self._fail(
                    f"{name!r} is indexed by {sort!r}, but {shown(term)!r} {what}", nearest(strangers[0], members)
                )
        if isinstance(found, Table):
            return "truth" if self._kinds.truths(found) else "number"
        if found.domain == "enum":
            return Names(found.choices, self._kinds.sorts[found.choices].members)
        return "truth" if found.domain == "bool" else "number"

    def _compare(self, expression: Compare, scope: Mapping[str, str]) -> Kind:
        left, right = self.of(expression.left, scope), self.of(expression.right, scope)
        if isinstance(left, Names) != isinstance(right, Names):
            self._fail(f"{shown(expression)!r} compares a name with a number")
        if isinstance(left, Names) and isinstance(right, Names):
            if expression.operator not in {"=", "!="}:
                if order(self._kinds, left, right) is None:
                    self._fail(f"{shown(expression)!r} compares names that have no order", "use = or !=")
            elif not set(left.members) & set(right.members):
                self._fail(f"{shown(expression)!r} compares names of different sets, so it is always the same")
        return "truth"

    def _different(self, found: list[Kind]) -> Kind:
        if any(isinstance(kind, Names) for kind in found) and not all(isinstance(kind, Names) for kind in found):
            self._fail("'different' mixes names and numbers")
        return "truth"

    def _choice(self, expression: Choice, scope: Mapping[str, str]) -> Kind:
        self._truths((expression.condition,), scope, "if")
        then, otherwise = self.of(expression.then, scope), self.of(expression.otherwise, scope)
        if isinstance(then, Names) and isinstance(otherwise, Names):
            sort = then.sort if then.sort == otherwise.sort else ""
            return Names(sort, tuple(dict.fromkeys((*then.members, *otherwise.members))))
        if isinstance(then, Names) or isinstance(otherwise, Names):
            self._fail(f"{shown(expression)!r} is a name or a number")
        return "truth" if then == otherwise == "truth" else "number"

    def _binder(self, expression: Binder, scope: Mapping[str, str]) -> Kind:
        inner = dict(scope)
        for variable, sort in expression.variables:
            if sort not in self._kinds.sorts:
                self._fail(f"{sort!r} is no set", nearest(sort, self._kinds.sorts))
            taken = variable in inner or variable in self._kinds.decisions or variable in self._kinds.tables
            if taken or self._kinds.known(variable):
                self._fail(f"the name {variable!r} of a bound variable is taken already", "rename it")
            inner[variable] = sort
        if not expression.variables:
            self._fail(f"'{expression.kind}' has no variable", "write sum(p in product) and so on")
        if expression.where is not None:
            self._truths((expression.where,), inner, "where")
            chosen = sorted(names(expression.where) & self._kinds.decisions.keys())
            if chosen:
                self._fail(
                    f"the condition after 'where' uses the variable {chosen[0]!r}",
                    "move what depends on variables into the body, for example as a product or with implies",
                )
        if expression.kind in {"count", "forall", "exists"}:
            self._truths((expression.body,), inner, expression.kind)
            return "number" if expression.kind == "count" else "truth"
        if expression.kind == "different":
            return self._different([self.of(expression.body, inner)])
        self._numbers((expression.body,), inner, expression.kind)
        return "number"
