"""Runs the real guest in this process, without a wall: for tests that play many cases with programs of ours."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from solon.contract import Program
from solon.sandbox.loading import forgotten
from solon.tasks.planning.orders import guest
from solon.tasks.planning.orders.cases import Case
from solon.tasks.planning.orders.oracle import Verdict
from solon.tasks.planning.orders.task import play


class Worker:
    def __init__(self, answer: Callable[[bytes], bytes], notes: list[str]) -> None:
        self._answer, self._notes = answer, notes

    @property
    def note(self) -> str:
        return self._notes[0] if self._notes else ""

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        return self._answer(payload)


class InsideJail:
    isolation = "none"

    @contextmanager
    def open(self, program: Program, module: str, setup: bytes, episode: bytes) -> Iterator[Worker]:
        assert module == guest.GUEST
        random.seed(episode)
        notes: list[str] = []
        with forgotten(program):
            yield Worker(guest.begin(guest.prepare(setup), program, b"", notes.append), notes)


@contextmanager
def agent(program: Program) -> Iterator[Callable[[Case, int], Verdict]]:
    """Keep one loaded program and play cases with it; its luck is seeded for each."""
    notes: list[str] = []
    with forgotten(program):
        answer = guest.begin(None, program, b"", notes.append)

        def run(case: Case, entropy: int) -> Verdict:
            random.seed(f"run/{entropy}")
            return play(Worker(answer, notes), case)[0]

        yield run
