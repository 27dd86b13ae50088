"""Two-valued formulas over flags, texts and numbers: what the automata and the solvers are asked.

Variables are named; ``#x`` is the length of the text ``x``. Conjunctions and disjunctions without parts are true and
false.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, Literal

from solon.contract import Value
from solon.verify.requests.text import automaton
from solon.verify.strings.regex import Regex

Sort = Literal["flag", "text", "integer", "real"]


class Flag(Value, frozen=True, tag="flag"):
    """A truth value."""

    name: str


class Inside(Value, frozen=True, tag="inside"):
    """A text is of a regular language."""

    text: str
    regex: Regex


class Same(Value, frozen=True, tag="same"):
    """Two texts are equal."""

    left: str
    right: str


class Linear(Value, frozen=True, tag="linear"):
    """The sum of coefficients times numbers compares with a bound; integers in decimal, of any size."""

    terms: tuple[tuple[str, str], ...]  # coefficient, variable; sorted by variable
    sign: Literal["<", "<=", "=="]
    bound: str


class All(Value, frozen=True, tag="and"):
    """A conjunction."""

    parts: tuple["Formula", ...] = ()


class Any(Value, frozen=True, tag="or"):
    """A disjunction."""

    parts: tuple["Formula", ...] = ()


class No(Value, frozen=True, tag="not"):
    """A negation."""

    part: "Formula"


Atom = Flag | Inside | Same | Linear
Formula = Atom | All | Any | No

YES: Final = All()
NEVER: Final = Any()


def both(*parts: Formula) -> Formula:
    """Return a conjunction, flat and simplified."""
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == NEVER:
            return NEVER
        flat |= dict.fromkeys(part.parts if isinstance(part, All) else (part,))
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def either(*parts: Formula) -> Formula:
    """Return a disjunction, flat and simplified."""
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == YES:
            return YES
        flat |= dict.fromkeys(part.parts if isinstance(part, Any) else (part,))
    return next(iter(flat)) if len(flat) == 1 else Any(tuple(flat))


def no(part: Formula) -> Formula:
    """Return a negation, simplified."""
    match part:
        case No(part=inner):
            return inner
        case All(parts=()):
            return NEVER
        case Any(parts=()):
            return YES
        case _:
            return No(part)


def implied(condition: Formula, then: Formula) -> Formula:
    """Return the implication."""
    return either(no(condition), then)


def equal(left: Formula, right: Formula) -> Formula:
    """Return whether both have the same truth value."""
    return either(both(left, right), both(no(left), no(right)))


def linear(terms: Mapping[str, Fraction], sign: Literal["<", "<=", "=="], bound: Fraction) -> Formula:
    """Return a comparison with integer coefficients; one without variables is true or false."""
    used = {name: value for name, value in sorted(terms.items()) if value}
    if not used:
        zero = Fraction(0)
        return YES if {"<": zero < bound, "<=": zero <= bound, "==": zero == bound}[sign] else NEVER
    scale = Fraction(1)
    for value in (*used.values(), bound):
        scale *= (value * scale).denominator
    return Linear(tuple((str(value * scale), name) for name, value in used.items()), sign, str(bound * scale))


def atoms(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula, each time they occur."""
    pending = [formula]
    while pending:
        part = pending.pop()
        match part:
            case All(parts=parts) | Any(parts=parts):
                pending.extend(reversed(parts))
            case No(part=inner):
                pending.append(inner)
            case _:
                yield part


def names(atom: Atom) -> tuple[str, ...]:
    """Return the variables of an atom; the length of a text counts as the text."""
    match atom:
        case Flag(name=name):
            return (name,)
        case Inside(text=text):
            return (text,)
        case Same(left=left, right=right):
            return (left, right)
        case Linear(terms=terms):
            return tuple(name for _, name in terms)


class Valuation(Value, frozen=True):
    """Values of variables; numbers as fractions in decimal, such as ``-3/2``."""

    flags: dict[str, bool] = {}
    texts: dict[str, str] = {}
    numbers: dict[str, str] = {}

    def number(self, name: str) -> Fraction:
        """Return a number, or the length of a text for ``#text``."""
        if name in self.numbers:
            return Fraction(self.numbers[name])
        return Fraction(len(self.texts.get(name[1:], ""))) if name.startswith("#") else Fraction(0)


def truth(formula: Formula, values: Valuation) -> bool:  # noqa: PLR0911 - one case a variant
    """Return the truth of a formula under a valuation; a variable without a value is false, empty or zero."""
    match formula:
        case All(parts=parts):
            return all(truth(part, values) for part in parts)
        case Any(parts=parts):
            return any(truth(part, values) for part in parts)
        case No(part=part):
            return not truth(part, values)
        case Flag(name=name):
            return values.flags.get(name, False)
        case Inside(text=text, regex=regex):
            return automaton(regex).accepts(values.texts.get(text, ""))
        case Same(left=left, right=right):
            return values.texts.get(left, "") == values.texts.get(right, "")
        case Linear(terms=terms, sign=sign, bound=bound):
            total = sum((int(factor) * values.number(name) for factor, name in terms), Fraction(0))
            due = int(bound)
            return {"<": total < due, "<=": total <= due, "==": total == due}[sign]
