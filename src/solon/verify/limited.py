"""Calls of solvers in processes of their own, with limits on time and memory, that never block the caller.

``call`` runs a function of a module in a fork of a template process that has imported the module already: a few
milliseconds a call, and a solver that crashes, hangs or eats memory takes only its own process with it. ``run`` does
the same for an external program.
"""

import atexit
import contextlib
import ctypes
import importlib.metadata
import importlib.util
import os
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

from solon.contract import InfrastructureError, Value

_HEADER: Final = struct.Struct("<cdQ")  # what, seconds or nothing, bytes
_LONGEST: Final = 256 * 1024 * 1024
_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of prctl(2)
_GRACE: Final = 5.0  # seconds for the template beyond a call's own limit


class Limits(Value, frozen=True):
    """What one call may use: wall seconds and megabytes of address space."""

    seconds: float = 10.0
    megabytes: int = 4096


USUAL: Final = Limits()


class Finished(Value, frozen=True, tag="finished"):
    """The solver answered."""

    reply: bytes
    status: int = 0  # exit status of an external program
    said: str = ""  # the end of what it wrote to standard error


class Stopped(Value, frozen=True, tag="stopped"):
    """The solver did not answer; a reason that is no verdict on what it was asked."""

    reason: Literal["time", "memory", "crash"]
    message: str


class MissingSolver(InfrastructureError):
    """Raised when a solver is not installed; the message is one sentence with the command that installs it."""


_EXTRAS: Final = {
    "z3": ("Z3", "z3-solver", "verify"),
    "cvc5": ("cvc5", "cvc5", "verify"),
    "highspy": ("HiGHS", "highspy", "planning"),
    "pyscipopt": ("SCIP", "pyscipopt", "planning"),
    "up_fast_downward": ("Fast Downward", "up-fast-downward", "planning"),
}
"""Importable module of a solver: its name, its distribution and the extra of Solon that brings it."""
_PROGRAMS: Final = ("crosshair", "dafny")


def require(module: str) -> None:
    """Raise MissingSolver unless a solver's module can be imported; imports nothing."""
    if importlib.util.find_spec(module) is None:
        name, _, extra = _EXTRAS.get(module, (module, module, "verify"))
        raise MissingSolver(f"{name} is not installed; run: pip install 'solon[{extra}]'")


def survey() -> dict[str, tuple[str, str]]:
    """Return the solvers by name, each with its version ("" without one) and what brings it: our extra, or words."""
    found: dict[str, tuple[str, str]] = {}
    for name, distribution, extra in _EXTRAS.values():
        try:
            found[name] = importlib.metadata.version(distribution), extra
        except importlib.metadata.PackageNotFoundError:
            found[name] = "", extra
    for name in _PROGRAMS:
        found[name] = "found" if shutil.which(name) else "", f"the program {name} on the path"
    found["nagini"] = "found" if os.environ.get("SOLON_NAGINI") else "", "SOLON_NAGINI names its Python"
    return found


def installed(module: str) -> bool:
    """Return whether a solver's module is there."""
    return importlib.util.find_spec(module) is not None


def call(module: str, payload: bytes, limits: Limits = USUAL) -> Finished | Stopped:
    """Return what ``module.answer(payload)`` returns, computed in a process of its own.

    ``module`` is a dotted path whose function ``answer`` takes and returns bytes. Whatever it imports at its top level
    is imported once, by the template. An exception in it is a crash. Raises InfrastructureError if no process starts.
    """
    return _template(module).call(payload, limits)


