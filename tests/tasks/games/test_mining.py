"""Mining: its rules against a slow telling of them, its bound against all plays, its programs against the bound."""

import ast
import hashlib
import itertools
import random
import re
import struct
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Program, Seed
from solon.sketch import HoleValue
from solon.tasks import load
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.mining import Mining, MiningDraws, MiningRules, mining_bound
from solon.tasks.games.mining_brief import EXAMPLE
from solon.tasks.games.mining_task import MiningTask
from solon.tasks.games.view import GOLD, IRON, STRUCK, OreSnapshot, Setup, snapshot_class
from tasks.games.jails import GuestJail

BOARD = load_map("mining", "quarry")
TURN = ((-1, 0), (0, 1), (1, 0), (0, -1))


class SlowMining:
    """The rules told over again with pairs and dictionaries; only the luck is the kernel's."""

    def __init__(self, board: Map, n_agents: int, draws: MiningDraws, rules: MiningRules) -> None:
        self.board, self.draws, self.rules, self.clock = board, draws, rules, 0
        cells, self.facing = draws.placements(board, n_agents, exclusive=rules.exclusive_cells)
        self.at = [divmod(cell, board.width) for cell in cells]
        self.ore = {divmod(cell, board.width): "" for cell in board.apples}
        self.struck: dict[tuple[int, int], tuple[int, int]] = {}  # place to agent and step
        self.fired = [-99] * n_agents

    def wall(self, row: int, column: int) -> bool:
        inside = 0 <= row < self.board.height and 0 <= column < self.board.width
        return not inside or row * self.board.width + column in self.board.walls

    def step(self, actions: bytes) -> list[float]:
        rewards = [0.0] * len(self.at)
        self.struck = {
            place: (who, when) for place, (who, when) in self.struck.items() if self.clock - when < self.rules.window
        }
        for agent, action in enumerate(actions):
            if action < 4:
                down, across = TURN[(self.facing[agent] + (0, 2, 3, 1)[action]) % 4]
                there = (self.at[agent][0] + down, self.at[agent][1] + across)
                if not self.wall(*there) and not (self.rules.exclusive_cells and there in self.at):
                    self.at[agent] = there
            elif action in (4, 5):
                self.facing[agent] = (self.facing[agent] + (3, 1)[action - 4]) % 4
            elif action == 6 and self.clock - self.fired[agent] >= self.rules.rest:
                self.fired[agent] = self.clock
                self.mine(agent, rewards)
        for number, kind in self.draws.ores(self.clock, self.rules.iron_chance, self.rules.gold_chance):
            place = list(self.ore)[number]
            if not self.ore[place] and place not in self.at:
                self.ore[place] = {IRON: "iron", GOLD: "gold"}[kind]
        self.clock += 1
        return rewards

    def mine(self, agent: int, rewards: list[float]) -> None:
        down, across = TURN[self.facing[agent]]
        for far in range(1, self.rules.beam_length + 1):
            place = (self.at[agent][0] + far * down, self.at[agent][1] + far * across)
            if self.wall(*place) and self.rules.walls_stop_beams:
                return
            if ore := self.ore.get(place):
                who, _ = self.struck.get(place, (agent, 0))
                if ore == "gold" and who == agent:
                    self.struck[place] = (agent, self.clock)
                    return
                self.ore[place] = ""
                self.struck.pop(place, None)
                for winner in {agent, who}:
                    rewards[winner] += 1 if ore == "iron" else 8
                return

    def state(self) -> list[int]:
        values = {"": 0, "iron": IRON, "gold": GOLD}
        live = {place: who for place, (who, when) in self.struck.items() if self.clock - when <= self.rules.window}
        return [STRUCK + live[place] if place in live else values[ore] for place, ore in self.ore.items()]


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n_agents=st.integers(1, 9),
    exclusive=st.booleans(),
    walls=st.booleans(),
    times=st.sampled_from([(3, 3), (3, 1), (1, 3), (4, 2)]),
    weights=st.sampled_from([(1,) * 8, (9, 2, 4, 4, 5, 5, 30, 1), (3, 1, 1, 1, 1, 1, 30, 1)]),
)
def test_every_step_is_what_the_rules_say(
    seed: int, n_agents: int, exclusive: bool, walls: bool, times: tuple[int, int], weights: tuple[int, ...]
) -> None:
    window, rest = times
    rules = MiningRules(
        exclusive_cells=exclusive, walls_stop_beams=walls, window=window, rest=rest, iron_chance=0.05, gold_chance=0.1
    )
    kernel, slow = (
        kind(BOARD, n_agents, MiningDraws(Seed(seed), BOARD, n_agents), rules) for kind in (Mining, SlowMining)
    )
    dice = random.Random(seed)
    for _ in range(100):
        actions = bytes(dice.choices(range(8), weights, k=n_agents))
        rewards = kernel.step(actions)
        assert rewards == slow.step(actions)
        assert [divmod(cell, BOARD.width) for cell in kernel.cells] == slow.at
        assert kernel.orientations == slow.facing
        assert list(kernel.alive[:-1]) == slow.state()
        assert not any(kernel.timeouts)
        assert all((left > 0) == (ore >= STRUCK) for left, ore in zip(kernel.timers, kernel.alive[:-1], strict=True))


