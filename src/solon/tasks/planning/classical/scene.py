"""Instances of a planning domain as statements, each of which has words and facts; see ``words`` and ``worlds``.

A scene is what an instance's words tell: which objects there are, and statements about the world, the start and the
goal. ``World.problem`` turns it into PDDL: the facts of its statements and what follows from them.
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Final, Literal

from solon.contract import Value
from solon.verify.pddl.read import read_domain
from solon.verify.pddl.syntax import And, Atom, Domain, Formula, Not, Problem, Typed, conjuncts

Section = Literal["world", "start", "goal"]
NUMBER: Final = "number"
"""The type of slots that hold whole numbers."""
_CELL: Final = re.compile(r"(.+)-(\d+)-(\d+)")


class Noun(Value, frozen=True):
    """What objects of one type are called; ``plain`` names are used as words, such as "wrench" or "red"."""

    one: str
    many: str
    other: tuple[str, str] = ("", "")  # a synonym, singular and plural
    plain: bool = False
    declared: bool = True  # whether a sentence lists them; otherwise another sentence brings them


class Kind(Value, frozen=True):
    """A kind of statement: its slots with their types, its sentences and its facts; the first sentence is the usual."""

    name: str
    slots: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]
    facts: tuple[str, ...] = ()  # such as "on {x} {y}", or "not on {x} {y}"; none where ``finish`` adds them
    section: Section | Literal["both"] = "both"  # "both" is start and goal


class Statement(Value, frozen=True):
    """One sentence's meaning."""

    kind: str
    values: tuple[str, ...] = ()


class Scene(Value, frozen=True):
    """What the words of one instance tell."""

    objects: tuple[tuple[str, tuple[str, ...]], ...]  # type to names, in PDDL order
    world: tuple[Statement, ...] = ()
    start: tuple[Statement, ...] = ()
    goal: tuple[Statement, ...] = ()

    def canonical(self) -> "Scene":
        """Return the scene in one fixed order, for comparisons."""
        objects = sorted((name, tuple(sorted(names))) for name, names in self.objects)
        rest = [_sorted(statements) for statements in (self.world, self.start, self.goal)]
        return Scene(tuple(objects), *rest)

    def statements(self) -> tuple[Statement, ...]:
        """Return all statements in order."""
        return self.world + self.start + self.goal


