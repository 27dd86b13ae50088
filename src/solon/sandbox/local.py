"""The jail of this machine: one warm zygote for each guest and setup, one forked worker an episode."""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from solon.contract import Program, Worker
from solon.sandbox.inside import InsideWorker
from solon.sandbox.levels import choose
from solon.sandbox.limits import Limits
from solon.sandbox.nursery import Nursery
from solon.sandbox.session import JailedWorker
from solon.sandbox.wasm import Hosts

_DEFAULT = Limits()


class LocalJail:
    """Runs programs on this machine; ``isolation`` is the level that was chosen.

    ``auto`` takes the best safe level and raises InfrastructureError when there is none; ``process`` and ``none``
    protect less and are taken only by name (see ``WARNINGS``). Workers may be opened from several threads.
    """

    def __init__(self, isolation: str = "auto", limits: Limits = _DEFAULT) -> None:
        self.isolation: str = choose(isolation)
        self.limits = limits
        self._nurseries: dict[tuple[str, bytes], Nursery] = {}
        self._hosts: dict[tuple[str, bytes], Hosts] = {}
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        """Return the jail, to be closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the jail."""
        self.close()

    @contextmanager
    def open(self, program: Program, guest: str, setup: bytes, episode: bytes) -> Generator[Worker]:
        """Yield a worker that has loaded the program; it has ended when the block is left.

        Raises ProgramFault when the program cannot be loaded, InfrastructureError when the machine is at fault.
        """
        if self.isolation == "none":
            with InsideWorker.running(program, guest, setup, episode) as inside:
                yield inside
            return
        if self.isolation == "wasm":
            with self._hosts_of(guest, setup).running(program, episode) as instance:
                yield instance
            return
        worker = JailedWorker(self._nursery(guest, setup), self.isolation, self.limits)
        with worker.running(program, episode):
            yield worker

    def warm(self, guest: str, setup: bytes) -> None:
        """Start the zygote for a guest and setup now; the first ``open`` would do it otherwise."""
        if self.isolation == "wasm":
            self._hosts_of(guest, setup)
        elif self.isolation != "none":
            self._nursery(guest, setup)

    def close(self) -> None:
        """End all zygotes and workers; the jail can be used again."""
        with self._lock:
            self._disown()
            for warm in (*self._nurseries.values(), *self._hosts.values()):
                warm.close()
            self._nurseries.clear()
            self._hosts.clear()

    def _nursery(self, guest: str, setup: bytes) -> Nursery:
        with self._lock:
            self._disown()
            nursery = self._nurseries.get((guest, setup))
            if nursery is None or not nursery.alive:
                if nursery is not None:
                    nursery.close()
                nursery = Nursery(guest, setup, self.isolation, self.limits)
                self._nurseries[guest, setup] = nursery
            return nursery

    def _hosts_of(self, guest: str, setup: bytes) -> Hosts:
        with self._lock:
            self._disown()
            if (guest, setup) not in self._hosts:
                self._hosts[guest, setup] = Hosts(guest, setup, self.limits)
            return self._hosts[guest, setup]

    def _disown(self) -> None:
        """Start anew in a forked copy of the runner: the zygotes belong to the original."""
        if self._owner != os.getpid():
            for warm in (*self._nurseries.values(), *self._hosts.values()):
                warm.forget()
            self._nurseries.clear()
            self._hosts.clear()
            self._owner = os.getpid()
