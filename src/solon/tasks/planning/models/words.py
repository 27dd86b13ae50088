"""Sentences with slots: one list of forms writes a fact in words and reads it back from them.

A *fact* is what one sentence says. A *form* is a sentence with slots in braces; reading turns it into a regular
expression, so whatever a form writes is read as the same fact. That makes reading exact on our own text, and on no
other.

Slots: ``{a}`` ``{b}`` ``{c}`` the fact's first things, singular; ``{as}`` ``{bs}`` ``{cs}`` the same, plural;
``{list}`` and ``{anyof}`` all things, joined by "and" and "or"; ``{n}`` ``{m}`` ``{k}`` its last, last but one and last
but two number; ``{percent}`` and ``{fraction}`` the last number as a share; ``{terms}``, ``{needs}``, ``{gives}`` one
number for each thing; ``{unit}``, ``{word}`` texts; ``{do}`` and ``{done}`` the verb of the story, no part of the fact.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Final

from solon.contract import Value
from solon.tasks.planning.models import lexicon

_NUMBER: Final = r"\d+(?:,\d{3})*(?:\.\d+)?"
FRACTIONS: Final = {
    "a half": 0.5,
    "a third": 1 / 3,
    "a quarter": 0.25,
    "a fifth": 0.2,
    "two thirds": 2 / 3,
    "three quarters": 0.75,
}


class Fact(Value, frozen=True):
    """What one sentence says; the numbers of a weighted sum come first, in the order of the things."""

    kind: str
    things: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    unit: str = ""
    word: str = ""


class Said(Value, frozen=True):
    """A fact and the sentence that says it, word by word; "" if a table says it."""

    fact: Fact
    sentence: str = ""


class Unread(ValueError):
    """Raised for a sentence that no form could have written."""


def written(value: float) -> str:
    """Return a number as sentences write it: thousands with commas, no needless digits."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.6f}".rstrip("0")


def read_number(text: str) -> float:
    """Return the number that ``written`` wrote."""
    return float(text.replace(",", ""))


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


