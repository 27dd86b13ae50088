"""Policies and conditions in the languages of other provers: what Dafny and Nagini have in common.

The policy is translated statement by statement, not by way of our own front end, so that a proof elsewhere is a second
opinion. What a language cannot say is a typed refusal that names the construct.
"""

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping
from fractions import Fraction
from typing import Final, Literal

from solon.contract import Value
from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Length,
    Logic,
    Matches,
    Path,
    Present,
    Quantified,
    Scalar,
    Scaled,
)
from solon.verify.requests.schema import Field, Items, Number, Shape, Text, Truth

Sort = Literal["int", "real", "text", "truth", "list"]

_SIGNS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_METHODS: Final = {"startswith": "starts", "endswith": "ends"}


class NotEmitted(ValueError):
    """Raised for what a prover's language cannot say; one sentence that names the construct."""


class Named(Value, frozen=True):
    """A value under its name in the file: its type, whether it may be absent, and that of elements of a list."""

    name: str
    sort: Sort
    optional: bool = False
    item: "Named | None" = None

    @staticmethod
    def of(name: str, field: Field, *, optional: bool, prefix: str = "") -> "Named":
        """Return a field under a name with a prefix. Raises NotEmitted for a type that no prover here has."""
        if not (name.isidentifier() and name.isascii()):
            raise NotEmitted(f"{name!r} is no name in this language")
        return _named(prefix + name, field.shape, optional=optional)


def _named(name: str, shape: Shape, *, optional: bool = False) -> Named:
    match shape:
        case Number(whole=whole):
            return Named(name, "int" if whole else "real", optional)
        case Text():
            return Named(name, "text", optional)
        case Truth():
            return Named(name, "truth", optional)
        case Items(item=item) if not isinstance(item, Items):
            return Named(name, "list", optional, _named("", item))
        case _:
            raise NotEmitted(f"{name} is neither a number, a text, a truth value nor a list of those")


class Tongue(ABC):
    """How a prover's language writes things; what a method does not know it refuses."""

    prover = ""
    both, either, negated = " && ", " || ", "!"
    truths: tuple[str, str] = ("false", "true")

    @abstractmethod
    def there(self, value: Named) -> str:
        """Return that an optional value is present."""
        ...

    @abstractmethod
    def inside(self, value: Named) -> str:
        """Return an optional value that is present."""
        ...

    @abstractmethod
    def text(self, value: str) -> str:
        """Return a constant text."""
        ...

    @abstractmethod
    def number(self, value: float, *, real: bool) -> str:
        """Return a constant number."""
        ...

    @abstractmethod
    def length(self, value: str) -> str:
        """Return the length of a text or a list."""
        ...

    def form(self, kind: str, value: str, pattern: str) -> str:
        """Return that a text has a form. Raises NotEmitted."""
        raise NotEmitted(f"{self.prover} has no {kind}({value}, {pattern!r})")

    def quantified(self, *, every: bool, value: str, body: "Body") -> str:
        """Return a quantifier over the elements of a list. Raises NotEmitted."""
        del body
        raise NotEmitted(f"{self.prover} is given no {'all' if every else 'any'} over the list {value}")

    def join(self, parts: list[str], *, every: bool) -> str:
        """Return a conjunction or a disjunction."""
        if not parts:
            return self.truths[every]
        return parts[0] if len(parts) == 1 else "(" + (self.both if every else self.either).join(parts) + ")"

    def no(self, part: str) -> str:
        """Return a negation."""
        return f"({self.negated}{part})"


class Body:
    """A condition on one element, written when the element's name is known."""

    def __init__(
        self, writer: "Conditions | Programs", part: Expression | ast.expr, variable: str, item: Named
    ) -> None:
        self._writer, self._part, self._variable, self._item = writer, part, variable, item
        self.positive = True

    def at(self, element: str) -> str:
        """Return the condition on an element that the language writes so."""
        return self._writer.bound(self._part, self._variable, _renamed(self._item, element), positive=self.positive)


