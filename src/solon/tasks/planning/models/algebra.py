"""Short ways to write expressions of formal problems."""

from collections.abc import Iterable

from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Compare,
    Comparison,
    Expression,
    Member,
    Number,
    Reference,
)


def number(value: float) -> Number:
    """Return a constant."""
    return Number(float(value))


def of(name: str, *at: str | Expression) -> Reference:
    """Return a table's or a decision's value; a text that starts with ":" is a bound variable, another a member."""
    return Reference(name, tuple(_index(each) for each in at))


def _index(at: str | Expression) -> Expression:
    if isinstance(at, str):
        return Bound(at[1:]) if at.startswith(":") else Member(at)
    return at


def times(*terms: Expression) -> Expression:
    """Return a product; of one term, the term."""
    return terms[0] if len(terms) == 1 else Arithmetic("*", terms)


def plus(*terms: Expression) -> Expression:
    """Return a sum; of one term, the term."""
    return terms[0] if len(terms) == 1 else Arithmetic("+", terms)


def minus(left: Expression, right: Expression) -> Arithmetic:
    """Return a difference."""
    return Arithmetic("-", (left, right))


def over(left: Expression, right: Expression) -> Arithmetic:
    """Return a quotient."""
    return Arithmetic("/", (left, right))


def weighted(terms: Iterable[tuple[float, Expression]]) -> Expression:
    """Return a weighted sum; a weight of one is not written."""
    return plus(*(term if weight == 1 else times(number(weight), term) for weight, term in terms))


def compare(left: Expression, operator: Comparison, right: Expression | float) -> Compare:
    """Return a comparison."""
    return Compare(operator, left, number(right) if isinstance(right, int | float) else right)


def total(variables: str, body: Expression, where: Expression | None = None) -> Binder:
    """Return a sum over ``variables``, such as ``"p:product, d:day"``."""
    return Binder("sum", _variables(variables), body, where)


def each(variables: str, body: Expression, where: Expression | None = None) -> Binder:
    """Return a rule for all members of ``variables``."""
    return Binder("forall", _variables(variables), body, where)


def _variables(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.strip().split(":") for part in text.split(","))
    return tuple((name, sort) for name, sort in pairs)
