"""Grounded problems: binders expanded, tables replaced by exact numbers, sums collected; what back ends encode.

Choices of a member become one truth value for each member. Truth values are numbers 0 and 1 here as well, so an atom
of a sum may be a truth.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal

from solon.contract import Value

ZERO: Final = Fraction(0)
ONE: Final = Fraction(1)


class Term(Value, frozen=True, tag_field="is", array_like=True):
    """Base of all grounded terms."""


class Always(Term, frozen=True, tag="always"):
    """A constant truth."""

    holds: bool


class Variable(Term, frozen=True, tag="variable"):
    """The number of a decision; a truth if its domain is *bool*."""

    number: int


class Linear(Term, frozen=True, tag="linear"):
    """A constant and a sum of coefficients times atoms, no atom twice, none that is linear or constant itself."""

    constant: Fraction
    terms: tuple[tuple[Fraction, "Atom"], ...] = ()


class Product(Term, frozen=True, tag="product"):
    """Two sums multiplied."""

    left: Linear
    right: Linear


class Quotient(Term, frozen=True, tag="quotient"):
    """A sum divided by another, which has no value where that is zero."""

    left: Linear
    right: Linear


class Apply(Term, frozen=True, tag="apply"):
    """A function of a number; ``exponent`` is for *power*."""

    name: Literal["abs", "floor", "ceil", "sqrt", "exp", "log", "power"]
    term: Linear
    exponent: float = 1.0


class Extreme(Term, frozen=True, tag="extreme"):
    """The least or the largest of some sums."""

    kind: Literal["min", "max"]
    terms: tuple[Linear, ...]


class Pick(Term, frozen=True, tag="pick"):
    """One of two sums, by a condition; the other need not have a value."""

    condition: "Truth"
    then: Linear
    otherwise: Linear


class Test(Term, frozen=True, tag="test"):
    """A sum compared with zero."""

    operator: Literal["<=", "<", "=", "!="]
    sum: Linear


class Not(Term, frozen=True, tag="not"):
    """The opposite of a truth."""

    term: "Truth"


class Both(Term, frozen=True, tag="both"):
    """All of some truths."""

    terms: tuple["Truth", ...]  # all hold


class Either(Term, frozen=True, tag="either"):
    """At least one of some truths."""

    terms: tuple["Truth", ...]  # at least one holds


class Same(Term, frozen=True, tag="same"):
    """Two truths that are equal."""

    left: "Truth"
    right: "Truth"


Truth = Always | Variable | Test | Not | Both | Either | Same
Atom = Variable | Test | Not | Both | Either | Same | Product | Quotient | Apply | Extreme | Pick


class Column(Value, frozen=True, array_like=True):
    """One number that a solver chooses; ``member`` is set where it says that an enum has this value."""

    name: str
    key: str
    domain: Literal["bool", "int", "real"]
    low: Fraction | None
    high: Fraction | None
    member: str = ""
    choice: bool = False


def label(column: Column) -> str:
    """Return what people call a column."""
    place = f"{column.name}[{column.key}]" if column.key else column.name
    return f"{place} = {column.member}" if column.member else place


class Named(Value, frozen=True, array_like=True):
    """A rule's condition."""

    name: str
    truth: Truth


class Ground(Value, frozen=True, array_like=True):
    """A grounded problem; ``groups`` are columns of which exactly one holds. Soft rules are in ``goal`` already."""

    columns: tuple[Column, ...]
    groups: tuple[tuple[int, ...], ...]
    rules: tuple[Named, ...]
    sense: Literal["minimise", "maximise", ""]
    goal: Linear
    goal_name: str = ""


def linear(term: "Linear | Truth | Atom") -> Linear:
    """Return a term as a sum."""
    if isinstance(term, Linear):
        return term
    if isinstance(term, Always):
        return Linear(ONE if term.holds else ZERO)
    return Linear(ZERO, ((ONE, term),))


def total(parts: "list[tuple[Fraction, Linear]]", constant: Fraction = ZERO) -> Linear:
    """Return a sum of multiples of sums, with equal atoms collected."""
    collected: dict[Atom, Fraction] = {}
    for factor, part in parts:
        constant += factor * part.constant
        for coefficient, atom in part.terms:
            collected[atom] = collected.get(atom, ZERO) + factor * coefficient
    return Linear(constant, tuple((coefficient, atom) for atom, coefficient in collected.items() if coefficient))


