"""Harvest: its rules against a slow telling of them, its bound against all plays, its programs against the bound."""

import ast
import hashlib
import itertools
import random
import re
import struct

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Program, Seed
from solon.sketch import HoleValue
from solon.tasks import load
from solon.tasks.games.brief import example
from solon.tasks.games.harvest import (
    Harvest,
    HarvestDraws,
    HarvestRules,
    best_stocks,
    disc_neighbours,
    harvest_bound,
    patches,
)
from solon.tasks.games.harvest_task import HarvestTask
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.view import Setup, snapshot_class
from tasks.games.jails import GuestJail

BOARD = load_map("harvest", "open")
TURN = ((-1, 0), (0, 1), (1, 0), (0, -1))


class SlowHarvest:
    """The rules told over again with pairs and dictionaries; only the luck is the kernel's."""

    def __init__(self, board: Map, n_agents: int, draws: HarvestDraws, rules: HarvestRules) -> None:
        self.board, self.draws, self.rules, self.clock = board, draws, rules, 0
        cells, self.facing = draws.placements(board, n_agents, exclusive=rules.exclusive_cells)
        self.at = [divmod(cell, board.width) for cell in cells]
        self.away = [0] * n_agents
        self.apples = {divmod(cell, board.width): True for cell in board.apples}

    def wall(self, row: int, column: int) -> bool:
        inside = 0 <= row < self.board.height and 0 <= column < self.board.width
        return not inside or row * self.board.width + column in self.board.walls

    def step(self, actions: bytes) -> list[float]:
        rewards = [0.0] * len(self.at)
        self.away = [max(0, left - 1) for left in self.away]
        for agent, action in enumerate(actions):
            if self.away[agent]:
                continue
            if action < 4:
                down, across = TURN[(self.facing[agent] + (0, 2, 3, 1)[action]) % 4]
                there = (self.at[agent][0] + down, self.at[agent][1] + across)
                if not self.wall(*there) and not (self.rules.exclusive_cells and there in self.at):
                    self.at[agent] = there
            elif action == 4:
                self.facing[agent] = (self.facing[agent] + 3) % 4
            elif action == 5:
                self.facing[agent] = (self.facing[agent] + 1) % 4
            elif action == 6:
                self.fire(agent)
        self.grow()
        for agent, place in enumerate(self.at):
            if self.apples.get(place) and not self.away[agent]:
                self.apples[place] = False
                rewards[agent] += 1
        self.clock += 1
        return rewards

    def fire(self, agent: int) -> None:
        (down, across), (right_down, right_across) = TURN[self.facing[agent]], TURN[(self.facing[agent] + 1) % 4]
        lit = set()
        for side in (-1, 0, 1):
            for far in (1, 2, 3):
                row = self.at[agent][0] + far * down + side * right_down
                column = self.at[agent][1] + far * across + side * right_across
                if self.wall(row, column):
                    if self.rules.walls_stop_beams:
                        break
                    continue
                lit.add((row, column))
        for other in [other for other, place in enumerate(self.at) if place in lit and not self.away[other]]:
            self.away[other] = self.rules.timeout_steps
            starts = [divmod(cell, self.board.width) for cell in self.board.spawns]
            free = [place for place in starts if not (self.rules.exclusive_cells and place in self.at)]
            self.at[other] = free[self.draws.home(self.clock, other, range(len(free)))]

    def grow(self) -> None:
        before = {place for place, live in self.apples.items() if live}
        for number, place in enumerate(self.apples):
            near = sum((r - place[0]) ** 2 + (c - place[1]) ** 2 <= 4 for r, c in before)
            chance = self.rules.growth[min(near, 3)]
            if place not in before and chance and self.draws.apple(self.clock, number, chance):
                self.apples[place] = True


