"""Who plays the matches of an episode: a program in its worker, automata, or strategies of the library ``axelrod``.

A player has several matches at once and is asked for its moves in all of them, round by round.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from solon.contract import Fault, ProgramFault, Worker
from solon.tasks.matrix.automata import Automaton
from solon.tasks.matrix.payoffs import COOPERATE, DEFECT

GUEST = "solon.tasks.matrix.guest"
RAISED = 255  # the guest's byte for a decision that raised
NOTHING = 255  # what a payload says of both moves before the first round


class Player(Protocol):
    """One who plays a number of matches side by side."""

    def choose(self, round_: int, own: bytes, other: bytes) -> bytes:
        """Return the next moves, one a match, given what both did in the last round (``NOTHING`` before the first)."""
        ...


class ProgramPlayer:
    """Asks a worker; what is no move counts as cooperation and is noted as a slip."""

    def __init__(self, worker: Worker, number: int = 0) -> None:
        self._worker = worker
        self._number = number
        self.slips = 0
        self.first_slip: Fault | None = None

    def choose(self, round_: int, own: bytes, other: bytes) -> bytes:
        """Return the program's moves. Raises ProgramFault."""
        reply = self._worker.ask(round_.to_bytes(2, "little") + own + other, len(own))
        if len(reply) != len(own):
            message = f"the worker sent {len(reply)} moves for {len(own)} matches"
            raise ProgramFault(Fault("protocol", message, "leave the standard streams alone", step=round_))
        if max(reply) > DEFECT:
            self._note(round_, reply)
            reply = bytes(move if move <= DEFECT else COOPERATE for move in reply)
        return reply

    def _note(self, round_: int, reply: bytes) -> None:
        self.slips += sum(move > DEFECT for move in reply)
        if self.first_slip is None:
            first = next(move for move in reply if move > DEFECT)
            kind, what = ("raised", "raised") if first == RAISED else ("output", "returned no move")
            message = f"the strategy {what} in round {round_}, which counts as C"
            remedy = "correct what the traceback shows" if first == RAISED else "return C (0) or D (1)"
            self.first_slip = Fault(kind, message, remedy, traceback=self._worker.note, step=round_)


class AutomataPlayer:
    """Plays one automaton a match; the luck of each match and round is fixed beforehand."""

    def __init__(self, automata: Sequence[Automaton], luck: npt.NDArray[np.float64]) -> None:
        self._automata = tuple(automata)
        self._states = [0] * len(automata)
        self._luck: list[list[float]] = luck.tolist()  # by round and match, uniform in [0, 1)

    def choose(self, round_: int, own: bytes, other: bytes) -> bytes:
        """Return the automata's moves."""
        states = self._states
        if round_:
            for place, automaton in enumerate(self._automata):
                states[place] = automaton.follows[states[place]][2 * own[place] + other[place]]
        chances = [automaton.cooperates[state] for automaton, state in zip(self._automata, states, strict=True)]
        return bytes([luck >= chance for luck, chance in zip(self._luck[round_], chances, strict=True)])


def play(
    players: Sequence[Player],
    pairs: Sequence[tuple[int, int]],
    rounds: int,
    flips: npt.NDArray[np.bool_],
) -> npt.NDArray[np.uint8]:
    """Play all matches in lock-step and return the moves that counted, (rounds, matches, 2 sides).

    ``pairs`` names the players of each match, ``flips`` (rounds, matches, 2) the moves that noise turns round. A player
    that has both sides of a match plays them as two matches, the left side first.
    """
    sides: list[list[tuple[int, int]]] = [[] for _ in players]
    for match, pair in enumerate(pairs):
        for side, player in enumerate(pair):
            sides[player].append((match, side))
    where = [
        (
            np.array([2 * match + side for match, side in own], np.intp),
            np.array([2 * m + 1 - s for m, s in own], np.intp),
        )
        for own in sides
    ]
    moves = np.empty((rounds, len(pairs), 2), np.uint8)
    turned = flips.reshape(rounds, -1).astype(np.uint8)
    last = np.full(2 * len(pairs), NOTHING, np.uint8)
    for round_ in range(rounds):
        chosen = np.empty_like(last)
        for player, (own, other) in zip(players, where, strict=True):
            chosen[own] = np.frombuffer(player.choose(round_, last[own].tobytes(), last[other].tobytes()), np.uint8)
        last = chosen ^ turned[round_]
        moves[round_] = last.reshape(-1, 2)
    return moves
