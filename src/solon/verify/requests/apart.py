"""A quick proof that two conditions are never true together: what each asks of one value contradicts the other.

It looks at the top of each formula alone. That it finds nothing says nothing.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from solon.contract import Value
from solon.verify.requests.formula import All, Flag, Formula, Inside, Linear, No
from solon.verify.requests.meaning import Question
from solon.verify.requests.text import automaton
from solon.verify.strings.automaton import TooLarge
from solon.verify.strings.regex import Regex


class Facts(Value, frozen=True):
    """What must be so of single values for a formula to be true."""

    flags: Mapping[str, bool] = {}
    texts: Mapping[str, tuple[Regex, ...]] = {}
    numbers: Mapping[str, tuple[Fraction | None, Fraction | None]] = {}  # smallest and largest; None is no bound


def facts(question: Question, formula: Formula) -> Facts:
    """Return what the top of a formula asks of single values.

    Elements and lengths of lists are left out: questions unroll lists as far as they themselves need, so that an
    element of one is not that of another.
    """
    flags: dict[str, bool] = {}
    texts: dict[str, tuple[Regex, ...]] = {}
    numbers: dict[str, tuple[Fraction | None, Fraction | None]] = {}
    for part in formula.parts if isinstance(formula, All) else (formula,):
        holds = not isinstance(part, No)
        match part.part if isinstance(part, No) else part:
            case Flag(name=name) if _plain(question, name, "value", "present"):
                flags[name] = holds
            case Inside(text=name, regex=regex) if holds and _plain(question, name, "value"):
                texts[name] = (*texts.get(name, ()), regex)
            case Linear(terms=((factor, name),)) as line if holds and _plain(question, name, "value"):
                low, high = numbers.get(name, (None, None))
                at = Fraction(int(line.bound), int(factor))
                if line.sign == "==" or int(factor) > 0:
                    high = at if high is None else min(at, high)
                if line.sign == "==" or int(factor) < 0:
                    low = at if low is None else max(at, low)
                numbers[name] = low, high
            case _:
                pass
    return Facts(flags, texts, numbers)


def _plain(question: Question, name: str, *kinds: str) -> bool:
    """Return whether a variable is a value of its own, and no element of a list."""
    known = question.variables.get(name)
    return known is not None and known.kind in kinds and all(isinstance(key, str) for key in known.path.keys)


def apart(one: Facts, other: Facts) -> bool:
    """Return whether it is proved that no request makes both true."""
    if any(other.flags.get(name, holds) != holds for name, holds in one.flags.items()):
        return True
    for name, (low, high) in one.numbers.items():
        least, most = other.numbers.get(name, (None, None))
        if (high is not None and least is not None and high < least) or (
            low is not None and most is not None and low > most
        ):
            return True
    return any(not _meet(left, right) for left, right in _pairs(one.texts, other.texts))


def _pairs(
    one: Mapping[str, tuple[Regex, ...]], other: Mapping[str, tuple[Regex, ...]]
) -> Iterator[tuple[Regex, Regex]]:
    for name, regexes in one.items():
        yield from ((left, right) for left in regexes for right in other.get(name, ()))


@lru_cache(maxsize=100_000)
def _meet(one: Regex, other: Regex) -> bool:
    """Return whether some text is in both languages, or may be."""
    try:
        return automaton(one).meets(automaton(other))
    except TooLarge:
        return True