@settings(deadline=None, derandomize=True, max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    n_agents=st.integers(1, 12),
    exclusive=st.booleans(),
    walls=st.booleans(),
    away=st.integers(0, 9),
    weights=st.sampled_from([(1,) * 8, (40, 5, 9, 9, 5, 5, 2, 1), (10, 1, 1, 1, 1, 1, 30, 1)]),
)
def test_every_step_is_what_the_rules_say(
    seed: int, n_agents: int, exclusive: bool, walls: bool, away: int, weights: tuple[int, ...]
) -> None:
    # Growth a hundred times as fast, so that it matters in a short play.
    growth = (0.0, 0.1, 0.2, 0.4)
    rules = HarvestRules(exclusive_cells=exclusive, walls_stop_beams=walls, timeout_steps=away, growth=growth)
    kernel, slow = (
        kind(BOARD, n_agents, HarvestDraws(Seed(seed), BOARD, n_agents), rules) for kind in (Harvest, SlowHarvest)
    )
    dice = random.Random(seed)
    taken = born = 0
    for _ in range(80):
        actions = bytes(dice.choices(range(8), weights, k=n_agents))
        live = kernel.alive.count(1)
        rewards = kernel.step(actions)
        assert rewards == slow.step(actions)
        assert [divmod(cell, BOARD.width) for cell in kernel.cells] == slow.at
        assert kernel.orientations == slow.facing
        assert list(kernel.timeouts) == slow.away
        assert list(kernel.alive[:-1]) == list(slow.apples.values())
        assert not exclusive or len(set(kernel.cells)) == n_agents
        taken += int(sum(rewards))
        born += kernel.alive.count(1) - live + int(sum(rewards))
    assert 64 + born - taken == kernel.alive.count(1)


class _Sequential(Harvest):
    """Broken: an apple sees those that grew just before it."""

    def _grow(self) -> None:
        super(Harvest, self)._grow()


def test_the_slow_rules_notice_growth_one_after_the_other() -> None:
    rules = HarvestRules(growth=(0.0, 0.1, 0.2, 0.4))
    kernels = [kind(BOARD, 7, HarvestDraws(Seed(1), BOARD, 7), rules) for kind in (_Sequential, Harvest)]
    slow = SlowHarvest(BOARD, 7, HarvestDraws(Seed(1), BOARD, 7), rules)
    for number, place in enumerate(slow.apples):
        if number % 4:
            slow.apples[place] = False
            for kernel in kernels:
                kernel.alive[number] = 0
                kernel._taken(number)
    same = [True, True]
    for _ in range(10):
        slow.step(bytes([7] * 7))
        for index, kernel in enumerate(kernels):
            kernel.step(bytes([7] * 7))
            same[index] &= list(kernel.alive[:-1]) == list(slow.apples.values())
    assert same == [False, True]


GOLDEN = "5cbacb908bd3e8a0d06100d39a457206d98628aa68986f357d1ee4986f9e61f0"


def test_episodes_are_the_same_for_ever() -> None:
    digest = hashlib.sha256()
    for seed in (0, 1):
        kernel = load("harvest").kernel(Seed(seed))
        dice = random.Random(seed)
        for _ in range(600):
            rewards = kernel.step(bytes(dice.choices(range(8), (30, 10, 10, 10, 10, 10, 1, 5), k=7)))
            digest.update(kernel.snapshot() + struct.pack("<7d", *rewards))
    assert digest.hexdigest() == GOLDEN


def test_the_map_has_six_patches_and_disc_neighbours() -> None:
    assert sorted(map(len, patches(BOARD, 2))) == [6, 6, 13, 13, 13, 13]
    near = disc_neighbours(BOARD, 2)
    assert max(map(len, near)) == 12
    assert all(number in near[other] for number, others in enumerate(near) for other in others)


def tiny(apples: tuple[int, ...]) -> Map:
    cells = tuple(range(9))
    return Map("tiny", 3, 3, frozenset(), apples, (4,), cells, cells)


def best_of_all_plays(board: Map, steps: int, growth: tuple[float, ...]) -> float:
    """Value of taking any apples anywhere after each growth, every choice tried; no agent has to walk."""
    near = disc_neighbours(board, 2)
    count = len(board.apples)
    subsets = list(itertools.product((0, 1), repeat=count))
    value = dict.fromkeys(subsets, 0.0)
    for _ in range(steps):
        leave = {
            live: max(
                sum(live) - sum(left) + value[left]
                for left in subsets
                if all(a <= b for a, b in zip(left, live, strict=True))
            )
            for live in subsets
        }
        value = {}
        for live in subsets:
            chances = [
                1.0 if live[it] else growth[min(sum(live[o] for o in near[it]), len(growth) - 1)] for it in range(count)
            ]
            total = 0.0
            for grown in subsets:
                weight = 1.0
                for it in range(count):
                    weight *= chances[it] if grown[it] else 1 - chances[it]
                total += weight * leave[grown] if weight else 0.0
            value[live] = total
    return value[(1,) * count] / steps


