"""Constraints on a result: what they make of a score, and what may be said of them on sealed seeds.

A metric with the role *constraint* is a margin: the constraint holds where it is at least 0 (at most 0 if less is
better). The reasons for what follows stand in ``docs/design/objectives.md``.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from solon.contract import Episode, Finding, Metric, Task, Value
from solon.engine.statistics import Estimate, estimate
from solon.search.standing import VIOLATION


class Held(Value, frozen=True):
    """One constraint of one arm on the sealed seeds."""

    arm: str
    constraint: str  # name of the metric, which says what must hold
    margin: Estimate
    verdict: Literal["holds", "violated", "undecided"]  # whether the interval of the mean lies on one side of 0
    violations: int  # sealed episodes in which it does not hold


def constraints(task: Task) -> tuple[Metric, ...]:
    """Return the metrics that are constraints."""
    return tuple(metric for metric in task.metrics if metric.role == "constraint")


def penalised(task: Task, score: Callable[[Episode], float]) -> Callable[[Episode], float]:
    """Return the score under the task's constraints: one that is violated costs more than any objective can bring.

    The penalty of an episode is ``VIOLATION`` for each violated constraint, times 1 to 2 by how far it is violated.
    """
    limits = constraints(task)
    if not limits:
        return score

    def under(episode: Episode) -> float:
        excess = math.fsum(_excess(metric, _margin(metric, episode)) for metric in limits)
        return -VIOLATION * excess if excess else score(episode)

    return under


def held(task: Task, arm: str, episodes: Sequence[Episode]) -> Iterator[Held]:
    """Yield for each constraint whether an arm keeps it, from its episodes, at least one."""
    for metric in constraints(task):
        margins = [_margin(metric, episode) for episode in episodes]
        margin = estimate(margins)
        low = margin.mean if margin.low is None else margin.low
        high = margin.mean if margin.high is None else margin.high
        verdict = "holds" if low >= 0 else "violated" if high < 0 else "undecided"
        yield Held(arm, metric.name, margin, verdict, sum(it < 0 for it in margins))


def kept(task: Task, episodes: Sequence[Episode]) -> bool:
    """Tell whether all constraints are shown to hold."""
    return all(it.verdict == "holds" for it in held(task, "", episodes))


def constraint_findings(task: Task, episodes: Sequence[Episode]) -> Iterator[Finding]:
    """Yield a warning for each constraint that the winner is not shown to keep."""
    for it in held(task, "winner", episodes):
        if it.verdict != "holds":
            words = "violates" if it.verdict == "violated" else "is not shown to keep"
            text = f"winner: it {words} {it.constraint} on the sealed seeds"
            ends = "" if it.margin.low is None else f" ({it.margin.low:.4g} to {it.margin.high:.4g})"
            evidence = f"margin {it.margin.mean:.4g}{ends}, below 0 in {it.violations} of {len(episodes)} episodes"
            yield Finding("constraint", "warning", text, evidence)


def _margin(metric: Metric, episode: Episode) -> float:
    value = episode.metrics[metric.name]
    return value if metric.direction == "maximise" else -value


def _excess(metric: Metric, margin: float) -> float:
    """Return 0 where a margin is kept, else 1 to 2: the more, the larger the part of its range that is missing."""
    if margin >= 0:
        return 0.0
    widest = -metric.low if metric.direction == "maximise" else metric.high
    return 1.0 + (-margin / widest if math.isfinite(widest) else -margin / (1.0 - margin))
