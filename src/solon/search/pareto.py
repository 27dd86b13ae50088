"""Search along a frontier: of candidates that are the best on some seed, or that no other beats in all metrics."""

import difflib
from collections import Counter
from collections.abc import Sequence

from solon.contract import Ask, History, Metric, Value
from solon.search.graph import (
    complements,
    farthest,
    frontier,
    leader,
    metric_frontier,
    siblings,
    unfinished,
    wish,
)
from solon.search.limits import Ceiling, require


class Pareto(Value, frozen=True):
    """Refine candidates of a frontier, each as often as its weight there.

    Without ``over`` the frontier is instance-wise, and a weight is the number of seeds on which the candidate is the
    best. With ``over``, names of metrics, it holds who is beaten in all of them by nobody, in the means over the common
    seeds, each with the same weight; a minus before a name says that less is better. The next parent is the one with
    the most weight per group that it already had (D'Hondt's apportionment), which takes the place of GEPA's random
    draw. Every ``merge``-th group merges the two that complement each other best, with ``over`` those that are farthest
    apart; ``merge=0`` never does. The winner is the best in the task's objective.
    """

    rounds: int = 12
    width: int = 4
    seeds: int = 6
    merge: int = 3
    over: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(self, rounds=1, width=1, seeds=1, merge=0)
        names = [name.removeprefix("-") for name in self.over]
        if len(names) == 1 or len(set(names)) < len(names) or not all(names):
            raise ValueError(
                f"Pareto needs over to name two or more different metrics, such as (efficiency,equality), "
                f"not {self.over!r}."
            )

    def ask(self, history: History) -> Ask | None:
        """Return the next group: a refinement of one candidate of the frontier, or a merge of two."""
        if again := unfinished(history, self.seeds):
            return again
        groups = siblings(history)
        if len(groups) >= self.rounds:
            return None
        if self.merge and groups and len(groups) % self.merge == 0:
            pair = farthest(history, self.seeds, self.over) if self.over else complements(history, self.seeds)
            if pair is not None:
                return Ask(self.width, self.seeds, pair, operator="merge")
        weights = self._weights(history)
        if not weights:
            return Ask(self.width, self.seeds, operator=wish((), history))
        used = Counter(number for group in groups for number in {n for each in group for n in each.proposal.parents})
        parent = max(weights, key=lambda number: (weights[number] / (1 + used[number]), -number))
        return Ask(self.width, self.seeds, (parent,), operator=wish((parent,), history))

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score; the earliest of equals."""
        return leader(history)

    def kept(self, history: History) -> tuple[int, ...]:
        """Return the frontier over metrics, in the order of the candidates; nothing without ``over``."""
        return tuple(sorted(metric_frontier(history, self.seeds, self.over))) if self.over else ()

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        return Ceiling(self.rounds * self.width, self.rounds * self.width * self.seeds)

    def _weights(self, history: History) -> dict[int, int]:
        if not self.over:
            return frontier(history, self.seeds)
        return dict.fromkeys(metric_frontier(history, self.seeds, self.over), 1)


def check_over(over: Sequence[str], metrics: Sequence[Metric]) -> None:
    """Raise ValueError unless each name is a task's metric, with a minus exactly where less is better."""
    directions = {metric.name: metric.direction for metric in metrics}
    for text in over:
        name = text.removeprefix("-")
        if name not in directions:
            near = difflib.get_close_matches(name, directions, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(directions)}"
            raise ValueError(f"The task measures no {name!r}; {hint}.")
        right = f"-{name}" if directions[name] == "minimise" else name
        if text != right:
            raise ValueError(f"Of {name!r}, {'less' if right != name else 'more'} is better; write {right}.")
