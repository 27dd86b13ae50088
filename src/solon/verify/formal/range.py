"""Bounds of grounded terms that follow from the bounds of variables; None stands for infinite."""

import math
from collections.abc import Callable
from fractions import Fraction

from solon.verify.formal.terms import (
    ONE,
    ZERO,
    Apply,
    Atom,
    Extreme,
    Ground,
    Linear,
    Pick,
    Product,
    Quotient,
    Variable,
)

Bounds = tuple[Fraction | None, Fraction | None]


class Ranges:
    """Interval arithmetic over one problem; ``columns`` may grow."""

    def __init__(self, ground: Ground) -> None:
        self.columns: list[Bounds] = [(column.low, column.high) for column in ground.columns]
        self._known: dict[Atom, Bounds] = {}

    def of(self, part: Linear) -> Bounds:
        """Return the least and the largest value of a sum, if they are finite."""
        low: Fraction | None = part.constant
        high: Fraction | None = part.constant
        for coefficient, atom in part.terms:
            least, most = self.atom(atom)
            if coefficient < 0:
                least, most = most, least
            low = None if low is None or least is None else low + coefficient * least
            high = None if high is None or most is None else high + coefficient * most
        return low, high

    def atom(self, atom: Atom) -> Bounds:
        """Return the least and the largest value of an atom, if they are finite."""
        if isinstance(atom, Variable):
            return self.columns[atom.number]
        known = self._known.get(atom)
        if known is None:
            known = self._known[atom] = self._atom(atom)
        return known

    def _atom(self, atom: Atom) -> Bounds:  # noqa: PLR0911  # one case for each kind
        match atom:
            case Product(left=left, right=right):
                if left == right:
                    return _power(self.of(left), 2)
                return _product(self.of(left), self.of(right))
            case Quotient(left=left, right=right):
                return _product(self.of(left), _inverse(self.of(right)))
            case Extreme(kind=kind, terms=terms):
                lows, highs = zip(*(self.of(term) for term in terms), strict=True)
                if kind == "min":
                    known = [high for high in highs if high is not None]
                    return (None if None in lows else min(lows), min(known) if known else None)
                known = [low for low in lows if low is not None]
                return (max(known) if known else None, None if None in highs else max(highs))
            case Pick(then=then, otherwise=otherwise):
                (low, high), (least, most) = self.of(then), self.of(otherwise)
                return (
                    None if low is None or least is None else min(low, least),
                    None if high is None or most is None else max(high, most),
                )
            case Apply():
                return self._apply(atom)
            case _:
                return ZERO, ONE

    def _apply(self, apply: Apply) -> Bounds:  # noqa: PLR0911  # one case for each kind
        low, high = self.of(apply.term)
        match apply.name:
            case "abs":
                return _absolute((low, high))
            case "floor":
                return _each(low, math.floor), _each(high, math.floor)
            case "ceil":
                return _each(low, math.ceil), _each(high, math.ceil)
            case "power" if apply.exponent == int(apply.exponent) and apply.exponent >= 0:
                return _power((low, high), int(apply.exponent))
            case "sqrt":
                return ZERO if low is None or low < 0 else _root(low, up=False), None if high is None else _root(
                    high, up=True
                )
            case "power" | "exp":
                return ZERO, None
            case "log":
                return None, None


def _root(value: Fraction, *, up: bool) -> Fraction:
    """Return a root that is rounded outwards."""
    return max(ZERO, Fraction(math.sqrt(max(ZERO, value))) * (1 + Fraction(1 if up else -1, 10**12)))


def _each(value: Fraction | None, function: Callable[[Fraction], int]) -> Fraction | None:
    return None if value is None else Fraction(function(value))


def _absolute(bounds: Bounds) -> Bounds:
    low, high = bounds
    if low is not None and low >= 0:
        return bounds
    if high is not None and high <= 0:
        return -high, None if low is None else -low
    return ZERO, None if low is None or high is None else max(-low, high)


def _power(bounds: Bounds, exponent: int) -> Bounds:
    if exponent == 0:
        return ONE, ONE
    low, high = _absolute(bounds) if exponent % 2 == 0 else bounds
    return None if low is None else low**exponent, None if high is None else high**exponent


def _product(one: Bounds, two: Bounds) -> Bounds:
    if None not in one and None not in two:
        corners = [first * second for first in one for second in two if first is not None and second is not None]
        return min(corners), max(corners)
    signs = [bounds[0] is not None and bounds[0] >= 0 for bounds in (one, two)]
    if all(signs):
        return ZERO, None
    return None, None


def _inverse(bounds: Bounds) -> Bounds:
    low, high = bounds
    if low is not None and low > 0:
        return (ZERO if high is None else 1 / high), 1 / low
    if high is not None and high < 0:
        return 1 / high, (ZERO if low is None else 1 / low)
    if low is not None and low >= 0 and high != 0:
        return ZERO if high is None else 1 / high, None
    return None, None
