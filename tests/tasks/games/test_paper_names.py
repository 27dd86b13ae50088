"""The published helpers give the published results: searches, beams that walls block, and the two baselines."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.tasks.games import paper_names
from solon.tasks.games.paper_names import Action, Orientation
from tasks.games.worlds import STEPS, World, make_board, make_world, setup_of, worlds

Agents = list[tuple[int, int, int]]


def small(agents: Agents, *, walls: Sequence[int] = (), hits: Sequence[int] = (), apples: int = 0) -> World:
    """Return a 3 x 20 Gathering map with agents (row, column, orientation) and the hits of all but the first."""
    board = make_board(3, 20, walls=walls, apples=[0], river=[])
    rows, columns, orientations = (list(field) for field in zip(*agents, strict=True))
    n = len(agents)
    payload = [0, 0, *rows, *columns, *orientations, *[0] * n, 0, *(hits or [0] * (n - 1)), apples, 0]
    return make_world(board, setup_of("gathering", "example", n), bytes(payload))


@given(worlds(), st.data())
def test_searches_find_the_first_step_of_the_search_north_south_west_east(world: World, data: st.DataObject) -> None:
    coordinates = st.tuples(st.integers(-1, 6), st.integers(-1, 6))
    targets = data.draw(st.sets(coordinates, max_size=6))
    height, width = world.board.height, world.board.width
    cells = [row * width + column for row, column in targets if 0 <= row < height and 0 <= column < width]
    for agent, here in enumerate(world.env.positions):
        assert world.paper.bfs_to_target_set(world.env, agent, targets) == world.first_step(here, cells)
        assert world.paper.bfs_nearest_apple(world.env, agent) == world.first_step(here, world.env.alive)
        for row, column in targets:
            inside = [row * width + column] if 0 <= row < height and 0 <= column < width else []
            assert world.paper.bfs_toward(world.env, agent, row, column) == world.first_step(here, inside)


@given(worlds())
def test_numpy_numbers_serve_as_targets_and_what_is_no_cell_is_never_found(world: World) -> None:
    env, search = world.env, world.paper.bfs_to_target_set
    pairs = {(row, column) for row, column in env.agent_pos}
    for agent in range(env.n_agents):
        assert search(env, agent, pairs) == (0, 0)
        for strange in ({(0.5, 0)}, {(0, 0, 0)}, {7}, {("0", 0)}, {(float("nan"), 0)}, {(None, None)}):
            assert search(env, agent, strange) is None


@pytest.mark.parametrize("orientation", Orientation)
def test_direction_to_action_moves_by_the_rotation_table(orientation: Orientation) -> None:
    a, b, c, d = paper_names.ROTATIONS[orientation]
    for action, forward, right in ((0, 1, 0), (1, -1, 0), (2, 0, -1), (3, 0, 1)):
        step = (a * forward + b * right, c * forward + d * right)
        assert paper_names.direction_to_action(*step, orientation) is Action(action)
    assert paper_names.direction_to_action(0, 0, orientation) is Action.STAND
    assert paper_names.direction_to_action(1, 1, orientation) is Action.FORWARD


def test_an_orientation_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="4 is not a valid Orientation"):
        paper_names.direction_to_action(0, 1, 4)


@given(st.integers(0, 3), st.integers(0, 3))
def test_rotation_distance_counts_quarter_turns(a: int, b: int) -> None:
    assert paper_names.rotation_distance(a, b) == min((a - b) % 4, (b - a) % 4)


@given(worlds())
def test_opponents_are_the_others_that_may_act(world: World) -> None:
    env = world.env
    for agent in range(env.n_agents):
        for other, row, column, distance, hits in paper_names.get_opponents(env, agent):
            assert other != agent
            assert not env.timeouts[other]
            assert [row, column] == env.agent_pos[other].tolist()
            assert distance == abs(env.agent_pos[other] - env.agent_pos[agent]).sum()
            assert hits == env.hits[other]


@given(worlds())
def test_beam_targets_are_those_of_the_beam_that_no_wall_hides(world: World) -> None:
    env = world.env
    for agent, here in enumerate(env.positions):
        row, column = divmod(here, env.width)
        opponents = paper_names.get_opponents(env, agent)
        for orientation in range(4):
            dr, dc = [STEPS[name] for name in ("north", "east", "south", "west")][orientation]
            expected: list[tuple[int, int, int]] = []
            for other, r, c, _, hits in opponents:
                ahead = abs(r - row) if dr else abs(c - column)
                path = [(r - dr * back) * env.width + c - dc * back for back in range(1, ahead)]
                if world.in_beam(here, orientation, r * env.width + c) and not world.board.walls.intersection(path):
                    expected.append((other, ahead, hits))
            assert paper_names.beam_targets(env, row, column, orientation, opponents) == expected


def test_the_exploiting_baseline_beams_turns_chases_and_collects_in_this_order() -> None:
    exploit = [
        (small([(1, 1, 1), (1, 5, 0)]), Action.BEAM),  # in the beam
        (small([(1, 1, 0), (1, 5, 0)]), Action.ROTATE_RIGHT),  # a turn to the right would hit
        (small([(1, 5, 0), (1, 1, 0), (1, 9, 0)]), Action.ROTATE_LEFT),  # both sides alike: left
        (small([(1, 5, 0), (1, 1, 0), (1, 8, 0)]), Action.ROTATE_RIGHT),  # the nearer one
        (small([(1, 5, 0), (1, 4, 0), (1, 17, 0)], hits=[0, 1]), Action.ROTATE_RIGHT),  # rather one with a hit
        (small([(0, 5, 1), (2, 4, 0)], hits=[1]), Action.BACKWARD),  # chase: west, to the opponent's column
        (small([(1, 9, 1), (1, 5, 0)], hits=[1]), Action.ROTATE_RIGHT),  # behind, in firing position: turn right
        (small([(1, 9, 1), (1, 5, 0)], apples=1), Action.STEP_LEFT),  # behind and without a hit: collect, north first
        (small([(1, 1, 1), (1, 5, 0)], walls=(23,)), Action.STAND),  # a wall hides it and no apple lives
    ]
    assert [world.paper.exploitative_action(world.env, 0) for world, _ in exploit] == [action for _, action in exploit]


def test_agents_in_timeout_and_agents_without_an_apple_stand() -> None:
    board = make_board(1, 3, walls=[1], apples=[0, 2], river=[])
    setup = setup_of("gathering", "example", 2)
    tagged, alone = (
        bytes([0, 0, 0, 0, 0, 2, 1, 1, 9, 0, 0, 0, 1, 0, 0, 0]),
        bytes([0, 0, 0, 0, 0, 2, *[1] * 2, *[0] * 8]),
    )
    world = make_world(board, setup, tagged)
    assert world.paper.greedy_action(world.env, 0) is world.paper.exploitative_action(world.env, 0) is Action.STAND
    world = make_world(board, setup, alone)
    assert world.paper.greedy_action(world.env, 1) is Action.STAND


def test_both_name_sets_hold_what_published_policies_call() -> None:
    world = small([(1, 1, 1)])
    common = {
        *("np", "deque", "Action", "Orientation", "NUM_ACTIONS", "_ROTATIONS", "GatheringEnv", "get_opponents"),
        *("bfs_nearest_apple", "bfs_to_target_set", "bfs_toward", "direction_to_action", "_rotation_distance"),
        *("_beam_targets_for_orient", "greedy_action", "exploitative_action"),
    }
    gathering = paper_names.published_names("gathering", type(world.env), world.paper)
    cleanup = paper_names.published_names("cleanup", type(world.env), world.paper)
    assert set(gathering) == common
    assert set(cleanup) - set(gathering) == {"CleanupEnv", "CleanupAction", "NUM_CLEANUP_ACTIONS"}
    assert (cleanup["NUM_ACTIONS"], cleanup["NUM_CLEANUP_ACTIONS"]) == (8, 9)
