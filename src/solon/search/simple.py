"""Strategies that judge every candidate on the same number of seeds."""

from solon.contract import Ask, History, Value
from solon.search.limits import Ceiling, require
from solon.search.standing import rank


class BestOfN(Value, frozen=True):
    """Ask for ``n`` independent candidates, ``batch`` at a time, and keep the best."""

    n: int = 16
    batch: int = 16
    seeds: int = 3

    def __post_init__(self) -> None:
        require(self, n=1, batch=1, seeds=1)

    def ask(self, history: History) -> Ask | None:
        """Return the next batch, without parents, until ``n`` candidates exist."""
        unfinished = _unfinished(history, self.seeds)
        if unfinished is not None:
            return unfinished
        left = self.n - len(history)
        return Ask(min(self.batch, left), self.seeds) if left > 0 else None

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score; the earliest of equals."""
        return _best(history)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        return Ceiling(self.n, self.n * self.seeds)


class Refine(Value, frozen=True):
    """Ask ``rounds`` times for ``width`` variations of the best ``keep`` candidates so far."""

    rounds: int = 6
    width: int = 8
    seeds: int = 3
    keep: int = 1

    def __post_init__(self) -> None:
        require(self, rounds=1, width=1, seeds=1, keep=1)

    def ask(self, history: History) -> Ask | None:
        """Return the next group, whose parents are the best candidates so far."""
        unfinished = _unfinished(history, self.seeds)
        if unfinished is not None:
            return unfinished
        if len({candidate.group for candidate in history}) >= self.rounds:
            return None
        parents = tuple(standing.number for standing in rank(history)[: self.keep])
        return Ask(self.width, self.seeds, parents)

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score; the earliest of equals."""
        return _best(history)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        return Ceiling(self.rounds * self.width, self.rounds * self.width * self.seeds)


def _unfinished(history: History, seeds: int) -> Ask | None:
    """Return the wish to finish candidates that an interrupted run left with too few seeds."""
    again = tuple(c.number for c in history if c.fault is None and len(c.scores) < seeds)
    return Ask(0, seeds, again=again) if again else None


def _best(history: History) -> int | None:
    standings = rank(history)
    return standings[0].number if standings else None
