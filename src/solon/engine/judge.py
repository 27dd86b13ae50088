"""The judge: programs and seeds go to a pool of processes, each with a jail of its own; outcomes come in order."""

import math
import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

from solon.contract import (
    Episode,
    Fault,
    InfrastructureError,
    Invalid,
    Outcome,
    Program,
    ProgramFault,
    Scored,
    Seed,
    Task,
    Unavailable,
)
from solon.sandbox import Limits, LocalJail, pin_to_core

ATTEMPTS = 3
"""How often an episode is tried before the infrastructure counts as failed."""

Played = Episode | Fault | Unavailable
Job = tuple[Program, Sequence[Seed]]


def check_episode(task: Task, episode: Episode) -> None:
    """Raise InfrastructureError unless the metrics are exactly the declared ones, finite and in range."""
    declared = {metric.name: metric for metric in task.metrics}
    if odd := declared.keys() ^ episode.metrics.keys():
        raise InfrastructureError(f"task {task.name!r} must return the metrics it declares; differing: {sorted(odd)}")
    for name, value in episode.metrics.items():
        metric = declared[name]
        if not (math.isfinite(value) and metric.low <= value <= metric.high):
            raise InfrastructureError(
                f"task {task.name!r} returned {name} = {value!r}, outside [{metric.low}, {metric.high}]; "
                "mend the task's evaluate or the metric's range"
            )


def play(task: Task, program: Program, seed: Seed, jail: LocalJail) -> Played:
    """Play one episode here and now; trouble of the machinery is tried again a few times."""
    reason = ""
    for _ in range(ATTEMPTS):
        try:
            episode = task.evaluate(program, seed, jail)
            check_episode(task, episode)
        except ProgramFault as raised:
            return raised.fault
        except (InfrastructureError, OSError) as error:
            reason = str(error)
        except Exception:  # noqa: BLE001  # a task's own defect must read as such, not kill the pool
            return Unavailable(f"task {task.name!r} raised while judging: {traceback.format_exc(limit=-3)}")
        else:
            return episode
    return Unavailable(reason)


class _Seat:
    """What one pool process owns: the task and a jail."""

    task: Task
    jail: LocalJail


def _take_seat(task: Task, isolation: str, limits: Limits, cores: "multiprocessing.Queue[int]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver decides what an interrupt means
    pin_to_core(cores.get())
    _Seat.task = task
    _Seat.jail = LocalJail(isolation=isolation, limits=limits)


def _play_here(program: Program, seed: Seed) -> Played:
    return play(_Seat.task, program, seed, _Seat.jail)


class PoolJudge:
    """Judge episodes on a pool of processes on this machine; the number of workers never changes an outcome.

    The pool is spawned, never forked: the driver may hold keys and threads that no child should see.
    """

    def __init__(self, task: Task, *, isolation: str = "auto", limits: Limits | None = None, workers: int = 0) -> None:
        if workers < 0:
            raise ValueError(f"workers must be 0 (one a core) or more, got {workers}")
        self.task: Task = task
        self.limits: Limits = limits or Limits()
        self.workers: int = workers or len(os.sched_getaffinity(0))
        with LocalJail(isolation=isolation, limits=self.limits) as probe:
            self.isolation: str = probe.isolation
        self._executor: Executor | None = None

    def _pool(self) -> Executor:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            cores = context.Queue()
            for index in range(self.workers):
                cores.put(os.getpid() + index)  # concurrent runs should not crowd on the first core
            self._executor = ProcessPoolExecutor(
                self.workers,
                mp_context=context,
                initializer=_take_seat,
                initargs=(self.task, self.isolation, self.limits, cores),
            )
        return self._executor

    def judge(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Yield one outcome a job, in order; a program's first fault, by seed, ends its job."""
        cells = deque((job, index) for job, (_, seeds) in enumerate(jobs) for index in range(len(seeds)))
        flight: dict[tuple[int, int], Future[Played]] = {}
        done: set[int] = set()
        try:
            for job, (_, seeds) in enumerate(jobs):
                yield self._outcome(job, len(seeds), lambda cell: self._result(cell, jobs, cells, flight, done))
                done.add(job)
        finally:
            for future in flight.values():
                future.cancel()

    def _outcome(self, job: int, count: int, result: Callable[[tuple[int, int]], Played]) -> Outcome:
        episodes: list[Episode] = []
        for index in range(count):
            played = result((job, index))
            if isinstance(played, Fault):
                return Invalid(played)
            if isinstance(played, Unavailable):
                return played
            episodes.append(played)
        return Scored(tuple(episodes))

    def _result(
        self,
        cell: tuple[int, int],
        jobs: Sequence[Job],
        cells: deque[tuple[int, int]],
        flight: dict[tuple[int, int], Future[Played]],
        done: set[int],
    ) -> Played:
        """Wait for one cell, keeping the pool busy with those after it."""
        for _ in range(ATTEMPTS):
            try:
                while (cells and len(flight) < 3 * self.workers) or cell not in flight:
                    job, index = ahead = cells.popleft()
                    if job not in done:
                        program, seeds = jobs[job]
                        flight[ahead] = self._pool().submit(_play_here, program, seeds[index])
                return flight.pop(cell).result()
            except BrokenProcessPool:
                # Something killed a pool process, for example the kernel when memory ran out.
                cells.extendleft(sorted(flight.keys() | {cell}, reverse=True))
                flight.clear()
                self.close()
        return Unavailable("a judging process was killed three times over; give it more memory or fewer workers")

    def close(self) -> None:
        """End the pool at once; episodes in flight are lost and can be played again."""
        if self._executor is not None:
            mine = [child for child in multiprocessing.active_children() if child.name.startswith("SpawnProcess")]
            self._executor.shutdown(wait=False, cancel_futures=True)
            for child in mine:
                child.terminate()
            for child in mine:
                child.join()
            self._executor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
