"""Any prices bound what the opening of Gathering allows; walks tried one by one never collect more."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.opening import known_prices, opening_bound

ROOM = Map(
    name="room",
    height=3,
    width=4,
    walls=frozenset({5}),
    apples=(1, 3, 6, 8),
    spawns=(0, 11),
    open_cells=(0, 2, 4, 7, 9, 10, 11),
    walkable=tuple(cell for cell in range(12) if cell != 5),
)


def reached(cell: int, moves: tuple[int, ...]) -> set[int]:
    """Cells that a walk visits, by the rules themselves: walls and edges stop a step."""
    visited = set[int]()
    for move in moves:
        row, column = divmod(cell, 4)
        row, column = row + (-1, 0, 1, 0, 0)[move], column + (0, 1, 0, -1, 0)[move]
        if 0 <= row < 3 and 0 <= column < 4 and row * 4 + column not in ROOM.walls:
            cell = row * 4 + column
        visited.add(cell)
    return visited


def most_by_enumeration(n_agents: int, steps: int) -> float:
    """Most different apples, the mean over equally likely starts, every pair of walks tried."""
    walks = {
        start: {
            frozenset(reached(start, moves) & set(ROOM.apples)) for moves in itertools.product(range(5), repeat=steps)
        }
        for start in ROOM.spawns
    }
    if n_agents == 2:
        return max(len(one | other) for one in walks[0] for other in walks[11])
    return sum(max(map(len, walks[start])) for start in ROOM.spawns) / 2


@given(st.tuples(*[st.integers(0, 1000)] * 4), st.integers(1, 2), st.integers(1, 4))
def test_no_prices_bound_below_what_walks_reach(prices: tuple[int, ...], n_agents: int, steps: int):
    assert opening_bound(ROOM, n_agents, steps, prices) >= most_by_enumeration(n_agents, steps) - 1e-9


def test_prices_of_one_count_all_apples_and_good_prices_fewer():
    assert opening_bound(ROOM, 2, 3, (1000,) * 4) == 4
    assert opening_bound(ROOM, 1, 2, (0,) * 4) < 4
    board, prices = load_map("gathering", "large"), known_prices(load_map("gathering", "large"), 25)
    assert prices is not None
    assert opening_bound(board, 10, 25, prices) == pytest.approx(152.46, abs=0.02)


def test_prices_must_fit_the_map():
    with pytest.raises(ValueError, match="a price from 0"):
        opening_bound(ROOM, 1, 2, (1000,))
    with pytest.raises(ValueError, match="a price from 0"):
        opening_bound(ROOM, 1, 2, (-1, 0, 0, 0))
    with pytest.raises(ValueError, match="a price from 0"):
        opening_bound(ROOM, 1, 2, (1001, 0, 0, 0))
    with pytest.raises(ValueError, match="marked start"):
        opening_bound(ROOM, 3, 2, (0,) * 4)
