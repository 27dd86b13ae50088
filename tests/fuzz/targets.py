"""What is fuzzed: each function takes any bytes and raises only where something is wrong with Solon.

Hypothesis drives them in ``make test``; ``fuzz_wire.py`` and ``fuzz_loader.py`` drive them by coverage, for hours.
"""

import itertools
import json
import os
import sys
from typing import Final, cast
from unittest import mock

import msgspec

from sandbox.bench import descriptors
from solon.contract import Fault, Program, ProgramFault
from solon.sandbox import Limits, loading, verdicts, wire
from solon.sandbox.call import call
from solon.sandbox.nursery import Nursery
from solon.sandbox.session import JailedWorker
from solon.sandbox.worker import describe
from solon.sandbox.zygote import Reaped

TAG: Final = 7
PIPE_BYTES: Final = 60_000  # fits into a pipe, so that one process can play both sides
KINDS: Final = set(Fault.__annotations__["kind"].__args__)
AMPLE: Final = Limits(cpu_seconds=1e6, wall_seconds=1e6)


def cut_frames(data: bytes, bounds: list[int]) -> list[wire.Frame] | None:
    """Decode a stream cut at the bounds; None where it breaks the protocol."""
    decoder = wire.Decoder(wire.FROM_WORKER)
    found: list[wire.Frame] = []
    for start, end in itertools.pairwise(sorted({0, len(data), *(bound % (len(data) + 1) for bound in bounds)})):
        decoder.feed(data[start:end])
        try:
            while (frame := decoder.next()) is not None:
                found.append(frame)
        except wire.WireError:
            return None
    return found


def check_frames(data: bytes, bounds: list[int]) -> None:
    """Any bytes are frames of the table, whole or to be continued, or a WireError; however they are cut."""
    found, whole = cut_frames(data, bounds), cut_frames(data, [])
    assert found == whole
    if found is not None:
        assert all(len(frame.payload) <= wire.FROM_WORKER[frame.kind] for frame in found)
        assert data.startswith(b"".join(wire.pack(*frame) for frame in found))


class Puppet:
    """Stands for a zygote whose only worker has sent some bytes and then closed its channel, or waits."""

    alive = True

    def __init__(self, data: bytes) -> None:
        self._data = data

    def fork(self, incoming: int, outgoing: int) -> int:
        self._channel = os.dup(incoming)
        os.write(outgoing, self._data[:PIPE_BYTES])
        return os.getpid()

    def reap(self, pid: int, *, at_once: bool) -> Reaped:
        os.close(self._channel)
        return Reaped(status=0, killed=at_once, peak_bytes=0, cpu_seconds=0.0)


def puppet(data: bytes) -> JailedWorker:
    """Return a worker whose answers are these bytes, and whose questions all have the same tag."""
    worker = JailedWorker(cast("Nursery", Puppet(data)), "full", AMPLE)
    worker._tags = itertools.repeat(TAG)
    return worker


def due(data: bytes, size: int | None) -> bytes | None:
    """Return the reply that a stream of bytes holds by the rules: notes, one reply and nothing after it."""
    frames = cut_frames(data, []) or []
    notes = list(itertools.takewhile(lambda frame: frame[:2] == (wire.NOTE, TAG), frames))
    reply = frames[len(notes)] if len(frames) == len(notes) + 1 else wire.Frame(0, 0, b"")
    kept = reply[:2] == (wire.REPLY, TAG) and len(reply.payload) == (len(reply.payload) if size is None else size)
    return reply.payload if kept and b"".join(wire.pack(*frame) for frame in frames) == data else None


def check_answers(data: bytes, size: int | None) -> None:
    """Any bytes from a worker are the answer that was due, or a typed fault; and no descriptor is left."""
    before = descriptors()
    worker = puppet(data)
    reply: bytes | None = None
    try:
        reply = worker.ask(b"", size)
    except ProgramFault as raised:
        check_fault(raised.fault)
    finally:
        worker.close()
    assert reply == due(data[:PIPE_BYTES], size)
    assert len(worker.note) <= wire.NOTE_BYTES
    assert descriptors() == before


def check_fault(fault: Fault) -> None:
    """A fault is of the closed list, short, and survives the journal."""
    assert fault.kind in KINDS
    assert len(fault.message) <= verdicts.TEXT_CHARACTERS
    assert len(fault.traceback) <= verdicts.TRACEBACK_CHARACTERS
    assert msgspec.json.decode(msgspec.json.encode(fault), type=Fault) == fault


class Echo:
    """A worker that answers what it was made with."""

    note = ""

    def __init__(self, reply: bytes) -> None:
        self._reply = reply

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        del payload, size
        return self._reply


def check_result(data: bytes) -> None:
    """Any bytes are a JSON value, or an output fault; and any bytes are a reported fault or a protocol fault."""
    kind = "output"
    try:
        json.dumps(call(Echo(data)), allow_nan=False)
    except ProgramFault as raised:
        kind = raised.fault.kind
    assert kind == "output"
    check_fault(verdicts.reported_fault(data, 1).fault)


def programs(data: bytes) -> Program:
    """Make a program of any bytes: files divided by 0xFE, each a name and a source divided by 0xFD."""
    head, *parts = data.split(b"\xfe")
    pairs = [part.partition(b"\xfd") for part in parts]
    files = tuple((_text(name), _text(source)) for name, _, source in pairs)
    return Program(files=files, entry=_text(head) or "program.py:main")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def check_loading(data: bytes) -> None:
    """Any program is compiled or is a typed fault; nothing of it is executed here."""
    nothing_runs = mock.patch.object(loading, "exec", create=True)
    with nothing_runs, mock.patch.dict(sys.modules), mock.patch.object(sys, "meta_path", [*sys.meta_path]):
        try:
            loading.load(programs(data))
        except (ProgramFault, RecursionError, MemoryError) as error:
            check_fault(describe(error))
