"""What the opening of a game of Gathering allows: a bound by prices, checked each time that it is used.

From where agents start they cannot reach every apple before the first ones come back. How many they can reach at most
is a routing problem; any table of prices for the apples bounds it, so nothing here rests on a solver being right.
"""

from functools import cache

import numpy as np

from solon.tasks.games.geometry import UNIT_STEPS
from solon.tasks.games.maps import Map

_WHOLE = 1000  # prices are thousandths of an apple, so that the check is exact

# Found by `python benchmarks/opening_prices.py`; each apple's share of the ten agents' time, in the map's order.
_PRICES: dict[tuple[str, int], tuple[int, ...]] = {
    ("large", 25): (
        100,
        615,
        535,
        586,
        586,
        586,
        383,
        100,
        1000,
        100,
        586,
        1000,
        293,
        442,
        135,
        100,
        100,
        1000,
        100,
        100,
        1000,
        100,
        286,
        293,
        935,
        731,
        562,
        1000,
        497,
        888,
        175,
        100,
        1000,
        100,
        100,
        100,
        157,
        242,
        1000,
        157,
        293,
        293,
        391,
        503,
        175,
        1000,
        175,
        100,
        100,
        100,
        157,
        1000,
        157,
        242,
        293,
        1000,
        293,
        566,
        175,
        175,
        100,
        1000,
        100,
        100,
        1000,
        100,
        243,
        157,
        293,
        769,
        657,
        572,
        700,
        655,
        634,
        175,
        175,
        100,
        1000,
        100,
        153,
        804,
        157,
        1000,
        157,
        880,
        616,
        667,
        554,
        175,
        1000,
        175,
        266,
        804,
        408,
        745,
        157,
        508,
        692,
        901,
        547,
        175,
        74,
        224,
        293,
        995,
        167,
        353,
        314,
        0,
        175,
        1000,
        175,
        92,
        74,
        158,
        1000,
        158,
        164,
        416,
        1000,
        511,
        753,
        175,
        175,
        74,
        1000,
        74,
        158,
        158,
        416,
        582,
        883,
        445,
        175,
        1000,
        175,
        74,
        74,
        158,
        1000,
        158,
        425,
        887,
        445,
        1000,
        445,
        0,
        175,
        74,
        1000,
        74,
        158,
        445,
        74,
    )
}


def known_prices(board: Map, steps: int) -> tuple[int, ...] | None:
    """Return the prices shipped for a map and an opening of that many steps, in thousandths, or None."""
    return _PRICES.get((board.name, steps))


def opening_bound(board: Map, n_agents: int, steps: int, prices: tuple[int, ...]) -> float:
    """Return the most apples, expected over the starts, that agents take in the opening, each apple counted once.

    Let a price 0 <= u_a <= 1 stand on each apple. However the agents walk, the number of different apples taken is the
    sum over these of u_a + (1 - u_a), so at most the sum of all prices plus, for each agent, the most of 1 - u_a that
    one walk can collect. A walk that never turns straight back collects an apple each time it enters its cell, one
    that turns back nothing for that step: every true walk collects no more, since it counts an apple once. Agents
    start on different marked points, drawn evenly, so the expectation is the mean over those points. Weak duality: any
    prices bound, the best ones bound most tightly.

    Args:
        board: a map whose agents start on marked points, none of them on an apple.
        n_agents: at most as many as there are points.
        steps: length of the opening, at most the time in which an apple comes back.
        prices: one an apple, in thousandths of an apple.

    Raises:
        ValueError: the map, the number of agents or the prices do not fit.
    """
    if len(prices) != len(board.apples) or not all(0 <= price <= _WHOLE for price in prices):
        raise ValueError(f"give a price from 0 to {_WHOLE} for each of {len(board.apples)} apples, got {len(prices)}")
    if n_agents > len(board.spawns) or set(board.spawns) & set(board.apples):
        raise ValueError("the bound needs a marked start for every agent, none on an apple; take another map")
    starts = _values(board, steps, prices)[list(board.spawns)]
    return (sum(prices) + n_agents * int(starts.sum()) / len(board.spawns)) / _WHOLE


@cache
def _values(board: Map, steps: int, prices: tuple[int, ...]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return for each cell the most that a walk from it collects, in thousandths; backward induction."""
    nowhere = board.size
    prize = np.zeros(board.size + 1, np.int64)
    prize[list(board.apples)] = _WHOLE - np.array(prices)
    beyond = _beyond(board)
    impossible = -(steps + 1) * _WHOLE
    value = np.zeros((5, board.size + 1), np.int64)  # by the direction of the last step, 4 for none, and by cell
    for _ in range(steps):
        value[:, nowhere] = impossible
        returning = np.stack([value[direction, beyond[direction]] for direction in range(4)])
        options = returning + prize[beyond]
        stay = value[4, :nowhere]
        before = value
        value = np.zeros_like(before)
        for last in range(5):
            own = options.copy()
            if last < 4:
                back = (last + 2) % 4
                own[back] = returning[back]
            value[last, :nowhere] = np.maximum(own.max(axis=0), stay)
    return value[4, :nowhere]


def _beyond(board: Map) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return for each direction and cell the next cell, or one past the last where a wall or the edge is."""
    beyond = np.full((4, board.size), board.size)
    for cell in board.walkable:
        row, column = divmod(cell, board.width)
        for direction, (down, right) in enumerate(UNIT_STEPS):
            there = (row + down) * board.width + column + right
            inside = 0 <= row + down < board.height and 0 <= column + right < board.width
            if inside and there not in board.walls:
                beyond[direction, cell] = there
    return beyond
