"""The zygote: a clean, warm interpreter that forks one jailed worker an episode.

It is started by exec, before the runner has secrets, with an environment of its own; it never sees a program.
It ends, and its workers with it, when the runner closes the control channel or dies, however it dies.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from solon.contract import Program, ProgramFault, Value
from solon.sandbox import kernel, wire, worker
from solon.sandbox.confine import confine_worker, confine_zygote
from solon.sandbox.loading import forgotten, load
from solon.sandbox.template import Template, split

GRACE: Final = 1.0  # seconds that a worker whose channel ended gets to die by itself
ROUNDS: Final = 100
# The jail has no files, so whatever a program may import has to be in memory before the door closes.
PRELOADED: Final = """
    abc array ast base64 bisect cmath collections.abc contextlib copy csv ctypes dataclasses datetime decimal
    encodings.ascii encodings.latin_1 enum fractions functools graphlib hashlib heapq inspect io itertools json
    keyword linecache logging math numbers operator pprint queue random re secrets statistics string struct
    textwrap threading time timeit traceback types typing unicodedata uuid warnings weakref zlib numpy numpy.fft
    numpy.linalg numpy.ma numpy.polynomial numpy.random numpy.lib.stride_tricks
"""
MISTAKES: Final = ("(1 +", "[1][1 + 1]", "undefined", "import undefined_module", "def maim(): pass")


class Prepare(Value, frozen=True):
    """The runner's first message."""

    guest: str
    setup: bytes
    level: str
    cpu_seconds: float
    memory_bytes: int


class Reap(Value, frozen=True):
    """Order to end a worker: at once, or after a moment in which it may die of what it did."""

    pid: int
    at_once: bool


class Reaped(Value, frozen=True):
    """How a worker ended."""

    status: int  # as of waitpid
    killed: bool  # by the zygote, on order
    peak_bytes: int
    cpu_seconds: float


