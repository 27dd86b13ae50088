"""The Gathering sketch: every filling is a runnable program, and planned lines are closed walks."""

import ast
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Program
from solon.sketch import HoleValue
from solon.tasks.games import guest
from solon.tasks.games.gathering import Gathering
from solon.tasks.games.maps import load_map
from solon.tasks.games.sketches.gathering import sketch
from solon.tasks.games.sketches.gathering_planner import (
    Line,
    Tour,
    plan_lines,
    plan_regions,
    reachable_apples,
    walking_distances,
)
from solon.tasks.games.streams import PaperDraws
from solon.tasks.games.view import Setup

MAPS = ("small", "default", "large")
SPACE = sketch(load_map("gathering", "large"), 10)
OPTIONS = [(hole.name, option) for hole in SPACE.holes for option in hole.options]
ENDS = [(hole.name, end) for hole in SPACE.holes if not hole.options for end in (hole.low, hole.high)]


def fill(map_name: str = "large", n_agents: int = 10, **given_values: HoleValue) -> Program:
    space = sketch(load_map("gathering", map_name), n_agents)
    values: dict[str, HoleValue] = {}
    for hole in space.holes:
        value = given_values.get(hole.name, hole.default)
        values[hole.name] = int(value) if hole.integer else value
    return space.render(values)


def play(
    program: Program, steps: int = 60, map_name: str = "large", n_agents: int = 10, tagged: int | None = None
) -> tuple[list[float], list[str]]:
    """Play in process; at step 20 the agent ``tagged`` is put in timeout."""
    setup = Setup("gathering", map_name, n_agents, 20, 1, 2, 25, 25)
    notes: list[str] = []
    ask = guest.begin(guest.prepare(msgspec.json.encode(setup)), program, bytes(16), notes.append)
    kernel = Gathering(load_map("gathering", map_name), n_agents, PaperDraws(7))
    returns = [0.0] * n_agents
    for step in range(steps):
        if step == 20 and tagged is not None:
            kernel.timeouts[tagged] = 25
        reply = ask(step.to_bytes(2, "little") + kernel.snapshot())
        assert max(reply) < 8, notes
        rewards = kernel.step(list(reply))
        returns = [total + reward for total, reward in zip(returns, rewards, strict=True)]
    return returns, notes


def is_closed_walk(cells: tuple[int, ...], map_name: str) -> bool:
    board = load_map("gathering", map_name)
    distances = walking_distances(board)
    return all(distances[cell][after] <= 1 for cell, after in zip(cells, (*cells[1:], cells[0]), strict=True))


