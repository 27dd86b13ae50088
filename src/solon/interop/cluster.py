"""Ray as an executor: one actor a core, each a judging process with its jail; nodes may die.

The driver holds the queue and gives each actor one call at a time, so that a dead actor loses at most one, which goes
back to the head of the queue. Results are ordered by the judge, not here.
"""

import socket
import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeVar

from solon.contract import InfrastructureError
from solon.interop.extras import require
from solon.sandbox import pin_to_core

P = ParamSpec("P")
T = TypeVar("T")

LOSSES: Final = 3
"""How often a call may lose its actor; also how often in a row an actor may die before it has begun."""

PLACE_SECONDS: Final = 60.0
"""How long no actor at all may be placed before the cluster counts as lost; autoscalers need their time."""


REACH_SECONDS: Final = 10.0


class WorkerLost(InfrastructureError):
    """Raised for a call whose actors died time and again."""


class _Runner:
    """What runs on a node; becomes an actor."""

    def node(self) -> str:
        return str(require("ray", "ray").get_runtime_context().get_node_id())

    def pin(self, index: int) -> None:
        pin_to_core(index)

    def run(self, function: Callable[..., object], positional: tuple[object, ...], named: dict[str, object]) -> object:
        return function(*positional, **named)


class _Call:
    """A submitted call."""

    def __init__(
        self, function: Callable[..., object], positional: tuple[object, ...], named: dict[str, object]
    ) -> None:
        self.work = (function, positional, named)
        self.future: Future[Any] = Future()  # of whatever type the function has
        self.losses = 0