class Zygote:
    """The state of the zygote process: its guest, warm, the template of its workers, and the workers."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._workers: dict[int, int] = {}  # pid -> pidfd
        self._order = Prepare(guest="", setup=b"", level="", cpu_seconds=0, memory_bytes=0)
        self._prepared: object = None
        self._begin: worker.Begin | None = None
        self._address_space = 0
        self._template: Template | None = None
        self._pid = os.getpid()

    def prepare(self, order: Prepare) -> None:
        """Import the guest, warm it up on the setup, then lock this process up."""
        preload()
        guest = importlib.import_module(order.guest)
        self._prepared = guest.prepare(order.setup)
        self._begin = guest.begin
        self._order = order
        kernel.landlock_version()
        confine_zygote(order.level)
        self._address_space = kernel.mapped_bytes() + order.memory_bytes
        gc.collect()
        gc.freeze()  # the collector would otherwise touch, and so copy, every shared page
        match split():
            case Template() as template:
                self._template = template
            case (incoming, outgoing):
                self._become_worker(incoming, outgoing)

    def fork(self, incoming: int, outgoing: int) -> int:
        """Start a worker on two pipe ends and return its process number."""
        assert self._template is not None
        pid = self._template.copy(incoming, outgoing)
        self._workers[pid] = os.pidfd_open(pid)
        return pid

    def _become_worker(self, incoming: int, outgoing: int) -> NoReturn:
        try:
            try:
                _keep_only(incoming, outgoing)
                os.setsid()
                confine_worker(self._order.level, self._pid, self._order.cpu_seconds, self._address_space)
            except OSError as error:
                wire.write_all(worker.OUTPUT, wire.pack(wire.REFUSED, 0, str(error).encode()[: wire.NOTE_BYTES]))
                os._exit(1)
            wire.write_all(worker.OUTPUT, wire.pack(wire.JAILED))
            assert self._begin is not None
            worker.serve(self._prepared, self._begin)
        finally:
            os._exit(1)

    def reap(self, order: Reap) -> Reaped:
        """End one worker and collect it, with whatever it has started."""
        handle = self._workers.pop(order.pid)
        gone = not order.at_once and bool(select.select([handle], [], [], GRACE)[0])
        if not gone:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        os.close(handle)
        _, status, usage = os.wait4(order.pid, 0)
        if self._order.level == "process":
            self._end_strays()
        return Reaped(
            status=status,
            killed=not gone,
            peak_bytes=usage.ru_maxrss * 1024,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
        )

    def _end_strays(self) -> None:
        """Kill processes that a worker without a filter left behind; they became children of the zygote."""
        ours = {*self._workers, self._template.pid if self._template else 0}
        for _ in range(ROUNDS):
            children = Path(f"/proc/self/task/{self._pid}/children").read_text(encoding="ascii").split()
            strays = {int(pid) for pid in children} - ours
            if not strays:
                return
            for pid in strays:
                os.kill(pid, signal.SIGKILL)
            for pid in strays:
                os.waitpid(pid, 0)
        raise RuntimeError("a program starts processes faster than they can be ended")

    def end_all(self) -> None:
        """End every worker."""
        for pid in list(self._workers):
            self.reap(Reap(pid=pid, at_once=True))


def preload() -> None:
    """Import what programs may need, and describe some mistakes: the library loads what that takes at first need."""
    for name in PRELOADED.split():
        importlib.import_module(name)
    for mistake in MISTAKES:
        program = Program(files=(("warm_up.py", mistake),), entry="warm_up.py:main")
        with forgotten(program), contextlib.suppress(ProgramFault):
            load(program)


def _keep_only(incoming: int, outgoing: int) -> None:
    """Move the two pipe ends to their fixed numbers, the standard streams to nowhere, and close all else."""
    import fcntl

    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in (incoming, outgoing)]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor, inheritable=False)
    for source, target in zip(high, (worker.INPUT, worker.OUTPUT), strict=True):
        os.dup2(source, target, inheritable=False)
    os.closerange(worker.OUTPUT + 1, 1 << 20)


def _receive(control: socket.socket) -> tuple[wire.Frame, list[int]]:
    """Receive one frame of the runner and the descriptors that came with it."""
    header, descriptors, _, _ = socket.recv_fds(control, wire.HEADER.size, 2)
    if not header:
        raise EOFError("the runner closed the channel")
    header += wire.read_exactly(control.fileno(), wire.HEADER.size - len(header))
    kind, tag, length = wire.HEADER.unpack(header)
    return wire.Frame(kind, tag, wire.read_exactly(control.fileno(), length)), descriptors


def _answer(zygote: Zygote, frame: wire.Frame, descriptors: list[int]) -> bytes:
    """Do what one frame orders and return the frame that answers it."""
    try:
        match frame.kind:
            case wire.PREPARE:
                zygote.prepare(msgspec.msgpack.decode(frame.payload, type=Prepare))
                return wire.pack(wire.PREPARED)
            case wire.FORK:
                return wire.pack(wire.FORKED, zygote.fork(*descriptors))  # the tag field carries the number
            case _:
                reaped = zygote.reap(msgspec.msgpack.decode(frame.payload, type=Reap))
                return wire.pack(wire.REAPED, 0, msgspec.msgpack.encode(reaped))
    except (EOFError, ConnectionError):
        raise  # the template has died, and a zygote without one is of no use
    except Exception as error:  # noqa: BLE001 - the runner reports it; the zygote has no one else to tell
        text = f"{type(error).__name__}: {error}"
        return wire.pack(wire.FAILED, 0, text.encode("utf-8", "replace")[: wire.NOTE_BYTES])
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def main(control_descriptor: str, runner_number: str) -> None:
    """Serve the runner's orders until it closes the channel or dies."""
    control, runner = socket.socket(fileno=int(control_descriptor)), int(runner_number)
    zygote = Zygote(control)
    try:
        watched = [control.fileno(), os.pidfd_open(runner)]  # other children of the runner may hold the channel open
        while os.getppid() == runner:
            ready, _, _ = select.select(watched, [], [])
            if watched[1] in ready:
                break
            control.sendall(_answer(zygote, *_receive(control)))
    except (EOFError, ConnectionError):
        pass
    finally:
        with contextlib.suppress(OSError):
            zygote.end_all()
