"""An append-only file of facts; every line carries the length and checksum of its fact."""

import errno
import hashlib
import os
import shlex
import zlib
from contextlib import suppress
from pathlib import Path

import msgspec

from solon.contract import InfrastructureError, Value
from solon.journal.facts import Fact
from solon.journal.remedies import remedy

_FACTS = msgspec.json.Decoder(Fact)


class _Line(Value, frozen=True):
    size: int
    crc32: str
    fact: msgspec.Raw


_LINES = msgspec.json.Decoder(_Line)


class Damaged(InfrastructureError):
    """Raised when a journal is broken anywhere but in its last line."""


def _encode(fact: Fact) -> bytes:
    body = msgspec.json.encode(fact)
    return b'{"size":%d,"crc32":"%08x","fact":%s}\n' % (len(body), zlib.crc32(body), body)


def decode_line(line: bytes) -> Fact | None:
    """Return the fact of one complete line, or None when the line is not what was written."""
    try:
        envelope = _LINES.decode(line)
        body = bytes(envelope.fact)
        if len(body) != envelope.size or f"{zlib.crc32(body):08x}" != envelope.crc32:
            return None
        return _FACTS.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


class Log:
    """Own the journal file of one run; between appends no descriptor is held.

    Opening reads every fact and changes nothing, not even an absent file. A torn last line, which a crash or a full
    disk leaves behind, is reported in ``dropped`` and cut off by the first append; damage anywhere else raises Damaged,
    because facts after it would be believed wrongly.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self.dropped: str = ""
        try:
            content = path.read_bytes() if path.exists() or not path.parent.is_dir() else b""
        except OSError as error:
            raise InfrastructureError(f"cannot open the journal {path} ({error.strerror}); check the folder") from None
        self._size = len(content)
        self._whole = 0  # bytes of complete lines
        self.facts: list[Fact] = self._load(content)

    def _load(self, content: bytes) -> list[Fact]:
        facts: list[Fact] = []
        position = 0
        while position < len(content):
            end = content.find(b"\n", position)
            fact = decode_line(content[position:end]) if end >= 0 else None
            if fact is None:
                if end >= 0:  # a torn line has no end, so this one was written whole and altered later
                    raise self._damaged(len(facts) + 1, content.count(b"\n", end + 1))
                self.dropped = f"dropped a torn last line of {len(content) - position} bytes from {self.path.name}"
                break
            facts.append(fact)
            position = self._whole = end + 1
        return facts

    def _damaged(self, line: int, after: int) -> Damaged:
        lost = "it" if not after else f"it and the {after} after it" if after > 1 else "it and the one after it"
        cut = f"sed -i '{line},$d' {shlex.quote(str(self.path))}"
        return Damaged(
            f"line {line} of {self.path} fails its checksum, so {lost} cannot be believed; restore the file from a "
            f"copy, or give up what is lost and resume: {cut}"
        )

    def append(self, fact: Fact) -> None:
        """Write one fact, safe from a kill; on failure the file is cut back, so that nothing half-written stays.

        Raises InfrastructureError, also when the file is not as this object has read and written it.
        """
        line, trouble = _encode(fact), None
        try:
            with self.path.open("ab", buffering=0) as file:
                if file.tell() != self._size:
                    raise InfrastructureError(
                        f"somebody else has changed {self.path} meanwhile; see that no other solon works on this run, "
                        "then resume it"
                    )
                file.truncate(self._whole)
                written = file.write(line)
            if written != len(line):
                trouble = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            trouble = error
        if trouble:
            with suppress(OSError):  # a line that stays torn is cut off by the next sitting
                os.truncate(self.path, self._whole)
            self._size = self._whole
            cause = trouble.strerror or str(trouble)
            raise InfrastructureError(f"cannot write to {self.path} ({cause}); {remedy(trouble)}, then resume the run")
        self._whole += len(line)
        self._size = self._whole
        self.facts.append(fact)

    def digest(self) -> str:
        """Return the SHA-256 of the file's bytes; equal for a run and its replay."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()
