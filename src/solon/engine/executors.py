"""What a judging worker needs, for workers that we did not start: it travels with each episode, and is unpacked once.

A *seat* is a task and a jail. Each thread of each process takes a seat of its own at its first episode and keeps it
warm for the next; see ``docs/design/scale-out.md``.
"""

import hashlib
import importlib.util
import io
import os
import pickle
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Final

from solon.contract import InfrastructureError, Task
from solon.engine.bundle import package_versions
from solon.sandbox import Limits, LocalJail

SEATS_KEPT: Final = 2
"""Warm seats of one thread; a third assignment takes the place of the one that was used least recently."""


class Assignment:
    """A task, an isolation level and limits, packed so that any worker can take it up; equal contents share a seat.

    Raises ValueError when the task cannot be sent to another process.
    """

    def __init__(self, task: Task, isolation: str, limits: Limits) -> None:
        buffer = io.BytesIO()
        try:
            _Pickler(buffer).dump((task, isolation, limits, package_versions()))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ValueError(
                f"task {task.name!r} cannot be sent to a judging process ({error}); define its class at the top of a "
                "module or file, and keep open files, locks and lambdas out of its attributes"
            ) from error
        self._packed = buffer.getvalue()
        self.key: bytes = hashlib.sha256(self._packed).digest()

    def unpack(self) -> tuple[Task, str, Limits]:
        """Return the contents. Raises InfrastructureError when this process has other versions of the packages."""
        task, isolation, limits, packages = pickle.loads(self._packed)  # noqa: S301  # made by our own driver
        here = package_versions()
        if here != packages:
            differing = {name: (packages.get(name), here.get(name)) for name in sorted(packages.keys() | here.keys())}
            words = ", ".join(f"{name} {one} / {two}" for name, (one, two) in differing.items() if one != two)
            raise InfrastructureError(
                f"a worker has other versions than the driver ({words}); install the same on all machines"
            )
        return task, isolation, limits


class _Pickler(pickle.Pickler):
    """Refers by the file's path to what a worker cannot import: a task's own file, or the script that was started."""

    def reducer_override(self, obj: object) -> tuple[Callable[..., object], tuple[str, ...]]:
        if isinstance(obj, type | FunctionType) and "<" not in obj.__qualname__:
            module = sys.modules.get(obj.__module__)
            path = getattr(module, "__file__", None)
            if module is not None and path and not _importable(module.__name__):
                name = f"started_{Path(path).stem}" if module.__name__ == "__main__" else module.__name__
                return _from_file, (path, name, obj.__qualname__)
        return NotImplemented


def _importable(name: str) -> bool:
    top = name.partition(".")[0]
    return top != "__main__" and any(finder.find_spec(top, None) for finder in sys.meta_path)


def _from_file(path: str, name: str, qualified: str) -> object:
    """Return an attribute of a file's module, which is executed at most once a process."""
    found: object = sys.modules.get(name) or _execute(path, name)
    for attribute in qualified.split("."):
        found = getattr(found, attribute)
    return found


def _execute(path: str, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, FileNotFoundError):
            raise InfrastructureError(f"a worker does not see {path}; put it where all machines find it") from error
        raise
    return module


class _Seat:
    """One thread's task and jail for one assignment; the lock keeps a closing driver from an episode under way."""

    def __init__(self, assignment: Assignment) -> None:
        self.task, isolation, limits = assignment.unpack()
        self.jail = LocalJail(isolation=isolation, limits=limits)
        self.lock = _INSIDE if isolation == "none" else threading.Lock()

    def close(self) -> None:
        with self.lock:
            self.jail.close()


class _Seats:
    """All seats of this process, the least recently used first."""

    def __init__(self) -> None:
        self._seats: dict[tuple[int, bytes], _Seat] = {}
        self._inherited: dict[tuple[int, bytes], _Seat] = {}
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._start_anew)

    def _start_anew(self) -> None:
        """Forget the seats of the process this one was forked from; they go on living there."""
        self._inherited = self._seats  # kept, because dropping a jail here would end what is not ours
        self._seats = {}
        self._lock = threading.Lock()

    def take(self, assignment: Assignment) -> _Seat:
        thread = threading.get_ident()
        with self._lock:
            seat = self._seats.pop((thread, assignment.key), None)
        if seat is None:
            seat = _Seat(assignment)
        with self._lock:
            self._seats[thread, assignment.key] = seat
            mine = [key for key in self._seats if key[0] == thread]
            surplus = [self._seats.pop(key) for key in mine[:-SEATS_KEPT]]
        for old in surplus:
            old.close()
        return seat

    def held(self, key: bytes) -> bool:
        with self._lock:
            return any(own == key for _, own in self._seats)

    def close(self, key: bytes) -> None:
        """End the zygotes of an assignment, and all those of threads that have ended."""
        alive = {thread.ident for thread in threading.enumerate()}
        with self._lock:
            gone = [it for it in self._seats if it[0] not in alive]
            closing = [self._seats.pop(it) for it in gone]
            # a seat whose thread lives stays known: the jail opens again if another judge uses it
            closing += [seat for (_, own), seat in self._seats.items() if own == key]
        for seat in closing:
            seat.close()


_INSIDE: Final = threading.Lock()
"""Isolation ``none`` runs programs in this process with its global generators: one at a time."""

_SEATS: Final = _Seats()


@contextmanager
def seated(assignment: Assignment) -> Generator[tuple[Task, LocalJail]]:
    """Yield this thread's task and jail for an assignment. Raises InfrastructureError when they cannot be had here."""
    seat = _SEATS.take(assignment)
    with seat.lock:
        yield seat.task, seat.jail


def is_seated_here(assignment: Assignment) -> bool:
    """Return whether a thread of this very process has a seat for an assignment."""
    return _SEATS.held(assignment.key)


def vacate(assignment: Assignment) -> None:
    """Close the jails of an assignment in this process, after the episodes under way; elsewhere they stay warm."""
    _SEATS.close(assignment.key)
