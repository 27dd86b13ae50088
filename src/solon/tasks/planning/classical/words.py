"""Instances in words: four renderings, and a parser of templates that reads all of them back.

*order* lists everything in the order of the PDDL, *shuffled* in another, *paraphrased* also chooses among synonyms,
and *counts* never names an object: objects are counted and called "the second block". The first three are inverted
exactly; what *counts* says is read with invented names, so its inverse is right up to renaming.
"""

import random
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, TypeVar, get_args

from solon.tasks.planning.classical.scene import NUMBER, Kind, Noun, Scene, Statement, World, cell, place_of

_Form = TypeVar("_Form")
Words = Literal["order", "shuffled", "paraphrased", "counts"]
WORDS: Final[tuple[Words, ...]] = get_args(Words)

_OPENINGS: Final = {
    "start": ("At the start", "Initially", "To begin with"),
    "goal": ("In the end", "When all is done", "What is wanted is this"),
}
_LISTS: Final = ("There are", "We have", "There exist")
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NAME: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_ORDINAL: Final = rf"{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th)"


class Unread(ValueError):
    """Raised for a sentence that no template fits; the message quotes it."""


def ordinal(number: int) -> str:
    """Return "first", "second" and so on, in figures from eleven on."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _number(word: str) -> int:
    return _ORDINALS.index(word) + 1 if word in _ORDINALS else int(word[:-2])


def join(names: Sequence[str]) -> str:
    """Return names as a list in words."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def render(world: World, scene: Scene, words: Words = "order", entropy: int = 0) -> str:
    """Return the words of a scene: three paragraphs, for objects and world, start, and goal."""
    dice = random.Random(f"{world.name}/{words}/{entropy}")  # noqa: S311 - reproducible on purpose
    return _Renderer(world, scene, words, dice).text()


class _Renderer:
    def __init__(self, world: World, scene: Scene, words: Words, dice: random.Random) -> None:
        self._world, self._scene, self._words, self._dice = world, scene, words, dice
        self._called = _called(world, scene) if words == "counts" else {}

    def text(self) -> str:
        objects = self._mixed([self._listed(name, names) for name, names in self._scene.objects if names])
        world = [self._sentence(it) for it in self._scene.world]
        paragraphs = [_run([*objects, *self._mixed(world)])]
        for section, statements in (("start", self._scene.start), ("goal", self._scene.goal)):
            sentences = self._mixed([self._sentence(it) for it in statements])
            paragraphs.append(f"{self._one_of(_OPENINGS[section])}: {_run(sentences)}")
        return "\n\n".join(paragraphs) + "\n"

    def _mixed(self, entries: list[str]) -> list[str]:
        if self._words in ("shuffled", "paraphrased"):
            self._dice.shuffle(entries)
        return entries

    def _one_of(self, forms: Sequence[_Form]) -> _Form:
        return self._dice.choice(forms) if self._words == "paraphrased" else forms[0]

    def _listed(self, type_name: str, names: tuple[str, ...]) -> str:
        noun = self._world.nouns[type_name]
        words = self._one_of([(noun.one, noun.many), noun.other] if noun.other[0] else [(noun.one, noun.many)])
        listed = self._mixed(list(names))
        opening = self._one_of(_LISTS)
        if len(names) == 1 and opening == _LISTS[0]:
            opening = "There is"
        counted = f"{opening} {len(names)} {words[len(names) > 1]}"
        return counted if self._words == "counts" and not noun.plain else f"{counted}: {join(listed)}"

    def _sentence(self, statement: Statement) -> str:
        known = self._world.by_name[statement.kind]
        called = [self._called.get(value, value) for value in statement.values]
        names = (name for name, _ in known.slots)
        return self._one_of(known.forms).format(**dict(zip(names, called, strict=True)))


def _run(sentences: Sequence[str]) -> str:
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)


def _called(world: World, scene: Scene) -> dict[str, str]:
    """Return what objects are called where none is named."""
    called: dict[str, str] = {}
    for type_name, names in scene.objects:
        noun = world.nouns[type_name]
        if not noun.plain:
            for place, name in enumerate(names, 1):
                called[name] = f"the {noun.one}" if len(names) == 1 else f"the {ordinal(place)} {noun.one}"
    for value in (value for statement in scene.statements() for value in statement.values):
        grid = place_of(value)
        if grid is not None and grid[0] in world.nouns and not world.nouns[grid[0]].declared:
            called[value] = f"the {world.nouns[grid[0]].one} in row {grid[1]}, column {grid[2]}"
    return called