@pytest.mark.parametrize("growth", [(0.0, 0.0025, 0.005, 0.025), (0.0, 0.1, 0.3, 0.6), (0.0, 0.5, 0.2, 0.2)])
@pytest.mark.parametrize("apples", [(0, 1), (0, 1, 2, 4), (0, 2, 4, 6, 8)])
@pytest.mark.parametrize("steps", [1, 3, 12])
def test_no_play_of_a_tiny_world_beats_the_bound(
    growth: tuple[float, ...], apples: tuple[int, ...], steps: int
) -> None:
    board, rules = tiny(apples), HarvestRules(growth=growth)
    bound = harvest_bound(board, 9, steps, rules)
    best = best_of_all_plays(board, steps, growth)
    assert best <= bound + 1e-12
    assert bound - best <= len(apples) / steps  # what the bound forgets is the stock that stays in the end


def test_the_bound_of_the_open_map() -> None:
    assert harvest_bound(BOARD, 7, 1000, HarvestRules()) == pytest.approx(0.97309)
    assert [len(stock) for _, stock in best_stocks(BOARD, 2, HarvestRules().growth)] == [3, 5, 5, 3, 5, 5]
    assert harvest_bound(BOARD, 7, 5, HarvestRules()) == 7
    crowded = Map("crowded", 5, 5, frozenset(), tuple(range(25)), (0,), (0,), tuple(range(25)))
    with pytest.raises(ValueError, match="at most 16 apples"):
        harvest_bound(crowded, 1, 10, HarvestRules())


def task(**options: object) -> HarvestTask:
    loaded = load("harvest", **options)
    assert isinstance(loaded, HarvestTask)
    return loaded


def test_the_brief_tells_the_rules_and_names_what_there_is() -> None:
    text = " ".join(task().brief().split())
    for words in (
        "Euclidean distance 2",
        "0.025 for 3 and more",
        "goes to a free start cell",
        "in timeout for 4 steps",
    ):
        assert words in text
    env = snapshot_class(msgspec.json.decode(task().setup(), type=Setup), BOARD)(
        bytes(2) + task().kernel(Seed(0)).snapshot()
    )
    assert len(env.alive) == 64
    program = Program((("policy.py", example(task().rules())),))
    assert task(steps=50).evaluate(program, Seed(0), GuestJail()).slips == 0


@pytest.mark.parametrize("name", ["nearest_apple", "harvest_restrained", "harvest_gardens"])
def test_references_play_without_a_slip_and_below_the_bound(name: str) -> None:
    it = task(steps=200)
    episode = it.evaluate(it.references()[name], Seed(1), GuestJail())
    assert episode.slips == 0
    assert 0 < episode.metrics["efficiency"] < it.figures()[0].metrics["efficiency"]
    assert list(it.suspicions(episode)) == []


def test_greed_ends_the_apples_and_seed_keeps_them() -> None:
    it = task(steps=400)
    space = it.sketch()
    values: dict[str, HoleValue] = {hole.name: hole.default for hole in space.holes}
    values |= {"keeping": "chosen", "sharing": "matching", "path": "around", "yielding": "aside"}
    greedy = it.evaluate(it.references()["nearest_apple"], Seed(2), GuestJail())
    careful = it.evaluate(space.render(values), Seed(2), GuestJail())
    assert greedy.metrics["efficiency"] < 0.2
    assert careful.metrics["efficiency"] > 3 * greedy.metrics["efficiency"]


SPACE = task().sketch()
OPTIONS = [(hole.name, option) for hole in SPACE.holes for option in (hole.options or (hole.low, hole.high))]


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_and_end_of_range_is_a_program_that_reads_well_and_plays(name: str, option: HoleValue) -> None:
    base: dict[str, HoleValue] = {hole.name: hole.default for hole in SPACE.holes}
    for others in (
        {},
        {"keeping": "chosen", "sharing": "gardens", "idle": "home", "path": "around", "yielding": "aside"},
    ):
        program = SPACE.render(base | others | {name: option})
        assert ast.get_docstring(ast.parse(program.source))
        assert not re.search(r"\w__\w", program.source)
        assert max(map(len, program.source.splitlines())) <= 120
        assert task(steps=25).evaluate(program, Seed(0), GuestJail()).slips == 0
