"""The judge's own processes: spawned at the first episode, each on a core, gone as soon as the driver is gone."""

import multiprocessing
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import ParamSpec, TypeVar

from solon.engine.executors import Assignment
from solon.sandbox import pin_to_core

CLOSE_SECONDS = 10.0

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


_DRIVERS = (signal.SIGINT, signal.SIGHUP)
"""A terminal sends these to all its processes; the driver decides what they mean."""


class _Own:
    """What a process of a pool is for."""

    assignment: Assignment


def assigned() -> Assignment:
    """Return what this process, one of a pool, was started for."""
    return _Own.assignment


def _settle(assignment: Assignment, cores: "multiprocessing.Queue[int]", started: Event) -> None:
    for number in _DRIVERS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _DRIVERS)
    threading.Thread(target=_end_with_driver, name="driver watch", daemon=True).start()
    pin_to_core(cores.get())
    _Own.assignment = assignment
    started.set()


def _end_with_driver() -> None:
    """End this process when the driver ends, however it does; the zygotes watch this process in the same way."""
    driver = multiprocessing.parent_process()
    assert driver is not None
    try:
        handle = os.pidfd_open(driver.pid or 0)
    except OSError:
        os._exit(1)
    if os.getppid() == driver.pid:
        select.select([handle], [], [])
    os._exit(1)


class Pool:
    """Processes for one assignment. They are spawned, never forked: the driver may hold keys that no child should see.

    Raises ValueError in a process that is itself being spawned, which is what a script without a guard comes to.
    """

    def __init__(self, assignment: Assignment, workers: int) -> None:
        self._workers = workers
        context = multiprocessing.get_context("spawn")
        cores = context.Queue()
        for index in range(workers):
            cores.put(os.getpid() + index)  # concurrent runs should not crowd on the first core
        self._started = context.Event()
        self._executor = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_settle, initargs=(assignment, cores, self._started)
        )

    @property
    def started(self) -> bool:
        """Whether any process ever got as far as taking episodes."""
        return self._started.is_set()

    @property
    def processes(self) -> list[BaseProcess]:
        """The processes of this pool."""
        owned: dict[int, BaseProcess] | None = getattr(self._executor, "_processes", None)
        return list((owned or {}).values())

    def submit(
        self, function: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> Future[Result]:
        """Have a function called in one of the processes. Raises BrokenExecutor when one of them was lost."""
        # A process that starts now inherits the mask: an interrupt must not end it before it can ignore it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _DRIVERS)
        try:
            return self._executor.submit(function, *arguments, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def close(self) -> None:
        """End the processes at once, whatever they do."""
        mine = self.processes
        try:
            last = self._executor.submit(os.getpid) if mine else None
        except (BrokenExecutor, RuntimeError):
            last = None
        shutdown = threading.Thread(target=self._executor.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        shutdown.start()
        # The executor chokes on cancelled futures when its processes die, so it must have dropped them before.
        deadline = time.monotonic() + CLOSE_SECONDS
        while last is not None and not (last.done() or last.running()) and time.monotonic() < deadline:
            time.sleep(0.001)
        for process in mine:
            process.terminate()
        shutdown.join(CLOSE_SECONDS)


def refuse_inside_start() -> None:
    """Raise ValueError in a process that is being spawned and runs the script of its driver a second time."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ValueError(f"this script starts itself again in every judging process; {GUARD}")


GUARD = "put its calls of solon under: if __name__ == '__main__':"
