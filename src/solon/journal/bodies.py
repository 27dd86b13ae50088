"""Content-addressed files: programs, prompts and replies under the hash of what they hold."""

import hashlib
from pathlib import Path

import msgspec

from solon.contract import InfrastructureError, Program
from solon.journal.remedies import remedy
from solon.playback import Moment

_PROGRAMS = msgspec.json.Decoder(Program)
_MOMENTS = msgspec.json.Decoder(tuple[Moment, ...])


class Bodies:
    """A folder in which a file's name is the SHA-256 of its content; writing the same content twice is free."""

    def __init__(self, folder: Path) -> None:
        self.folder: Path = folder

    def put(self, content: bytes) -> str:
        """Store bytes and return their digest; a crash leaves the whole file or none."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / digest
        if not path.exists():
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                part = path.with_suffix(".part")
                part.write_bytes(content)
                part.replace(path)
            except OSError as error:
                raise InfrastructureError(
                    f"cannot store a body in {self.folder} ({error.strerror}); {remedy(error)}, then go on with the run"
                ) from None
        return digest

    def get(self, digest: str) -> bytes:
        """Return stored bytes, checked against their name; raise InfrastructureError if missing or altered."""
        try:
            content = (self.folder / digest).read_bytes()
        except OSError:
            raise InfrastructureError(f"body {digest[:12]} is missing from {self.folder}; restore the folder") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise InfrastructureError(f"body {digest[:12]} in {self.folder} was altered; restore it from a copy")
        return content

    def put_program(self, program: Program) -> str:
        """Store a program under its own digest."""
        return self.put(msgspec.json.encode(program))

    def program(self, digest: str) -> Program:
        """Return a stored program."""
        return _PROGRAMS.decode(self.get(digest))

    def put_moments(self, moments: tuple[Moment, ...]) -> str:
        """Store what is told of an episode."""
        return self.put(msgspec.json.encode(moments))

    def moments(self, digest: str) -> tuple[Moment, ...]:
        """Return what is told of an episode."""
        return _MOMENTS.decode(self.get(digest))