class RayExecutor(Executor):
    """Runs calls on a Ray cluster.

    Args:
        address: of a cluster, for example "auto" or "10.0.0.1:6379"; if empty, the one that Ray finds, else a new one
            on this machine.
        workers: actors of one core each; 0 for one a core of the cluster.

    Raises:
        InfrastructureError: Ray is not installed, or no cluster answers.
    """

    def __init__(self, address: str = "", workers: int = 0) -> None:
        self._ray = require("ray", "ray")
        self._connected = not self._ray.is_initialized()
        if self._connected:
            self._connect(address)
        self._max_workers = workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self._actor = self._ray.remote(num_cpus=1, max_restarts=0)(_Runner)
        self._state = threading.Condition()
        self._calls: deque[_Call] = deque()
        self._actors: dict[int, object] = {}
        self._ranks: dict[int, tuple[str, int]] = {}  # node and rank on it, by actor
        self._closing = False
        self._broken = ""
        self._threads = [
            threading.Thread(target=self._serve, args=(index,), name=f"ray-actor-{index}", daemon=True)
            for index in range(self._max_workers)
        ]
        self._left = len(self._threads)
        for thread in self._threads:
            thread.start()

    def _connect(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        if host and port.isdecimal() and "/" not in host:
            _reach(address, host, int(port))
        options: dict[str, object] = {"address": address} if address else {"include_dashboard": False}
        try:
            self._ray.init(log_to_driver=False, logging_level="ERROR", **options)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise _unreachable(address or "the usual place", error) from error

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a call; see concurrent.futures.Executor.submit. Raises BrokenExecutor when no actor is left."""
        call = _Call(fn, args, dict(kwargs))
        with self._state:
            if self._closing:
                raise RuntimeError("cannot schedule new futures after shutdown")
            if self._broken:
                raise BrokenExecutor(self._broken)
            self._calls.append(call)
            self._state.notify()
        return call.future

    def _serve(self, index: int) -> None:
        """Be the driver's side of one actor after the other, until there is nothing more to do."""
        try:
            while self._hire(index):
                while (call := self._next()) is not None and self._run(index, call):
                    pass
                if call is None:
                    break
        finally:
            with self._state:
                self._left -= 1
                self._dismiss(index)
                if self._left == 0:
                    self._break("no Ray actor is left")

    def _hire(self, index: int) -> bool:
        """Start an actor and wait until it has a place; False when none can be had or none is needed any more."""
        waited = 0.0
        for _ in range(LOSSES):
            with self._state:
                if self._closing or self._broken:
                    return False
                self._dismiss(index)
                actor = self._actor.remote()
                self._actors[index] = actor
            placed = actor.node.remote()
            try:
                while True:
                    ready, _ = self._ray.wait([placed], timeout=1.0)
                    if ready:
                        break
                    waited = 0.0 if self._ranks else waited + 1.0
                    if not self._may_wait(waited):
                        return False
                self._ray.get(actor.pin.remote(self._rank(index, self._ray.get(placed))))
            except self._ray.exceptions.RayError:
                continue
            else:
                return True
        return False

    def _may_wait(self, waited: float) -> bool:
        with self._state:
            if self._closing or self._broken:
                return False
            if waited >= PLACE_SECONDS:
                self._break(f"the Ray cluster gave no core for {waited:.0f} s")
                return False
        return True

    def _rank(self, index: int, node: str) -> int:
        """Return the lowest free number on a node: the core to which an actor is bound, counted round."""
        with self._state:
            taken = {rank for own, rank in self._ranks.values() if own == node}
            rank = next(number for number in range(len(taken) + 1) if number not in taken)
            self._ranks[index] = (node, rank)
            return rank

    def _next(self) -> _Call | None:
        with self._state:
            while True:
                while not self._calls:
                    if self._closing or self._broken:
                        return None
                    self._state.wait()
                call = self._calls.popleft()
                if call.losses or call.future.set_running_or_notify_cancel():
                    return call

    def _run(self, index: int, call: _Call) -> bool:
        """Run one call; False when the actor died of it or meanwhile."""
        actor: Any = self._actors[index]  # Ray makes its methods
        try:
            result = self._ray.get(actor.run.remote(*call.work))
        except self._ray.exceptions.RayTaskError as error:
            call.future.set_exception(getattr(error, "cause", None) or error)
            return True
        except self._ray.exceptions.RayError as error:
            self._lose(index, call, error)
            return False
        except Exception as error:  # noqa: BLE001  # for example arguments that cannot be pickled
            call.future.set_exception(error)
            return True
        call.future.set_result(result)
        return True

    def _lose(self, index: int, call: _Call, error: BaseException) -> None:
        with self._state:
            self._ranks.pop(index, None)
            call.losses += 1
            if not self._closing and not self._broken and call.losses < LOSSES:
                self._calls.appendleft(call)
                self._state.notify()
                return
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        call.future.set_exception(WorkerLost(f"an episode lost its Ray actor {call.losses} times over ({first})"))

    def _dismiss(self, index: int) -> None:
        self._ranks.pop(index, None)
        actor = self._actors.pop(index, None)
        if actor is not None:
            self._ray.kill(actor)

    def _break(self, reason: str) -> None:
        """Fail everything that waits; the state is locked."""
        self._broken = self._broken or reason
        while self._calls:
            call = self._calls.popleft()
            if call.losses or call.future.set_running_or_notify_cancel():
                call.future.set_exception(BrokenExecutor(reason))
        self._state.notify_all()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002  # the signature of Executor
        """Take no more calls; with ``cancel_futures`` end also what runs, by ending its actor."""
        with self._state:
            self._closing = True
            if cancel_futures:
                for call in self._calls:
                    call.future.cancel()
                for index in list(self._actors):
                    self._ray.kill(self._actors[index])
            self._state.notify_all()
        if wait:
            for thread in self._threads:
                thread.join()
            if self._connected:
                self._connected = False
                self._ray.shutdown()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all actors at once: whoever leaves the block has the results that he wanted."""
        self.shutdown(wait=True, cancel_futures=True)


def _reach(address: str, host: str, port: int) -> None:
    """Raise InfrastructureError unless something listens there; Ray itself would try for minutes."""
    try:
        socket.create_connection((host, port), timeout=REACH_SECONDS).close()
    except OSError as error:
        raise _unreachable(address, error) from error


def _unreachable(place: str, error: Exception) -> InfrastructureError:
    return InfrastructureError(
        f"no Ray cluster answers at {place} ({error}); start one with: ray start --head, or leave the address out"
    )


@contextmanager
def open_executor(name: str, workers: int = 0) -> Generator[Executor | None]:
    """Yield the executor called "local" (None: the judge's own pool), "ray" or "ray:ADDRESS"; it ends with the block.

    Raises ValueError for another name, InfrastructureError when the cluster cannot be had.
    """
    kind, _, address = name.partition(":")
    if name == "local":
        yield None
    elif kind == "ray":
        with RayExecutor(address, workers) as executor:
            yield executor
    else:
        raise ValueError(f"no executor is called {name!r}; use local, ray or ray:ADDRESS")
