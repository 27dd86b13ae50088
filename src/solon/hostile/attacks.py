"""The programs of the corpus and their headers, read strictly.

A header is a block of comment lines ``# key: value`` that a blank line ends:

    name         the file's stem
    tries        one sentence
    class        one of ``CLASSES``
    expect       ``invalid:KIND,...``: a fault of one of these kinds; or an episode like that of the honest twin on the
                 same seed: ``scored:same`` without slips and with equal metrics, ``slips`` with slips and equal
                 metrics, ``scored:no-gain`` with an objective that is not better
    twin         the task's reference program that the attack is compared with and, if it likes, acts like
    needs-wall   true when it would harm a machine whose judge has no walls; such an attack runs at A, B and C only
    episodes     in how many episodes, one after the other, it is played (default 1)
    needs-game   true when it looks into a grid game, which other tasks are not; such an attack plays the games only
    waits        true when it blocks instead of computing, so that patience with it is short (default false)
    expect-c     another verdict at level C (WebAssembly), where some of what an attack is made of does not exist
    why-c        one sentence: what is different there; given with ``expect-c`` and only then

A verdict of one level is as strict as the common one: any but ``scored:no-gain``. ``-a`` and ``-b`` work alike.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal, get_args

from solon.contract import Fault, Value

CLASSES: Final = (
    *("files", "environment", "processes", "network", "memory", "time", "introspection", "wire", "return-value"),
    *("output", "exit", "state", "seed", "clock", "paper"),
)
KINDS: Final = get_args(Fault.__annotations__["kind"])
REQUIRED: Final = frozenset({"name", "tries", "class", "expect", "twin", "needs-wall"})
WALLED: Final = ("A", "B", "C")  # levels that protect the machine
OPTIONAL: Final = frozenset(
    {"episodes", "waits", "needs-game", *(f"{key}-{each.lower()}" for key in ("expect", "why") for each in WALLED)}
)
MOST_EPISODES: Final = 5
_LINE: Final = re.compile(r"# ([a-z-]+): (\S.*)")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class Expectation(Value, frozen=True):
    """The verdict that an attack must get."""

    verdict: Literal["invalid", "same", "no-gain", "slips"]
    kinds: tuple[str, ...] = ()  # of faults, when the verdict is invalid

    def __str__(self) -> str:
        if self.verdict == "invalid":
            return f"invalid:{','.join(self.kinds)}"
        return self.verdict if self.verdict == "slips" else f"scored:{self.verdict}"


class Deviation(Value, frozen=True):
    """The verdict that is due at one level only, and what is different there."""

    level: str
    expect: Expectation
    why: str


class Attack(Value, frozen=True):
    """One hostile program."""

    name: str
    tries: str
    group: str  # one of CLASSES
    expect: Expectation
    twin: str
    needs_wall: bool
    source: str
    episodes: int = 1
    waits: bool = False
    needs_game: bool = False
    deviations: tuple[Deviation, ...] = ()

    def due(self, level: str) -> Expectation:
        """Return the verdict that it must get at a level."""
        return next((each.expect for each in self.deviations if each.level == level), self.expect)

    def why(self, level: str) -> str:
        """Return what is different at a level where another verdict is due than elsewhere, else an empty text."""
        return next((each.why for each in self.deviations if each.level == level), "")


def parse_attack(stem: str, source: str) -> Attack:
    """Read one program of the corpus. Raises ValueError naming the line or key that is wrong."""
    header: dict[str, str] = {}
    for line in source.splitlines():
        if not line:
            break
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{stem}.py: the header line {line!r} is no '# key: value'")
        key, value = match.groups()
        if key in header:
            raise ValueError(f"{stem}.py: the header gives {key!r} twice")
        header[key] = value
    if wrong := (REQUIRED - header.keys()) | (header.keys() - REQUIRED - OPTIONAL):
        raise ValueError(f"{stem}.py: keys missing from the header or unknown: {', '.join(sorted(wrong))}")
    if header["name"] != stem or not _NAME.fullmatch(stem):
        raise ValueError(f"{stem}.py: the header names it {header['name']!r}; use the file's name, in lower case")
    if header["class"] not in CLASSES:
        raise ValueError(f"{stem}.py: no class is called {header['class']!r}; use one of {', '.join(CLASSES)}")
    episodes = header.get("episodes", "1")
    if not (episodes.isdecimal() and 1 <= int(episodes) <= MOST_EPISODES):
        raise ValueError(f"{stem}.py: episodes is {episodes!r}; give a number from 1 to {MOST_EPISODES}")
    return Attack(
        name=stem,
        tries=header["tries"],
        group=header["class"],
        expect=_expectation(stem, header["expect"]),
        deviations=_deviations(stem, header),
        twin=header["twin"],
        needs_wall=_truth(stem, "needs-wall", header["needs-wall"]),
        source=source,
        episodes=int(episodes),
        waits=_truth(stem, "waits", header.get("waits", "false")),
        needs_game=_truth(stem, "needs-game", header.get("needs-game", "false")),
    )


def _expectation(stem: str, text: str) -> Expectation:
    verdict, _, rest = text.partition(":")
    kinds = tuple(rest.split(","))
    match verdict, rest:
        case "slips", "":
            return Expectation("slips")
        case "scored", "same" | "no-gain":
            return Expectation(rest)
        case "invalid", _ if set(kinds) <= set(KINDS):
            return Expectation("invalid", kinds)
        case _:
            raise ValueError(
                f"{stem}.py: cannot expect {text!r}; write scored:same, scored:no-gain, slips or invalid:KIND,..."
            )


def _deviations(stem: str, header: Mapping[str, str]) -> tuple[Deviation, ...]:
    found: list[Deviation] = []
    for level in WALLED:
        text, why = (header.get(f"{key}-{level.lower()}") for key in ("expect", "why"))
        if (text is None) != (why is None):
            raise ValueError(f"{stem}.py: expect-{level.lower()} and why-{level.lower()} go together; give both")
        if text is None or why is None:
            continue
        if text == header["expect"]:
            raise ValueError(f"{stem}.py: expect-{level.lower()} repeats {text!r}; leave it out")
        expect = _expectation(stem, text)
        if expect.verdict == "no-gain":
            raise ValueError(
                f"{stem}.py: a level may not be content with less; do not expect {text!r} at {level} alone"
            )
        if not why.endswith("."):
            raise ValueError(f"{stem}.py: why-{level.lower()} is no sentence; end it with a full stop")
        found.append(Deviation(level, expect, why))
    return tuple(found)


def _truth(stem: str, key: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{stem}.py: {key} is {text!r}; write true or false")
    return text == "true"


@cache
def load_corpus() -> tuple[Attack, ...]:
    """Return all attacks, by class and name. Raises ValueError for a wrong header."""
    folder = resources.files("solon.hostile") / "corpus"
    sources = {
        file.name.removesuffix(".py"): file.read_text("utf-8") for file in folder.iterdir() if _counts(file.name)
    }
    attacks = [parse_attack(stem, source) for stem, source in sources.items()]
    return tuple(sorted(attacks, key=lambda attack: (CLASSES.index(attack.group), attack.name)))


def _counts(name: str) -> bool:
    return name.endswith(".py") and not name.startswith("_")


@cache
def kit() -> str:
    """Return the source of the tools that the attacks share."""
    return (resources.files("solon.hostile") / "corpus" / "_kit.py").read_text("utf-8")
