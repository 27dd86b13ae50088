"""Sets of cases: for each fact an interval, a set of values, or whatever text; each may be missing or not.

A question that a set does not answer alike for all of its cases raises ``Split``, with the parts to go on with. So
programs and documents can be followed over all cases at once, and the parts that are looked at are finitely many.
"""

from collections.abc import Mapping
from typing import Literal

from solon.contract import Value
from solon.tasks.guard.journeys.graph import Fact
from solon.tasks.guard.journeys.sample import bounds
from solon.verify.requests.expression import Among, Compare, Constant, Expression, Logic, Path
from solon.verify.requests.request import Json
from solon.verify.requests.schema import Number, Text

_FREE = "any text"


class Extent(Value, frozen=True):
    """What one fact may be: missing, and a value of an interval or of a set; texts without choices stay unnamed."""

    missing: bool
    low: int = 0
    high: int = -1
    values: tuple[str | bool, ...] = ()
    kind: Literal["number", "values", "free"] = "values"

    @property
    def empty(self) -> bool:
        """Whether there is no value, so that the fact is missing if anything."""
        return (self.low > self.high) if self.kind == "number" else self.kind == "values" and not self.values

    def sample(self) -> Json:
        """Return one value; null if the fact is missing."""
        if self.missing and self.empty:
            return None
        return self.low if self.kind == "number" else _FREE if self.kind == "free" else self.values[0]

    @property
    def only(self) -> Json:
        """The value, if there is just one; null otherwise."""
        if self.missing:
            return None
        if self.kind == "number":
            return self.low if self.low == self.high else None
        return self.values[0] if len(self.values) == 1 else None


Cases = Mapping[str, Extent]


class Split(Exception):
    """Raised where a set of cases must be divided; ``parts`` are the extents of the fact ``name``."""

    def __init__(self, name: str, parts: tuple[Extent, ...]) -> None:
        super().__init__(name)
        self.name, self.parts = name, parts


class Beyond(Exception):
    """Raised where something is asked of a fact that sets do not answer; one sentence."""


def extent(fact: Fact, *, missing: bool) -> Extent:
    """Return all that a fact may be."""
    match fact.shape:
        case Number():
            return Extent(missing, *bounds(fact.shape), kind="number")
        case Text(choices=choices):
            return Extent(missing, values=choices) if choices else Extent(missing, kind="free")
        case _:
            return Extent(missing, values=(True, False))


def present(name: str, cases: Cases) -> bool:
    """Return whether a fact is there. Raises Split."""
    here = cases[name]
    if not here.missing:
        return True
    if here.empty:
        return False
    nothing = Extent(missing=True, low=0, high=-1, kind="number")
    there = Extent(missing=False, low=here.low, high=here.high, values=here.values, kind=here.kind)
    raise Split(name, (nothing, there))


def below(name: str, limit: int, cases: Cases) -> bool:
    """Return whether a number that is there is at most the limit. Raises Split, Beyond."""
    here = cases[name]
    if here.kind != "number":
        raise Beyond(f"{name} is no number, but its order is asked for")
    if here.high <= limit:
        return True
    if here.low > limit:
        return False
    raise Split(name, (_interval(here.low, limit), _interval(limit + 1, here.high)))


def equal(name: str, value: Json, cases: Cases) -> bool:
    """Return whether a fact that is there has a value. Raises Split, Beyond."""
    here = cases[name]
    if here.kind == "free":
        raise Beyond(f"{name} may be any text and is compared with one")
    if here.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int):
            raise Beyond(f"the number {name} is compared with {value!r}")
        return below(name, value, cases) and not below(name, value - 1, cases)
    if isinstance(value, int) and not isinstance(value, bool) and any(isinstance(one, bool) for one in here.values):
        raise Beyond(f"the truth value {name} is compared with the number {value}")
    matching = tuple(one for one in here.values if one == value and type(one) is type(value))
    if len(matching) == len(here.values) or not matching:
        return bool(matching)
    rest = tuple(one for one in here.values if one not in matching)
    raise Split(name, (Extent(missing=False, values=matching), Extent(missing=False, values=rest)))


def _interval(low: int, high: int) -> Extent:
    return Extent(missing=False, low=low, high=high, kind="number")


def holds(condition: Expression, cases: Cases) -> bool:
    """Return whether a condition on facts that are there is true. Raises Split, Beyond."""
    match condition:
        case Constant(value=bool(value)):
            return value
        case Path(keys=(str(name),)):
            return equal(name, value=True, cases=cases)
        case Logic(operator="not", terms=(inner,)):
            return not holds(inner, cases)
        case Logic(operator=joined, terms=terms):
            return (all if joined == "and" else any)(holds(term, cases) for term in terms)
        case Among(term=Path(keys=(str(name),)), values=values):
            return any(equal(name, value, cases) for value in values)
        case Compare(operator=sign, left=Path(keys=(str(name),)), right=Constant(value=value)):
            return compared(name, sign, value, cases)
        case _:
            raise Beyond(f"{condition} has no sets of cases; compare facts with constants")


def compared(name: str, sign: str, value: Json, cases: Cases) -> bool:
    """Return whether a comparison of a fact that is there with a constant is true. Raises Split, Beyond."""
    if sign in ("==", "!="):
        return equal(name, value, cases) == (sign == "==")
    if isinstance(value, bool) or not isinstance(value, int):
        raise Beyond(f"the order of {name} and {value!r} is asked for; compare with whole numbers")
    match sign:
        case "<=":
            return below(name, value, cases)
        case "<":
            return below(name, value - 1, cases)
        case ">":
            return not below(name, value, cases)
        case _:
            return not below(name, value - 1, cases)
