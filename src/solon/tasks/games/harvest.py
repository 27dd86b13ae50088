"""Harvest: patches of apples that regrow by their neighbours, a short beam that sends home; after Melting Pot.

What is Melting Pot's (``commons_harvest__open``, Leibo et al. 2021; Janssen et al. 2010 for the growth): the map, the
table of growth by live apples within a Euclidean distance of 2, the beam of 3 x 3 cells, 4 steps away after a hit, 7
agents, bodies that block. What differs is in ``docs/design/more-dilemmas.md``.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from solon.contract import Seed
from solon.tasks.games.gathering import Commons, CommonsRules, linked
from solon.tasks.games.maps import Map
from solon.tasks.games.streams import KeyedDraws

LARGEST_PATCH = 16  # apples of a patch whose live sets can still be enumerated


class HarvestRules(CommonsRules, frozen=True):
    """Constants of Harvest."""

    beam_length: int = 3
    beam_width: int = 3
    timeout_steps: int = 4
    exclusive_cells: bool = True
    walls_stop_beams: bool = True
    taken_timer: int = 0
    growth: tuple[float, ...] = (0.0, 0.0025, 0.005, 0.025)  # by live neighbours; the last holds above


class HarvestDraws(KeyedDraws):
    """The keyed streams, and where agents that were hit come back."""

    def __init__(self, seed: Seed, board: Map, n_agents: int) -> None:
        super().__init__(seed, board, n_agents)
        self._seed = seed

    def home(self, step: int, agent: int, candidates: Sequence[int]) -> int:
        """Choose one of the candidates, all equally likely; the choice depends on step and agent alone."""
        number = int.from_bytes(self._seed.derive(f"home/{step}/{agent}"), "little")
        return candidates[number % len(candidates)]


@cache
def disc_neighbours(board: Map, radius: int) -> tuple[tuple[int, ...], ...]:
    """Return for each apple number the others within a Euclidean distance."""
    places = [divmod(cell, board.width) for cell in board.apples]
    return tuple(
        tuple(
            other
            for other, (other_row, other_column) in enumerate(places)
            if other != number and (row - other_row) ** 2 + (column - other_column) ** 2 <= radius**2
        )
        for number, (row, column) in enumerate(places)
    )


class Harvest(Commons):
    """Dead apples grow all at once, by what lived before; whoever is hit waits at a free start cell."""

    def __init__(self, board: Map, n_agents: int, draws: HarvestDraws, rules: HarvestRules | None = None) -> None:
        own = rules or HarvestRules()
        super().__init__(board, n_agents, draws, own)
        self._homes = draws
        self._neighbours = disc_neighbours(board, own.radius)
        self._stock = [len(near) for near in self._neighbours]
        most = max(len(own.growth) - 1, *self._stock)
        self._growth = (*own.growth, *([own.growth[-1]] * (most + 1 - len(own.growth))))

    def _grow(self) -> None:
        stock, growth, draws, clock = self._stock, self._growth, self._draws, self.clock
        chances = [(apple, growth[stock[apple]]) for apple in sorted(self._dead) if stock[apple]]
        for apple in [apple for apple, chance in chances if chance > 0 and draws.apple(clock, apple, chance)]:
            self.alive[apple] = 1
            self._dead.discard(apple)
            for near in self._neighbours[apple]:
                stock[near] += 1

    def _tag(self, agent: int, rewards: list[float]) -> None:
        away = bytes(self.timeouts)
        beam = self._fire(agent)
        hit = [other for other, cell in enumerate(self.cells) if cell in beam and not away[other]]
        super()._tag(agent, rewards)
        for other in hit:
            if not self.hits[other]:  # a hit that tags clears the count
                self._send_home(other)

    def _send_home(self, agent: int) -> None:
        spawns = self.board.spawns
        taken = set(self.cells) if self.rules.exclusive_cells else set[int]()
        free = [cell for cell in spawns if cell not in taken]
        if free:
            self.cells[agent] = self._homes.home(self.clock, agent, free)


def patches(board: Map, radius: int) -> list[list[int]]:
    """Return the classes of apple numbers linked by growth."""
    return linked(disc_neighbours(board, radius))


@cache
def best_stocks(board: Map, radius: int, growth: tuple[float, ...]) -> tuple[tuple[float, tuple[int, ...]], ...]:
    """Return for each patch the most births per step that any live set gives, and the smallest such set of apples.

    All live sets are tried. Raises ValueError for a patch that has too many.
    """
    near = disc_neighbours(board, radius)
    table = np.array(growth)
    found: list[tuple[float, tuple[int, ...]]] = []
    for patch in patches(board, radius):
        if len(patch) > LARGEST_PATCH:
            raise ValueError(f"a patch of {len(patch)} apples has too many live sets; at most {LARGEST_PATCH} apples")
        linked = np.array([[other in near[apple] for other in patch] for apple in patch], np.int64)
        numbers = np.arange(2 ** len(patch), dtype=np.int64)
        live = np.right_shift(numbers[:, np.newaxis], np.arange(len(patch), dtype=np.int64)) & 1
        chances = table[np.minimum(live @ linked, len(growth) - 1)]
        births = np.sum((1 - live) * chances, axis=1).tolist()
        most = max(births)
        best = min((it for it, value in enumerate(births) if value > most - 1e-12), key=lambda it: (it.bit_count(), it))
        found.append((most, tuple(apple for place, apple in enumerate(patch) if best >> place & 1)))
    return tuple(found)


def harvest_bound(board: Map, n_agents: int, steps: int, rules: HarvestRules) -> float:
    """Return a bound on the expected reward per step in Harvest.

    What is taken lived at the start or was born later. If S is the set of live apples of a patch when growth comes,
    the expected births are g(S), the sum over its dead apples of the growth by their neighbours in S, whatever the
    agents did; hence never more than G, the maximum of g over all sets, which ``best_stocks`` finds by trying them all.
    Patches do not touch one another, and the first growth finds nothing dead. So no play can expect more than the
    apples at the start plus (steps - 1) times the sum of G, and never above n per step. On the open map, 7 agents, 1000
    steps: (64 + 999 x 0.91) / 1000 = 0.973.
    """
    births = sum(most for most, _ in best_stocks(board, rules.radius, rules.growth))
    return min(len(board.apples) + (steps - 1) * births, float(n_agents * steps)) / steps