class _Greedy(Mining):
    """Broken: one agent can finish a gold that it struck itself."""

    def _tag(self, agent: int, rewards: list[float]) -> None:
        super()._tag(agent, rewards)
        other = STRUCK + (agent + 1) % self.n_agents
        self.alive[:] = bytes(other if ore == STRUCK + agent else ore for ore in self.alive)


def test_the_slow_rules_notice_gold_that_is_mined_alone() -> None:
    rules = MiningRules(iron_chance=0.0, gold_chance=0.2, rest=1)
    kernel, slow = (kind(BOARD, 2, MiningDraws(Seed(3), BOARD, 2), rules) for kind in (_Greedy, SlowMining))
    dice = random.Random(3)
    gains = [[0.0, 0.0], [0.0, 0.0]]
    for _ in range(300):
        actions = bytes(dice.choices(range(8), (9, 2, 4, 4, 5, 5, 30, 1), k=2))
        for total, rewards in zip(gains, (kernel.step(actions), slow.step(actions)), strict=True):
            total[0] += sum(rewards)
    assert gains[0] != gains[1]


def corridor(cells: int, sites: tuple[int, ...], spawns: tuple[int, ...]) -> Map:
    every = tuple(range(cells))
    return Map("corridor", 1, cells, frozenset(), sites, spawns, every, every)


class Fixed(MiningDraws):
    """Agents start where the map says, facing east and west by turns; ore as told."""

    def __init__(self, board: Map, n_agents: int, plan: dict[int, list[tuple[int, int]]] | None = None) -> None:
        super().__init__(Seed(0), board, n_agents)
        self._plan = plan or {}

    def placements(self, board: Map, n_agents: int, *, exclusive: bool) -> tuple[list[int], list[int]]:
        return list(board.spawns), [1 + 2 * (agent % 2) for agent in range(n_agents)]

    def ores(self, step: int, iron_chance: float, gold_chance: float) -> list[tuple[int, int]]:
        return self._plan.get(step, [])


@pytest.mark.parametrize(("later", "paid"), [(0, True), (1, True), (2, True), (3, False)])
def test_gold_pays_eight_to_both_if_the_second_strikes_within_three_steps(later: int, paid: bool) -> None:
    board = corridor(5, (2,), (1, 3))
    kernel = Mining(board, 2, Fixed(board, 2, {0: [(0, GOLD)]}))
    kernel.step(bytes([7, 7]))
    returns = [0.0, 0.0]
    for step in range(4):
        rewards = kernel.step(bytes([6 if step == 0 else 7, 6 if step == later else 7]))
        returns = [total + reward for total, reward in zip(returns, rewards, strict=True)]
    assert returns == ([8.0, 8.0] if paid else [0.0, 0.0])
    assert kernel.alive[0] == (0 if paid else STRUCK + 1)


def test_iron_pays_one_beams_rest_three_steps_and_ore_shades_ore() -> None:
    board = corridor(6, (2, 3), (0,))
    kernel = Mining(board, 1, Fixed(board, 1, {0: [(0, IRON), (1, IRON)]}))
    kernel.step(b"\x07")
    assert [kernel.step(b"\x06")[0] for _ in range(5)] == [1.0, 0.0, 0.0, 1.0, 0.0]


