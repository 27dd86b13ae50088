"""Islands: populations that evolve apart and exchange their best along a ring."""

from collections.abc import Sequence

from solon.contract import Ask, Candidate, History, Value
from solon.search.graph import best_first, leader, siblings, unfinished, wish
from solon.search.limits import Ceiling, require


class Islands(Value, frozen=True):
    """Refine on each of ``islands`` in turn; every ``every`` rounds the best of each settles on the next one.

    Group number g belongs to island g mod ``islands``, whatever parents its proposer used. ``every=0`` keeps the
    islands apart for good. Ring migration after Tanese (1989), "Distributed genetic algorithms".
    """

    islands: int = 4
    rounds: int = 6
    width: int = 4
    keep: int = 2
    every: int = 2
    seeds: int = 3

    def __post_init__(self) -> None:
        require(self, islands=1, rounds=1, width=1, keep=1, every=0, seeds=1)

    def ask(self, history: History) -> Ask | None:
        """Return the next island's group, whose parents are the best that live there."""
        if again := unfinished(history, self.seeds):
            return again
        groups = siblings(history)
        turn, island = divmod(len(groups), self.islands)
        if turn >= self.rounds:
            return None
        living = best_first(self._populations(groups, turn)[island], self.seeds)
        parents = tuple(each.number for each in living[: self.keep])
        return Ask(self.width, self.seeds, parents, operator=wish(parents, history))

    def winner(self, history: History) -> int | None:
        """Return the best candidate of all islands; the earliest of equals."""
        return leader(history)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        candidates = self.islands * self.rounds * self.width
        return Ceiling(candidates, candidates * self.seeds)

    def _populations(self, groups: Sequence[Sequence[Candidate]], turn: int) -> list[list[Candidate]]:
        """Return who lives where at the start of a round, migrants included."""
        populations: list[list[Candidate]] = [[] for _ in range(self.islands)]
        best: list[list[Candidate]] = [[] for _ in range(self.islands)]
        for past in range(turn + 1):
            arriving: list[Sequence[Candidate]] = [()] * self.islands
            if self.every and past and past % self.every == 0:
                arriving = [best[-1], *best[:-1]]
            for island, migrants in enumerate(arriving):
                born = groups[past * self.islands + island] if past < turn else ()
                settlers = [each for each in migrants if each not in populations[island]]
                populations[island] += [*settlers, *born]
                best[island] = best_first([*best[island], *settlers, *born], self.seeds)[:1]
        return populations
