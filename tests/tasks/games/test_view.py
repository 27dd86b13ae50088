"""The snapshot says what the payload holds, under the published names, and cannot be changed."""

import numpy as np
import pytest
from hypothesis import given

from solon.tasks.games.maps import load_map
from solon.tasks.games.view import ReadOnlySet, snapshot_class
from tasks.games.worlds import MAPS, World, make_board, make_world, setup_of, worlds

ARRAYS = {
    "agent_pos": np.int32,
    "agent_orient": np.int32,
    "agent_timeout": np.int32,
    "agent_beam_hits": np.int32,
    "apple_timer": np.int32,
    "_apple_pos": np.int32,
    "apple_pos": np.int32,
    "apple_alive": np.bool_,
    "walls": np.bool_,
    "waste": np.bool_,
}


def example() -> World:
    """Two agents, at (0, 2) and (2, 0), on a 3 x 3 map with one wall, two apples and two river cells."""
    board = make_board(3, 3, walls=[4], apples=[5, 8], river=[0, 3])
    setup = setup_of("cleanup", "example", n_agents=2)
    agents = [0, 2, 2, 0, 1, 3, 0, 7, 1, 0]
    return make_world(board, setup, bytes([0x2C, 0x01, *agents, 1, 0, 9, 4, 0, 1]))


def test_the_payload_is_decoded_field_by_field() -> None:
    env = example().env
    assert env.step_count == env._step_count == 300
    assert env.positions == [2, 6]
    assert env.agent_pos.tolist() == [[0, 2], [2, 0]]
    assert env.orientations == env.agent_orient.tolist() == [1, 3]
    assert env.timeouts == env.agent_timeout.tolist() == [0, 7]
    assert env.hits == env.agent_beam_hits.tolist() == [1, 0]
    assert env.alive == [5]
    assert env.apple_alive.tolist() == [True, False]
    assert env.timers == env.apple_timer.tolist() == [9, 4]
    assert env.waste_cells == [3]
    assert np.argwhere(env.waste).tolist() == [[1, 0]]
    assert env.walls.tolist() == [[False] * 3, [False, True, False], [False] * 3]
    assert env._apple_pos.tolist() == [[1, 2], [2, 2]]
    assert env.river_cells_set == set(env.river_cells_list) == {(0, 0), (1, 0)}
    assert env.stream_cells_set == {(0, 0)}
    assert (env.height, env.width, env.n_agents, env.n_apples) == (3, 3, 2, 2)


@given(worlds())
def test_lists_and_arrays_tell_the_same(world: World) -> None:
    env = world.env
    assert [tuple(pair) for pair in env.agent_pos.tolist()] == [divmod(cell, env.width) for cell in env.positions]
    assert [divmod(cell, env.width) for cell in env.alive] == [
        (int(r), int(c)) for index, (r, c) in enumerate(env._apple_pos) if env.apple_alive[index]
    ]
    assert np.flatnonzero(env.waste).tolist() == env.waste_cells
    assert int(np.sum(env.waste)) == env.waste_bits.bit_count() == int(env.dirty.sum())
    assert [cell for cell in range(env.width * env.height) if not env.walls.flat[cell]] == env.open_cells


@pytest.mark.parametrize(("name", "dtype"), ARRAYS.items())
def test_arrays_have_the_published_types_and_cannot_be_made_writeable(name: str, dtype: type) -> None:
    array = getattr(example().env, name)
    assert array.dtype == dtype
    with pytest.raises(ValueError, match="read-only"):
        array.flat[0] = 0
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.setflags(write=True)


def test_differences_of_positions_do_not_wrap_round() -> None:
    env = example().env
    assert env.agent_pos[0][0] - env.agent_pos[1][0] == -2
    assert -env.agent_timeout[1] == -7


def test_an_attribute_can_be_neither_set_nor_deleted() -> None:
    env = example().env
    with pytest.raises(AttributeError, match=r"env\.agent_pos cannot be set"):
        env.agent_pos = np.zeros((2, 2))
    with pytest.raises(AttributeError, match=r"env\.cache cannot be set"):
        env.cache = {}
    with pytest.raises(AttributeError, match=r"env\.memo cannot be deleted"):
        del env.memo


def test_sets_refuse_changes_but_their_operators_give_ordinary_sets() -> None:
    cells = example().env.river_cells_set
    for change in (cells.add, cells.discard, cells.remove, cells.update):
        with pytest.raises(TypeError, match="read-only"):
            change((0, 0))
    with pytest.raises(TypeError, match="read-only"):
        cells |= {(9, 9)}
    remaining = cells - {(0, 0)}
    remaining.add((5, 5))
    assert type(cells.copy()) is set
    assert isinstance(cells, set)
    assert cells == ReadOnlySet([(0, 0), (1, 0)])


def test_only_what_is_read_is_decoded() -> None:
    env = example().env
    assert env.orientations
    assert set(vars(env)) == {"payload", "memo", "orientations"}


def test_an_attribute_is_computed_once() -> None:
    env = example().env
    assert env.alive is env.alive
    assert env.agent_pos is env.agent_pos


def test_memo_lives_for_a_step_and_static_for_a_worker() -> None:
    setup = setup_of("gathering", "small", 2)
    board = load_map("gathering", "small")
    payload = bytes(2 + 10 + 28)
    worker, other = snapshot_class(setup, board), snapshot_class(setup, board)
    first, second = worker(payload), worker(payload)
    first.memo["seen"] = first.static["seen"] = 1
    assert second.memo == {}
    assert second.static == {"seen": 1}
    assert other(payload).static == {}


@pytest.mark.parametrize(("game", "name"), MAPS)
def test_the_class_has_the_published_name_and_only_cleanup_has_waste(game: str, name: str) -> None:
    environment = snapshot_class(setup_of(game, name), load_map(game, name))
    assert environment.__name__ == ("CleanupEnv" if game == "cleanup" else "GatheringEnv")
    assert hasattr(environment, "waste") == hasattr(environment, "river_cells_set") == (game == "cleanup")
