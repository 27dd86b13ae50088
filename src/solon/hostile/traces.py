"""What an attack could leave in or around its judge, and the look before and after that finds it."""

import contextlib
import io
import os
import resource
import secrets
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self

CANARY_NAME: Final = "SOLON_HOSTILE_CANARY"
TEXT_BYTES: Final = 64 * 1024
GROWTH_KIB: Final = 64 * 1024
SECRET_MODE: Final = stat.S_IFREG | 0o600
SHARED_MEMORY: Final = "/dev/shm"  # noqa: S108 - looked into, not trusted


def descendants(pid: int) -> set[int]:
    """Return the processes below one, dead but uncollected ones included (proc_pid_stat(5), field 4)."""
    children: dict[int, set[int]] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - a third of the time, and done twice for every attack
        if entry.isdecimal():
            with contextlib.suppress(OSError):
                line = Path("/proc", entry, "stat").read_text(errors="replace")
                children.setdefault(int(line.rpartition(")")[2].split()[1]), set()).add(int(entry))
    found, new = set[int](), {pid}
    while new := {child for each in new for child in children.get(each, ())} - found:
        found |= new
    return found


class Canaries:
    """Things of the judge that no program may read, change or touch; put up once for many attacks."""

    def __init__(self, key: bytes, growth: int = GROWTH_KIB) -> None:
        self._growth = growth
        self.token = f"solon-hostile-{secrets.token_hex(8)}"
        self.folder = Path(tempfile.mkdtemp(prefix="solon-hostile-"))
        self.secret_file = self.folder / "secret.txt"
        self.variable = secrets.token_hex(16)
        self._secret = secrets.token_hex(16)
        self._put_up()
        package = Path(__file__).parents[1]
        self.drops = (self.folder, Path.cwd(), Path(tempfile.gettempdir()), package, Path(SHARED_MEMORY))
        self._private = [self._secret, self.variable, *((key.hex(), str(key), str(list(key))) if key else ())]
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        abstract, named = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        self._doors = (tcp, udp, abstract, named)
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        abstract.bind(f"\0{self.token}")
        named.bind(str(self.folder / "socket"))
        for door in self._doors:
            door.settimeout(0)
            if door is not udp:
                door.listen()
        self.ports: tuple[int, int] = tcp.getsockname()[1], udp.getsockname()[1]

    def __enter__(self) -> Self:
        """Return the canaries, to be taken down at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take everything down."""
        for door in self._doors:
            door.close()
        os.environ.pop(CANARY_NAME, None)
        shutil.rmtree(self.folder)

    @contextmanager
    def watch(self, found: list[str]) -> Generator[None]:
        """Add one phrase to ``found`` for each trace that the block leaves, and take the traces away."""
        self._put_up()  # another set of canaries in this process may have hung up its own
        place, processes, descriptors = Path.cwd(), descendants(os.getpid()), _descriptors()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        output: list[str] = []
        with _collected(output):
            yield
        found += [f"wrote {len(text)} characters to the judge's output" for text in output]
        found += [leak for text in output for leak in self.leaks(text)]
        found += [f"left process {pid}" for pid in descendants(os.getpid()) - processes]
        found += [f"ended process {pid}, which is not its own" for pid in processes - descendants(os.getpid())]
        found += [f"left {gained} more descriptors open" for gained in [_descriptors() - descriptors] if gained]
        growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        found += [f"made the judge grow by {growth} KiB"] if growth > self._growth else []
        if Path.cwd() != place:
            os.chdir(place)
            found.append("changed the working folder")
        found += self._changes()
        found += [f"knocked at {door.getsockname()!r}" for door in self._doors if _knocked(door)]

    def leaks(self, text: str) -> Iterator[str]:
        """Name what a text that a program had a hand in must not hold."""
        if any(secret in text for secret in self._private):
            yield "a secret stands in its texts"
        if len(text) > TEXT_BYTES:
            yield f"its texts are longer than {TEXT_BYTES} characters"
        if any(not (letter.isprintable() or letter in "\n\t") for letter in text):
            yield "its texts hold control characters"

    def _put_up(self) -> None:
        self.secret_file.write_text(self._secret, encoding="utf-8")
        self.secret_file.chmod(SECRET_MODE)
        os.environ[CANARY_NAME] = self.variable

    def _changes(self) -> Iterator[str]:
        for folder in self.drops:
            for path in folder.glob(f"*{self.token}*"):
                yield f"left {path.name.replace(self.token, '*')} in {folder}"
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        try:
            intact = self.secret_file.read_text(encoding="utf-8") == self._secret
            intact &= self.secret_file.stat().st_mode == SECRET_MODE
        except OSError:
            intact = False
        if not intact or os.environ.get(CANARY_NAME) != self.variable:
            yield "changed a canary"
            self._put_up()


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as above


def _knocked(door: socket.socket) -> bool:
    """Return whether anybody came, and send all who wait away."""
    came = False
    with contextlib.suppress(BlockingIOError):
        while True:
            if door.type == socket.SOCK_DGRAM:
                door.recv(1)
            else:
                door.accept()[0].close()
            came = True
    return came


@contextmanager
def _collected(output: list[str]) -> Generator[None]:
    """Collect what is written to standard output and error, by Python or by descriptor, as one text if there is any."""
    written = io.StringIO()
    with tempfile.TemporaryFile() as below, contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
        with _diverted(1, below), _diverted(2, below):
            yield
        below.seek(0)
        text = written.getvalue() + below.read().decode(errors="replace")
    output += [text] if text else []


@contextmanager
def _diverted(descriptor: int, target: IO[bytes]) -> Generator[None]:
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    kept = os.dup(descriptor)
    os.dup2(target.fileno(), descriptor)
    try:
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)
