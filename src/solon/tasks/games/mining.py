"""Mining: iron that one can mine alone, gold that takes two within three steps; a stag hunt, after Melting Pot.

What is Melting Pot's (``coop_mining``, Leibo et al. 2021; Agapiou et al. 2022): rewards 1 and 8 each, a mining beam of
3 cells that stops at the first ore, its rest of 3 steps, the window of 3 steps, 6 agents, bodies that block, growth at
fixed rates on free cells. What differs is in ``docs/design/more-dilemmas.md``.

An ore site is empty (0), iron (1), gold (2) or gold that agent i has struck (3 + i); its timer counts the steps left in
which somebody else can finish it. Agents are never in timeout; ``hits`` counts the steps until the beam is ready.
"""

from collections.abc import Sequence
from functools import cache
from typing import ClassVar

import numpy as np

from solon.contract import Seed
from solon.tasks.games.kernel import COUNT_DOWN, Kernel, Rules
from solon.tasks.games.maps import Map
from solon.tasks.games.streams import KeyedDraws
from solon.tasks.games.view import EMPTY, GOLD, IRON, STRUCK

_BLOCK = 64  # steps drawn at once


class MiningRules(Rules, frozen=True):
    """Constants of Mining; chances are per empty site without an agent and step."""

    most_reward: ClassVar[float] = 8.0
    beam_length: int = 3
    beam_width: int = 1
    hits_to_tag: int = 1
    timeout_steps: int = 0
    exclusive_cells: bool = True
    walls_stop_beams: bool = True
    iron_reward: float = 1.0
    gold_reward: float = 8.0  # for each of the two
    window: int = 3  # steps in which the second strike counts, that of the first one included
    rest: int = 3  # steps from one beam of an agent to its next
    iron_chance: float = 0.003
    gold_chance: float = 0.0015


class MiningDraws(KeyedDraws):
    """The keyed streams, and which ore appears where."""

    def __init__(self, seed: Seed, board: Map, n_agents: int) -> None:
        super().__init__(seed, board, n_agents)
        self._ore = np.random.Generator(np.random.Philox(key=int.from_bytes(seed.derive("ore"), "little")))
        self._sites = len(board.apples)
        self._rows = np.empty((0, self._sites))
        self._block = -1

    def ores(self, step: int, iron_chance: float, gold_chance: float) -> list[tuple[int, int]]:
        """Return the sites at which ore may appear in a step, and which; the same whatever the agents do."""
        block, place = divmod(step, _BLOCK)
        while self._block < block:
            self._rows = self._ore.random((_BLOCK, self._sites))
            self._block += 1
        row = self._rows[place]
        sites = (row < iron_chance + gold_chance).nonzero()[0].tolist()
        return [(site, GOLD if row[site] < gold_chance else IRON) for site in sites]


class Mining(Kernel):
    """Ore appears on empty sites, beams strike it; state and layout of snapshots as in the other games."""

    crop = "iron site"

    def __init__(self, board: Map, n_agents: int, draws: MiningDraws, rules: MiningRules | None = None) -> None:
        own = rules or MiningRules()
        if n_agents > 255 - STRUCK:
            raise ValueError(f"n_agents must lie in 1..{255 - STRUCK} in this game, got {n_agents}")
        super().__init__(board, n_agents, draws, own)
        self._own = own
        self._ores = draws
        self.alive = bytearray(len(board.apples) + 1)
        self._reach: dict[int, tuple[int, ...]] = {}  # sites in a beam by place, nearest first

    def step(self, actions: Sequence[int]) -> list[float]:
        """Play one step and return the rewards; a value that is no action does nothing."""
        self.hits = self.hits.translate(COUNT_DOWN)
        if any(self.timers):
            for site, left in enumerate(self.timers):
                if left == 1:
                    self.alive[site] = GOLD
            self.timers = self.timers.translate(COUNT_DOWN)
        return super().step(actions)

    def _tag(self, agent: int, rewards: list[float]) -> None:
        if self.hits[agent]:
            return
        self.hits[agent] = self._own.rest
        alive = self.alive
        site = next((site for site in self._sites_ahead(agent) if alive[site]), None)
        if site is None:
            return
        ore = alive[site]
        if ore == IRON:
            rewards[agent] += self._own.iron_reward
            alive[site] = EMPTY
        elif ore in (GOLD, STRUCK + agent):
            alive[site] = STRUCK + agent
            self.timers[site] = self._own.window
        else:
            rewards[agent] += self._own.gold_reward
            rewards[ore - STRUCK] += self._own.gold_reward
            alive[site] = EMPTY
            self.timers[site] = 0

    def _sites_ahead(self, agent: int) -> tuple[int, ...]:
        beam = self._fire(agent)
        place = self.cells[agent] * 4 + self.orientations[agent]
        found = self._reach.get(place)
        if found is None:
            here, width, none = self.cells[agent], self.board.width, len(self.board.apples)
            nearest_first = sorted(beam, key=lambda cell: abs(cell // width - here // width) + abs(cell - here) % width)
            sites = [self._apple_at[cell] for cell in nearest_first]
            found = self._reach[place] = tuple(site for site in sites if site != none)
        return found

    def _grow(self) -> None:
        alive = self.alive
        for site, ore in self._ores.ores(self.clock, self._own.iron_chance, self._own.gold_chance):
            if alive[site] == EMPTY and self.board.apples[site] not in self.cells:
                alive[site] = ore

    def _collect(self, order: Sequence[int], rewards: list[float]) -> None:
        """Do nothing: ore is mined with the beam."""

    def _taken(self, apple: int) -> None:
        """Do nothing, as above."""


@cache
def mining_bound(board: Map, n_agents: int, steps: int, rules: MiningRules) -> float:
    """Return a bound on the expected reward per step in Mining, from what appears and from what can be mined.

    Every site starts empty; at one growth it gains iron with a chance of at most ``iron_chance`` and gold with at most
    ``gold_chance``. What appears at the last growth comes too late, so at most I = sites x (steps - 1) x
    iron_chance iron and G gold are expected to be mined. An agent fires at most B = ceil(steps / rest) beams; an iron
    takes one beam, a gold two of different agents. So the expected numbers i and g that are mined satisfy i <= I,
    g <= G and i + 2 g <= n B (and g = 0 for an agent alone), and the reward i + 16 g is largest with as much gold as
    possible, then iron, since gold pays more for a beam: a linear programme that this order solves. On the quarry map,
    6 agents, 1000 steps, it is the growth that limits.
    """
    sites, late = len(board.apples), max(steps - 1, 0)
    beams = float(n_agents * -(-steps // rules.rest))
    gold = min(sites * late * rules.gold_chance, beams / 2) if n_agents > 1 else 0.0
    iron = min(sites * late * rules.iron_chance, beams - 2 * gold)
    return (iron * rules.iron_reward + 2 * gold * rules.gold_reward) / steps
