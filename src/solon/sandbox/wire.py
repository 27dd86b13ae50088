"""Frames between the runner, its zygote and its workers: one type byte, a tag, a length, the payload.

The runner draws the tag of each question at random and an answer repeats it: one given before the question was read,
or after the next was sent, is recognised for certain. Nothing on the wire is ever unpickled. What a worker sends is
untrusted: kinds and lengths are checked before a byte of payload is kept.
"""

import os
import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

HEADER: Final = struct.Struct("<BII")  # kind, tag, length

# runner -> zygote, zygote -> runner
PREPARE: Final = 0xA0
PREPARED: Final = 0xA1
FORK: Final = 0xA2  # carries two descriptors
FORKED: Final = 0xA3
REAP: Final = 0xA4
REAPED: Final = 0xA5
FAILED: Final = 0xA6
# runner -> worker
START: Final = 0xB0
ASK: Final = 0xB1
# worker -> runner
JAILED: Final = 0xC0  # sent before the program is known
REFUSED: Final = 0xC1  # the jail could not be closed; sent instead of JAILED only
READY: Final = 0xC2
REPLY: Final = 0xC3
NOTE: Final = 0xC4
FAULT: Final = 0xC5

NOTE_BYTES: Final = 8 * 1024
FAULT_BYTES: Final = 64 * 1024
REPLY_BYTES: Final = 16 * 1024 * 1024
FROM_WORKER: Final[Mapping[int, int]] = {
    JAILED: 0,
    REFUSED: NOTE_BYTES,
    READY: 0,
    REPLY: REPLY_BYTES,
    NOTE: NOTE_BYTES,
    FAULT: FAULT_BYTES,
}
CHUNK: Final = 64 * 1024


class WireError(Exception):
    """Raised when bytes are no frame that may come from there."""


class Frame(NamedTuple):
    """One message."""

    kind: int
    tag: int
    payload: bytes


def pack(kind: int, tag: int = 0, payload: bytes = b"") -> bytes:
    """Return the bytes of one frame."""
    return HEADER.pack(kind, tag, len(payload)) + payload


class Decoder:
    """Cut a stream of bytes into frames; raises WireError on a kind or a length that its table does not allow."""

    def __init__(self, caps: Mapping[int, int]) -> None:
        self._caps = caps
        self._bytes = bytearray()

    @property
    def pending(self) -> bool:
        """Whether bytes wait that are no whole frame yet, or were not asked for."""
        return bool(self._bytes)

    def feed(self, data: bytes) -> None:
        """Add received bytes."""
        self._bytes += data

    def next(self) -> Frame | None:
        """Return the next whole frame, or None until more bytes come."""
        if len(self._bytes) < HEADER.size:
            return None
        kind, tag, length = HEADER.unpack_from(self._bytes)
        cap = self._caps.get(kind)
        if cap is None:
            raise WireError(f"a frame of unknown kind 0x{kind:02x}")
        if length > cap:
            raise WireError(f"a frame of {length} bytes where at most {cap} are allowed")
        end = HEADER.size + length
        if len(self._bytes) < end:
            return None
        payload = bytes(self._bytes[HEADER.size : end])
        del self._bytes[:end]
        return Frame(kind, tag, payload)


def read_exactly(descriptor: int, size: int) -> bytes:
    """Read ``size`` bytes from a blocking descriptor; raises EOFError when it ends before."""
    parts: list[bytes] = []
    while size:
        part = os.read(descriptor, min(size, CHUNK))
        if not part:
            raise EOFError("the other side closed the channel")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(descriptor: int) -> Frame:
    """Read the one frame that a trusted side has sent to a blocking descriptor; raises EOFError at its end."""
    kind, tag, length = HEADER.unpack(read_exactly(descriptor, HEADER.size))
    return Frame(kind, tag, read_exactly(descriptor, length))


def read_question(descriptor: int) -> tuple[int, bytes]:
    """Read the tag and payload of the one frame that the runner has sent; raises EOFError at the channel's end."""
    data = os.read(descriptor, CHUNK)
    if len(data) < HEADER.size:
        data += read_exactly(descriptor, HEADER.size - len(data))
    _, tag, length = HEADER.unpack_from(data)
    missing = HEADER.size + length - len(data)
    if missing:
        data += read_exactly(descriptor, missing)
    return tag, data[HEADER.size :]


def write_all(descriptor: int, data: bytes) -> None:
    """Write to a blocking descriptor until nothing is left."""
    sent = os.write(descriptor, data)
    while sent < len(data):
        sent += os.write(descriptor, memoryview(data)[sent:])