# Reading


def parse(world: World, text: str) -> Scene:
    """Return the scene that words tell. Raises Unread."""
    paragraphs = [paragraph.strip() for paragraph in text.strip().split("\n\n")]
    if len(paragraphs) != 3:
        raise Unread(f"expected three paragraphs (objects, start, goal), got {len(paragraphs)}")
    objects: dict[str, tuple[str, ...]] = {}
    told: list[Statement] = []
    for sentence in _sentences(paragraphs[0]):
        listed = _read_list(world, sentence)
        if listed is not None:
            objects[listed[0]] = listed[1]
        else:
            told.append(_read(world, "world", sentence))
    bodies: list[tuple[Statement, ...]] = []
    for section, paragraph in (("start", paragraphs[1]), ("goal", paragraphs[2])):
        opening, colon, body = paragraph.partition(": ")
        if not colon or opening not in _OPENINGS[section]:
            raise Unread(f"a paragraph must begin with {_OPENINGS[section][0]!r} and a colon, got {paragraph[:40]!r}")
        bodies.append(tuple(_read(world, section, sentence) for sentence in _sentences(body)))
    order = list(world.nouns)
    pairs = sorted(objects.items(), key=lambda pair: order.index(pair[0]))
    return Scene(tuple(pairs), tuple(told), *bodies)


def _sentences(paragraph: str) -> list[str]:
    return [sentence.strip().rstrip(".").lower() for sentence in paragraph.split(". ")]


def _read_list(world: World, sentence: str) -> tuple[str, tuple[str, ...]] | None:
    found = re.fullmatch(r"(?:there are|there is|we have|there exist) (\d+) ([a-z ]+?)(?:: (.+))?", sentence)
    if found is None:
        return None
    for type_name, noun in world.nouns.items():
        if noun.declared and found[2] in (noun.one, noun.many, *noun.other):
            count = int(found[1])
            if found[3] is None:
                return type_name, tuple(invented(noun, place) for place in range(1, count + 1))
            names = tuple(re.split(r", | and ", found[3]))
            if len(names) != count:
                raise Unread(f"the sentence {sentence!r} counts {count} and names {len(names)}")
            return type_name, names
    return None


def invented(noun: Noun, place: int) -> str:
    """Return the name that the parser gives to an object that has none."""
    return f"{noun.one.replace(' ', '-')}{place}"


def _read(world: World, section: str, sentence: str) -> Statement:
    for pattern, known in _patterns(world.name, tuple(world.kinds), tuple(world.nouns.items())):
        if known.section == section or (known.section == "both" and section != "world"):
            found = pattern.fullmatch(sentence)
            if found is not None:
                return Statement(known.name, tuple(_value(world.nouns, found[name]) for name, _ in known.slots))
    raise Unread(f"no template fits the sentence {sentence!r}")


def _value(nouns: Mapping[str, Noun], words: str) -> str:
    if not words.startswith("the "):
        return words
    for type_name, noun in nouns.items():
        grid = re.fullmatch(rf"the {noun.one} in row (\d+), column (\d+)", words)
        if grid is not None:
            return cell(type_name, int(grid[1]), int(grid[2]))
        nth = re.fullmatch(rf"the (?:({_ORDINAL}) )?{noun.one}", words)
        if nth is not None:
            return invented(noun, _number(nth[1]) if nth[1] else 1)
    raise Unread(f"nothing is called {words!r}")


@lru_cache(maxsize=64)
def _patterns(
    _world: str, kinds: tuple[Kind, ...], nouns: tuple[tuple[str, Noun], ...]
) -> tuple[tuple[re.Pattern[str], Kind], ...]:
    ones = "|".join(noun.one for _, noun in nouns)
    name = rf"(?:the (?:(?:{_ORDINAL}) )?(?:{ones})(?: in row \d+, column \d+)?|{_NAME})"
    found: list[tuple[re.Pattern[str], Kind]] = []
    for known in kinds:
        for form in known.forms:
            pattern = re.escape(form.lower())
            for slot, type_name in known.slots:
                hole, what = re.escape(f"{{{slot}}}"), r"\d+" if type_name == NUMBER else name
                pattern = pattern.replace(hole, f"(?P<{slot}>{what})", 1).replace(hole, f"(?P={slot})")
            found.append((re.compile(pattern), known))
    return tuple(found)
