"""The judge: programs and seeds go to a pool of processes, each with a jail of its own; outcomes come in order."""

import math
import os
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from contextlib import closing
from types import TracebackType
from typing import Self, TypeVar

from msgspec import structs

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
    Value,
)
from solon.crossplay import Crossplay, Meeting, MeetingFault
from solon.engine.executors import Assignment, is_seated_here, seated, vacate
from solon.engine.pool import GUARD, Pool, assigned, refuse_inside_start
from solon.playback import Recordable, Recording
from solon.sandbox import Limits, LocalJail
from solon.sandbox.verdicts import cleaned

T = TypeVar("T")

ATTEMPTS = 3
"""How often an episode is tried before the infrastructure counts as failed."""


class Showing(Value, frozen=True):
    """A program whose episode is to be written down instead of judged."""

    program: Program


Played = Episode | Fault | Unavailable
Recorded = Recording | Fault | Unavailable
Subject = Program | Meeting | Showing
"""What plays an episode: one program, or several that meet, or one that is watched."""

Job = tuple[Subject, Sequence[Seed]]


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


def play(task: Task, subject: Program | Meeting, seed: Seed, jail: LocalJail) -> Played:
    """Play one episode here and now; trouble of the machinery is tried again a few times."""
    played = _attempt(task, subject, lambda: _play_once(task, subject, seed, jail))
    return _checked(task, played) if isinstance(played, Episode) else played


def show(task: Task, program: Program, seed: Seed, jail: LocalJail) -> Recorded:
    """Play and write down one episode here and now."""
    if not isinstance(task, Recordable):
        return Unavailable(f"task {task.name!r} records no episodes")
    return _attempt(task, program, lambda: task.record(program, seed, jail))


def _attempt(task: Task, subject: Program | Meeting, once: Callable[[], T]) -> T | Fault | Unavailable:
    reason = ""
    for _ in range(ATTEMPTS):
        try:
            return once()
        except ProgramFault as raised:
            return _named(raised, subject)
        except (InfrastructureError, OSError) as error:
            reason = str(error)
        except Exception:  # noqa: BLE001  # a task's own defect must read as such, not kill the pool
            return Unavailable(f"task {task.name!r} raised while judging: {traceback.format_exc(limit=-3)}")
    return Unavailable(reason)


def _checked(task: Task, episode: Episode) -> Played:
    """Return the episode, or why it is none; a wrong figure is a defect of the task, which no second try mends."""
    try:
        check_episode(task, episode)
    except InfrastructureError as error:
        return Unavailable(str(error))
    slip = episode.first_slip
    return episode if slip is None else structs.replace(episode, first_slip=cleaned(slip))


def _play_once(task: Task, subject: Program | Meeting, seed: Seed, jail: LocalJail) -> Episode:
    if isinstance(subject, Program):
        return task.evaluate(subject, seed, jail)
    if not isinstance(task, Crossplay):
        raise InfrastructureError(f"programs cannot meet in task {task.name!r}; judge them one by one")
    return task.meet(subject.programs, subject.seating, seed, jail)


def _named(raised: ProgramFault, subject: Program | Meeting) -> Fault:
    """Return the fault; that of a meeting begins with the name of the program at fault."""
    if isinstance(raised, MeetingFault) and isinstance(subject, Meeting):
        return cleaned(structs.replace(raised.fault, message=f"{subject.name(raised.index)}: {raised.fault.message}"))
    return cleaned(raised.fault)


def _play_here(subject: Subject, seed: Seed) -> Played | Recorded:
    return _play_there(assigned(), subject, seed)


def _play_there(assignment: Assignment, subject: Subject, seed: Seed) -> Played | Recorded:
    try:
        with seated(assignment) as (task, jail):
            if isinstance(subject, Showing):
                return show(task, subject.program, seed, jail)
            return play(task, subject, seed, jail)
    except InfrastructureError as error:
        return Unavailable(str(error))


