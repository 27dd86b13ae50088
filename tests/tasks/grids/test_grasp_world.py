"""GRASP's rules, its text, its scorings and its generator."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.contract import Seed
from solon.tasks import load
from solon.tasks.grids.grasp import GraspTask
from solon.tasks.grids.grasp_generator import ALL_RULES, Rules, draw, draw_many, kinds, under
from solon.tasks.grids.grasp_world import NAMES, SCORINGS, Instance, World, play, score, text

GRID = Instance(start=4, energy=frozenset({1, 5, 8}), obstacles=frozenset({3}), rows=3, columns=3)
"""
. E .
O A E
. . E
"""


def test_the_text_has_two_lines_of_heading_and_a_cell_every_four_characters() -> None:
    instance = draw(kinds()[1], Rules(), random.Random(1))
    lines = text(instance).split("\n")
    assert lines[0] == "    0   1   2   3   4   5   6   7   8   9  10"
    assert len(lines) == 24
    for cell in range(121):
        row, column = divmod(cell, 11)
        letter = lines[2 + 2 * row][4 + 4 * column]
        expected = "A" if cell == instance.start else "E" if cell in instance.energy else " "
        assert letter == ("O" if cell in instance.obstacles else expected)


@pytest.mark.parametrize(
    ("actions", "banked", "failed", "home"),
    [
        (["UP", "TAKE", "DOWN", "DROP"], 1, 0, True),
        (["up", "take", "down", "drop"], 1, 0, True),
        (["UP", "TAKE", "DOWN"], 0, 0, True),
        (["UP", "TAKE", "TAKE", "DOWN", "DROP"], 1, 1, True),
        (["LEFT", "RIGHT", "TAKE", "LEFT", "DROP"], 1, 1, True),
        (["UP", "UP", "TAKE", "DOWN", "DROP"], 1, 1, True),
        (["UPLEFT", "JUMP"], 0, 2, True),
        (["UP", "TAKE", "DROP", "TAKE", "DOWN", "DROP"], 1, 0, True),
        (["UP", "TAKE", "DOWN", "DROP", "TAKE", "RIGHT", "TAKE", "LEFT", "DROP"], 2, 0, True),
        (["DROP"], 0, 1, True),
        (["RIGHT"], 0, 0, False),
    ],
)
def test_what_fails_changes_nothing_and_energy_moves_as_the_rules_say(
    actions: list[str], banked: int, failed: int, home: bool
) -> None:
    played = play(GRID, actions)
    assert (played.banked, played.failed, played.home, played.used) == (banked, failed, home, len(actions))


def test_what_comes_after_the_twentieth_action_is_cut_off() -> None:
    plan = ["UP", "TAKE", "DOWN"] + ["TAKE"] * 16 + ["DROP", "RIGHT", "RIGHT"]
    played = play(GRID, plan)
    assert (played.used, played.banked, played.home) == (20, 1, True)
    assert play(GRID, ["UP", "TAKE", "DOWN"] + ["TAKE"] * 17 + ["DROP"]).banked == 0


def test_an_agent_takes_no_more_than_its_limit_and_diagonals_pass_between_obstacles() -> None:
    both = Instance(0, frozenset({3}), frozenset({1, 2}), rows=2, columns=2, movement="eight", carry_limit=1)
    assert play(both, ["DOWNRIGHT", "TAKE", "UPLEFT", "DROP"]).banked == 1
    row = Instance(0, frozenset({1, 2}), rows=1, columns=3, carry_limit=1)
    assert play(row, ["RIGHT", "TAKE", "RIGHT", "TAKE", "LEFT", "LEFT", "DROP"]).banked == 1


def test_the_three_scorings_charge_what_their_names_say() -> None:
    costly = under(GRID, Rules(step_cost=0.3))
    plan = ["UP", "TAKE", "UP", "DOWN", "DROP"]  # two moves, one failed
    played = play(costly, plan)
    assert {name: round(score(costly, played, name), 6) for name in SCORINGS} == {
        "published": round(1 - 0.3 * 4, 6),
        "all-actions": round(1 - 0.3 * 5, 6),
        "moves": round(1 - 0.3 * 2, 6),
    }
    eight = under(GRID, Rules("eight", step_cost=0.3))
    assert score(eight, play(eight, []), "published") == pytest.approx(-2.4)
    assert len({score(GRID, play(GRID, plan), name) for name in SCORINGS}) == 1


@given(st.lists(st.sampled_from([*NAMES, "nonsense"]), max_size=30), st.integers(0, 10**6))
def test_energy_is_neither_made_nor_lost(actions: list[str], seed: int) -> None:
    dice = random.Random(seed)
    instance = draw(dice.choice(kinds()), dice.choice(ALL_RULES), dice)
    world = World(instance)
    for action in actions:
        world.act(action)
        assert world.carried + sum(world.units.values()) == len(instance.energy)
        assert world.cell not in instance.obstacles
        assert 0 <= world.carried <= instance.carry_limit


@pytest.mark.parametrize(("distribution", "units"), [("random", 60), ("vertical", 60), ("cluster", 31), ("spiral", 40)])
def test_grids_hold_as_much_energy_as_the_published_ones(distribution: str, units: int) -> None:
    free, block = ({}, {})
    for obstacles, found in (("free", free), ("block", block)):
        dice = random.Random(5)
        drawn = draw_many(300, kinds(distribution, "mixed", obstacles), [Rules()], dice)
        found["energy"] = statistics.mean(len(it.energy) for it in drawn)
        found["obstacles"] = statistics.mean(len(it.obstacles) for it in drawn)
        assert all(it.start not in it.energy | it.obstacles for it in drawn)
    assert free["energy"] == pytest.approx(units, rel=0.06)
    assert block["energy"] == pytest.approx(0.9 * units, rel=0.06)
    assert free["obstacles"] == 0
    assert block["obstacles"] == pytest.approx(12, rel=0.06)


def test_starts_lie_inside_or_outside_and_skewed_grids_differ_between_their_halves() -> None:
    dice = random.Random(2)
    for kind in kinds():
        row, column = divmod(draw(kind, Rules(), dice).start, 11)
        assert (row in range(3, 8) and column in range(3, 8)) == (kind.start == "inner")
    shares = []
    for _ in range(50):
        energy = draw(kinds("vertical", "inner", "free")[0], Rules(), dice).energy
        upper = sum(cell < 66 for cell in energy) / 66
        shares.append(abs(upper - (len(energy) - 66 * upper) / 55))
    assert statistics.mean(shares) == pytest.approx(0.3, abs=0.05)


def test_instances_follow_from_the_seed_and_its_key_and_kinds_come_equally_often() -> None:
    task = load("grasp")
    assert isinstance(task, GraspTask)
    first = task.instances(Seed(1))
    assert first == task.instances(Seed(1))
    assert first != task.instances(Seed(2))
    assert first != task.instances(Seed(1, b"sixteen bytes of"))
    assert len({it.kind for it in first}) == 20
    every = load("grasp-all")
    assert isinstance(every, GraspTask)
    rules = [(it.movement, it.carry_limit, it.step_cost) for it in every.instances(Seed(1))]
    assert all(rules.count(it) == 5 for it in set(rules))
