"""Isolation ``none``: the guest runs in the runner's own process. For hand-written programs and for debugging only."""

import importlib
import random
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from types import ModuleType

from msgspec import structs

from solon.contract import Program, ProgramFault
from solon.sandbox import verdicts, wire
from solon.sandbox.loading import forgotten
from solon.sandbox.worker import Answer, describe, seed_generators


@cache
def _prepare(guest: str, setup: bytes) -> tuple[ModuleType, object]:
    module = importlib.import_module(guest)
    return module, module.prepare(setup)


@contextmanager
def _own_generators(episode: bytes) -> Generator[None]:
    """Seed the global generators for one episode and put them back afterwards."""
    state = random.getstate()
    arrays = sys.modules.get("numpy.random")
    array_state = arrays.get_state() if arrays else None
    randbits = arrays.bit_generator.randbits if arrays else None
    seed_generators(episode)
    try:
        yield
    finally:
        random.setstate(state)
        if arrays:
            arrays.set_state(array_state)
            arrays.bit_generator.randbits = randbits


class InsideWorker:
    """A program in this process: no walls and no limits, the same faults where they can be told."""

    def __init__(self) -> None:
        self.note = ""
        self._step: int | None = None  # which question is being answered; None before the first
        self._answer: Answer | None = None

    @classmethod
    @contextmanager
    def running(cls, program: Program, guest: str, setup: bytes, episode: bytes) -> Generator["InsideWorker"]:
        """Load the program here and yield its worker."""
        worker = cls()
        module, prepared = _prepare(guest, setup)
        with _own_generators(episode), forgotten(program):
            try:
                worker._answer = module.begin(prepared, program, episode, worker._keep)
            except (Exception, SystemExit) as error:
                raise ProgramFault(describe(error)) from error
            yield worker

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        """Answer one payload; raises ProgramFault."""
        assert self._answer is not None
        self._step = 0 if self._step is None else self._step + 1
        try:
            reply = bytes(self._answer(payload))
        except (Exception, SystemExit) as error:
            raise ProgramFault(structs.replace(describe(error), step=self._step)) from error
        if len(reply) > wire.REPLY_BYTES or (size is not None and len(reply) != size):
            raise verdicts.protocol_fault(f"it answered {len(reply)} bytes where {size} are due", self._step)
        return reply

    def _keep(self, text: str) -> None:
        self.note = self.note or verdicts.clean(text, wire.NOTE_BYTES)
