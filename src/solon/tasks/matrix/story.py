"""A tournament written down: a frame a round, and a few words about each match."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from solon.contract import Fault
from solon.playback import Frame, Moment, Recording, quote
from solon.tasks.matrix.payoffs import COOPERATE, MOVES, Game

SHOWN = 24  # rounds of a match's beginning that are told


def record(
    game: Game, opponents: Sequence[str], moves: npt.NDArray[np.uint8], first_slip: Fault | None = None
) -> Recording:
    """Return the recording of the matches (rounds, opponents, 2 sides); the program's own words are quoted."""
    payoffs = np.array(game.payoffs)[moves[:, :, 0], moves[:, :, 1]]
    frames = [Frame(caption=f"{len(opponents)} matches begin")]
    for own, gained in zip(moves, payoffs, strict=True):
        mine, theirs = (int((own[:, side] == COOPERATE).sum()) for side in (0, 1))
        caption = f"cooperated in {mine} of {len(opponents)} matches; so did {theirs} opponents"
        frames.append(Frame(rewards=tuple(float(value) for value in gained), caption=caption))
    moments = [_match(name, moves[:, place], payoffs[:, place]) for place, name in enumerate(opponents)]
    if first_slip is not None:
        words = f"\n{quote(first_slip.traceback)}" if first_slip.traceback else ""
        moments.insert(0, Moment(first_slip.step or 0, first_slip.message + words, trouble=True))
    return Recording(tuple(frames), tuple(moments), agents=tuple(opponents))


def _match(name: str, moves: npt.NDArray[np.uint8], gained: npt.NDArray[np.float64]) -> Moment:
    """Return a match in words, mine first."""
    pairs = " ".join(MOVES[mine] + MOVES[theirs] for mine, theirs in moves[:SHOWN].tolist())
    shares = [float((moves[:, side] == COOPERATE).mean()) for side in (0, 1)]
    text = (
        f"against {name}: {gained.mean():.2f} per round; cooperation {shares[0]:.0%}, the other's {shares[1]:.0%}; "
        f"begins {pairs}"
    )
    return Moment(len(moves), text)