def best_of_all_plays(steps: int, rules: MiningRules) -> float:
    """Exact value per step of the corridor o . with agents that face a site from both sides: every action tried.

    Two agents that stand still, west and east of one site: moving away cannot help, since both are in reach.
    """

    @cache
    def value(left: int, ore: str, struck: tuple[int, int] | None, rests: tuple[int, int]) -> float:
        if left == 0:
            return 0.0
        struck = None if struck is None or struck[1] == 0 else (struck[0], struck[1] - 1)
        rests = (max(0, rests[0] - 1), max(0, rests[1] - 1))
        best = 0.0
        for fires in itertools.product((False, True), repeat=2):
            if any(fire and rest for fire, rest in zip(fires, rests, strict=True)):
                continue
            here, mark, gain = ore, struck, 0.0
            for agent, fire in enumerate(fires):
                if fire and here == "iron":
                    here, gain = "", gain + rules.iron_reward
                elif fire and here == "gold":
                    if mark is not None and mark[0] != agent:
                        here, mark, gain = "", None, gain + 2 * rules.gold_reward
                    else:
                        mark = (agent, rules.window - 1)
            after = tuple(rules.rest if fire else rest for fire, rest in zip(fires, rests, strict=True))
            if here:
                ahead = value(left - 1, here, mark, after)
            else:
                none = 1 - rules.iron_chance - rules.gold_chance
                ahead = (
                    rules.iron_chance * value(left - 1, "iron", None, after)
                    + rules.gold_chance * value(left - 1, "gold", None, after)
                    + none * value(left - 1, "", None, after)
                )
            best = max(best, gain + ahead)
        return best

    return value(steps, "", None, (0, 0)) / steps


@pytest.mark.parametrize("steps", [1, 2, 5, 12])
@pytest.mark.parametrize("chances", [(0.003, 0.0015), (0.3, 0.1), (0.2, 0.8), (1.0, 0.0)])
@pytest.mark.parametrize("rest", [1, 3])
def test_no_play_of_a_tiny_mine_beats_the_bound(steps: int, chances: tuple[float, float], rest: int) -> None:
    rules = MiningRules(iron_chance=chances[0], gold_chance=chances[1], rest=rest)
    board = corridor(3, (1,), (0, 2))
    best = best_of_all_plays(steps, rules)
    bound = mining_bound(board, 2, steps, rules)
    assert best <= bound + 1e-12
    if rest == 1:
        assert best == pytest.approx(bound)  # both can answer every ore at once, so nothing is lost


def test_the_bound_of_the_quarry() -> None:
    assert mining_bound(BOARD, 6, 1000, MiningRules()) == pytest.approx(106 * 0.999 * (0.003 + 16 * 0.0015))
    assert mining_bound(BOARD, 1, 1000, MiningRules()) == pytest.approx(106 * 0.999 * 0.003)
    assert mining_bound(BOARD, 6, 1000, MiningRules(gold_chance=0.5)) == pytest.approx(6 * 334 * 8 / 1000)


GOLDEN = "a427112cd3bbd201d783f73f45f97499cf044d4aa16fe223a90300bfee33977e"


def test_episodes_are_the_same_for_ever() -> None:
    digest = hashlib.sha256()
    for seed in (0, 1):
        kernel = load("mining").kernel(Seed(seed))
        dice = random.Random(seed)
        for _ in range(600):
            rewards = kernel.step(bytes(dice.choices(range(8), (30, 10, 10, 10, 10, 10, 30, 5), k=6)))
            digest.update(kernel.snapshot() + struct.pack("<6d", *rewards))
    assert digest.hexdigest() == GOLDEN


def task(**options: object) -> MiningTask:
    loaded = load("mining", **options)
    assert isinstance(loaded, MiningTask)
    return loaded


