"""The worker's side of the matrix games: keeps each match's history and asks the strategy for a move in every match.

    payload     round (2 bytes, little-endian) · own last moves · the others' last moves, a byte a match
    reply       a byte a match: 0 cooperate, 1 defect, 255 the strategy raised, 254 it returned no move

Before the first round the moves are 255. A slip in one match never stops the others; the first is described in a note.
Running out of memory is no slip: it ends the episode.
"""

import operator
from collections.abc import Callable

import msgspec

from solon.contract import Program, Value
from solon.sandbox.loading import load
from solon.sandbox.worker import Answer, First, Note

RAISED = 255
NO_MOVE = 254

History = list[tuple[int, int]]
Strategy = Callable[[History, dict[object, object]], object]


class Setup(Value, frozen=True):
    """What a worker must know before the first round; sent as JSON."""

    payoffs: tuple[tuple[float, float], tuple[float, float]]
    rounds: int
    noise: float


def prepare(setup: bytes) -> Setup:
    """Read a setup (JSON of ``Setup``). Raises msgspec.ValidationError for a wrong one."""
    return msgspec.json.decode(setup, type=Setup)


def begin(prepared: Setup, program: Program, episode: bytes, note: Note) -> Answer:
    """Load a program and return the function that answers payloads. Raises what ``loading.load`` raises."""
    del episode  # the worker has seeded the generators with it
    names = {
        "C": 0,
        "D": 1,
        "PAYOFFS": prepared.payoffs,
        "ROUNDS": prepared.rounds,
        "NOISE": prepared.noise,
    }
    return _Answerer(load(program, names, signature="history, memory"), note).answer


class _Answerer:
    """Holds the histories and memories of all matches."""

    def __init__(self, strategy: Strategy, note: Note) -> None:
        self._strategy = strategy
        self._tell = First(note)
        self._matches: list[tuple[History, dict[object, object]]] = []

    def answer(self, payload: bytes) -> bytes:
        count = (len(payload) - 2) // 2
        if not self._matches:
            self._matches = [([], {}) for _ in range(count)]
        else:
            for (history, _), mine, theirs in zip(
                self._matches, payload[2 : 2 + count], payload[2 + count :], strict=True
            ):
                history.append((mine, theirs))
        return bytes([self._decide(history, memory) for history, memory in self._matches])

    def _decide(self, history: History, memory: dict[object, object]) -> int:
        try:
            move = self._strategy(history, memory)
        except MemoryError:
            raise  # the whole worker is short of memory, so no later decision could be trusted
        except BaseException as error:  # noqa: BLE001  # whatever a strategy raises is a slip, SystemExit included
            self._tell.raised(error, f"round {len(history)}: the strategy raised ")
            return RAISED
        number = move if type(move) is int else _exact(move)
        if number in (0, 1):
            return number
        self._tell.returned(move, f"round {len(history)}: the strategy ", ", which is neither C (0) nor D (1)")
        return NO_MOVE


def _exact(value: object) -> int | None:
    """Return a plain int for anything that counts as an integer, else None."""
    try:
        return operator.index(value)  # pyright: ignore[reportArgumentType]  # that is the question
    except BaseException:  # noqa: BLE001  # __index__ is the program's code and may raise anything
        return None
