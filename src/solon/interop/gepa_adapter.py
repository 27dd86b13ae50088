"""A Solon task for GEPA: the adapter that judges candidate texts in the jail and tells reflection what happened."""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from types import TracebackType
from typing import Any, Final, Self

from solon.contract import (
    InfrastructureError,
    Invalid,
    Outcome,
    Program,
    Scored,
    Seed,
    Task,
    Unavailable,
    Value,
)
from solon.engine import PoolJudge, early_fault, objective, public_seeds, scorer
from solon.engine.feedback import describer, moments, told_seed
from solon.interop.extras import require
from solon.playback import Excerpt
from solon.sandbox import Limits
from solon.tasks import load

MAIN: Final = "policy.py"


class Trajectory(Value, frozen=True):
    """What one candidate did on one seed."""

    seed: int
    score: float
    feedback: str


class SolonAdapter:
    """Implements ``gepa.core.adapter.GEPAAdapter``: an example is the number of a public seed, a score the objective.

    A candidate of one text is the program's only file; with several, each is named like the file it is, and
    ``policy.py`` holds the entry point. Use it as a context manager, or close it.

    Args:
        task: a task or its name.
        failure_score: the score of a program that is invalid; the worst value of the objective if None.
        feedback: what reflection may see: "none", "sparse", "dense", "per-agent", "trace" or "counterexample"; for the
            last two each episode is played once more when traces are captured.
        options: the task's options when it is given by name.
        isolation: see ``solon.evaluate``.
        workers: judging processes; 0 for one a core.
        limits: CPU seconds, memory and wall seconds of an episode.
        executor: where to judge instead of in processes of our own.

    Raises:
        ValueError: the objective has no worst value, so ``failure_score`` must be given.
        InfrastructureError: gepa is not installed, or this machine cannot isolate programs as asked.
    """

    propose_new_texts: None = None

    def __init__(  # noqa: PLR0913  # one keyword an option
        self,
        task: str | Task,
        *,
        failure_score: float | None = None,
        feedback: str = "dense",
        options: Mapping[str, object] | None = None,
        isolation: str = "auto",
        workers: int = 0,
        limits: Limits | None = None,
        executor: Executor | None = None,
    ) -> None:
        self._batch: Any = require("gepa.core.adapter", "gepa").EvaluationBatch  # Any: a class of the extra
        self.task: Task = load(task, **(options or {})) if isinstance(task, str) else task
        goal = objective(self.task)
        worst = goal.low if goal.direction == "maximise" else -goal.high
        self._failure = worst if failure_score is None else failure_score
        if not math.isfinite(self._failure):
            raise ValueError(f"metric {goal.name!r} has no worst value; give failure_score")
        self._score = scorer(self.task)
        self._level = feedback
        self._describe = describer(self.task, feedback)
        self._judge = PoolJudge(self.task, isolation=isolation, limits=limits, workers=workers, executor=executor)

    def evaluate(self, batch: Sequence[int], candidate: Mapping[str, str], capture_traces: bool = False) -> object:  # noqa: FBT001, FBT002  # the protocol's signature
        """Return an EvaluationBatch; an invalid program gets the failure score. Raises InfrastructureError."""
        program = program_of(candidate)
        outcomes = self._outcomes(program, batch)
        told = self._told(program, batch, outcomes) if capture_traces else {}
        trajectories = [
            self._trajectory(seed, outcome, told.get(place))
            for place, (seed, outcome) in enumerate(zip(batch, outcomes, strict=True))
        ]
        return self._batch(
            outputs=[dict(it.episodes[0].metrics) if isinstance(it, Scored) else {} for it in outcomes],
            scores=[it.score for it in trajectories],
            trajectories=trajectories if capture_traces else None,
        )

    def _outcomes(self, program: Program, seeds: Sequence[int]) -> list[Outcome]:
        if fault := early_fault(self.task, program):
            return [Invalid(fault)] * len(seeds)
        available = public_seeds(max(seeds, default=0) + 1)
        outcomes = list(self._judge.judge([(program, (available[seed],)) for seed in seeds]))
        for outcome in outcomes:
            if isinstance(outcome, Unavailable):
                raise InfrastructureError(f"the program could not be judged: {outcome.reason}")
        return outcomes

    def _told(self, program: Program, seeds: Sequence[int], outcomes: Sequence[Outcome]) -> dict[int, Excerpt]:
        """Return, by place in the batch, what the level of feedback tells of the episodes."""
        places = [
            place
            for place, outcome in enumerate(outcomes)
            if isinstance(outcome, Scored) and told_seed(self.task, self._level, outcome.episodes) is not None
        ]
        recordings = self._judge.record([(program, Seed(seeds[place])) for place in places])
        found: dict[int, Excerpt] = {}
        for place, recorded in zip(places, recordings, strict=True):
            if isinstance(recorded, Unavailable):
                raise InfrastructureError(f"the program could not be recorded: {recorded.reason}")
            found[place] = Excerpt(0, moments(recorded))
        return found

    def _trajectory(self, seed: int, outcome: Outcome, excerpt: Excerpt | None) -> Trajectory:
        episodes = outcome.episodes if isinstance(outcome, Scored) else ()
        fault = outcome.fault if isinstance(outcome, Invalid) else None
        score = self._score(episodes[0]) if episodes else self._failure
        return Trajectory(seed, score, self._describe(episodes, fault, excerpt).text)

    def make_reflective_dataset(
        self,
        candidate: Mapping[str, str],
        eval_batch: Any,  # an EvaluationBatch, a class of the extra
        components_to_update: Sequence[str],
    ) -> dict[str, list[dict[str, object]]]:
        """Return for each text the records of all episodes: the task, the score and the feedback at the named level."""
        del candidate
        trajectories: Sequence[Trajectory] = eval_batch.trajectories or ()
        records: list[dict[str, object]] = [
            {
                "Inputs": {"task": self.task.brief(), "seed": str(it.seed)},
                "Generated Outputs": f"score {it.score:.6g}",
                "Feedback": it.feedback,
            }
            for it in trajectories
        ]
        return dict.fromkeys(components_to_update, records)

    def close(self) -> None:
        """End the judging processes."""
        self._judge.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def program_of(candidate: Mapping[str, str]) -> Program:
    """Return the program that a candidate's texts are."""
    if len(candidate) == 1:
        return Program(files=((MAIN, next(iter(candidate.values()))),))
    return Program(files=tuple(candidate.items()))
