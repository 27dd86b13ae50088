"""Search along the frontier of candidates that are the best on some seed."""

from collections import Counter

from solon.contract import Ask, History, Value
from solon.search.graph import complements, frontier, leader, siblings, unfinished
from solon.search.limits import Ceiling, require


class Pareto(Value, frozen=True):
    """Refine candidates of the instance-wise frontier, each as often as it is the best on a seed.

    The next parent is the one with the most seeds won per group that it already had (D'Hondt's apportionment), which
    takes the place of GEPA's random draw. Every ``merge``-th group merges the two that complement each other best;
    ``merge=0`` never does.
    """

    rounds: int = 12
    width: int = 4
    seeds: int = 6
    merge: int = 3

    def __post_init__(self) -> None:
        require(self, rounds=1, width=1, seeds=1, merge=0)

    def ask(self, history: History) -> Ask | None:
        """Return the next group: a refinement of one candidate of the frontier, or a merge of two."""
        if again := unfinished(history, self.seeds):
            return again
        groups = siblings(history)
        if len(groups) >= self.rounds:
            return None
        if self.merge and groups and len(groups) % self.merge == 0:
            pair = complements(history, self.seeds)
            if pair is not None:
                return Ask(self.width, self.seeds, pair, operator="merge")
        wins = frontier(history, self.seeds)
        if not wins:
            return Ask(self.width, self.seeds)
        used = Counter(number for group in groups for number in {n for each in group for n in each.proposal.parents})
        parent = max(wins, key=lambda number: (wins[number] / (1 + used[number]), -number))
        return Ask(self.width, self.seeds, (parent,))

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score; the earliest of equals."""
        return leader(history)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        return Ceiling(self.rounds * self.width, self.rounds * self.width * self.seeds)
