"""Every helper agrees with a naive computation on random small worlds, ties included."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.tasks.games.geometry import Geometry, distance_table
from solon.tasks.games.maps import load_map
from solon.tasks.games.view import Snapshot
from tasks.games.worlds import MAPS, World, make_board, make_world, setup_of, worlds

MOVES = range(4)
STAND = 7


def landing(world: World, agent: int, action: int) -> tuple[int, int]:
    """Return the map direction in which a move action takes an agent, by turning forward, right, backward, left."""
    if action == STAND:
        return (0, 0)
    down, across = ((-1, 0), (1, 0), (0, -1), (0, 1))[action]
    for _ in range(world.env.orientations[agent]):
        down, across = across, -down
    return (down, across)


@given(worlds(), st.data())
def test_distance_is_the_length_of_a_shortest_path(world: World, data: st.DataObject) -> None:
    cells = st.integers(0, world.board.size - 1)
    a, b = data.draw(cells), data.draw(cells)
    assert world.helpers.distance(a, b) == world.helpers.distance_row(a)[b] == world.steps_between(a, b)


@given(worlds(), st.data())
def test_step_to_starts_the_path_that_a_search_north_south_west_east_finds(world: World, data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.integers(0, world.board.size - 1), max_size=8))
    for agent, here in enumerate(world.env.positions):
        expected = world.first_step(here, cells) or (0, 0)
        for given_as in (list, set, tuple, iter):
            assert landing(world, agent, world.helpers.step_to(world.env, agent, given_as(cells))) == expected


@given(worlds())
def test_step_to_live_apples_is_the_same_as_to_any_other_list_of_these_cells(world: World) -> None:
    env, step_to = world.env, world.helpers.step_to
    for agent, here in enumerate(env.positions):
        assert step_to(env, agent, env.alive) == step_to(env, agent, tuple(env.alive))
        assert landing(world, agent, step_to(env, agent, env.alive)) == (world.first_step(here, env.alive) or (0, 0))


@given(worlds())
def test_step_to_respects_apples_that_a_program_struck_off_its_list(world: World) -> None:
    env, step_to = world.env, world.helpers.step_to
    while env.alive:
        step_to(env, 0, env.alive)
        env.alive.pop()
        for agent, here in enumerate(env.positions):
            assert landing(world, agent, step_to(env, agent, env.alive)) == (
                world.first_step(here, env.alive) or (0, 0)
            )


@given(worlds(), st.data())
def test_step_to_cell_is_step_to_one_cell(world: World, data: st.DataObject) -> None:
    cell = data.draw(st.integers(0, world.board.size - 1))
    for agent in range(world.env.n_agents):
        one = world.helpers.step_to_cell(world.env, agent, cell)
        assert one == world.helpers.step_to(world.env, agent, [cell])


@given(worlds(), st.data())
def test_field_to_holds_the_least_distance_to_any_cell(world: World, data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.integers(0, world.board.size - 1), max_size=8))
    field = world.helpers.field_to(world.env, cells)
    rows = [world.helpers.distance_row(cell) for cell in cells]
    assert list(field) == [min((row[cell] for row in rows), default=255) for cell in range(world.board.size)]
    assert world.helpers.field_to(world.env, list(cells)) is field
    apples = world.helpers.field_to(world.env, env_alive := world.env.alive)
    assert apples == world.helpers.field_to(world.env, list(env_alive))


@given(worlds(), st.data())
def test_step_along_goes_to_the_lowest_neighbour_or_stands(world: World, data: st.DataObject) -> None:
    size = world.board.size
    field = data.draw(st.lists(st.floats(-2, 2), min_size=size, max_size=size))
    for agent, here in enumerate(world.env.positions):
        down, across = landing(world, agent, world.helpers.step_along(world.env, agent, field))
        reached = here + down * world.board.width + across
        around = [cell for cell in world.board.walkable if world.helpers.distance(here, cell) <= 1]
        assert field[reached] == min(field[cell] for cell in around)
        assert reached in around


@given(worlds(), st.sampled_from([(-1, 0), (1, 0), (0, -1), (0, 1), (0, 0)]))
def test_move_goes_in_the_map_direction_asked_for(world: World, step: tuple[int, int]) -> None:
    for agent in range(world.env.n_agents):
        assert landing(world, agent, world.helpers.move(world.env, agent, *step)) == step


@given(worlds(), st.integers(0, 3))
def test_turn_to_turns_the_short_way_and_right_for_180_degrees(world: World, orientation: int) -> None:
    for agent, facing in enumerate(world.env.orientations):
        action = world.helpers.turn_to(world.env, agent, orientation)
        turned = {None: 0, 4: -1, 5: 1}[action]
        left = min((orientation - facing - turned) % 4, (facing + turned - orientation) % 4)
        assert left == max(0, min((orientation - facing) % 4, (facing - orientation) % 4) - 1)
        assert (action == 4) == ((facing - orientation) % 4 == 1)


@given(worlds(), st.data())
def test_a_beam_covers_a_rectangle_ahead_without_its_walls(world: World, data: st.DataObject) -> None:
    cell, orientation = data.draw(st.sampled_from(world.board.walkable)), data.draw(st.integers(0, 3))
    beam = world.helpers.beam_cells(world.env, cell, orientation)
    assert len(set(beam)) == len(beam)
    assert set(beam) == {to for to in range(world.board.size) if world.in_beam(cell, orientation, to)}
    expected = sum(world.in_beam(cell, orientation, waste) for waste in world.env.waste_cells)
    assert world.helpers.clean_gain(world.env, cell, orientation) == expected


@given(worlds())
def test_clean_gains_are_the_gains_of_all_cells_and_orientations(world: World) -> None:
    gains = world.helpers.clean_gains(world.env)
    one_by_one = [
        [world.helpers.clean_gain(world.env, cell, orientation) for cell in range(world.board.size)]
        for orientation in range(4)
    ]
    assert gains.tolist() == one_by_one
    assert gains is world.helpers.clean_gains(world.env)
    assert not gains.flags.writeable


@given(worlds())
def test_opponents_in_beam_are_the_others_that_may_act(world: World) -> None:
    env = world.env
    for agent, here in enumerate(env.positions):
        expected = [
            other
            for other in range(env.n_agents)
            if other != agent
            and not env.timeouts[other]
            and world.in_beam(here, env.orientations[agent], env.positions[other])
        ]
        assert world.helpers.opponents_in_beam(env, agent) == expected


def test_a_wall_stops_a_beam_only_where_the_rules_say_so() -> None:
    board = make_board(1, 6, walls=[2], apples=[], river=[])
    for stops, covered in ((False, (1, 3, 4, 5)), (True, (1,))):
        geometry = Geometry(board, beam_length=5, beam_width=1, walls_stop_beams=stops)
        assert geometry.beam(0, 1) == covered


def test_a_step_that_is_no_unit_step_is_refused() -> None:
    board = make_board(2, 2, walls=[], apples=[], river=[])
    world = make_world(board, setup_of("cleanup", "example", 1), bytes([0, 0, 0, 0, 0, 0, 0]))
    with pytest.raises(ValueError, match=r"unit step such as \(-1, 0\), not \(1, 1\)"):
        world.helpers.move(world.env, 0, 1, 1)


@pytest.mark.parametrize(("game", "name"), MAPS)
def test_the_distance_table_of_every_map_is_symmetric_and_tight(game: str, name: str) -> None:
    board = load_map(game, name)
    walls = np.array([cell in board.walls for cell in range(board.size)]).reshape(board.height, board.width)
    table = distance_table(walls).astype(int)
    assert (table == table.T).all()
    assert (table.diagonal()[list(board.walkable)] == 0).all()
    open_, right = ~walls, ~walls[:, :-1] & ~walls[:, 1:]
    field = table.reshape(-1, board.height, board.width)
    assert (np.abs(np.diff(field, axis=2))[:, right] <= 1).all()
    assert ((field == 255) | open_).all()


def test_a_path_may_have_254_steps_and_no_more() -> None:
    assert distance_table(np.zeros((1, 255), np.bool_)).max() == 254
    with pytest.raises(ValueError, match="path of more than 254 steps"):
        distance_table(np.zeros((1, 256), np.bool_))


@pytest.mark.parametrize("breaks_ties", [sorted, lambda cells: sorted(cells, reverse=True)])
def test_the_order_in_which_targets_are_listed_does_not_matter(breaks_ties: Callable[..., list[int]]) -> None:
    board = make_board(3, 3, walls=[], apples=[], river=[])
    world = make_world(board, setup_of("cleanup", "example", 1), bytes([0, 0, 1, 1, 0, 0, 0]))
    env: Snapshot = world.env
    assert world.helpers.step_to(env, 0, breaks_ties([1, 3, 5, 7])) == 0  # all one step away: north first
    assert world.helpers.step_to(env, 0, breaks_ties([3, 5, 7])) == 1  # then south
    assert world.helpers.step_to(env, 0, breaks_ties([3, 5])) == 2  # then west
