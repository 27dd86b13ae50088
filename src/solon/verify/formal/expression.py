"""The closed expression language of formal problems: numbers, truth, sums and quantifiers over finite sorts.

Trees are frozen values, so they can be hashed, compared and written as JSON. Nothing here escapes to the host
language. Truth values are the numbers 0 and 1, so that a sum counts.
"""

from collections.abc import Iterator
from typing import Literal

from solon.contract import Value

Comparison = Literal["<", "<=", "=", ">=", ">", "!="]


class Number(Value, frozen=True, tag="number"):
    value: float  # a constant


class Member(Value, frozen=True, tag="member"):
    name: str  # a member of a sort, as a constant


class Bound(Value, frozen=True, tag="bound"):
    name: str  # the variable of a binder around it


class Reference(Value, frozen=True, tag="reference"):
    """A table's or a decision's value at some indices, each a member, a bound variable or an enum decision."""

    name: str
    at: tuple["Expression", ...] = ()


class Arithmetic(Value, frozen=True, tag="arithmetic"):
    """Two or more terms joined from left to right; ``-`` and ``/`` take exactly two."""

    operator: Literal["+", "-", "*", "/", "min", "max"]
    terms: tuple["Expression", ...]


class Function(Value, frozen=True, tag="function"):
    """A function of one number; ``power`` raises to the constant ``exponent``."""

    name: Literal["abs", "floor", "ceil", "sqrt", "exp", "log", "power"]
    term: "Expression"
    exponent: float = 1.0


class Compare(Value, frozen=True, tag="compare"):
    operator: Comparison
    left: "Expression"
    right: "Expression"


class Logic(Value, frozen=True, tag="logic"):
    """``not`` takes one term, ``implies`` and ``iff`` two, ``and`` and ``or`` any number."""

    operator: Literal["and", "or", "not", "implies", "iff"]
    terms: tuple["Expression", ...]


class Cardinality(Value, frozen=True, tag="cardinality"):
    """How many of the terms hold."""

    kind: Literal["at most", "at least", "exactly"]
    count: int
    terms: tuple["Expression", ...]


class Different(Value, frozen=True, tag="different"):
    terms: tuple["Expression", ...]  # all have different values


class Choice(Value, frozen=True, tag="choice"):
    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


class Binder(Value, frozen=True, tag="binder"):
    """A sum, a count or a quantifier over the members of sorts for which ``where`` holds.

    ``where`` may use tables and bound variables, never decisions.
    """

    kind: Literal["sum", "count", "min", "max", "forall", "exists", "different"]
    variables: tuple[tuple[str, str], ...]  # (variable, sort)
    body: "Expression"
    where: "Expression | None" = None


Expression = (
    Number
    | Member
    | Bound
    | Reference
    | Arithmetic
    | Function
    | Compare
    | Logic
    | Cardinality
    | Different
    | Choice
    | Binder
)


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the parts that an expression is made of, in order."""
    match expression:
        case Number() | Member() | Bound():
            return ()
        case Reference(at=at):
            return at
        case Arithmetic(terms=terms) | Logic(terms=terms) | Cardinality(terms=terms) | Different(terms=terms):
            return terms
        case Function(term=term):
            return (term,)
        case Compare(left=left, right=right):
            return (left, right)
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Binder(body=body, where=where):
            return (body,) if where is None else (where, body)


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all of its parts, outermost first."""
    yield expression
    for part in children(expression):
        yield from walk(part)


def names(expression: Expression) -> frozenset[str]:
    """Return the names of the tables and decisions that an expression refers to."""
    return frozenset(part.name for part in walk(expression) if isinstance(part, Reference))