def _renamed(item: Named, name: str) -> Named:
    return Named(name, item.sort, item.optional, item.item)


class Conditions:
    """Writes conditions of ours: when they are true, or when they are false."""

    def __init__(
        self, tongue: Tongue, places: Mapping[Path, Named], variables: Mapping[str, Named] | None = None
    ) -> None:
        self._tongue = tongue
        self._places = places
        self._variables = dict(variables or {})

    def bound(self, part: Expression | ast.expr, variable: str, element: Named, *, positive: bool) -> str:
        """Return a formula in which a variable means an element."""
        assert not isinstance(part, ast.expr)
        inner = Conditions(self._tongue, self._places, {**self._variables, variable: element})
        return inner.write(part, positive=positive)

    def write(self, part: Expression, *, positive: bool = True) -> str:
        """Return when a condition is true (or false). Raises NotEmitted."""
        tongue = self._tongue
        match part:
            case Logic(operator="not", terms=terms):
                return self.write(terms[0], positive=not positive)
            case Logic(operator=operator, terms=terms):
                inner = [self.write(term, positive=positive) for term in terms]
                return tongue.join(inner, every=(operator == "and") == positive)
            case Quantified(kind=kind, variable=variable, path=path, body=body):
                listed = self._named(path)
                if listed.item is None:
                    raise NotEmitted(f"{listed.name} is no list")
                inside = Body(self, body, variable, listed.item)
                inside.positive = positive
                found = tongue.quantified(every=(kind == "all") == positive, value=self._inside(listed), body=inside)
                return tongue.join([*self._there(path), found], every=True)
            case Present(path=path):
                there = tongue.join(self._there(path), every=True)
                return there if positive else tongue.no(there)
            case Constant(value=bool(value)):
                return tongue.truths[value == positive]
            case _:
                found = self._atom(part)
                return tongue.join([*self._all_there(part), found if positive else tongue.no(found)], every=True)

    def _atom(self, part: Expression) -> str:
        match part:
            case Path():
                return self._inside(self._named(part))
            case Compare(operator=sign, left=left, right=right):
                real = "real" in {self._sort(left), self._sort(right)}
                return f"({self.term(left, real=real)} {sign} {self.term(right, real=real)})"
            case Among(term=term, values=values):
                equal = [self._atom(Compare("==", term, Constant(value))) for value in values]
                return self._tongue.join(equal, every=False)
            case Matches(kind=kind, term=term, pattern=pattern):
                return self._tongue.form(kind, self._inside(self._named(term)), pattern)
            case _:
                raise NotEmitted(f"{self._tongue.prover} is given no condition of the kind {type(part).__name__}")

    def term(self, part: Expression, *, real: bool) -> str:
        """Return a value. Raises NotEmitted."""
        match part:
            case Constant(value=value):
                return _constant(self._tongue, value, real=real)
            case Path():
                named = self._named(part)
                if real and named.sort == "int":
                    raise NotEmitted(f"{named.name} is whole and is compared with what is not")
                return self._inside(named)
            case Length(of=of):
                return self._tongue.length(self._inside(self._named(of)))
            case Arithmetic(operator=sign, left=left, right=right):
                return f"({self.term(left, real=real)} {sign} {self.term(right, real=real)})"
            case Scaled(factor=factor, term=term):
                return f"({_constant(self._tongue, factor, real=real)} * {self.term(term, real=real)})"
            case _:
                raise NotEmitted(f"{self._tongue.prover} is given no value of the kind {type(part).__name__}")

    def _sort(self, part: Expression) -> Sort | None:
        match part:
            case Path():
                return self._named(part).sort
            case Arithmetic(left=left, right=right):
                return "real" if "real" in {self._sort(left), self._sort(right)} else "int"
            case Scaled(term=term):
                return self._sort(term)
            case _:
                return None

    def _named(self, path: Path) -> Named:
        found = self._variables.get(str(path.keys[0])) if path.root == "var" else self._places.get(path)
        if found is None or (path.root == "var" and len(path.keys) > 1):
            raise NotEmitted(f"there is no form for the place {'.'.join(map(str, (path.root, *path.keys)))}")
        return found

    def _inside(self, value: Named) -> str:
        return self._tongue.inside(value) if value.optional else value.name

    def _there(self, path: Path) -> list[str]:
        named = self._named(path)
        return [self._tongue.there(named)] if named.optional else []

    def _all_there(self, part: Expression) -> list[str]:
        from solon.verify.requests.evaluate import mentioned

        return list(dict.fromkeys(each for path in mentioned(part) for each in self._there(path)))


