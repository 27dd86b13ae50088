import pytest

from solon.tasks.games.maps import load_map, map_names

FACTS = [  # game, map, (height, width), (apples, spawns, river, polluted, stream)
    ("gathering", "small", (10, 18), (14, 2, 0, 0, 0)),
    ("gathering", "default", (21, 29), (51, 2, 0, 0, 0)),
    ("gathering", "large", (16, 38), (155, 20, 0, 0, 0)),
    ("commons", "commons", (20, 30), (88, 88, 0, 0, 0)),
    ("cleanup", "full", (25, 18), (103, 10, 119, 56, 12)),
    ("cleanup", "small", (11, 13), (45, 3, 24, 8, 4)),
]


@pytest.mark.parametrize(("game", "name", "shape", "counts"), FACTS)
def test_a_map_has_the_published_size_and_counts(game, name, shape, counts):
    board = load_map(game, name)
    assert (board.height, board.width) == shape
    kinds = (board.apples, board.spawns, board.river, board.polluted, board.stream)
    assert tuple(len(cells) for cells in kinds) == counts


@pytest.mark.parametrize(("game", "name"), [fact[:2] for fact in FACTS])
def test_kinds_of_cells_are_disjoint_sorted_and_never_wall(game, name):
    board = load_map(game, name)
    kinds = (board.apples, board.spawns, board.river, board.stream)
    together = [cell for kind in kinds for cell in kind]
    assert len(set(together)) == len(together)
    assert not board.walls & set(together)
    for cells in (*kinds, board.open_cells, board.walkable, board.polluted):
        assert list(cells) == sorted(cells)
    assert set(board.polluted) <= set(board.river)
    assert set(board.walkable) | board.walls == set(range(board.size))
    assert set(board.open_cells) == set(board.walkable) - {*board.apples, *board.river, *board.stream}


def test_unmarked_spawns_are_the_free_cells_of_the_two_outermost_rows_and_columns():
    board = load_map("commons", "commons")
    assert all(
        cell // board.width in {1, board.height - 2} or cell % board.width in {1, board.width - 2}
        for cell in board.spawns
    )


def test_padding_beyond_a_rows_wall_counts_as_open_cells():
    small, large = load_map("gathering", "small"), load_map("gathering", "large")
    assert [cell // 18 for cell in small.open_cells if cell % 18 == 17] == list(range(1, 8))
    assert sum(cell % 38 == 37 for cell in large.open_cells) == 13


def test_maps_are_listed_by_game_and_an_unknown_one_names_the_choices():
    assert map_names("gathering") == ("small", "default", "large")
    with pytest.raises(ValueError, match="choose one of gathering/small"):
        load_map("gathering", "huge")
