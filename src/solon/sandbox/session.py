"""One worker as the runner sees it: strict frames, and limits that are decided on this side."""

import math
import os
import select
import struct
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from solon.contract import InfrastructureError, Program
from solon.sandbox import verdicts, wire
from solon.sandbox.limits import Limits
from solon.sandbox.nursery import Nursery
from solon.sandbox.worker import Start

PROMPT_MILLISECONDS: Final = 10  # answers within this time need no look at any limit
FLOOR_SECONDS: Final = 0.01  # between two looks at a worker's processor clock
LONGEST_SECONDS: Final = 3600.0  # poll takes no more than an int of milliseconds
TAGS: Final = struct.Struct("<I")
TAGS_AT_ONCE: Final = 1024


def _tags() -> Iterator[int]:
    """Yield random 32-bit numbers that no program can foresee."""
    while True:
        for (tag,) in TAGS.iter_unpack(os.urandom(TAGS.size * TAGS_AT_ONCE)):
            yield tag


def _sleeps(pid: int) -> bool:
    """Return whether a process waits for something other than the processor (proc_pid_stat(5), field 3)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] == "S"
    except OSError:
        return False


def _queued_seconds(pid: int) -> float:
    """Return how long a process was ready to run but stood in the queue; infinite where the kernel does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return math.inf


