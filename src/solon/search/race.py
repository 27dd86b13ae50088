"""Successive halving over an open-ended stream of candidates, on common seeds."""

import math

from solon.contract import Ask, History, Value
from solon.search.limits import Ceiling, require
from solon.search.standing import Standing, rank


class Race(Value, frozen=True):
    """Judge each group on few seeds, give more seeds to what may still be best, and confirm the finalists.

    Every candidate starts on ``seeds[0]`` seeds. Each group adds ``batch * keep**r`` places on rung ``r`` (``seeds[r]``
    seeds), for which candidates of all groups compete; one that is below the best by more than ``deviations`` standard
    errors of the difference gets no place, and unused places are carried over. After the last round the finalists play
    ``confirm`` seeds, so that the winner is not the luckiest draw. Synchronous successive halving after Jamieson and
    Talwalkar (2016), with the elimination by a test taken from racing (Maron and Moore 1997). The test has no proved
    error rate, because it compares with the best of all; measured, two standard errors drop the best of 16 arms in 7, 1
    and 0 % of runs when it is ahead by 0.5, 1 and 2 standard deviations of a seed's noise, and the winner is the best
    arm as often as without the test (docs/design/strategies.md).
    """

    batch: int = 16
    seeds: tuple[int, ...] = (1, 3, 8)
    keep: float = 1 / 3
    rounds: int = 16
    evaluations: int | None = None  # start no group that could exceed this many
    parents: int = 3
    confirm: int | None = None  # seeds of the finalists; twice the last rung unless given
    deviations: float = 2.0

    def __post_init__(self) -> None:
        require(self, batch=1, rounds=1, parents=1)
        rising = all(low < high for low, high in zip(self.seeds, self.seeds[1:], strict=False))
        if not self.seeds or self.seeds[0] < 1 or not rising:
            raise ValueError(f"Race needs seeds that rise from at least 1, such as (1, 3, 8), not {self.seeds!r}.")
        if not 0 < self.keep < 1:
            raise ValueError(f"Race needs keep, the share promoted at each rung, between 0 and 1, not {self.keep!r}.")
        if self.deviations < 0:
            raise ValueError(
                f"Race needs deviations, a number of standard errors, of at least 0, not {self.deviations!r}."
            )
        if self.confirm is not None and self.confirm < self.seeds[-1]:
            raise ValueError(
                f"Race needs confirm to be at least the last rung's {self.seeds[-1]} seeds, not {self.confirm}."
            )
        if self.evaluations is not None and self.evaluations < self._round_cost() + self._final_cost():
            raise ValueError(
                f"Race needs evaluations of at least {self._round_cost() + self._final_cost()}, the cost of one round "
                f"with these options, not {self.evaluations}."
            )

    def ask(self, history: History) -> Ask | None:
        """Return promotions to the lowest rung with a place to fill, else a new group, else the final."""
        unfinished = tuple(c.number for c in history if c.fault is None and len(c.scores) < self.seeds[0])
        if unfinished:
            return Ask(0, self.seeds[0], again=unfinished)
        standings = rank(history)
        groups = len({candidate.group for candidate in history})
        for rung, (low, high) in enumerate(zip(self.seeds, self.seeds[1:], strict=False), start=1):
            again = self._promoted(standings, low, high, groups * self._places(rung))
            if again:
                return Ask(0, high, again=again)
        if groups < self.rounds and self._affordable(history):
            return Ask(self.batch, self.seeds[0], parents=tuple(s.number for s in standings[: self.parents]))
        again = self._promoted(standings, self.seeds[-1], self._final_seeds(), self._finalists())
        return Ask(0, self._final_seeds(), again=again) if again else None

    def winner(self, history: History) -> int | None:
        """Return the best candidate among those judged on the most seeds; the earliest of equals.

        Who violates a constraint wins only where all do, however many seeds others have played.
        """
        standings = rank(history)
        standings = [standing for standing in standings if not standing.violating] or standings
        most = max((standing.seeds for standing in standings), default=0)
        return next((standing.number for standing in standings if standing.seeds == most), None)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        rounds = self.rounds
        if self.evaluations is not None:
            # A round may cost less than its ceiling, so only a group's first seeds bound the number of groups.
            rounds = min(rounds, self.evaluations // (self.batch * self.seeds[0]))
        evaluations = rounds * self._round_cost() + self._final_cost()
        return Ceiling(rounds * self.batch, min(evaluations, self.evaluations or evaluations))

    def _promoted(self, standings: list[Standing], low: int, high: int, places: int) -> tuple[int, ...]:
        """Return who moves from ``low`` to ``high`` seeds: the best of those not clearly below the best of all."""
        free = places - sum(standing.seeds >= high for standing in standings)
        waiting = [
            standing.number
            for standing in standings
            if low <= standing.seeds < high and not standing.clearly_below(standings[0], self.deviations)
        ]
        return tuple(sorted(waiting[: max(free, 0)]))

    def _places(self, rung: int) -> int:
        return max(1, math.ceil(self.batch * self.keep**rung - 1e-9))

    def _finalists(self) -> int:
        return max(2, self._places(len(self.seeds) - 1))

    def _final_seeds(self) -> int:
        return 2 * self.seeds[-1] if self.confirm is None else self.confirm

    def _round_cost(self) -> int:
        steps = enumerate(zip(self.seeds, self.seeds[1:], strict=False), start=1)
        return self.batch * self.seeds[0] + sum(self._places(rung) * (high - low) for rung, (low, high) in steps)

    def _final_cost(self) -> int:
        return self._finalists() * (self._final_seeds() - self.seeds[-1])

    def _affordable(self, history: History) -> bool:
        """Tell whether one more round and the final, with all places carried over, stay within the limit."""
        if self.evaluations is None:
            return True
        groups = len({candidate.group for candidate in history})
        void = sum(max(self.seeds[0] - len(c.scores), 0) for c in history if c.fault is not None)
        spent = sum(len(candidate.scores) for candidate in history) + void
        carried = self._carried(history, groups)
        return spent + carried + self._round_cost() + self._final_cost() <= self.evaluations

    def _carried(self, history: History, groups: int) -> int:
        """Return what the places that earlier groups left free may still cost."""
        lengths = [len(candidate.scores) for candidate in history if candidate.fault is None]
        steps = enumerate(zip(self.seeds, self.seeds[1:], strict=False), start=1)
        return sum(
            max(groups * self._places(rung) - sum(length >= high for length in lengths), 0) * (high - low)
            for rung, (low, high) in steps
        )