class Form:
    """A sentence with slots."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._slots: tuple[str, ...] = tuple(re.findall(r"\{(\w+)\}", text))
        self._opening: str = text.partition("{")[0].casefold()

    def write(self, fact: Fact, verbs: tuple[str, str]) -> str:
        """Return the sentence, with a capital letter."""
        sentence = re.sub(r"\{(\w+)\}", lambda slot: _filled(slot[1], fact, verbs), self.text)
        return sentence[0].upper() + sentence[1:]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.text)
        seen: set[str] = set()
        out: list[str] = []
        for place, part in enumerate(parts):
            if place % 2 == 0:
                out.append(re.escape(part))
            elif part in seen:
                out.append(f"(?P={part})")
            else:
                seen.add(part)
                out.append(f"(?P<{part}>{_pattern_of(part)})")
        return re.compile("".join(out), re.IGNORECASE)

    def read(self, kind: str, sentence: str) -> Fact | None:
        """Return the fact that this form says in a sentence, or None."""
        if not sentence.casefold().startswith(self._opening):  # most forms end here, and their patterns are never built
            return None
        found = self._pattern.fullmatch(sentence)
        return None if found is None else _fact(kind, found.groupdict())

    def fits(self, fact: Fact, verbs: tuple[str, str]) -> bool:
        """Return whether the fact can be said so and is read back as the same."""
        if "fraction" in self._slots and fact.numbers[-1] not in FRACTIONS.values():
            return False
        try:
            return self.read(fact.kind, self.write(fact, verbs)) == fact
        except IndexError:  # the fact has nothing to fill a slot with
            return False


def _filled(slot: str, fact: Fact, verbs: tuple[str, str]) -> str:
    things, numbers = fact.things, fact.numbers
    if slot in _THINGS:
        thing = things["abc".index(slot[0])]
        return lexicon.plural(thing) if slot.endswith("s") else lexicon.words(thing)
    if slot in ("list", "anyof"):
        return joined([lexicon.plural(it) for it in things], "and" if slot == "list" else "or")
    if slot in ("n", "m", "k"):
        return written(numbers[-1 - "nmk".index(slot)])
    if slot in _TERMS:
        pairs = zip(things, numbers, strict=False)
        return joined([_TERMS[slot].format(n=written(n), unit=fact.unit, a=lexicon.words(it)) for it, n in pairs])
    return {
        "percent": lambda: f"{written(round(100 * numbers[-1], 6))} percent",
        "fraction": lambda: next(words for words, value in FRACTIONS.items() if value == numbers[-1]),
        "unit": lambda: fact.unit,
        "word": lambda: fact.word,
        "do": lambda: verbs[0],
        "done": lambda: verbs[1],
    }[slot]()


_THINGS: Final = ("a", "b", "c", "as", "bs", "cs")
_TERMS: Final = {
    "terms": "{n} {unit} for each {a}",
    "needs": "each {a} needs {n} {unit}",
    "gives": "each {a} brings {n} {unit}",
}


@cache
def _alternation(names: tuple[str, ...]) -> str:
    return "(?:" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + ")"


@cache
def _pattern_of(slot: str) -> str:
    singular, plural = _alternation(lexicon.SINGULAR), _alternation(lexicon.PLURAL)
    unit = _alternation(lexicon.UNITS)
    term = {
        "terms": f"{_NUMBER} {unit} for each {singular}",
        "needs": f"each {singular} needs {_NUMBER} {unit}",
        "gives": f"each {singular} brings {_NUMBER} {unit}",
    }
    return {
        **dict.fromkeys(("a", "b", "c"), singular),
        **dict.fromkeys(("as", "bs", "cs"), plural),
        "list": f"{plural}(?:, {plural})*(?: and {plural})?",
        "anyof": f"{plural}(?:, {plural})*(?: or {plural})?",
        **dict.fromkeys(("n", "m", "k"), _NUMBER),
        "percent": f"{_NUMBER} percent",
        "fraction": _alternation(tuple(FRACTIONS)),
        **{name: f"{body}(?:, {body})*(?: and {body})?" for name, body in term.items()},
        "unit": unit,
        "word": _alternation(lexicon.WORDS),
        "do": _alternation(tuple({verbs[0] for verbs in lexicon.VERBS})),
        "done": _alternation(tuple({verbs[1] for verbs in lexicon.VERBS})),
    }[slot]


def _fact(kind: str, slots: Mapping[str, str]) -> Fact:
    things: dict[str, str] = {}
    weights: list[float] = []
    unit, word = slots.get("unit", ""), slots.get("word", "")
    for slot, text in slots.items():
        if slot in _THINGS:
            things[slot[0]] = lexicon.thing(text)
        elif slot in ("list", "anyof"):
            parts = _parts(text, "and" if slot == "list" else "or")
            things |= {str(n): lexicon.thing(part) for n, part in enumerate(parts)}
        elif slot in ("terms", "needs", "gives"):
            for n, part in enumerate(_parts(text, "and")):
                weight, unit, things[str(n)] = _weighed(part)
                weights.append(weight)
    last = [read_number(slots[slot]) for slot in ("k", "m", "n") if slot in slots]
    if "percent" in slots:
        last.append(read_number(slots["percent"].removesuffix(" percent")) / 100)
    if "fraction" in slots:
        last.append(FRACTIONS[slots["fraction"].lower()])
    ordered = tuple(things[key] for key in (sorted(things) if set(things) <= set("abc") else things))
    return Fact(kind, ordered, (*weights, *last), unit.lower() if unit else "", word.lower() if word else "")


def _weighed(part: str) -> tuple[float, str, str]:
    """Return weight, unit and thing of one part: "3 kg for each box", "each box needs 3 kg" or "... brings 3 kg"."""
    found = re.search(rf"({_NUMBER}) ({_pattern_of('unit')})", part, re.IGNORECASE)
    assert found is not None
    before = part.removeprefix("each ").partition(" needs ")[0].partition(" brings ")[0]
    return read_number(found[1]), found[2], lexicon.thing(part.partition(" for each ")[2] or before)


def _parts(text: str, last: str) -> list[str]:
    head, found, tail = text.rpartition(f" {last} ")
    return [*head.split(", "), tail] if found else [text]


class Forms:
    """The forms of a source: kind of fact to the sentences that can say it."""

    def __init__(self, forms: Mapping[str, Sequence[str]]) -> None:
        self.forms = {kind: tuple(Form(text) for text in texts) for kind, texts in forms.items()}

    def read(self, sentence: str) -> Fact:
        """Return what a sentence says. Raises Unread."""
        sentence = sentence.strip()
        for kind, forms in self.forms.items():
            for form in forms:
                fact = form.read(kind, sentence)
                if fact is not None:
                    return fact
        raise Unread(f"no known form says {sentence!r}; only sentences that the generator writes can be read")


_END: Final = re.compile(r"(?<=[.?!])\s+")


def sentences(words: str) -> list[str]:
    """Return the sentences of a text, without its tables."""
    lines = [line.strip() for line in words.splitlines()]
    prose = [line for line in lines if line and not line.startswith("|")]
    return [sentence for line in prose for sentence in _END.split(line) if sentence]
