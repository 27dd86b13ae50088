"""A Solon task as a taskset of verifiers (0.4, its ``v1`` interface): one turn, the reward is the objective on seeds.

``SolonTaskset(SolonTasksetConfig(task=SolonTaskConfig(name="cleanup"), seeds=4))`` yields its prompts. Where an
environment is named by its package, make one that imports ``SolonTaskset`` from here, names it in ``__all__``, and give
that package as ``taskset.id``.
"""

import asyncio
import math
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from solon.contract import Fault, InfrastructureError, Invalid, Outcome, Scored, Unavailable
from solon.engine import PoolJudge, early_fault, objective, public_seeds, scorer
from solon.interop.extras import require
from solon.propose.parse import ReplyError, parse_reply
from solon.sandbox import Limits
from solon.tasks import load

__all__ = ["SolonTask", "SolonTaskConfig", "SolonTaskset", "SolonTasksetConfig"]

vf: Any = require("verifiers.v1", "verifiers")  # Any: the extra need not be installed where types are checked

INSTRUCTION: Final = "\n\nReply with one fenced python block that holds the whole program."


class Judging:
    """The judge of one task; one call at a time, which spreads its seeds over the workers."""

    def __init__(self, name: str, options: dict[str, Any], workers: int, cpu_seconds: float, memory_mib: int) -> None:
        self.task = load(name, **options)
        self.score = scorer(self.task)
        limits = Limits(cpu_seconds=cpu_seconds, memory_mib=memory_mib)
        self._judge = PoolJudge(self.task, limits=limits, workers=workers)
        self._lock = threading.Lock()

    def outcome(self, reply: str, first: int, count: int) -> Outcome:
        """Judge the program of a reply on public seeds from ``first`` on."""
        try:
            program = parse_reply(reply)
        except ReplyError as error:
            return Invalid(Fault("syntax", str(error)))
        if fault := early_fault(self.task, program):
            return Invalid(fault)
        with self._lock:
            return next(self._judge.judge([(program, public_seeds(first + count)[first:])]))

    def close(self) -> None:
        """End the judging processes."""
        with self._lock:
            self._judge.close()


@lru_cache(maxsize=4)
def judging(name: str, options: tuple[tuple[str, Any], ...], workers: int, cpu: float, memory: int) -> Judging:
    """Return the judge that all rollouts of a configuration share in this process."""
    return Judging(name, dict(options), workers, cpu, memory)


class SolonTaskConfig(vf.TaskConfig):
    """How a reply is judged."""

    name: str = "cleanup"  # as in `solon tasks`, or path/to/file.py:factory
    options: dict[str, str | int | float | bool] = {}
    failure_reward: float | None = None  # of an invalid program; the worst value of the objective if None
    workers: int = 0
    cpu_seconds: float = 60.0
    memory_mib: int = 1024

    def judging(self) -> Judging:
        """Return the shared judge."""
        options = tuple(sorted(self.options.items()))
        return judging(self.name, options, self.workers, self.cpu_seconds, self.memory_mib)

    def failure(self) -> float:
        """Return the reward of an invalid program. Raises ValueError when there is no worst value."""
        if self.failure_reward is not None:
            return self.failure_reward
        goal = objective(load(self.name, **self.options))
        worst = goal.low if goal.direction == "maximise" else -goal.high
        if not math.isfinite(worst):
            raise ValueError(f"metric {goal.name!r} has no worst value; give failure_reward")
        return worst


class SolonTasksetConfig(vf.TasksetConfig):
    """Which task, and how many prompts; each prompt has seeds of its own."""

    task: SolonTaskConfig = SolonTaskConfig()
    prompts: int = 1
    seeds: int = 4


class SolonData(vf.TaskData):
    """The seeds of one prompt."""

    first_seed: int = 0
    seeds: int = 1


class SolonTask(vf.Task[SolonData, vf.State, SolonTaskConfig]):
    """One prompt: the brief in, a program out."""

    @vf.reward(weight=1.0)
    async def solon_objective(self, trace: Any) -> float:  # Any: a Trace of the extra
        """Return the mean objective on the seeds, higher is better. Raises InfrastructureError."""
        config: SolonTaskConfig = self.config
        data: SolonData = self.data
        judge = config.judging()
        outcome = await asyncio.to_thread(judge.outcome, trace.last_reply, data.first_seed, data.seeds)
        if isinstance(outcome, Unavailable):
            raise InfrastructureError(f"the program could not be judged: {outcome.reason}")
        if not isinstance(outcome, Scored):
            trace.info["fault"] = f"{outcome.fault.message} {outcome.fault.remedy}".strip()
            return config.failure()
        for metric in judge.task.metrics:
            values = outcome.values(metric.name)
            trace.record_metric(metric.name, math.fsum(values) / len(values))
        return math.fsum(map(judge.score, outcome.episodes)) / len(outcome.episodes)


class SolonTaskset(vf.Taskset[SolonTask, SolonTasksetConfig]):
    """Prompts of one Solon task, which differ in their seeds."""

    def load(self) -> Iterator[SolonTask]:
        """Yield the prompts. Raises ValueError for an unknown task or a missing failure reward."""
        config: SolonTasksetConfig = self.config
        config.task.failure()
        brief = load(config.task.name, **config.task.options).brief()
        for index in range(config.prompts):
            data = SolonData(
                name=f"{config.task.name}#{index}",
                prompt=brief + INSTRUCTION,
                first_seed=index * config.seeds,
                seeds=config.seeds,
            )
            yield SolonTask(data, config.task)