class PoolJudge:
    """Judge episodes on a pool of processes on this machine, or on the workers of an executor that was given.

    Neither the executor nor the number of workers changes an outcome. An executor that was given is not shut down.
    """

    def __init__(
        self,
        task: Task,
        *,
        isolation: str = "auto",
        limits: Limits | None = None,
        workers: int = 0,
        executor: Executor | None = None,
    ) -> None:
        refuse_inside_start()
        if workers < 0:
            raise ValueError(f"workers must be 0 (one a core) or more, got {workers}")
        self.task: Task = task
        self.limits: Limits = limits or Limits()
        self.workers: int = workers or getattr(executor, "_max_workers", 0) or len(os.sched_getaffinity(0))
        with LocalJail(isolation=isolation, limits=self.limits) as probe:
            self.isolation: str = probe.isolation
        self._assignment = Assignment(task, self.isolation, self.limits)
        self._given = executor
        self._lent: set[Future[Played | Recorded]] = set()
        self._pool: Pool | None = None

    def _submit(self, subject: Subject, seed: Seed) -> Future[Played | Recorded]:
        if self._given is None:
            self._pool = self._pool or Pool(self._assignment, self.workers)
            return self._pool.submit(_play_here, subject, seed)
        future = self._given.submit(_play_there, self._assignment, subject, seed)
        self._lent.add(future)
        future.add_done_callback(self._lent.discard)
        return future

    def judge(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Yield one outcome a job, in order; the first fault, by seed, ends the job. Subjects may be meetings too."""
        with closing(self._play(jobs)) as results:
            for played in results:
                last = played[-1] if played else None
                if isinstance(last, Fault):
                    yield Invalid(last)
                elif isinstance(last, Unavailable):
                    yield last
                else:
                    yield Scored(tuple(it for it in played if isinstance(it, Episode)))

    def record(self, jobs: Sequence[tuple[Program, Seed]]) -> Iterator[Recorded]:
        """Yield what each program did on its seed, written down, in order; the task must be ``Recordable``."""
        with closing(self._play([(Showing(program), (seed,)) for program, seed in jobs])) as results:
            for (played,) in results:
                assert not isinstance(played, Episode)
                yield played

    def _play(self, jobs: Sequence[Job]) -> Generator[list[Played | Recorded]]:
        """Yield what came of each job by seed, up to the first fault."""
        cells = deque((job, index) for job, (_, seeds) in enumerate(jobs) for index in range(len(seeds)))
        flight: dict[tuple[int, int], Future[Played | Recorded]] = {}
        done: set[int] = set()
        try:
            for job, (_, seeds) in enumerate(jobs):
                yield self._until_fault(job, len(seeds), lambda cell: self._result(cell, jobs, cells, flight, done))
                done.add(job)
        finally:
            for future in flight.values():
                future.cancel()

    def _until_fault(
        self, job: int, count: int, result: Callable[[tuple[int, int]], Played | Recorded]
    ) -> list[Played | Recorded]:
        played: list[Played | Recorded] = []
        for index in range(count):
            played.append(result((job, index)))
            if isinstance(played[-1], Fault | Unavailable):
                break
        return played

    def _result(
        self,
        cell: tuple[int, int],
        jobs: Sequence[Job],
        cells: deque[tuple[int, int]],
        flight: dict[tuple[int, int], Future[Played | Recorded]],
        done: set[int],
    ) -> Played | Recorded:
        """Wait for one cell, keeping the workers busy with those after it."""
        reason = ""
        for _ in range(ATTEMPTS):
            try:
                while (cells and len(flight) < 3 * self.workers) or cell not in flight:
                    job, index = cells[0]
                    if job not in done:
                        subject, seeds = jobs[job]
                        flight[cells[0]] = self._submit(subject, seeds[index])
                    cells.popleft()
                return flight[cell].result()
            except BrokenExecutor as error:
                # Something killed a pool process, for example the kernel when memory ran out.
                cells.extendleft(sorted(flight.keys() - cells, reverse=True))
                flight.clear()
                started = self._pool is not None and self._pool.started
                self.close()
                if self._given is None and not started:
                    return Unavailable(
                        f"no judging process could start, its own words stand above; in a script, {GUARD}"
                    )
                reason = "a judging process was killed three times over; give it more memory or fewer workers"
                if self._given is not None:
                    return Unavailable(f"the executor has lost its workers ({error}); start a new one")
            except Exception as error:  # noqa: BLE001  # each executor has exceptions of its own for a lost worker
                if cell not in cells:
                    cells.appendleft(cell)
                reason = f"the executor failed ({type(error).__name__}: {error}); see that its workers run"
            finally:
                flight.pop(cell, None)
        return Unavailable(reason)

    def close(self) -> None:
        """End the pool at once; episodes in flight are lost and can be played again.

        With an executor that was given, drop what has not begun, and end the jails that live in this process.
        """
        for future in list(self._lent):
            future.cancel()
        if is_seated_here(self._assignment):
            wait(list(self._lent))
            vacate(self._assignment)
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
