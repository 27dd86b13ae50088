"""A graph of thoughts: programs made by a plan of operators over earlier programs."""

import math
from collections.abc import Sequence

from solon.contract import Ask, Candidate, History, Value
from solon.search.graph import best_first, complements, leader, mean, siblings, unfinished
from solon.search.limits import Ceiling, require

OPERATORS = ("generate", "refine", "split", "merge", "vote")
_JOINING = ("merge", "vote")


class Thoughts(Value, frozen=True):
    """Carry out a plan of operators, ``rounds`` times over, and repeat a step while it brings nothing.

    *generate* asks for ``width`` programs from nothing, *refine* for as many variations of the best program, *split*
    for as many that each master another part of the task, *merge* for one program from the two that complement each
    other best over the seeds, *vote* for one that decides as most of the best ``keep`` do. A step ends when it
    brought a better program (split: a better score on some seed), with ``target`` when the best program (split: the
    best on each seed) scores that much, and in any case after ``attempts`` groups. Steps that lack parents are passed
    over. ``attempts=1`` is a static graph of operations (Besta et al. 2024, "Graph of thoughts"); the repetition is
    what pays where scores are exact (Gimenes et al. 2025, "ARIES").
    """

    plan: str = "generate+refine+split+merge+refine+vote"
    rounds: int = 2
    width: int = 4
    attempts: int = 2
    keep: int = 3
    seeds: int = 6
    target: float | None = None

    def __post_init__(self) -> None:
        require(self, rounds=1, width=1, attempts=1, keep=2, seeds=1)
        odd = [step for step in self.steps if step not in OPERATORS]
        if odd:
            raise ValueError(
                f"Thoughts needs a plan of the operators {', '.join(OPERATORS)} joined by +, without {odd[0]!r}."
            )

    @property
    def steps(self) -> tuple[str, ...]:
        """The plan, step by step."""
        return tuple(self.plan.split("+"))

    def ask(self, history: History) -> Ask | None:
        """Return the group that the plan wants next."""
        if again := unfinished(history, self.seeds):
            return again
        groups = siblings(history)
        now = _Reached(self.seeds)
        for step in self.steps * self.rounds:
            goal = self.target if self.target is not None else now.by(step)
            for _ in range(self.attempts):
                if not now.allows(step) or self._over(now.by(step), goal):
                    break
                if not groups:
                    return Ask(self._count(step), self.seeds, self._parents(step, now.past), operator=step)
                now.add(groups.pop(0))
        return None

    def winner(self, history: History) -> int | None:
        """Return the candidate with the best mean score; the earliest of equals."""
        return leader(history)

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        candidates = self.rounds * self.attempts * sum(self._count(step) for step in self.steps)
        return Ceiling(candidates, candidates * self.seeds)

    def _count(self, step: str) -> int:
        return 1 if step in _JOINING else self.width

    def _parents(self, step: str, past: Sequence[Candidate]) -> tuple[int, ...]:
        match step:
            case "generate":
                return ()
            case "merge":
                return complements(past, self.seeds) or ()
            case _:
                best = best_first(past, self.seeds)[: self.keep if step == "vote" else 1]
                return tuple(sorted(each.number for each in best))

    def _over(self, reached: float | None, goal: float | None) -> bool:
        """Tell whether a step has brought what it is for: the target, or more than there was before it."""
        if reached is None or goal is None:
            return reached is not None
        return reached >= goal if self.target is not None else reached > goal


class _Reached:
    """What the candidates so far reach: the best one alone, and the best on each seed together; None before any."""

    def __init__(self, seeds: int) -> None:
        self.past: list[Candidate] = []
        self._seeds = seeds
        self._alone: float | None = None
        self._tops: list[float] = []
        self._valid = 0

    def add(self, group: Sequence[Candidate]) -> None:
        """Take one more group into account."""
        self.past += group
        for each in best_first(group, self._seeds):
            self._valid += 1
            scores = each.scores[: self._seeds]
            self._alone = max(mean(each, self._seeds), self._alone if self._alone is not None else -math.inf)
            self._tops = [max(pair) for pair in zip(self._tops, scores, strict=False)] if self._tops else list(scores)

    def allows(self, step: str) -> bool:
        """Tell whether there are parents for a step; two complement each other where none is the best on all seeds."""
        together, alone = self.by("split"), self.by("merge")
        if step == "merge":
            return together is not None and alone is not None and together > alone
        return step != "vote" or self._valid > 1

    def by(self, step: str) -> float | None:
        """Return the figure that a step is to raise."""
        if step != "split":
            return self._alone
        return math.fsum(self._tops) / len(self._tops) if self._tops else None
