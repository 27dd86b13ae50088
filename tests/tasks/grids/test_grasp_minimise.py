"""Counterexamples made smaller still are counterexamples, and they reach the next proposal."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from solon import api
from solon.contract import Program, Seed
from solon.engine import Budget, Bundle
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.grids.grasp import GraspTask
from solon.tasks.grids.grasp_generator import ALL_RULES, draw, kinds
from solon.tasks.grids.grasp_minimise import minimised
from solon.tasks.grids.grasp_record import shortfall
from solon.tasks.grids.grasp_world import Instance


@pytest.fixture(scope="module")
def jail() -> Iterator[LocalJail]:
    with LocalJail("auto") as found:
        yield found


def greedy():
    task = load("grasp")
    names: dict = {}
    exec(task.references()["greedy"].source, names)
    return names["policy"]


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_a_minimised_instance_still_fails_and_nothing_can_be_left_out(seed: int) -> None:
    dice = random.Random(seed)
    instance, policy = draw(dice.choice(kinds()), dice.choice(ALL_RULES), dice), greedy()

    def fails(it: Instance) -> bool:
        return shortfall(it, policy(*it.arguments()), "moves") > 1e-9

    if not fails(instance):
        return
    small = minimised(instance, fails, tries=2000)
    assert fails(small)
    assert len(small.energy) <= len(instance.energy)
    assert small.rows * small.columns <= 121
    for cell in small.energy:
        assert not fails(without(small, "energy", cell))
    for cell in small.obstacles:
        assert not fails(without(small, "obstacles", cell))


def without(instance: Instance, field: str, cell: int) -> Instance:
    return structs.replace(instance, **{field: getattr(instance, field) - {cell}})


@given(st.sets(st.integers(0, 120)), st.sets(st.integers(0, 120)), st.integers(1, 60))
def test_few_tries_leave_an_instance_that_fails(energy: set[int], obstacles: set[int], tries: int) -> None:
    instance = Instance(60, frozenset(energy - {60}), frozenset(obstacles - energy - {60}))
    asked = 0

    def fails(it: Instance) -> bool:
        nonlocal asked
        asked += 1
        return len(it.energy) >= 3 and it.columns >= 4

    if fails(instance):
        assert fails(minimised(instance, fails, tries=tries))
        assert asked <= tries + 2


def test_what_depends_on_two_cells_and_a_corner_is_found_exactly() -> None:
    dice = random.Random(1)
    instance = draw(kinds("random", "inner", "block")[0], ALL_RULES[0], dice)
    chosen = sorted(instance.energy)[:2]
    places = [instance.place(cell) for cell in chosen]
    start = instance.place(instance.start)
    wanted = {(row - start[0], column - start[1]) for row, column in places}

    def fails(it: Instance) -> bool:
        row, column = it.place(it.start)
        found = {(r - row, c - column) for r, c in map(it.place, it.energy)}
        return wanted <= found

    small = minimised(instance, fails, tries=1000)
    assert (len(small.energy), len(small.obstacles)) == (2, 0)
    rows = [start[0], *(row for row, _ in places)]
    columns = [start[1], *(column for _, column in places)]
    assert small.rows == max(rows) - min(rows) + 1
    assert small.columns == max(columns) - min(columns) + 1


def test_a_program_that_raises_is_told_of_the_smallest_grid_on_which_it_raises(jail: LocalJail) -> None:
    source = (
        "def policy(grid_text, start, movement, carry_limit, step_cost):\n"
        "    if grid_text.count('O') >= 2:\n        raise RuntimeError('two obstacles')\n    return []\n"
    )
    task = load("grasp", worst=1)
    assert isinstance(task, GraspTask)
    recording = task.record(Program((("policy.py", source),)), Seed(1), jail)
    (told,) = [it.text for it in recording.moments if it.trouble]
    grid = "\n".join(line for line in told.splitlines() if "|" in line)
    assert grid.count("O") == 2
    assert "E" not in grid
    assert "the function raised" in told


def test_what_falls_short_reaches_the_next_proposal_of_a_run(tmp_path: Path) -> None:
    files = []
    for name in ("random", "greedy"):
        files.append(tmp_path / f"{name}.py")
        files[-1].write_text(load("grasp").references()[name].source)
    api.run(
        "grasp",
        proposer=f"scripted:{files[0]},{files[1]}",
        strategy="refine",
        strategy_options={"rounds": 2, "width": 1, "seeds": 1, "patience": 1},
        feedback="counterexample",
        budget=Budget(),
        sealed_seeds=2,
        seed=1,
        options={"instances": 4},
        workers=1,
        out=tmp_path / "run",
    )
    texts = [path.read_text(errors="replace") for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert any("made as small as it still fails" in text for text in texts)
    assert Bundle.open(tmp_path / "run").configuration().feedback == "counterexample"
