"""A run that is still going, followed from outside: its journal is read as it grows and folded into a tally."""

import math
import time
from collections.abc import Callable
from pathlib import Path

from solon.contract import Episode, Fault, Feedback, InfrastructureError, Program, Task, Value
from solon.engine import Bundle, Configuration, scorer
from solon.journal import State, Tail
from solon.playback import Excerpt
from solon.search import violates
from solon.tasks import load
from solon.view.runs import running
from solon.view.tally import Context, Tally

_UNREAD = Program((("policy.py", ""),))
"""Stands for every program: a tally counts them and reads none."""


class Best(Value, frozen=True):
    """A candidate that was the best when it was judged."""

    number: int
    mean: float | None  # None if it violates a constraint
    low: float | None
    high: float | None
    seeds: int
    operator: str
    parents: tuple[int, ...]


class Limit(Value, frozen=True):
    """One limit of the budget."""

    name: str
    used: float
    most: float


class Snapshot(Value, frozen=True):
    """What the page of a running run shows."""

    running: bool
    over: str  # why the search is over
    done: bool  # there is a card
    objective: str
    share: float | None
    rounds: int
    candidates: int
    episodes: int
    verdicts: dict[str, int]
    improvements: tuple[Best, ...]  # newest first
    series: tuple[float, ...]  # the best so far after each round that had one
    limits: tuple[Limit, ...]
    findings: dict[str, int]
    finding: str
    sealed: tuple[str, ...]


class Follower:
    """Follows one run; raises InfrastructureError when its journal is damaged."""

    def __init__(self, folder: Path) -> None:
        self._bundle = Bundle.open(folder)
        self.configuration = self._bundle.configuration()
        self._task = builtin(self.configuration)
        self._tail = Tail(folder / "journal.jsonl")
        self._state = State(lambda _: _UNREAD, self._score(), _untold, lambda _: ())
        self._tally = Tally()
        self._context = (
            Context.of(self._task, self.configuration)
            if self._task is not None
            else Context(budget=self.configuration.budget, name=self.configuration.task)
        )
        self._series: dict[int, float] = {}

    def _score(self) -> Callable[[Episode], float]:
        task = self._task
        return scorer(task) if task is not None else _first_metric

    def look(self) -> Snapshot:
        """Read what is new, and return how the run stands."""
        for fact in self._tail.facts():
            self._state.apply(fact)
            self._tally.note(self._state, fact, 0.0)
            best = self._tally.best
            if best is not None and not violates(best.scores):
                self._series[self._tally.rounds] = self._context.figure(best).mean
        return self._snapshot()

    def _snapshot(self) -> Snapshot:
        tally = self._tally
        best = tally.best
        share = None
        if best is not None and not violates(best.scores):
            share = self._context.share(self._context.figure(best))
        return Snapshot(
            running=running(self._bundle.folder),
            over=tally.reason,
            done=(self._bundle.folder / "card.json").exists(),
            objective=self._context.objective,
            share=share,
            rounds=tally.rounds,
            candidates=tally.candidates,
            episodes=tally.episodes,
            verdicts={kind: count for kind, count in tally.verdicts.items() if count},
            improvements=tuple(self._best(number) for number in reversed(range(len(tally.improvements)))),
            series=_thinned(list(self._series.values())),
            limits=self._limits(),
            findings=dict(tally.findings),
            finding=tally.latest_finding,
            sealed=tuple(tally.sealed),
        )

    def _best(self, place: int) -> Best:
        it = self._tally.improvements[place]
        figure = None if violates(it.scores) else self._context.figure(it)
        return Best(
            number=it.number,
            mean=figure and figure.mean,
            low=figure and figure.low,
            high=figure and figure.high,
            seeds=len(it.scores),
            operator=it.proposal.operator,
            parents=it.proposal.parents,
        )

    def _limits(self) -> tuple[Limit, ...]:
        budget, limits = self.configuration.budget, list[Limit]()
        if budget.seconds is not None:
            begun = (self._bundle.folder / "run.json").stat().st_mtime
            spent = self._bundle.timing().search_seconds
            going = running(self._bundle.folder) and not self._tally.reason and not spent
            used = max(spent, time.time() - begun) if going else spent  # until a first round is noted, since it began
            limits.append(Limit("seconds", min(used, budget.seconds), budget.seconds))
        if budget.episodes is not None:
            limits.append(Limit("episodes", self._tally.episodes, budget.episodes))
        return tuple(limits)


def builtin(configuration: Configuration) -> Task | None:
    """Load a run's task if it comes with Solon, in this version.

    One of a file is code of whoever made the run, and is not run for a look.
    """
    if ":" in configuration.task:
        return None
    try:
        task = load(configuration.task, **configuration.options)
    except (ValueError, InfrastructureError):
        return None
    return task if task.version == configuration.version else None


def _first_metric(episode: Episode) -> float:
    return next(iter(episode.metrics.values()), math.nan)


def _untold(_episodes: object, _fault: Fault | None, _excerpt: Excerpt | None) -> Feedback:
    return Feedback("none", "")


def _thinned(values: list[float], most: int = 240) -> tuple[float, ...]:
    """Return values evenly chosen, the last among them."""
    stride = max(1, math.ceil(len(values) / most))
    return tuple(values[(len(values) - 1) % stride :: stride])
