"""Scenarios: a journey with a user, tools that answer as the journey needs it, and the calls that are expected.

Four kinds: *correct*; *missing* (the user lacks a fact that is asked for); *failing* (a tool returns an error); and
*change* (the user gives one fact wrongly at first and corrects it; ours). What a missing fact or a failure puts out of
reach is not expected, and the conversation is to be handed over.
"""

import hashlib
import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.tasks.guard.journeys.check import witness
from solon.tasks.guard.journeys.domains import domain
from solon.tasks.guard.journeys.graph import START, USER, Facts, Graph, Invocation, paths, position, standing
from solon.tasks.guard.journeys.sample import drawn, solved
from solon.verify.requests.expression import Expression
from solon.verify.requests.request import Json

Kind = Literal["correct", "missing", "failing", "change"]
KINDS: Final[tuple[Kind, ...]] = ("correct", "missing", "failing", "change")
_READS: Final = ("find_", "read_", "check_", "quote_", "test_", "verify_")


class Expected(Value, frozen=True):
    """What is to be done: groups of calls, in any order within a group, the outcome and the database afterwards."""

    groups: tuple[tuple[Invocation, ...], ...]
    outcome: str
    state: str  # hash of the database
    perhaps: tuple[Invocation, ...] = ()  # calls that commute with the last one, which fails: they may come before it

    @property
    def calls(self) -> tuple[Invocation, ...]:
        """The calls in the order of the procedure."""
        return tuple(call for group in self.groups for call in group)


class Scenario(Value, frozen=True):
    """One conversation to be had."""

    domain: str
    journey: tuple[str, ...]
    kind: Kind
    told: dict[str, Json]  # what the user knows, and tells when asked
    results: dict[str, dict[str, Json]]  # what tools return
    opening: tuple[str, ...]  # facts that the user tells at once
    expected: Expected
    missing: str = ""
    failing: str = ""
    at_first: tuple[str, Json] = ("", None)  # a fact and what the user says of it before the correction

    @property
    def facts(self) -> dict[str, Json]:
        """All facts as they really are."""
        return {**self.told, **{name: value for result in self.results.values() for name, value in result.items()}}


class Database:
    """The records that the tools of a domain write; its hash tells two runs apart."""

    def __init__(self, user: Facts) -> None:
        self._records: list[tuple[str, dict[str, Json]]] = [("user", dict(user))]

    def write(self, call: Invocation) -> None:
        """Carry out a call; calls that only read change nothing."""
        if not call.tool.startswith(_READS):
            self._records.append((call.tool, dict(call.arguments)))

    @property
    def digest(self) -> str:
        """SHA-256 of all records as a set: writes to different tables do not depend on each other's order."""
        encoded = sorted(msgspec.json.encode(record, order="deterministic") for record in self._records)
        return hashlib.sha256(b"\n".join(encoded)).hexdigest()


@lru_cache(maxsize=64)
def journeys(name: str) -> tuple[tuple[tuple[str, ...], tuple[Expression, ...]], ...]:
    """Return the journeys of a domain that some facts lead along, breadth first."""
    graph = domain(name)
    return tuple((way, conditions) for way, conditions in paths(graph) if witness(graph, conditions) is not None)


def batch(name: str, kinds: Sequence[Kind], count: int, dice: random.Random) -> list[Scenario]:
    """Return scenarios whose kinds come in turn and whose journeys come equally often, as far as the count goes."""
    order: list[int] = []
    while len(order) < count:
        order += dice.sample(range(len(journeys(name))), len(journeys(name)))
    return [draw(name, kinds[place % len(kinds)], dice, order[place]) for place in range(count)]


def draw(name: str, kind: Kind, dice: random.Random, journey: int | None = None) -> Scenario:
    """Return a scenario on a journey, or on a drawn one where that has none of the kind; facts are solved for."""
    graph = domain(name)
    known = journeys(name)
    while True:
        way, conditions = known[dice.randrange(len(known)) if journey is None else journey]
        journey = None
        values = solved(conditions, graph.facts, dice)
        made = None if values is None else _made(graph, way, kind, values, dice)
        if made is not None:
            return made


def _made(
    graph: Graph, way: tuple[str, ...], kind: Kind, values: dict[str, Json], dice: random.Random
) -> Scenario | None:
    """Return the scenario of a kind; None where the journey has none, such as no call that could fail."""
    nodes = [graph.node(name) for name in way]
    asked = list(dict.fromkeys(name for node in nodes for name in node.asks))
    first = graph.node(graph.start).asks
    opening = tuple(sorted(dice.sample(first, dice.randint(0, len(first) - 1)), key=first.index))
    missing, failing = "", ""
    at_first: tuple[str, Json] = ("", None)
    if kind == "missing":
        missing = dice.choice([name for name in asked if name not in opening])
    elif kind == "failing":
        made = [use.tool for node in nodes for use in node.uses]
        if not made:
            return None
        failing = dice.choice(made)
    elif kind == "change":
        name = dice.choice(first)
        wrong = next((value for _ in range(20) if (value := drawn(graph.fact(name), dice)) != values[name]), None)
        if wrong is None:
            return None
        opening, at_first = (name,), (name, wrong)
    told = {fact.name: values[fact.name] for fact in graph.facts if fact.source == USER}
    results: dict[str, dict[str, Json]] = {}
    for fact in graph.facts:
        if fact.source != USER:
            results.setdefault(fact.source, {})[fact.name] = values[fact.name]
    told = {name: value for name, value in told.items() if name != missing}
    expected = gold(graph, told, results, failing)
    return Scenario(graph.name, way, kind, told, results, opening, expected, missing, failing, at_first)


def gold(graph: Graph, told: Facts, results: dict[str, dict[str, Json]], failing: str = "") -> Expected:
    """Follow a procedure: the expected calls up to an end, a fact that the user lacks or a call that fails."""
    at, facts = START, dict(told)
    groups: list[tuple[Invocation, ...]] = []
    database = Database(told)
    while True:
        here = standing(graph, at, facts)
        if not here.uses:
            return Expected(tuple(groups), here.outcome or "handed over", database.digest)
        calls = {use.tool: use.invoked(facts) for _, use in here.uses}
        if failing in calls:
            before = tuple(call for tool, call in calls.items() if tool != failing)
            return Expected((*groups, (calls[failing],)), "handed over", database.digest, before)
        for call in calls.values():
            database.write(call)
            facts |= results.get(call.tool, {})
        groups.append(tuple(calls.values()))
        made = here.mask
        for place, _ in here.uses:
            made |= 1 << place
        at = position(here.node.id, made)
