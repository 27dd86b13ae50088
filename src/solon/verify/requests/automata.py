"""Satisfiability of formulas by automata and intervals, without a solver; complete but for sums of several numbers.

Atoms are decided one after another (Davis, Logemann and Loveland 1962); what is said of one text is intersected as it
comes up, so that an empty language ends a branch.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Final

from solon.contract import Value
from solon.verify.requests.formula import (
    NEVER,
    YES,
    All,
    Any,
    Atom,
    Flag,
    Formula,
    Inside,
    Linear,
    No,
    Same,
    Sort,
    Valuation,
    atoms,
    both,
    either,
    names,
    no,
)
from solon.verify.requests.text import automaton
from solon.verify.strings.automaton import Automaton, TooLarge
from solon.verify.strings.regex import ANY_CHAR, ANY_TEXT, Regex, literal, repeat

BRANCHES: Final = 20_000
_LIGHT: Final = 4  # atoms of a question that a branch decides without further charge
_PRODUCT: Final = 20_000  # ranges of an intersection
_LONGEST: Final = 2000  # characters of a text whose length is compared


class Undecided(Exception):
    """Raised when the question is too large or not of this kind; one sentence."""


class Literal(Value, frozen=True):
    """An atom and whether it holds."""

    atom: Atom
    holds: bool


_Texts = Mapping[str, Automaton]


def solve(formula: Formula, sorts: Mapping[str, Sort], branches: int = BRANCHES) -> Valuation | None:
    """Return values that make a formula true, or None if there are none. Raises Undecided."""
    return _Search(sorts, branches).run(formula, {}, [])


class _Search:
    def __init__(self, sorts: Mapping[str, Sort], branches: int) -> None:
        self._sorts = sorts
        self._left = branches

    def run(self, formula: Formula, texts: _Texts, decided: list[Literal]) -> Valuation | None:
        """Search depth first; ``texts`` are the languages so far."""
        pending: list[tuple[Formula, _Texts, list[Literal]]] = [(formula, texts, decided)]
        while pending:
            rest, languages, so_far = pending.pop()
            self._left -= 1 + _weight(rest) // _LIGHT  # a long question costs more at each step
            if self._left < 0:
                raise Undecided("the question has too many cases for automata")
            if rest == NEVER:
                continue
            if rest == YES:
                found = self._leaf(languages, so_far)
                if found is not None:
                    return found
                continue
            atom, first = _choice(rest)
            for holds in (not first, first):  # the last is tried first
                left = _assigned(rest, atom, holds)
                narrowed = None if left == NEVER else _narrowed(languages, atom, holds)
                after = [*so_far, Literal(atom, holds)]
                if narrowed is not None and self._possible(atom, after):
                    pending.append((left, narrowed, after))
        return None

    def _possible(self, atom: Atom, decided: list[Literal]) -> bool:
        """Return whether a number that an atom speaks of alone has a value left."""
        if not isinstance(atom, Linear) or len(atom.terms) != 1:
            return True
        name = atom.terms[0][1]
        span = self._span(name)
        for each in decided:
            if isinstance(each.atom, Linear) and len(each.atom.terms) == 1 and each.atom.terms[0][1] == name:
                span.take(each.atom, holds=each.holds)
        return span.value() is not None

    def _span(self, name: str) -> "_Span":
        return _Span(whole=name.startswith("#") or self._sorts[name] == "integer")

    def _leaf(self, texts: _Texts, decided: list[Literal]) -> Valuation | None:
        flags = {literal_.atom.name: literal_.holds for literal_ in decided if isinstance(literal_.atom, Flag)}
        lines = [(each.atom, each.holds) for each in decided if isinstance(each.atom, Linear)]
        same = [(each.atom, each.holds) for each in decided if isinstance(each.atom, Same)]
        numbers, languages = self._numbers(lines, dict(texts))
        if numbers is None:
            return None
        words = _words(languages, same)
        if words is None:
            return None
        return Valuation(flags, words, {name: str(value) for name, value in numbers.items()})

    def _numbers(
        self, lines: list[tuple[Linear, bool]], texts: dict[str, Automaton]
    ) -> tuple[dict[str, Fraction] | None, dict[str, Automaton]]:
        """Return a value for each number, and the languages narrowed by what is said of lengths."""
        spans: dict[str, _Span] = {}
        for line, holds in lines:
            if len(line.terms) > 1:
                raise Undecided("several numbers are added up, which automata cannot do")
            for _, name in line.terms:
                spans.setdefault(name, self._span(name)).take(line, holds=holds)
        numbers: dict[str, Fraction] = {}
        for name, span in spans.items():
            if name.startswith("#"):
                languages = [_intersection(texts.get(name[1:], _ANY), automaton(regex)) for regex in span.lengths()]
                joined = _NONE
                for language in languages:
                    joined = joined.union(language)
                texts[name[1:]] = joined
                continue
            value = span.value()
            if value is None:
                return None, texts
            numbers[name] = value
        return numbers, texts


def _choice(formula: Formula) -> tuple[Atom, bool]:
    """Return the first atom of a formula and the truth value that it has there."""
    wanted = True
    while True:
        match formula:
            case All(parts=parts):
                formula = next((part for part in parts if _plain(part)), min(parts, key=_size))
            case Any(parts=parts):
                formula = next((part for part in parts if _plain(part)), parts[0])
            case No(part=part):
                formula, wanted = part, not wanted
            case _:
                return formula, wanted


def _weight(formula: Formula) -> int:
    """Return how many atoms a formula has."""
    return sum(1 for _ in atoms(formula))


def _plain(part: Formula) -> bool:
    """Return whether a formula is an atom or the negation of one."""
    return not isinstance(part.part if isinstance(part, No) else part, All | Any | No)


def _size(part: Formula) -> int:
    return len(part.parts) if isinstance(part, All | Any) else 1


def _assigned(formula: Formula, atom: Atom, holds: bool) -> Formula:  # noqa: FBT001 - the value of the atom
    match formula:
        case All(parts=parts):
            return both(*(_assigned(part, atom, holds) for part in parts))
        case Any(parts=parts):
            return either(*(_assigned(part, atom, holds) for part in parts))
        case No(part=part):
            return no(_assigned(part, atom, holds))
        case _:
            return (YES if holds else NEVER) if formula == atom else formula


def _narrowed(texts: _Texts, atom: Atom, holds: bool) -> _Texts | None:  # noqa: FBT001 - as above
    """Return the languages after a decision; None if one of them becomes empty."""
    if not isinstance(atom, Inside):
        return texts
    try:
        found = automaton(atom.regex)
        known = texts.get(atom.text)
        if not holds:
            found = found.complement()
        language = found if known is None else _intersection(known, found)
    except TooLarge:
        raise Undecided("a regular expression is too large for automata") from None
    return None if language.is_empty() else {**texts, atom.text: language}


@lru_cache(maxsize=4096)
def _intersection(one: Automaton, other: Automaton) -> Automaton:
    return one.intersect(other, budget=_PRODUCT)


_ANY: Final = Automaton.of(ANY_TEXT)
_NONE: Final = _ANY.complement()


class _Span:
    """What is said of one number: bounds and values that it has not."""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._low: tuple[Fraction, bool] | None = None  # bound, and whether it is itself excluded
        self._high: tuple[Fraction, bool] | None = None
        self._not: set[Fraction] = set()

    def take(self, line: Linear, *, holds: bool) -> None:
        """Take a comparison of this number, or its opposite."""
        factor, sign = int(line.terms[0][0]), line.sign
        at = Fraction(int(line.bound), factor)
        if sign == "==":
            if holds:
                self._upper(at, strict=False)
                self._lower(at, strict=False)
            else:
                self._not.add(at)
            return
        strict = (sign == "<") == holds
        if (factor > 0) == holds:
            self._upper(at, strict=strict)
        else:
            self._lower(at, strict=strict)

    def _upper(self, at: Fraction, *, strict: bool) -> None:
        if self._whole:
            at, strict = Fraction(math.ceil(at) - 1 if strict else math.floor(at)), False
        if self._high is None or (at, not strict) < (self._high[0], not self._high[1]):
            self._high = (at, strict)

    def _lower(self, at: Fraction, *, strict: bool) -> None:
        if self._whole:
            at, strict = Fraction(math.floor(at) + 1 if strict else math.ceil(at)), False
        if self._low is None or (at, strict) > self._low:
            self._low = (at, strict)

    def value(self) -> Fraction | None:
        """Return a value, an integer near zero if there is one; None if there is none."""
        low, high = self._low, self._high
        if low is not None and high is not None:
            if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):
                return None
            if low[0] == high[0]:
                return None if low[0] in self._not else low[0]
        for candidate in self._candidates(low, high):
            if self._inside(candidate) and candidate not in self._not:
                return candidate
        return None

    def _inside(self, value: Fraction) -> bool:
        above = self._low is None or (value > self._low[0] if self._low[1] else value >= self._low[0])
        below = self._high is None or (value < self._high[0] if self._high[1] else value <= self._high[0])
        return above and below

    def _candidates(self, low: tuple[Fraction, bool] | None, high: tuple[Fraction, bool] | None) -> list[Fraction]:
        near = max(Fraction(0), low[0]) if low is not None else Fraction(0)
        near = min(near, high[0]) if high is not None else near
        count = len(self._not) + 3
        base = Fraction(math.floor(near))
        found = [near, *(base + step * sign for step in range(count) for sign in (1, -1))]
        if not self._whole:
            start = low[0] if low is not None else (high[0] - 1 if high is not None else Fraction(0))
            end = high[0] if high is not None else start + 1
            found += [start + (end - start) * Fraction(step, count + 1) for step in range(1, count + 1)]
        return found

    def lengths(self) -> list[Regex]:
        """Return the texts of the lengths that are left, as languages whose union they are. Raises Undecided."""
        low = max(0, int(self._low[0])) if self._low is not None else 0
        high = int(self._high[0]) if self._high is not None else None
        found: list[Regex] = []
        for gap in sorted(int(value) for value in self._not if value.denominator == 1 and value >= low):
            if high is not None and gap > high:
                break
            if gap > low:
                found.append(repeat(ANY_CHAR, low, gap - 1))
            low = gap + 1
        if max(low, high or 0) > _LONGEST:
            raise Undecided(f"a length of more than {_LONGEST} characters is compared")
        if high is None or low <= high:
            found.append(repeat(ANY_CHAR, low, high))
        return found


def _words(texts: Mapping[str, Automaton], same: list[tuple[Same, bool]]) -> dict[str, str] | None:
    """Return a text of each language, equal and different as they must be; None if there are none."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.get(name, name) != name:
            name = leader[name]
        return name

    for atom, holds in same:
        if holds:
            leader[find(atom.left)] = find(atom.right)
    every = sorted({*texts, *(name for atom, _ in same for name in names(atom))})
    languages: dict[str, Automaton] = {}
    for name in every:
        mine, known = texts.get(name, _ANY), languages.get(find(name))
        languages[find(name)] = mine if known is None else _intersection(known, mine)
    apart = {frozenset((find(atom.left), find(atom.right))) for atom, holds in same if not holds}
    if any(len(pair) == 1 for pair in apart):
        return None
    chosen = _distinct(languages, apart)
    return None if chosen is None else {name: chosen[find(name)] for name in every}


def _distinct(languages: Mapping[str, Automaton], apart: set[frozenset[str]]) -> dict[str, str] | None:  # noqa: C901 - one case a variant
    """Return a word of each language, different where they must be; by as many words as could be taken, plus one."""
    options: dict[str, list[str]] = {}
    for name, language in languages.items():
        rivals = sum(name in pair for pair in apart)
        words: list[str] = []
        while len(words) <= rivals:
            word = language.witness()
            if word is None:
                break
            words.append(word)
            if len(words) <= rivals:
                language = language.difference(automaton(literal(word)), budget=_PRODUCT)  # noqa: PLW2901
        if not words:
            return None
        options[name] = words
    order = sorted(options, key=lambda name: len(options[name]))

    def place(at: int, chosen: dict[str, str]) -> dict[str, str] | None:
        if at == len(order):
            return chosen
        name = order[at]
        for word in options[name]:
            if all(chosen.get(next(iter(pair - {name}))) != word for pair in apart if name in pair):
                found = place(at + 1, {**chosen, name: word})
                if found is not None:
                    return found
        return None

    return place(0, {})