class Programs:
    """Writes the conditions of a policy function in Python; what may be absent must be asked for first, as there."""

    def __init__(self, tongue: Tongue, names: Mapping[str, Named], constants: Mapping[str, ast.expr]) -> None:
        self._tongue = tongue
        self._names = dict(names)
        self._constants = constants

    def bound(self, part: Expression | ast.expr, variable: str, element: Named, *, positive: bool) -> str:
        """Return a formula in which a name means an element."""
        assert isinstance(part, ast.expr)
        assert positive
        return Programs(self._tongue, {**self._names, variable: element}, self._constants).truth(part)

    def truth(self, node: ast.expr) -> str:  # noqa: PLR0911 - one case a variant
        """Return when an expression is true. Raises NotEmitted."""
        tongue = self._tongue
        match node:
            case ast.Constant(value=bool(value)):
                return tongue.truths[value]
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return tongue.no(self.truth(operand))
            case ast.BoolOp(op=operator, values=values):
                return tongue.join([self.truth(value) for value in values], every=isinstance(operator, ast.And))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [left, *comparators]
                parts = [self._compared(op, sides[at], sides[at + 1]) for at, op in enumerate(ops)]
                return tongue.join(parts, every=True)
            case ast.Name(id=name) if name in self._names and self._names[name].sort == "truth":
                named = self._names[name]
                there = [tongue.there(named)] if named.optional else []
                return tongue.join([*there, self._inside(named)], every=True)
            case ast.Call(func=ast.Name(id=("all" | "any") as kind), args=[ast.GeneratorExp() as made], keywords=[]):
                return self._gone_through(kind, made)
            case ast.Call(func=ast.Name(id=kind), args=[subject, ast.Constant(value=str(pattern))], keywords=[]):
                return tongue.form(kind, self.value(subject), pattern)
            case ast.Call(
                func=ast.Attribute(value=subject, attr=attribute),
                args=[ast.Constant(value=str(pattern))],
                keywords=[],
            ) if attribute in _METHODS:
                return tongue.form(_METHODS[attribute], self.value(subject), pattern)
            case _:
                raise NotEmitted(f"{tongue.prover} is given no {ast.unparse(node)!r} (line {node.lineno})")

    def listed(self, node: ast.expr) -> Named:
        """Return the list that is gone through."""
        named = self._names.get(node.id) if isinstance(node, ast.Name) else None
        if named is None or named.item is None:
            raise NotEmitted(f"{ast.unparse(node)} is no list parameter (line {node.lineno})")
        return named

    def _gone_through(self, kind: str, made: ast.GeneratorExp) -> str:
        if len(made.generators) != 1 or made.generators[0].ifs or not isinstance(made.generators[0].target, ast.Name):
            raise NotEmitted(f"{self._tongue.prover} is given no {ast.unparse(made)!r} (line {made.lineno})")
        named = self.listed(made.generators[0].iter)
        assert named.item is not None
        body = Body(self, made.elt, made.generators[0].target.id, named.item)
        return self._tongue.quantified(every=kind == "all", value=self._inside(named), body=body)

    def _compared(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> str:
        tongue = self._tongue
        right = self._constants.get(right.id, right) if isinstance(right, ast.Name) else right
        if isinstance(op, ast.Is | ast.IsNot):
            named = self._names.get(left.id) if isinstance(left, ast.Name) else None
            if named is None or not (isinstance(right, ast.Constant) and right.value is None):
                raise NotEmitted(f"line {left.lineno}: is may only ask a parameter for None")
            there = tongue.there(named) if named.optional else tongue.truths[1]
            return tongue.no(there) if isinstance(op, ast.Is) else there
        if isinstance(op, ast.In | ast.NotIn):
            if not isinstance(right, ast.Tuple | ast.List | ast.Set):
                raise NotEmitted(f"line {left.lineno}: in is taken with constants only")
            found = tongue.join([self._equal(left, each) for each in right.elts], every=False)
            return found if isinstance(op, ast.In) else tongue.no(found)
        if isinstance(op, ast.Eq | ast.NotEq):
            return self._equal(left, right) if isinstance(op, ast.Eq) else tongue.no(self._equal(left, right))
        return f"({self.value(left)} {_SIGNS[type(op)]} {self.value(right)})"

    def _equal(self, left: ast.expr, right: ast.expr) -> str:
        """Return equality; what is absent equals no value."""
        sides = [self._names.get(side.id) if isinstance(side, ast.Name) else None for side in (left, right)]
        there = [self._tongue.there(side) for side in sides if side is not None and side.optional]
        if len(there) > 1:
            raise NotEmitted(f"line {left.lineno}: both sides may be None; ask for None first")
        return self._tongue.join([*there, f"({self.value(left)} == {self.value(right)})"], every=True)

    def value(self, node: ast.expr) -> str:
        """Return a value. Raises NotEmitted."""
        match node:
            case ast.Name(id=name) if name in self._names:
                return self._inside(self._names[name])
            case ast.Name(id=name) if name in self._constants:
                return self.value(self._constants[name])
            case ast.Constant(value=bool() | int() | float() | str() as value):
                return _constant(self._tongue, value, real=isinstance(value, float))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                return _constant(self._tongue, -value, real=False)
            case ast.Call(func=ast.Name(id="len"), args=[inner], keywords=[]):
                return self._tongue.length(self.value(inner))
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() as op, right=right):
                sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}[type(op)]
                return f"({self.value(left)} {sign} {self.value(right)})"
            case _:
                raise NotEmitted(f"{self._tongue.prover} is given no {ast.unparse(node)!r} (line {node.lineno})")

    def _inside(self, value: Named) -> str:
        return self._tongue.inside(value) if value.optional else value.name


def _constant(tongue: Tongue, value: Scalar, *, real: bool) -> str:
    if isinstance(value, bool):
        return tongue.truths[value]
    if isinstance(value, str):
        return tongue.text(value)
    if not real and Fraction(value).denominator != 1:
        raise NotEmitted(f"{value} is compared with a whole number")
    return tongue.number(value, real=real)


def function_of(source: str, entry: str = "policy") -> tuple[ast.FunctionDef, dict[str, ast.expr]]:
    """Return the policy function and the constants above it. Raises NotEmitted."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotEmitted(f"the source is not valid Python ({error})") from None
    constants: dict[str, ast.expr] = {}
    found: ast.FunctionDef | None = None
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name) if name == entry:
                found = statement
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                constants[name] = value
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                raise NotEmitted(f"line {statement.lineno}: only constants and the function may stand at the top level")
    if found is None:
        raise NotEmitted(f"there is no function {entry!r}")
    given = found.args
    plain = not (found.decorator_list or found.returns or given.vararg or given.kwarg or given.defaults)
    if not plain or given.kwonlyargs or given.posonlyargs or any(each.annotation for each in given.args):
        raise NotEmitted("the function has more than plain parameters: decorators, defaults or annotations")
    return found, constants
