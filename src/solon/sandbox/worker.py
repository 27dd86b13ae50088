"""The loop of a jailed worker: answers frames on two fixed descriptors until it is killed.

The program shares this interpreter, so nothing that leaves here is believed on the other side.
"""

import hashlib
import os
import random
import sys
from collections.abc import Callable
from typing import Final, NoReturn

import msgspec

from solon.contract import Fault, Program, ProgramFault, Value
from solon.sandbox import wire
from solon.sandbox.texts import TRACE_CHARACTERS, shorten, show, summary, trace

INPUT: Final = 3
OUTPUT: Final = 4
MESSAGE_CHARACTERS: Final = 500
MEMORY_REMEDY: Final = "Keep less data at a time, or raise the memory limit."
# encoded ahead: when memory has run out there is none left to encode with
_OUT_OF_MEMORY: Final = msgspec.json.encode(
    Fault(kind="memory", message="The program ran out of memory.", remedy=MEMORY_REMEDY)
)

Note = Callable[[str], None]
Answer = Callable[[bytes], bytes]
Begin = Callable[[object, Program, bytes, Note], Answer]


class First:
    """Notes a program's first failure; a later one is not even described, for a traceback may cost more than a call."""

    def __init__(self, note: Note) -> None:
        self._note: Note | None = note

    def raised(self, error: BaseException, before: str = "") -> None:
        """Note an error and its trace after some words, unless something was noted before."""
        if self._note is not None:
            self._tell(f"{before}{summary(error)}\n{trace(error)}")

    def returned(self, value: object, before: str = "", after: str = "") -> None:
        """Note a value among some words, unless something was noted before."""
        if self._note is not None:
            self._tell(f"{before}returned {show(value)}{after}")

    def _tell(self, text: str) -> None:
        note, self._note = self._note, None
        if note is not None:
            note(text.strip())


class Start(Value, frozen=True):
    """What a worker is told once it is locked up."""

    program: Program
    episode: bytes


def seed_generators(episode: bytes) -> None:
    """Seed ``random``, ``numpy.random`` and NumPy's unseeded generators, each from its own SHA-256 of the episode."""
    random.seed(int.from_bytes(hashlib.sha256(b"random" + episode).digest(), "little"))
    digest = hashlib.sha256(b"numpy" + episode).digest()
    if "numpy" in sys.modules:
        import numpy as np
        from numpy.random import bit_generator

        np.random.seed(np.frombuffer(digest, dtype=np.uint32))  # noqa: NPY002 - programs use the old interface
        # the kernel's entropy is out of reach in the jail, and would make results differ from run to run
        bit_generator.__dict__["randbits"] = random.Random(digest).getrandbits  # noqa: S311 - public randomness


def describe(error: BaseException) -> Fault:
    """Turn what escaped from a program into a fault."""
    if isinstance(error, ProgramFault):
        fault = error.fault
        return msgspec.structs.replace(
            fault,
            message=fault.message[:MESSAGE_CHARACTERS],
            remedy=fault.remedy[:MESSAGE_CHARACTERS],
            traceback=shorten(fault.traceback, TRACE_CHARACTERS),
        )
    if isinstance(error, MemoryError):
        return Fault(kind="memory", message="The program ran out of memory.", remedy=MEMORY_REMEDY)
    if isinstance(error, SystemExit):
        return Fault(
            kind="crash",
            message="The program called exit().",
            remedy="Return a value instead of leaving the interpreter.",
        )
    return Fault(
        kind="raised",
        message=f"The program raised {summary(error)}.",
        remedy="Handle the case named in the traceback.",
        traceback=trace(error),
    )


def _send_fault(tag: int, error: BaseException) -> NoReturn:
    try:
        data = msgspec.json.encode(describe(error))
    except BaseException:  # noqa: BLE001 - out of memory or a hostile exception; say what can still be said
        data = _OUT_OF_MEMORY if isinstance(error, MemoryError) else b"{}"
    wire.write_all(OUTPUT, wire.pack(wire.FAULT, tag, data))
    os._exit(0)


def serve(prepared: object, begin: Begin) -> NoReturn:
    """Load the one program that this worker is for, then answer until killed."""
    noted = False

    def note(text: str) -> None:
        nonlocal noted
        if not noted:
            noted = True
            data = text.encode("utf-8", "replace")[: wire.NOTE_BYTES]
            wire.write_all(OUTPUT, wire.pack(wire.NOTE, tag, data))

    tag = 0
    try:
        tag, payload = wire.read_question(INPUT)
        start = msgspec.msgpack.decode(payload, type=Start)
        seed_generators(start.episode)
        answer = begin(prepared, start.program, start.episode, note)
        wire.write_all(OUTPUT, wire.pack(wire.READY, tag))
        while True:
            tag, payload = wire.read_question(INPUT)
            wire.write_all(OUTPUT, wire.pack(wire.REPLY, tag, answer(payload)))
    except BaseException as error:  # noqa: BLE001 - whatever escapes is reported, the process ends either way
        _send_fault(tag, error)
