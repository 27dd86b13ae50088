"""Jails without walls, for tests: one answers with a plain function, one runs the guest in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from solon.contract import Program
from solon.sandbox.worker import seed_generators
from solon.tasks.games import guest as games_guest


class FunctionWorker:
    def __init__(self, answer: Callable[[bytes], bytes], note: str = "") -> None:
        self._answer = answer
        self.note = note

    def ask(self, payload: bytes, size: int | None = None) -> bytes:
        return self._answer(payload)


class FunctionJail:
    """Ignores the program and answers every payload with the given function."""

    isolation = "none"

    def __init__(self, answer: Callable[[bytes], bytes], note: str = "") -> None:
        self._worker = FunctionWorker(answer, note)
        self.opened: list[tuple[str, bytes, bytes]] = []

    @contextmanager
    def open(self, program: Program, guest: str, setup: bytes, episode: bytes) -> Iterator[FunctionWorker]:
        self.opened.append((guest, setup, episode))
        yield self._worker


class GuestJail:
    """Loads the program with the real guest, in this process."""

    isolation = "none"

    @contextmanager
    def open(self, program: Program, guest: str, setup: bytes, episode: bytes) -> Iterator[FunctionWorker]:
        assert guest == games_guest.__name__
        notes: list[str] = []
        seed_generators(episode)
        answer = games_guest.begin(games_guest.prepare(setup), program, episode, notes.append)
        worker = FunctionWorker(answer)

        def ask(payload: bytes) -> bytes:
            reply = answer(payload)
            worker.note = notes[0] if notes else ""
            return reply

        worker._answer = ask
        yield worker
