"""Strategies that judge every candidate on the same number of seeds."""

from solon.contract import Ask, Candidate, History, Value
from solon.search.acceptance import Contest
from solon.search.graph import best_first, leader, mean, siblings, unfinished, wish
from solon.search.limits import Ceiling, require, require_share


class BestOfN(Value, frozen=True):
    """Ask for ``n`` independent candidates, ``batch`` at a time, and keep the best."""

    n: int = 16
    batch: int = 16
    seeds: int = 3

    def __post_init__(self) -> None:
        require(self, n=1, batch=1, seeds=1)

    def ask(self, history: History) -> Ask | None:
        """Return the next batch, without parents, until ``n`` candidates exist."""
        if again := unfinished(history, self.seeds):
            return again
        left = self.n - len(history)
        return Ask(min(self.batch, left), self.seeds) if left > 0 else None

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score; the earliest of equals."""
        return leader(history)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        return Ceiling(self.n, self.n * self.seeds)


class Refine(Value, frozen=True):
    """Ask ``rounds`` times for ``width`` variations of the best ``keep`` candidates so far.

    With ``patience``, the search ends after so many groups in a row that brought nothing better than what was there
    before. With ``alpha``, the best of a group takes the place of its parent only if a sequential paired test on up to
    ``limit`` further seeds says that it is better; ``alpha`` bounds the probability that a run in which no program
    differs from another accepts any (see ``accept``). With ``repair``, of equals the latest is varied, and while no
    program is valid the latest of all: for objectives that say little more than yes or no. The search ends when a
    program's mean score reaches ``target``.
    """

    rounds: int = 6
    width: int = 8
    seeds: int = 3
    keep: int = 1
    alpha: float | None = None
    limit: int = 40
    patience: int = 0  # 0: as many groups as there are rounds
    repair: bool = False
    target: float | None = None

    def __post_init__(self) -> None:
        require(self, rounds=1, width=1, seeds=1, keep=1, limit=1, patience=0)
        require_share(self, "alpha", optional=True)

    def ask(self, history: History) -> Ask | None:
        """Return what an undecided test needs, else the next group, whose parents are the best candidates so far."""
        if again := unfinished(history, self.seeds):
            return again
        incumbent, more = self._incumbent(history)
        if more is not None:
            return more
        if len(siblings(history)) >= self.rounds or self._tired(history) or self._there(history):
            return None
        others = self._best(history)
        if incumbent is not None:
            others = [incumbent.number, *(number for number in others if number != incumbent.number)]
        parents = tuple(others[: self.keep])
        return Ask(self.width, self.seeds, parents, operator=wish(parents, history))

    def _best(self, history: History) -> list[int]:
        best = best_first(history, self.seeds)
        if not self.repair:
            return [each.number for each in best]
        if not best:
            return [each.number for each in reversed(history)]
        return [each.number for each in sorted(best, key=lambda it: (-mean(it, self.seeds), -it.number))]

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score, or the last that a test accepted; the earliest of equals."""
        if self.alpha is None:
            return leader(history)
        incumbent, _ = self._incumbent(history)
        return None if incumbent is None else incumbent.number

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        candidates = self.rounds * self.width
        tests = 0 if self.alpha is None else self.rounds * self.limit
        return Ceiling(candidates, candidates * self.seeds + tests)

    def _there(self, history: History) -> bool:
        """Tell whether a program is as good as is asked for."""
        best = best_first(history, self.seeds)
        return self.target is not None and bool(best) and mean(best[0], self.seeds) >= self.target

    def _tired(self, history: History) -> bool:
        """Tell whether the last groups, as many as the patience, left the best program what it was."""
        groups = siblings(history)
        if not self.patience or len(groups) <= self.patience:
            return False
        return self.winner(history) == self.winner(history[: -sum(map(len, groups[-self.patience :]))])

    def _incumbent(self, history: History) -> tuple[Candidate | None, Ask | None]:
        """Return who has been accepted last, and the wish of a test that is not decided."""
        if self.alpha is None:
            return None, None
        contest = Contest(self.seeds, self.alpha / max(1, self.rounds - 1), self.limit)
        incumbent: Candidate | None = None
        for group in siblings(history):
            if incumbent is None:
                incumbent = next(iter(best_first(group, self.seeds)), None)
                continue
            challenger = contest.challenger(incumbent, group)
            if challenger is None:
                continue
            verdict = contest.decide(incumbent, challenger).verdict
            if verdict == "undecided":
                return incumbent, contest.more([(incumbent, challenger)])
            incumbent = challenger if verdict == "accept" else incumbent
        return incumbent, None