def _sorted(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    return tuple(sorted(statements, key=lambda it: (it.kind, it.values)))


def kind(name: str, slots: str, *forms: str, facts: str = "", section: Section | Literal["both"] = "both") -> Kind:
    """Return a kind of statement; slots are written ``x:block y:block``, facts are separated by ``;``."""
    pairs = [tuple(slot.split(":")) for slot in slots.split()]
    return Kind(
        name,
        tuple((pair[0], pair[1]) for pair in pairs),
        forms,
        tuple(part.strip() for part in facts.split(";") if part.strip()),
        section,
    )


def say(kind_name: str, *values: str | int) -> Statement:
    """Return a statement."""
    return Statement(kind_name, tuple(map(str, values)))


@dataclass
class Facts:
    """A problem in the making: what the statements said, for ``finish`` to complete."""

    scene: Scene
    objects: list[Typed] = field(default_factory=list[Typed])
    init: list[Atom] = field(default_factory=list[Atom])
    goal: list[Formula] = field(default_factory=list[Formula])

    def of(self, *types: str) -> list[str]:
        """Return the names of the objects of some types."""
        return [entry.name for entry in self.objects if entry.types[0] in types]

    def stated(self, kind_name: str) -> list[tuple[str, ...]]:
        """Return the values of all statements of one kind."""
        return [it.values for it in self.scene.statements() if it.kind == kind_name]

    def among(self, predicate: str, place: int) -> set[str]:
        """Return which objects stand at one place of a predicate's initial facts."""
        return {atom.arguments[place] for atom in self.init if atom.name == predicate}

    def add(self, predicate: str, *arguments: str) -> None:
        """Add an initial fact."""
        self.init.append(Atom(predicate, arguments))

    def bring(self, type_name: str, names: Iterable[str]) -> None:
        """Add objects."""
        self.objects += [Typed(name, (type_name,)) for name in names]


Draw = Callable[[int, random.Random], Scene]


@dataclass(frozen=True)
class World:
    """A planning domain with its words, its generator of instances and how its actions and facts are told."""

    name: str
    title: str
    about: str
    nouns: Mapping[str, Noun]
    kinds: Sequence[Kind]
    actions: Mapping[str, str]
    phrases: Mapping[str, str]
    draw: Draw
    finish: Callable[[Facts], None] = lambda facts: None  # noqa: ARG005
    source: str = ""  # name of the file of PDDL, the world's own name if empty
    text: str = ""  # the PDDL itself, where there is no file
    costs: bool = False
    draws: str = ""  # the world whose instances it has under other names, its own if empty

    @cached_property
    def domain(self) -> Domain:
        """The trusted domain."""
        if self.text:
            return read_domain(self.text)
        file = resources.files("solon.tasks.planning.classical").joinpath("pddl", f"{self.source or self.name}.pddl")
        return read_domain(file.read_text("utf-8"))

    @cached_property
    def by_name(self) -> Mapping[str, Kind]:
        """The kinds of statements by name."""
        return {it.name: it for it in self.kinds}

    def problem(self, scene: Scene, name: str = "") -> Problem:
        """Return what a scene says as PDDL."""
        facts = Facts(scene)
        for type_name, names in scene.objects:
            facts.bring(type_name, names)
        for statement in scene.world + scene.start:
            for literal in self.literals(statement):
                if isinstance(literal, Atom):
                    facts.init.append(literal)
        for statement in scene.goal:
            facts.goal += self.literals(statement)
        self.finish(facts)
        return Problem(
            name or self.name,
            self.domain.name,
            tuple(facts.objects),
            tuple(dict.fromkeys(facts.init)),
            And(tuple(dict.fromkeys(facts.goal))),
            "cost" if self.costs else "length",
            ((Atom("total-cost"), 0.0),) if self.costs else (),
        )

    def literals(self, statement: Statement) -> list[Atom | Not]:
        """Return the facts that a statement says by itself."""
        known = self.by_name[statement.kind]
        filled = dict(zip((name for name, _ in known.slots), statement.values, strict=True))
        found: list[Atom | Not] = []
        for pattern in known.facts:
            negated = pattern.startswith("not ")
            head, *arguments = pattern.removeprefix("not ").format(**filled).split()
            atom = Atom(head, tuple(arguments))
            found.append(Not(atom) if negated else atom)
        return found

    def instance(self, number: int, collection: int = 0) -> Scene:
        """Return one instance, the same for ever; trivial ones are drawn again. Collections hold other draws."""
        dice = random.Random(f"{self.draws or self.name}/{collection}/{number}")  # noqa: S311 - reproducible on purpose
        while True:
            scene = self.draw(number, dice)
            if not trivial(self.problem(scene)):
                return scene

    def step(self, atom: Atom) -> str:
        """Return an action in words."""
        pattern = self.actions.get(atom.name)
        return pattern.format(*atom.arguments) if pattern and _slots(pattern) <= len(atom.arguments) else str(atom)

    def fact(self, atom: Atom) -> str:
        """Return a fact in words."""
        pattern = self.phrases.get(atom.name)
        return pattern.format(*atom.arguments) if pattern and _slots(pattern) <= len(atom.arguments) else str(atom)


def _slots(pattern: str) -> int:
    return 1 + max((int(place) for place in re.findall(r"\{(\d+)\}", pattern)), default=-1)


def trivial(problem: Problem) -> bool:
    """Return whether the goal, a conjunction of literals, holds at the start."""
    init = set(problem.init)
    return all(
        (part in init) if isinstance(part, Atom) else part.body not in init
        for part in conjuncts(problem.goal)
        if isinstance(part, Atom | Not)
    )


def cell(prefix: str, row: int, column: int) -> str:
    """Return the name of a cell of a grid."""
    return f"{prefix}-{row}-{column}"


def place_of(name: str) -> tuple[str, int, int] | None:
    """Return prefix, row and column of a cell's name."""
    found = _CELL.fullmatch(name)
    return (found[1], int(found[2]), int(found[3])) if found else None


def numbered(prefix: str, count: int) -> tuple[str, ...]:
    """Return names with the numbers 1 to ``count``."""
    return tuple(f"{prefix}{place}" for place in range(1, count + 1))