def scaled(part: Linear, factor: Fraction) -> Linear:
    """Return a multiple of a sum."""
    if factor == 0:
        return Linear(ZERO)
    return Linear(part.constant * factor, tuple((coefficient * factor, atom) for coefficient, atom in part.terms))


def negated(truth: Truth) -> Truth:  # noqa: PLR0911  # one case for each kind
    """Return the opposite of a truth, pushed into comparisons."""
    match truth:
        case Always(holds=holds):
            return Always(not holds)
        case Not(term=term):
            return term
        case Test(operator="<=", sum=part):
            return Test("<", scaled(part, -ONE))
        case Test(operator="<", sum=part):
            return Test("<=", scaled(part, -ONE))
        case Test(operator="=", sum=part):
            return Test("!=", part)
        case Test(operator="!=", sum=part):
            return Test("=", part)
        case Both(terms=terms):
            return Either(tuple(negated(term) for term in terms))
        case Either(terms=terms):
            return Both(tuple(negated(term) for term in terms))
        case _:
            return Not(truth)


def both(terms: list[Truth]) -> Truth:
    """Return that all hold, simplified."""
    found: list[Truth] = []
    for term in terms:
        if isinstance(term, Both):
            found += term.terms
        elif term == Always(holds=False):
            return term
        elif not isinstance(term, Always):
            found.append(term)
    return Always(holds=True) if not found else found[0] if len(found) == 1 else Both(tuple(found))


def either(terms: list[Truth]) -> Truth:
    """Return that at least one holds, simplified."""
    return negated(both([negated(term) for term in terms]))


def test(operator: Literal["<=", "<", "=", "!=", ">=", ">"], difference: Linear) -> Truth:
    """Return a comparison of a sum with zero."""
    if operator == ">=":
        return test("<=", scaled(difference, -ONE))
    if operator == ">":
        return test("<", scaled(difference, -ONE))
    if difference.terms:
        return Test(operator, difference)
    value = difference.constant
    return Always({"<=": value <= 0, "<": value < 0, "=": value == 0, "!=": value != 0}[operator])


def whole(term: Linear, columns: tuple[Column, ...]) -> bool:
    """Return whether a sum is a whole number whatever is chosen."""
    return term.constant.denominator == 1 and all(
        coefficient.denominator == 1 and whole_atom(atom, columns) for coefficient, atom in term.terms
    )


def whole_atom(atom: Atom, columns: tuple[Column, ...]) -> bool:  # noqa: PLR0911  # one case for each kind
    """Return whether an atom is a whole number whatever is chosen."""
    match atom:
        case Variable(number=number):
            return columns[number].domain != "real"
        case Product(left=left, right=right):
            return whole(left, columns) and whole(right, columns)
        case Apply(name="floor" | "ceil"):
            return True
        case Apply(name="abs", term=term):
            return whole(term, columns)
        case Apply(name="power", term=term, exponent=exponent):
            return exponent >= 0 and exponent == int(exponent) and whole(term, columns)
        case Extreme(terms=terms):
            return all(whole(term, columns) for term in terms)
        case Pick(then=then, otherwise=otherwise):
            return whole(then, columns) and whole(otherwise, columns)
        case Quotient() | Apply():
            return False
        case _:
            return True


def inner_terms(term: Term) -> tuple[Term, ...]:
    """Return the terms that a term is made of."""
    match term:
        case Linear(terms=terms):
            return tuple(atom for _, atom in terms)
        case Product(left=left, right=right) | Quotient(left=left, right=right) | Same(left=left, right=right):
            return left, right
        case Apply(term=inner) | Not(term=inner) | Test(sum=inner):
            return (inner,)
        case Extreme(terms=inners) | Both(terms=inners) | Either(terms=inners):
            return inners
        case Pick(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case _:
            return ()


def parts(ground: Ground) -> Iterator[Atom]:
    """Yield the atoms of a grounded problem that are made of others, outermost first."""
    waiting: list[Term] = [ground.goal, *(rule.truth for rule in ground.rules)]
    while waiting:
        term = waiting.pop()
        waiting += inner_terms(term)
        if isinstance(term, Product | Quotient | Same | Apply | Not | Test | Extreme | Both | Either | Pick):
            yield term


def truthful(atom: Atom, columns: tuple[Column, ...]) -> bool:
    """Return whether an atom is a truth value."""
    if isinstance(atom, Variable):
        return columns[atom.number].domain == "bool"
    return isinstance(atom, Test | Not | Both | Either | Same)
