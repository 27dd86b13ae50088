"""The meaning of a condition on one request: true, false, or unknown (None); total and bounded.

Comparison with what is missing is unknown, and so is whatever would be a mistake of types. Whoever asks decides what
unknown comes to: an allowing rule needs true (``holds``), a forbidding one fires unless it is false (``may_hold``).
"""

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Final

from solon.verify.requests.expression import (
    Among,
    Arithmetic,
    Compare,
    Constant,
    Day,
    Expression,
    Length,
    Listed,
    Logic,
    Matches,
    Network,
    Origin,
    Path,
    Present,
    Quantified,
    Scalar,
    Scaled,
    needed,
)
from solon.verify.requests.request import MISSING, Json, Missing, Request, look, sources
from solon.verify.requests.text import automaton_of, composed, day_of, in_network

STEPS: Final = 20_000
"""Parts of a condition that one evaluation may look at; beyond them everything is unknown."""

_SCANNED: Final = 256
"""Values of a set that count as one part."""

Lists = Mapping[str, tuple[str, ...]]
_NO_LISTS: Final[Lists] = {}
_Order = Fraction | tuple[str]
_ORDER: Final[dict[str, Callable[[_Order, _Order], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


_Exact = Fraction | str | bool | tuple[str] | None
"""The value of a term; a day is a tuple, so that it equals no text."""


class _Exhausted(Exception):
    """Raised when the budget of steps is spent."""


def evaluate(condition: Expression, request: Request, lists: Lists = _NO_LISTS, steps: int = STEPS) -> bool | None:
    """Return the truth value of a condition on a request in canonical form; None is unknown."""
    try:
        return _Evaluation(request, lists, steps).value(condition, {})
    except (_Exhausted, RecursionError):
        return None


def holds(condition: Expression, request: Request, lists: Lists = _NO_LISTS, steps: int = STEPS) -> bool:
    """Return whether an allowing rule with this condition fires: it is true and every needed argument is there."""
    if any(request.arguments.get(name) is None for name in needed(condition)):
        return False
    return evaluate(condition, request, lists, steps) is True


def may_hold(condition: Expression, request: Request, lists: Lists = _NO_LISTS, steps: int = STEPS) -> bool:
    """Return whether a forbidding rule with this condition fires: it is true or unknown.

    What is said of an absent argument does not make it fire: there is nothing to forbid.
    """
    try:
        return _Evaluation(request, lists, steps).possible(condition, {}, positive=True)
    except (_Exhausted, RecursionError):
        return True


def number_of(term: Expression, request: Request, steps: int = STEPS) -> Fraction | None:
    """Return the value of a numerical term, exact; None if it is unknown."""
    value = _Evaluation(request, _NO_LISTS, steps).term(term, {})
    return value if isinstance(value, Fraction) else None


def text_of(term: Expression, request: Request) -> str | None:
    """Return the value of a term that is a text; None if it is unknown."""
    value = _Evaluation(request, _NO_LISTS, STEPS).term(term, {})
    return value if isinstance(value, str) else None


class _Evaluation:
    """One walk over a condition, with its budget."""

    def __init__(self, request: Request, lists: Lists, steps: int) -> None:
        self._request = request
        self._lists = lists
        self._left = steps

    def value(self, part: Expression, places: dict[str, Path]) -> bool | None:
        """Return the three-valued truth of a formula; ``places`` says where the variables of quantifiers are."""
        self._left -= 1
        if self._left < 0:
            raise _Exhausted
        match part:
            case Logic(operator="not", terms=terms):
                inner = self.value(terms[0], places)
                return None if inner is None else not inner
            case Logic(operator=joined, terms=terms):
                return _kleene((self.value(term, places) for term in terms), every=joined == "and")
            case Quantified(kind=kind, variable=variable, body=body):
                elements = self._elements(part, places)
                if elements is None:
                    return None
                values = (self.value(body, {**places, variable: at}) for at in elements)
                return _kleene(values, every=kind == "all")
            case _:
                return self._atom(part, places)

    def possible(self, part: Expression, places: dict[str, Path], *, positive: bool) -> bool:
        """Return whether a formula (its negation, unless ``positive``) may hold, absent arguments apart."""
        self._left -= 1
        if self._left < 0:
            raise _Exhausted
        match part:
            case Logic(operator="not", terms=terms):
                return self.possible(terms[0], places, positive=not positive)
            case Logic(operator=joined, terms=terms):
                values = (self.possible(term, places, positive=positive) for term in terms)
                return all(values) if (joined == "and") == positive else any(values)
            case Quantified(kind=kind, variable=variable, body=body):
                elements = self._elements(part, places)
                if elements is None:  # what is there but is no list is unknown
                    at = _resolved(part.path, places)
                    return at.root != "arg" or look(self._request, at) is not MISSING
                values = (self.possible(body, {**places, variable: at}, positive=positive) for at in elements)
                return all(values) if (kind == "all") == positive else any(values)
            case _:
                if self._lacks(part, places):
                    return False
                return self._atom(part, places) is not (not positive)

    def _lacks(self, atom: Expression, places: dict[str, Path]) -> bool:
        """Return whether an atom speaks of an argument that is absent."""
        if isinstance(atom, Present):
            return False
        paths = [_resolved(path, places) for path in mentioned(atom)]
        return any(path.root == "arg" and look(self._request, path) is MISSING for path in paths)

    def _elements(self, part: Quantified, places: dict[str, Path]) -> Iterator[Path] | None:
        at = _resolved(part.path, places)
        found = look(self._request, at)
        if not isinstance(found, list):
            return None
        return (Path(at.root, (*at.keys, number)) for number in range(len(found)))  # lazily: the budget may end it

    def _atom(self, part: Expression, places: dict[str, Path]) -> bool | None:  # noqa: C901, PLR0911, PLR0912 - one case a variant
        match part:
            case Constant(value=bool(value)):
                return value
            case Path():
                found = look(self._request, _resolved(part, places))
                return found if isinstance(found, bool) else None
            case Present(path=path):
                return look(self._request, _resolved(path, places)) is not MISSING
            case Origin(path=path, kind=kind, sources=wanted):
                where = _resolved(path, places)
                known = sources(self._request, where)
                if not known or look(self._request, where) is MISSING:
                    return None
                return any(label in wanted for label in known) if kind == "has" else all(x in wanted for x in known)
            case Compare(operator=sign, left=left, right=right):
                return _compared(sign, self.term(left, places), self.term(right, places))
            case Among(term=term, values=values):
                self._left -= len(values) // _SCANNED
                found = self.term(term, places)
                if isinstance(found, str) and (texts := _only_texts(values)) is not None:
                    return found in texts
                return _kleene((_compared("==", found, _exact(x)) for x in values), every=False)
            case Listed(term=term, name=name):
                found, known = self.term(term, places), self._lists.get(name)
                if not isinstance(found, str) or known is None:
                    return None
                self._left -= len(known) // _SCANNED
                texts = _only_texts(known)
                return found in texts if texts is not None else None
            case Matches(term=term):
                found = self.term(term, places)
                known = automaton_of(part.kind, part.pattern)
                return known.accepts(found) if isinstance(found, str) and known is not None else None
            case Network(term=term, block=block):
                found = self.term(term, places)
                return in_network(block, found) if isinstance(found, str) else None
            case _:
                return None

    def term(self, part: Expression, places: dict[str, Path]) -> _Exact:  # noqa: PLR0911 - one case a variant
        """Return the value of a term."""
        match part:
            case Constant(value=value):
                return _exact(composed(value) if isinstance(value, str) else value)
            case Path():
                return _exact(look(self._request, _resolved(part, places)))
            case Length(of=path):
                found = look(self._request, _resolved(path, places))
                return Fraction(len(found)) if isinstance(found, str | list) else None
            case Day(of=inner):
                found = self.term(inner, places)
                day = day_of(found) if isinstance(found, str) else None
                return None if day is None else (day,)
            case Arithmetic(operator=sign, left=left, right=right):
                one, other = self.term(left, places), self.term(right, places)
                if not isinstance(one, Fraction) or not isinstance(other, Fraction):
                    return None
                return one + other if sign == "+" else one - other
            case Scaled(factor=factor, term=term):
                found, exact = self.term(term, places), _exact(factor)
                return exact * found if isinstance(found, Fraction) and isinstance(exact, Fraction) else None
            case _:
                return None


def mentioned(atom: Expression) -> tuple[Path, ...]:
    """Return the places that an atom speaks of, less those whose presence it asks for."""
    match atom:
        case Path():
            return (atom,)
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return mentioned(left) + mentioned(right)
        case Among(term=term) | Scaled(term=term):
            return mentioned(term)
        case Listed(term=path) | Matches(term=path) | Network(term=path) | Origin(path=path) | Length(of=path):
            return (path,)
        case Day(of=inner):
            return mentioned(inner)
        case _:
            return ()


def _resolved(path: Path, places: Mapping[str, Path]) -> Path:
    if path.root != "var":
        return path
    base = places.get(str(path.keys[0]))
    return path if base is None else Path(base.root, (*base.keys, *path.keys[1:]))


def _exact(value: Json | Missing) -> _Exact:
    if isinstance(value, bool | str):
        return value
    return Fraction(value) if isinstance(value, int | float) and math.isfinite(value) else None


@lru_cache(maxsize=1024)
def _only_texts(values: tuple[Scalar, ...]) -> frozenset[str] | None:
    """Return texts as a set, composed as the texts of requests are; None if a value is none."""
    found = [composed(value) for value in values if isinstance(value, str)]
    return frozenset(found) if len(found) == len(values) else None


def _compared(sign: str, left: _Exact, right: _Exact) -> bool | None:
    if left is None or right is None or type(left) is not type(right):
        return None
    if sign in {"==", "!="}:
        return (left == right) == (sign == "==")
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return _ORDER[sign](left, right)
    return _ORDER[sign](left, right) if isinstance(left, tuple) and isinstance(right, tuple) else None


def _kleene(values: Iterable[bool | None], *, every: bool) -> bool | None:
    """Return the conjunction (``every``) or disjunction; what decides ends it."""
    unknown = False
    for value in values:
        if value is None:
            unknown = True
        elif value != every:
            return value
    return None if unknown else every