def names_of(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a program defines and those that it reads."""
    tree = ast.parse(source)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    defined |= {target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets}  # type: ignore[attr-defined]
    defined |= {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return defined, read


def test_a_sketch_has_8_to_15_holes_whose_defaults_lie_in_range() -> None:
    assert 8 <= len(SPACE.holes) <= 15
    for hole in SPACE.holes:
        assert hole.default in hole.options if hole.options else hole.low <= float(hole.default) <= hole.high


@pytest.mark.parametrize(("name", "option"), [*OPTIONS, *ENDS])
@pytest.mark.parametrize("rule", ["matching", "nearest", "timetable"])
def test_every_option_and_end_of_range_is_a_program_without_unused_or_unfilled_parts(
    name: str, option: HoleValue, rule: str
) -> None:
    source = fill(**({"rule": rule, "planner_effort": 5} | {name: option})).source
    defined, read = names_of(source)
    assert defined - read == {"policy"}
    assert "__" not in source
    assert "# only" not in source
    assert max(map(len, source.splitlines())) <= 120
    assert ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("rule", ["matching", "nearest", "timetable"])
@pytest.mark.parametrize("territory", ["shared", "regions"])
@pytest.mark.parametrize("idle", ["stand", "soonest", "patrol"])
@pytest.mark.parametrize("boarding", ["straight", "gathering"])
def test_every_combination_of_components_plays_60_steps_without_a_slip(
    rule: str, territory: str, idle: str, boarding: str
) -> None:
    program = fill(
        rule=rule, territory=territory, idle=idle, boarding=boarding, wait_weight=1.0, crowd_weight=0.5, horizon=0
    )
    returns, notes = play(program)
    assert not notes
    assert sum(returns) > 0


@pytest.mark.parametrize("map_name", MAPS)
@pytest.mark.parametrize("n_agents", [1, 3, 12])
@pytest.mark.parametrize("rule", ["matching", "nearest", "timetable"])
def test_the_sketch_fits_every_map_and_number_of_agents(map_name: str, n_agents: int, rule: str) -> None:
    program = fill(map_name, n_agents, rule=rule, territory="regions", idle="patrol", lines=2)
    returns, notes = play(program, map_name=map_name, n_agents=n_agents)
    assert not notes
    assert sum(returns) > 0


def test_the_same_values_give_the_same_program() -> None:
    values: dict[str, HoleValue] = {"rule": "timetable", "planner_seed": 3}
    first = fill(**values)
    plan_lines.cache_clear()
    assert fill(**values) == first
    assert fill(**(values | {"planner_seed": 4})) != first


@pytest.mark.parametrize("rule", ["matching", "nearest", "timetable"])
def test_decisions_depend_on_the_snapshot_alone(rule: str) -> None:
    program = fill(rule=rule, lines=1, boarding="gathering", territory="regions", idle="patrol")
    setup = msgspec.json.encode(Setup("gathering", "large", 10, 20, 1, 2, 25, 25))
    prepared = guest.prepare(setup)
    ask = guest.begin(prepared, program, bytes(16), print)
    kernel = Gathering(load_map("gathering", "large"), 10, PaperDraws(3))
    for step in range(60):
        payload = step.to_bytes(2, "little") + kernel.snapshot()
        reply = ask(payload)
        if step % 7 == 0:
            assert guest.begin(prepared, program, bytes(16), print)(payload) == reply
        kernel.step(list(reply))


def test_agents_on_a_timetable_find_every_apple_of_their_line_when_it_is_back() -> None:
    program = fill(rule="timetable", lines=1)
    (line,) = plan_lines(load_map("gathering", "large"), 10, count=1, headway=25, balance=0.5, effort=20, seed=0)
    on_line = set(line.cells).intersection(load_map("gathering", "large").apples)
    hundred, two_hundred = sum(play(program, 100)[0]), sum(play(program, 200)[0])
    assert two_hundred - hundred == 4 * len(on_line)


def test_an_agent_that_was_tagged_takes_its_slot_again() -> None:
    program = fill(rule="timetable", lines=1)
    before, after = (sum(play(program, steps, tagged=4)[0]) for steps in (200, 225))
    whole_before, whole_after = (sum(play(program, steps)[0]) for steps in (200, 225))
    assert before < whole_before
    assert after - before == whole_after - whole_before


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    map_name=st.sampled_from(MAPS),
    n_agents=st.integers(1, 12),
    count=st.integers(1, 12),
    headway=st.integers(15, 40),
    balance=st.floats(0, 1),
    seed=st.integers(0, 999),
)
def test_lines_are_closed_walks_of_headway_steps_an_agent(
    map_name: str, n_agents: int, count: int, headway: int, balance: float, seed: int
) -> None:
    board = load_map("gathering", map_name)
    lines = plan_lines(board, n_agents, count=count, headway=headway, balance=balance, effort=1, seed=seed)
    assert sum(line.agents for line in lines) == n_agents
    assert max(line.agents for line in lines) - min(line.agents for line in lines) <= 1
    for line in lines:
        assert len(line.cells) == headway * line.agents
        assert is_closed_walk(line.cells, map_name)
        assert not board.walls.intersection(line.cells)


def test_a_walk_that_jumps_is_recognised() -> None:
    board = load_map("gathering", "large")
    line = Line((board.apples[0], board.apples[-1]), 1)
    assert not is_closed_walk(line.cells, "large")


@settings(deadline=None, derandomize=True, max_examples=15)
@given(seed=st.integers(0, 999), capacity=st.integers(2, 300), moves=st.integers(1, 3000))
def test_annealing_keeps_its_books_and_its_capacity(seed: int, capacity: int, moves: int) -> None:
    board = load_map("gathering", "large")
    distances = walking_distances(board)

    def length(order: list[int]) -> int:
        return sum(distances[here][there] for here, there in zip(order, order[1:] + order[:1], strict=True))

    tour = Tour(board.apples, distances, capacity, random.Random(seed))
    best = tour.anneal(moves)
    assert tour.length == length(tour.order)
    assert len(set(tour.order)) == len(tour.order)
    assert length(best) <= capacity
    assert len(set(best)) == len(best) >= 1


@settings(deadline=None, derandomize=True, max_examples=15)
@given(map_name=st.sampled_from(MAPS), count=st.integers(1, 20), balance=st.floats(0, 1), seed=st.integers(0, 9))
def test_regions_share_out_all_apples(map_name: str, count: int, balance: float, seed: int) -> None:
    board = load_map("gathering", map_name)
    regions = plan_regions(board, count, balance=balance, effort=2, seed=seed)
    assert all(regions)
    assert sorted(apple for region in regions for apple in region) == reachable_apples(board)
