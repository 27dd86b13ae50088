"""Real ``solon`` processes that meet a disaster on demand, each a fork of one that has loaded everything.

As a script this is that process: it reads a call a line, as JSON, forks, and says how the fork ended.
"""

import contextlib
import ctypes
import errno
import functools
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, Self

LOADED = ("solon.cli.calling", "solon.cli.running", "solon.report", "solon.propose.optimiser", "openai", "toys")
ROOT = 1
"""The seed whose slow derivation is done beforehand."""


class Ended(NamedTuple):
    """How a process ended; the code is negative after a signal."""

    code: int
    out: str
    err: str


class Rehearsal:
    """Calls ``solon`` in folders of a folder. The clock of its runs stands still, so that all files are comparable.

    Disasters at the given number: ``killed`` (SIGKILL) and ``interrupted`` (SIGINT) after that record of the journal,
    ``killed anywhere`` after that change of a file, ``full`` from that write on, half of which goes through. Besides,
    ``interrupted in the report``, ``interrupted twice``, again when the judge is closed, and ``powerless``, for whom
    permissions hold although the tests may run as root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        )

    def solon(self, folder: str, *arguments: str, disaster: str = "", at: int = 0) -> Ended:
        """Call it in a folder of that name, made if it is not there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([folder, arguments, disaster, at]) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        out, err = (self.folder / folder / name for name in ("out", "err"))
        return Ended(code, out.read_text(), err.read_text())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {str(it.relative_to(folder)): it.read_bytes() for it in sorted(folder.rglob("*")) if it.is_file()}


class _Count:
    """Calls ``act`` at the given number, from one."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        self._left, self._act = number, act

    def __call__(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._act()


def _then(owner: object, name: str, count: _Count) -> None:
    """Let a method be counted each time that it has done its work."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*positional: object, **named: object) -> object:
        result = original(*positional, **named)
        count()
        return result

    setattr(owner, name, wrapped)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupt() -> None:
    """Send Ctrl-C to the main thread, whichever writes; it is there before this returns to the main thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def fill(number: int) -> Callable[..., object]:
    """Let the disk be full from this write on, and return the way in which files were opened before."""
    opened, writes = Path.open, 0

    def open_(self: Path, mode: str = "r", *positional: object, **named: object) -> object:
        file = opened(self, mode, *positional, **named)  # pyright: ignore[reportArgumentType]
        return _Narrow(file) if set(mode) & set("wax") else file

    class _Narrow:
        def __init__(self, file) -> None:
            self._file = file

        def write(self, content: bytes) -> int:
            nonlocal writes
            writes += 1
            if writes < number:
                return self._file.write(content)
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

    Path.open = open_  # pyright: ignore[reportAttributeAccessIssue]
    return opened


def _give_up_privileges() -> None:
    """Drop all capabilities of this process; see capset(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert libc.capset(version, (ctypes.c_uint32 * 6)()) == 0, os.strerror(ctypes.get_errno())


def _prepare(disaster: str, at: int) -> None:
    from concurrent.futures import Executor, ThreadPoolExecutor

    from solon.cli import running
    from solon.engine import PoolJudge, loop
    from solon.journal import Log

    @contextlib.contextmanager
    def threads(_name: str, workers: int = 0) -> Generator[Executor]:
        with ThreadPoolExecutor(workers) as executor:
            yield executor

    running.open_executor = threads  # nothing is spawned, which would take most of the time
    loop.time = SimpleNamespace(monotonic=lambda: 0.0)
    match disaster:
        case "killed":
            _then(Log, "append", _Count(at, _kill))
        case "interrupted" | "interrupted twice":
            _then(Log, "append", _Count(at, _interrupt))
            if disaster == "interrupted twice":
                _then(PoolJudge, "close", _Count(1, _interrupt))
        case "killed anywhere":
            count = _Count(at, _kill)
            for owner, name in ((Log, "append"), (Path, "write_bytes"), (Path, "replace"), (Path, "unlink")):
                _then(owner, name, count)
        case "interrupted in the report":
            import solon.report

            _then(solon.report, "write_report", _Count(1, _interrupt))
        case "full":
            fill(at)
        case "powerless":
            _give_up_privileges()
        case _:
            assert not disaster


def _act(folder: str, arguments: Sequence[str], disaster: str, at: int) -> None:
    from solon.cli import main

    Path(folder).mkdir(exist_ok=True)
    os.chdir(folder)
    for descriptor, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    _prepare(disaster, at)
    try:
        main(arguments)
    except SystemExit as left:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(left.code or 0))  # tidying up what was loaded would take as long as the run


def _serve() -> None:
    for name in LOADED:
        __import__(name)
    from solon.engine import seeds

    seeds._stretch = functools.cache(seeds._stretch)
    seeds.Seeds(ROOT)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.stdin.close()
            _act(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    _serve()
