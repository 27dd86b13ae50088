"""Beam search over the candidate graph."""

from collections.abc import Sequence

from solon.contract import Ask, Candidate, History, Value
from solon.search.acceptance import Contest
from solon.search.graph import best_first, leader, siblings, unfinished, wish
from solon.search.limits import Ceiling, require, require_share


class Beam(Value, frozen=True):
    """Ask ``branching`` children of each of ``width`` heads, ``rounds`` times, and keep the best as the new heads.

    Heads compete with their children unless ``keep_parents`` is false, which is textbook beam search. With ``alpha``, a
    head's best child competes only once a sequential paired test on up to ``limit`` further seeds has shown it to be
    better than the head; ``alpha`` bounds the probability of any false acceptance in a run.
    """

    width: int = 4
    branching: int = 4
    rounds: int = 6
    seeds: int = 3
    keep_parents: bool = True
    alpha: float | None = None
    limit: int = 40

    def __post_init__(self) -> None:
        require(self, width=1, branching=1, rounds=1, seeds=1, limit=1)
        require_share(self, "alpha", optional=True)
        if self.alpha is not None and not self.keep_parents:
            raise ValueError("Beam needs keep_parents with alpha: a head that nobody beats must be able to stay.")

    def ask(self, history: History) -> Ask | None:
        """Return what undecided tests need, else the children of the next head."""
        if again := unfinished(history, self.seeds):
            return again
        groups = siblings(history)
        heads: list[Candidate] = []
        for _ in range(self.rounds):
            due = max(1, len(heads))
            level, groups = groups[:due], groups[due:]
            if len(level) < due:
                parents = (heads[len(level)].number,) if heads else ()
                return Ask(self.branching, self.seeds, parents, operator=wish(parents, history))
            heads, more = self._next(heads, level)
            if more is not None:
                return more
        return None

    def winner(self, history: History) -> int | None:
        """Return the best candidate, with ``alpha`` the best that is or was a head; the earliest of equals."""
        if self.alpha is None:
            return leader(history)
        groups = siblings(history)
        heads: list[Candidate] = []
        while groups:
            due = max(1, len(heads))
            level, groups = groups[:due], groups[due:]
            heads, _ = self._next(heads, level)
        return heads[0].number if heads else None

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        candidates = self.branching * (1 + (self.rounds - 1) * self.width)
        tests = 0 if self.alpha is None else self.rounds * self.width * self.limit
        return Ceiling(candidates, candidates * self.seeds + tests)

    def _next(
        self, heads: Sequence[Candidate], level: Sequence[Sequence[Candidate]]
    ) -> tuple[list[Candidate], Ask | None]:
        """Return the heads after a level, and the wish of tests that are not decided."""
        children = [child for group in level for child in group]
        if self.alpha is None or not heads:
            pool = [*heads, *children] if self.keep_parents else children
            return best_first(pool, self.seeds)[: self.width], None
        contest = Contest(self.seeds, self.alpha / (self.width * max(1, self.rounds - 1)), self.limit)
        pool, undecided = list(heads), list[tuple[Candidate, Candidate]]()
        for head, group in zip(heads, level, strict=False):
            challenger = contest.challenger(head, group)
            verdict = contest.decide(head, challenger).verdict if challenger else "reject"
            if challenger is not None and verdict == "accept":
                pool.append(challenger)
            elif challenger is not None and verdict == "undecided":
                undecided.append((head, challenger))
        return best_first(pool, self.seeds)[: self.width], contest.more(undecided) if undecided else None
