"""Entrants of Axelrod's first tournament as opponents, through the library ``axelrod`` (extra ``matrix``).

The library loads slowly and is imported when the first match begins. Its strategies run in the judge's process; what a
program does reaches them as moves only.
"""

import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any

from solon.contract import InfrastructureError
from solon.tasks.matrix.payoffs import COOPERATE, DEFECT, Game

LIBRARY = "axelrod"


def check_installed() -> None:
    """Raise InfrastructureError, which names the remedy, unless the library is there; does not load it."""
    if importlib.util.find_spec(LIBRARY) is None:
        raise InfrastructureError(
            f"the published field needs the package {LIBRARY}; install it with: pip install 'solon[matrix]'"
        )


class PublishedPlayer:
    """Plays one of the library's strategies a match; ``seeds`` has one for each entrant's own generator."""

    def __init__(self, entrants: Sequence[int], seeds: Sequence[int], game: Game, rounds: int, noise: float) -> None:
        self._library: Any = importlib.import_module(LIBRARY)  # its types are incomplete
        (reward, sucker), (temptation, punishment) = game.payoffs
        own = self._library.Game(r=reward, s=sucker, t=temptation, p=punishment)
        self._players: list[Any] = []
        for number in entrants:
            player = self._library.axelrod_first_strategies[number]()
            player.set_seed(seeds[number])
            player.set_match_attributes(length=rounds, game=own, noise=noise)
            self._players.append(player)
        self._others: list[Any] = [self._library.MockPlayer() for _ in entrants]  # hold what the programs did

    def choose(self, round_: int, own: bytes, other: bytes) -> bytes:
        """Return the strategies' moves."""
        actions = (self._library.Action.C, self._library.Action.D)
        moves = bytearray()
        for place, (player, opponent) in enumerate(zip(self._players, self._others, strict=True)):
            if round_:
                mine, theirs = actions[own[place]], actions[other[place]]
                player.update_history(mine, theirs)
                opponent.update_history(theirs, mine)
            moves.append(COOPERATE if player.strategy(opponent) == actions[COOPERATE] else DEFECT)
        return bytes(moves)


ENTRANTS = (
    *(
        "tit_for_tat",
        "tideman_and_chieruzzi",
        "nydegger",
        "grofman",
        "shubik",
        "stein_and_rapoport",
        "grudger",
        "davis",
    ),
    *("graaskamp", "downing", "feld", "joss", "tullock", "anonymous", "random"),
)
"""Names of the fifteen, in the order of the library's list."""