def test_a_snapshot_tells_ore_strikes_and_readiness() -> None:
    it = task()
    kernel = it.kernel(Seed(0))
    kernel.alive[:3] = bytes([IRON, GOLD, STRUCK + 4])
    kernel.timers[2] = 2
    kernel.hits[:3] = bytes([0, 1, 2])
    env = snapshot_class(msgspec.json.decode(it.setup(), type=Setup), BOARD)(bytes(2) + kernel.snapshot())
    assert isinstance(env, OreSnapshot)
    first, second, third = BOARD.apples[:3]
    assert (env.iron, env.gold, env.alive) == ([first], [second, third], [first, second, third])
    assert env.struck == {third: 4}
    assert env.ready == [True, True, False, True, True, True]
    assert (env.n_alive, int(env.apple_alive.sum())) == (3, 3)
    assert not env.apple_alive.flags.writeable


@pytest.mark.parametrize("options", [{}, {"decentralised": True, "exclusive_cells": False, "fair_order": True}])
def test_the_brief_is_complete_and_its_example_plays(options: dict[str, object]) -> None:
    it = task(steps=40, **options)
    text = it.brief()
    assert EXAMPLE in text
    assert max(map(len, text.splitlines())) <= 110
    flat = " ".join(text.split())
    assert "up to 2 steps later" in flat
    assert ("window only" in flat) == ("decentralised" in options)
    env = snapshot_class(msgspec.json.decode(it.setup(), type=Setup), BOARD)(bytes(2) + it.kernel(Seed(0)).snapshot())
    mentioned = set(re.findall(r"\benv\.(\w+)", text))
    assert [name for name in mentioned if not hasattr(env, name)] == []
    assert it.evaluate(Program((("policy.py", EXAMPLE),)), Seed(0), GuestJail()).slips == 0


@pytest.mark.parametrize("name", ["mining_nearest_iron", "mining_nearest_ore", "mining_pairs", "stand", "random"])
def test_references_play_without_a_slip_and_below_the_bound(name: str) -> None:
    it = task(steps=150)
    assert name in it.references()
    episode = it.evaluate(it.references()[name], Seed(1), GuestJail())
    assert episode.slips == 0
    assert episode.metrics["efficiency"] < it.figures()[0].metrics["efficiency"]
    assert list(it.suspicions(episode)) == []
    for metric in it.metrics:
        assert metric.low <= episode.metrics[metric.name] <= metric.high


def test_declared_ranges_allow_for_gold() -> None:
    ranges = {metric.name: metric.high for metric in task().metrics}
    assert (ranges["efficiency"], ranges["reward"], ranges["maximin"]) == (48, 8000, 8000)


SPACE = task().sketch()
OPTIONS = [(hole.name, option) for hole in SPACE.holes for option in (hole.options or (hole.low, hole.high))]


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_and_end_of_range_is_a_program_that_reads_well_and_plays(name: str, option: HoleValue) -> None:
    base: dict[str, HoleValue] = {hole.name: hole.default for hole in SPACE.holes}
    for others in ({}, {"teams": "best_rate", "idle": "post", "path": "aside"}):
        program = SPACE.render(base | others | {name: option})
        assert ast.get_docstring(ast.parse(program.source))
        assert not re.search(r"\w__\w", program.source)
        assert max(map(len, program.source.splitlines())) <= 120
        assert task(steps=40).evaluate(program, Seed(0), GuestJail()).slips == 0


def test_dealing_out_ore_is_worth_more_than_mining_iron_alone() -> None:
    it = task(steps=300)
    values: dict[str, HoleValue] = {hole.name: hole.default for hole in SPACE.holes}
    planned = SPACE.render(values | {"teams": "best_rate", "path": "aside"})
    alone, together = (
        it.evaluate(program, Seed(2), GuestJail()) for program in (it.references()["mining_nearest_iron"], planned)
    )
    assert together.metrics["efficiency"] > 2 * alone.metrics["efficiency"]


def test_a_recording_shows_ore() -> None:
    it = task(steps=60)
    recording = it.record(it.references()["mining_nearest_iron"], Seed(0), GuestJail())
    assert recording.board is not None
    assert recording.board.layers == ("ore",)
    assert len(recording.board.fixed["ore site"]) == 106
    assert {layer for frame in recording.frames for layer in (*frame.added, *frame.removed)} == {"ore"}
    assert not any("apple" in moment.text for moment in recording.moments)
