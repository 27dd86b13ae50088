"""The candidates of a run as its journal tells of them, and which of them matter most to a reader."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from solon.contract import Episode, Fault, Finding, Invalid, Scored
from solon.journal import Chosen, Excerpted, Fact, Found, Judged, Proposed
from solon.journal.facts import Suggestion

LINEAGE = 200
"""Ancestors of the winner, besides its main line, up to which a lineage goes."""


@dataclass
class Node:
    """One candidate: who it came from, and all its search episodes; a round is a group that has candidates."""

    number: int
    round: int
    suggestion: Suggestion
    episodes: list[Episode] = field(default_factory=list)
    fault: Fault | None = None
    excerpt: Excerpted | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def parents(self) -> tuple[int, ...]:
        """The candidates that it came from; a proposer may name what no candidate is."""
        return tuple(parent for parent in self.suggestion.parents if 0 <= parent < self.number)

    def mean(self, metric: str) -> float | None:
        """Return the mean of a metric over the search seeds; None for an invalid or unjudged candidate."""
        if self.fault is not None or not self.episodes:
            return None
        return math.fsum(episode.metrics[metric] for episode in self.episodes) / len(self.episodes)

    def violates(self, constraints: Mapping[str, float]) -> bool:
        """Tell whether a constraint, a metric with the sign of its margin, is violated on one of the search seeds."""
        if self.fault is not None:
            return False
        return any(sign * episode.metrics[name] < 0 for episode in self.episodes for name, sign in constraints.items())


@dataclass
class Search:
    """What a journal tells of the search."""

    nodes: list[Node]
    rounds: int
    findings: list[tuple[Finding, int | None]]
    chosen: Chosen | None


def read_search(facts: Sequence[Fact]) -> Search:
    """Return the search that facts tell of, up to wherever they go."""
    found = Search([], 0, [], None)
    for fact in facts:
        match fact:
            case Proposed():
                found.nodes += [Node(fact.first + at, found.rounds, it) for at, it in enumerate(fact.suggestions)]
                found.rounds += bool(fact.suggestions)
            case Judged():
                node = found.nodes[fact.number]
                if isinstance(fact.outcome, Scored):
                    node.episodes += fact.outcome.episodes
                elif isinstance(fact.outcome, Invalid):
                    node.fault = fact.outcome.fault
            case Excerpted():
                found.nodes[fact.number].excerpt = fact
            case Found():
                found.findings.append((fact.finding, fact.number))
                if fact.number is not None:
                    found.nodes[fact.number].findings.append(fact.finding)
            case Chosen():
                found.chosen = fact
            case _:
                pass
    return found


def lineage(nodes: Sequence[Node], winner: int | None) -> list[int]:
    """Return the winner's main line, then its other ancestors, the nearest first."""
    line = main_line(nodes, winner)
    found = dict.fromkeys(line)
    for number in (queue := list(line)):
        for parent in nodes[number].parents:
            if parent not in found and len(found) < LINEAGE:
                found[parent] = None
                queue.append(parent)
    return list(found)


def main_line(nodes: Sequence[Node], winner: int | None) -> list[int]:
    """Return the winner, the first of its parents, the first of that one's parents, and so on."""
    line: list[int] = []
    number = winner
    while number is not None:
        line.append(number)
        number = next(iter(nodes[number].parents), None)
    return line


def best_of_rounds(nodes: Sequence[Node], means: Mapping[int, float], *, less: bool) -> list[int]:
    """Return the best valid candidate of each round."""
    best: dict[int, int] = {}
    sign = 1.0 if less else -1.0
    for node in nodes:
        if node.number in means:
            other = best.get(node.round)
            if other is None or sign * means[node.number] < sign * means[other]:
                best[node.round] = node.number
    return list(best.values())


def essential(search: Search, means: Mapping[int, float], *, winner: int | None, less: bool) -> list[int]:
    """Return the candidates that tell the story, the most telling first.

    They are the winner's lineage, the first candidate, the best of each round, those with findings, and one for each
    kind of fault.
    """
    faults: dict[str, int] = {}
    for node in search.nodes:
        if node.fault is not None:
            faults.setdefault(node.fault.kind, node.number)
    flagged = [node.number for node in search.nodes if node.findings][:LINEAGE]
    first = [0] if search.nodes else []
    best = best_of_rounds(search.nodes, means, less=less)
    return list(dict.fromkeys([*lineage(search.nodes, winner), *first, *best, *faults.values(), *flagged]))


def in_order_of_interest(search: Search, means: Mapping[int, float], first: Sequence[int], *, less: bool) -> list[int]:
    """Return all candidates: the essential ones, then the better before the worse, then those that have no mean."""
    sign = 1.0 if less else -1.0
    rest = sorted(means, key=lambda number: (sign * means[number], number))
    return list(dict.fromkeys([*first, *rest, *(node.number for node in search.nodes)]))


def operators(search: Search, means: Mapping[int, float], *, less: bool) -> Iterator[tuple[str, int, int, int]]:
    """Yield for each operator its name, how many candidates it made, how many were valid, how many a new best."""
    made: dict[str, list[int]] = {}
    best: float | None = None
    for node in search.nodes:
        counts = made.setdefault(node.suggestion.operator or "unnamed", [0, 0, 0])
        counts[0] += 1
        counts[1] += node.fault is None
        mean = means.get(node.number)
        if mean is not None and (best is None or (mean < best if less else mean > best)):
            best = mean
            counts[2] += 1
    for name, (count, valid, improved) in made.items():
        yield name, count, valid, improved