class JailedWorker:
    """A worker of a zygote; ``note`` is its first diagnostic text, untrusted."""

    def __init__(self, nursery: Nursery, level: str, limits: Limits) -> None:
        self.note = ""
        self._nursery = nursery
        self._level = level
        self._limits = limits
        self._wall = limits.wall
        self._step: int | None = None  # which question is being answered; None before the first
        self._tags = _tags()
        self._tag = 0
        self._waited = 0.0
        self._decoder = wire.Decoder(wire.FROM_WORKER)
        incoming, self._write_end = os.pipe()
        self._read_end, outgoing = os.pipe()
        try:
            os.set_blocking(self._write_end, False)
            os.set_blocking(self._read_end, False)
            self._pid = nursery.fork(incoming, outgoing)
        except BaseException:
            self._close_pipes()
            raise
        finally:
            os.close(incoming)
            os.close(outgoing)
        # the kernel's number of another process's processor clock, as clock_getcpuclockid(3) returns it
        self._clock = (~self._pid << 3) | 2
        self._due = 0.0  # the clock cannot have run out before
        readable = select.poll()
        readable.register(self._read_end, select.POLLIN)
        self._poll = readable.poll
        self._open = True

    @property
    def pid(self) -> int:
        """Process number of the worker."""
        return self._pid

    @contextmanager
    def running(self, program: Program, episode: bytes) -> Generator["JailedWorker"]:
        """Load the program once the jail has closed, and end the worker when the block is left."""
        try:
            self._await_jail()
            start = msgspec.msgpack.encode(Start(program=program, episode=episode))
            self._tag = next(self._tags)
            started = time.monotonic()
            self._send(wire.pack(wire.START, self._tag, start), started)
            self._receive(wire.READY, 0, started)
            yield self
        finally:
            self.close()

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        """Send one payload and return the reply, of exactly ``size`` bytes if given, else of at most 16 MiB.

        Raises ProgramFault when the program is at fault, InfrastructureError when the machine is; the worker has ended
        then.
        """
        if not self._open:
            raise InfrastructureError("this worker has ended; open another one")
        self._step = 0 if self._step is None else self._step + 1
        self._tag = next(self._tags)
        started = time.monotonic()
        self._send(wire.pack(wire.ASK, self._tag, payload), started)
        if size is not None and self._poll(PROMPT_MILLISECONDS):
            # the usual case, kept short: one whole frame, and one byte more is asked for so that a surplus shows
            data = os.read(self._read_end, min(wire.HEADER.size + size + 1, wire.CHUNK))
            header = wire.HEADER.pack(wire.REPLY, self._tag, size)
            if len(data) == wire.HEADER.size + size and data.startswith(header):
                self._account(started)
                return data[wire.HEADER.size :]
            self._take(data)
        return self._receive(wire.REPLY, size, started)

    def close(self) -> None:
        """End the worker; returns when no process of it is left."""
        if self._open:
            self._open = False
            self._close_pipes()
            try:
                self._nursery.reap(self._pid, at_once=True)
            except InfrastructureError:
                if self._nursery.alive:
                    raise  # a zygote that has died took its workers along

    def _close_pipes(self) -> None:
        os.close(self._write_end)
        os.close(self._read_end)

    def _fail(self, error: Exception) -> NoReturn:
        self.close()
        raise error

    def _fail_dead(self) -> NoReturn:
        """Raise the reason why the worker's channel has ended."""
        self._open = False
        self._close_pipes()
        reaped = self._nursery.reap(self._pid, at_once=False)
        raise verdicts.death(reaped, self._level, self._limits, self._step)

    def _send(self, data: bytes, started: float) -> None:
        try:
            sent = os.write(self._write_end, data)
            if sent < len(data):
                self._send_rest(memoryview(data)[sent:], started)
        except BrokenPipeError:
            self._receive_nothing()

    def _send_rest(self, rest: memoryview, started: float) -> None:
        """Write what did not fit into the pipe while the worker reads; it has nothing to say in the meantime."""
        poller = select.poll()
        poller.register(self._write_end, select.POLLOUT)
        poller.register(self._read_end, select.POLLIN)
        while rest:
            events = poller.poll(self._patience(started))
            if any(descriptor == self._read_end for descriptor, _ in events):
                self._receive_nothing()
            if events:
                rest = rest[os.write(self._write_end, rest) :]
            else:
                self._check(started)

    def _receive_nothing(self) -> NoReturn:
        """Fail for what a worker sent without being asked, or for its end."""
        data = os.read(self._read_end, 1) if self._poll(0) else b"?"
        if not data:
            self._fail_dead()
        self._fail(verdicts.protocol_fault("it sent something before it was asked", self._step))

    def _await_jail(self) -> None:
        """Wait for the frame that a worker sends before it knows its program; until then nothing is its fault."""
        started = time.monotonic()
        while (frame := self._decoder.next()) is None:
            data = self._read(started)
            if not data:
                self.close()
                raise InfrastructureError("a worker died before it was locked up; free processes and memory")
            self._decoder.feed(data)
        if frame.kind != wire.JAILED:
            self._fail(verdicts.refusal(frame.payload))
        self._waited += time.monotonic() - started

    def _receive(self, kind: int, size: int | None, started: float) -> bytes:
        """Wait for the frame of one kind that repeats the tag; a note may come first."""
        while True:
            try:
                while (frame := self._decoder.next()) is None:
                    self._take(self._read(started))
            except wire.WireError as error:
                self._fail(verdicts.protocol_fault(f"it sent {error}", self._step))
            if (payload := self._judge_frame(frame, kind, size)) is not None:
                self._account(started)
                return payload
            if time.monotonic() >= self._due:
                self._check(started)

    def _take(self, data: bytes) -> None:
        if not data:
            self._fail_dead()
        self._decoder.feed(data)

    def _judge_frame(self, frame: wire.Frame, kind: int, size: int | None) -> bytes | None:
        """Return the payload of the awaited frame, or None after a note; fail for all others."""
        if frame.tag != self._tag:
            self._fail(verdicts.protocol_fault("it sent an answer to another question", self._step))
        if frame.kind == wire.NOTE:
            self.note = self.note or verdicts.clean(frame.payload.decode(errors="replace"), wire.NOTE_BYTES)
            return None
        if frame.kind == wire.FAULT:
            self._fail(verdicts.reported_fault(frame.payload, self._step))
        if frame.kind != kind:
            self._fail(verdicts.protocol_fault("it sent a frame out of turn", self._step))
        if size is not None and len(frame.payload) != size:
            length = len(frame.payload)
            self._fail(verdicts.protocol_fault(f"it answered {length} bytes where {size} are due", self._step))
        if self._decoder.pending:
            self._fail(verdicts.protocol_fault("it sent more than its answer", self._step))
        return frame.payload

    def _read(self, started: float) -> bytes:
        """Wait for bytes within the limits; an empty result is the end of the channel."""
        while not self._poll(self._patience(started)):
            self._check(started)
        return os.read(self._read_end, wire.CHUNK)

    def _patience(self, started: float) -> int:
        """Return the milliseconds until a limit can be reached."""
        until = min(self._due, started + self._wall - self._waited)
        return max(1, math.ceil(1000 * min(until - time.monotonic(), LONGEST_SECONDS)))

    def _account(self, started: float) -> None:
        now = time.monotonic()
        self._waited += now - started
        if now >= self._due:
            self._check(now)

    def _check(self, started: float) -> None:
        """Compare what the worker has used with its limits; the processor's clock decides, not the wall's."""
        try:
            used = time.clock_gettime(self._clock)
        except OSError:
            self._fail_dead()
        if used >= self._limits.cpu_seconds:
            self._fail(verdicts.processor_fault(self._limits, self._step))
        now = time.monotonic()
        # a worker has one thread, so its clock is at most as fast as the wall's
        self._due = now + max(self._limits.cpu_seconds - used, FLOOR_SECONDS)
        if self._waited + (now - started) >= self._wall:
            self._fail(self._late())

    def _late(self) -> Exception:
        """Tell a program that waits from a machine that is too busy to run it; in doubt it was the machine."""
        if _sleeps(self._pid) and _queued_seconds(self._pid) < self._wall / 2:
            return verdicts.waiting_fault(self._limits, self._step)
        return InfrastructureError(
            f"a worker got too little processor time within {self._limits.wall:g} s; "
            "run fewer at once, or raise the limit wall_seconds"
        )
