"""What strategies read off the candidate graph: groups, parents, order on common seeds, what complements what."""

import itertools
import math
from collections.abc import Iterable, Sequence

from solon.contract import Ask, Candidate, History
from solon.search.standing import rank, violates


def wish(parents: Sequence[int], history: History) -> str:
    """Return the operator that makes a proposer keep to the parents, also where there are none in a run that began.

    Without one a proposer may take its parents from the whole history, as suits ``race``.
    """
    return "refine" if parents else "generate" if history else ""


def siblings(history: History) -> list[list[Candidate]]:
    """Return the groups in the order in which they were asked for."""
    return [list(group) for _, group in itertools.groupby(history, key=lambda candidate: candidate.group)]


def unfinished(history: History, seeds: int) -> Ask | None:
    """Return the wish to finish candidates that an interrupted run left with too few seeds."""
    again = tuple(c.number for c in history if c.fault is None and len(c.scores) < seeds)
    return Ask(0, seeds, again=again) if again else None


def mean(candidate: Candidate, seeds: int) -> float:
    """Return the mean score on the first seeds, a figure that more seeds never change."""
    scores = candidate.scores[:seeds]
    return math.fsum(scores) / len(scores)


def best_first(candidates: Iterable[Candidate], seeds: int) -> list[Candidate]:
    """Return the valid candidates by their mean on the first seeds; the earlier of equals comes first."""
    valid = [candidate for candidate in candidates if candidate.fault is None and candidate.scores]
    return sorted(valid, key=lambda candidate: (-mean(candidate, seeds), candidate.number))


def leader(history: History) -> int | None:
    """Return the best valid candidate, however many seeds each has played; the earliest of equals."""
    lengths = {len(candidate.scores) for candidate in history if candidate.fault is None and candidate.scores}
    if len(lengths) > 1:
        return rank(history)[0].number
    return best_first(history, lengths.pop())[0].number if lengths else None


def parent_of(candidate: Candidate) -> int | None:
    """Return the first parent, None for a candidate made from nothing; a proposer may have chosen other parents."""
    return next((number for number in candidate.proposal.parents if 0 <= number < candidate.number), None)


def frontier(history: History, seeds: int) -> dict[int, int]:
    """Return on how many of the first seeds each undominated candidate is the best; of equal ones the earliest counts.

    The instance-wise Pareto front of Agrawal et al. (2025), "GEPA: Reflective prompt evolution can outperform
    reinforcement learning".
    """
    rows: dict[tuple[float, ...], int] = {}
    for candidate in best_first(history, seeds):
        rows.setdefault(candidate.scores[:seeds], candidate.number)
    tops = [max(row[seed] for row in rows if seed < len(row)) for seed in range(max(map(len, rows), default=0))]
    wins = {row: sum(score == top for score, top in zip(row, tops, strict=False)) for row in rows}
    front = [row for row in rows if wins[row]]
    return {rows[row]: wins[row] for row in front if not any(_dominates(other, row) for other in front)}


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) >= len(other) and one != other and all(a >= b for a, b in zip(one, other, strict=False))


def complements(history: History, seeds: int) -> tuple[int, int] | None:
    """Return the two candidates that together do best, taking the better of both on each seed; None if one suffices."""
    scores = {number: history[number].scores[:seeds] for number in frontier(history, seeds)}
    pairs = itertools.combinations(scores, 2)
    together = {pair: math.fsum(map(max, scores[pair[0]], scores[pair[1]])) for pair in pairs}
    if not together:
        return None
    best = max(together, key=lambda pair: (together[pair], -pair[0] - pair[1]))
    return (min(best), max(best))


def metric_frontier(history: History, seeds: int, over: Sequence[str]) -> dict[int, tuple[float, ...]]:
    """Return whom no other beats in the means of all metrics, with those means, more being better; of equal ones one.

    A minus before a metric's name turns its sign. Who violates a constraint is left out unless all do.
    """
    valid = best_first(history, seeds)
    valid = [each for each in valid if not violates(each.scores)] or valid
    rows: dict[tuple[float, ...], int] = {}
    for candidate in valid:
        rows.setdefault(tuple(_oriented(candidate, seeds, name) for name in over), candidate.number)
    return {number: row for row, number in rows.items() if not any(_dominates(other, row) for other in rows)}


def _oriented(candidate: Candidate, seeds: int, name: str) -> float:
    values = candidate.metrics[name.removeprefix("-")][:seeds]
    mean_ = math.fsum(values) / len(values)
    return -mean_ if name.startswith("-") else mean_


def farthest(history: History, seeds: int, over: Sequence[str]) -> tuple[int, int] | None:
    """Return the two of the frontier that are farthest apart, each metric scaled to its spread there; None if one."""
    front = metric_frontier(history, seeds, over)
    spreads = [max(column) - min(column) or 1.0 for column in zip(*front.values(), strict=True)]

    def distance(pair: tuple[int, int]) -> float:
        return math.fsum(
            ((a - b) / spread) ** 2 for a, b, spread in zip(front[pair[0]], front[pair[1]], spreads, strict=True)
        )

    pairs = list(itertools.combinations(sorted(front), 2))
    return max(pairs, key=lambda pair: (distance(pair), -pair[0] - pair[1])) if pairs else None
