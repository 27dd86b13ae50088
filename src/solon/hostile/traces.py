"""What an attack could leave in or around its judge, and the look before and after that finds it."""

import contextlib
import io
import os
import resource
import secrets
import socket
import sys
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self

CANARY_NAME: Final = "SOLON_HOSTILE_CANARY"
SECRET_TEXT: Final = "the secret of the canary file"
TEXT_BYTES: Final = 64 * 1024
GROWTH_KIB: Final = 64 * 1024


def descendants(pid: int) -> set[int]:
    """Return the processes below one, dead but uncollected ones included (proc_pid_stat(5), field 4)."""
    children: dict[int, set[int]] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - ten times faster than Path.iterdir, and done for every attack
        if entry.isdecimal():
            with contextlib.suppress(OSError):
                stat = Path("/proc", entry, "stat").read_text(errors="replace")
                children.setdefault(int(stat.rpartition(")")[2].split()[1]), set()).add(int(entry))
    found, new = set[int](), {pid}
    while new := {child for each in new for child in children.get(each, ())} - found:
        found |= new
    return found


class Canaries:
    """Things of the judge that no program may read, change or touch; they are put up once for many attacks."""

    def __init__(self, key: bytes) -> None:
        self.token = f"solon-hostile-{secrets.token_hex(8)}"
        self._folder = tempfile.TemporaryDirectory(prefix="solon-hostile-")
        self.folder = Path(self._folder.name)
        self.secret_file = self.folder / "secret.txt"
        self.secret = f"{SECRET_TEXT} {secrets.token_hex(16)}"
        self.secret_file.write_text(self.secret, encoding="utf-8")
        self.variable = secrets.token_hex(16)
        os.environ[CANARY_NAME] = self.variable
        self._private = (self.secret, self.variable, key.hex(), str(key), str(list(key)))
        self.drops = (self.folder, Path.cwd(), Path(tempfile.gettempdir()), Path(__file__).parents[1], Path("/dev/shm"))  # noqa: S108 - looked into, not trusted
        self._doors = (
            _listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            _listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.token}"),
            _listen(socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "socket")),
        )

    @property
    def ports(self) -> tuple[int, int]:
        """Ports of this machine where the judge listens, for TCP and for UDP."""
        tcp, udp = (int(door.getsockname()[1]) for door in self._doors[:2])
        return tcp, udp

    def close(self) -> None:
        """Take everything down."""
        for door in self._doors:
            door.close()
        os.environ.pop(CANARY_NAME, None)
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def watch(self, found: list[str]) -> Generator[None]:
        """Add one phrase to ``found`` for each trace that the block leaves, and remove the traces."""
        place = Path.cwd()
        before = self._state()
        with tempfile.TemporaryFile() as collected:
            with _collecting(collected):
                yield
            collected.seek(0)
            output = collected.read()
        after = self._state()
        found += [f"{what}: {was} before, {now} after" for (what, was), now in zip(before, after, strict=True) if was != now]
        if output:
            found.append(f"wrote {len(output)} bytes to the judge's output")
            found += self.leaks(output.decode(errors="replace"))
        if Path.cwd() != place:
            os.chdir(place)
            found.append("changed the working folder")
        found += self._changes()
        found += [f"knocked at {door.getsockname()!r}" for door in self._doors if _knocked(door)]

    def leaks(self, text: str) -> Iterable[str]:
        """Name what an untrusted text must not hold: secrets, terminal controls, or too much of anything."""
        if any(secret in text for secret in self._private):
            yield "a secret stands in its texts"
        if len(text.encode(errors="replace")) > TEXT_BYTES:
            yield f"its texts are longer than {TEXT_BYTES} bytes"

    def _state(self) -> list[tuple[str, object]]:
        """Return what must be the same before and after."""
        raise NotImplementedError

    def _changes(self) -> Iterable[str]:
        """Yield what was written, and undo it."""
        raise NotImplementedError