def run(arguments: Sequence[str], folder: Path, limits: Limits, *, given: bytes = b"") -> Finished | Stopped:
    """Run an external program in a folder, with its output collected; its whole process group ends with it.

    The address space of each of its processes is limited, and so is its processor time.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        try:
            process = subprocess.Popen(
                arguments,
                cwd=folder,
                stdin=source,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=lambda: _restrict(limits),  # noqa: PLW1509  # only sets limits of the child
            )
        except OSError as error:
            raise InfrastructureError(f"cannot start {arguments[0]} ({error.strerror}); is it installed?") from None
        try:
            status = process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            return Stopped("time", f"no answer within {limits.seconds:g} s")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for stream in (output, errors):
            stream.seek(0)
        return Finished(output.read(_LONGEST), status, errors.read()[-4000:].decode(errors="replace"))


class _Template:
    """A process that has imported a module and forks for each call; calls take turns."""

    def __init__(self, module: str) -> None:
        self._module, self._lock, self.owner = module, threading.Lock(), os.getpid()
        self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        code = "from solon.verify.limited import serve; import sys; serve(sys.argv[1])"
        try:
            return subprocess.Popen(
                [sys.executable, "-c", code, self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise InfrastructureError(f"cannot start a process for a solver ({error.strerror}); try again") from None

    def call(self, payload: bytes, limits: Limits) -> Finished | Stopped:
        with self._lock:
            if self._process.poll() is not None:
                self._close()
                self._process = self._start()
            try:
                return self._exchange(payload, limits)
            except (OSError, EOFError):
                self.end()
                return Stopped("crash", "the solver's process ended")
            except BaseException:  # interrupted: an answer that is still to come must not be taken for the next one's
                self.end()
                raise

    def _exchange(self, payload: bytes, limits: Limits) -> Finished | Stopped:
        sink, source = self._process.stdin, self._process.stdout
        assert sink is not None
        assert source is not None
        head = _HEADER.pack(b"c", limits.seconds, len(payload)) + struct.pack("<Q", limits.megabytes)
        sink.write(head + payload)
        sink.flush()
        # the template's own import comes before its first answer and is not the call's fault
        ready, _, _ = select.select([source], [], [], limits.seconds + 60 + _GRACE)
        if not ready:
            self.end()
            return Stopped("time", f"no answer within {limits.seconds:g} s")
        what, _, length = _HEADER.unpack(_exactly(source.fileno(), _HEADER.size))
        reply = _exactly(source.fileno(), length)
        if what == b"r":
            return Finished(reply)
        reasons: dict[bytes, Literal["time", "memory", "crash"]] = {b"t": "time", b"m": "memory"}
        return Stopped(reasons.get(what, "crash"), reply.decode(errors="replace"))

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what nobody read is lost with the process
                    pipe.close()


_templates: dict[str, _Template] = {}
_guard = threading.Lock()


def _template(module: str) -> _Template:
    with _guard:
        known = _templates.get(module)
        if known is None or known.owner != os.getpid():  # a fork must not share its parent's pipes
            known = _templates[module] = _Template(module)
        return known


@atexit.register
def _end_all() -> None:
    for template in _templates.values():
        if template.owner == os.getpid():
            template.end()


# In the template process


def serve(module: str) -> None:
    """Answer calls on the standard streams until they close; what ``call`` starts."""
    sink = os.dup(1)
    os.dup2(2, 1)  # a solver that prints must not write into the answers
    answer = importlib.import_module(module).answer
    while True:
        try:
            _, seconds, length = _HEADER.unpack(_exactly(0, _HEADER.size))
            (megabytes,) = struct.unpack("<Q", _exactly(0, 8))
            payload = _exactly(0, length)
        except EOFError:
            return
        what, reply = _forked(answer, payload, Limits(seconds, megabytes))
        _write(sink, _HEADER.pack(what, 0.0, len(reply)) + reply)


def _forked(answer: Callable[[bytes], bytes], payload: bytes, limits: Limits) -> tuple[bytes, bytes]:
    """Return the mark and the bytes of an answer that a fork computed within its limits."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        os.setsid()
        _child(answer, payload, limits, into)
    os.close(into)
    chunks: list[bytes] = []
    deadline = time.monotonic() + limits.seconds
    timed_out = False
    while True:
        ready, _, _ = select.select([out], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            timed_out = True
            break
        chunk = os.read(out, 1 << 20)
        if not chunk:
            break
        chunks.append(chunk)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(out)
    content = b"".join(chunks)
    if timed_out:
        return b"t", f"no answer within {limits.seconds:g} s".encode()
    if content[:1] in {b"r", b"m", b"x"} and content[-1:] == b".":
        return content[:1], content[1:-1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return b"t", f"no answer within {limits.seconds:g} s".encode()
    return b"x", b"the solver's process ended without an answer"


def _child(answer: Callable[[bytes], bytes], payload: bytes, limits: Limits, into: int) -> None:
    try:
        _restrict(limits)
        try:
            mark, reply = b"r", answer(payload)
        except MemoryError:
            mark, reply = b"m", f"more than {limits.megabytes} MB of memory".encode()
        except BaseException as error:  # noqa: BLE001  # whatever a solver raises is its crash, told to the caller
            low = "out of memory" in str(error).lower() or "bad_alloc" in str(error)
            mark, reply = (b"m" if low else b"x"), f"{type(error).__name__}: {error}".encode()[:2000]
        _write(into, mark + reply + b".")
    finally:
        os._exit(0)


def _restrict(limits: Limits) -> None:
    """Set the limits of a child, which also ends with the process that waits for it."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    size = limits.megabytes * 1024 * 1024
    processor = int(limits.seconds) + 2
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _exactly(stream: int, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        chunk = os.read(stream, min(1 << 20, size - len(content)))
        if not chunk:
            raise EOFError
        content += chunk
    return bytes(content)


def _write(stream: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(stream, view) :]
