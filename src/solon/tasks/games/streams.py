"""Randomness of the games: one generator in the paper's order of draws, or keyed streams, one a purpose.

Kernels ask for what a rule needs ("may waste appear?"); which numbers are drawn for it is decided here. Keyed
streams draw vectors of fixed size at every step, so that two programs on one seed meet the same luck whatever they
do (common random numbers). Steps must not go backwards.
"""

from collections.abc import Sequence
from itertools import compress
from typing import Protocol

import numpy as np

from solon.contract import Seed
from solon.tasks.games.maps import Map

FLIP = bytes([1]) + bytes(255)  # translation table: 0 to 1, everything else to 0

_BLOCK = 64  # steps drawn at once


class Draws(Protocol):
    """What the kernels ask chance for."""

    def placements(self, board: Map, n_agents: int, *, exclusive: bool) -> tuple[list[int], list[int]]:
        """Return start cells and orientations; ``exclusive`` gives each agent a cell of its own."""
        ...

    def order(self, step: int, n_agents: int) -> list[int]:
        """Return the agents in a random order."""
        ...

    def waste_appears(self, step: int, probability: float) -> bool:
        """Decide whether one river cell becomes polluted."""
        ...

    def waste_place(self, step: int, candidates: Sequence[int]) -> int:
        """Choose one of the candidates (river numbers), all equally likely."""
        ...

    def apples(self, step: int, blocked: bytearray, probability: float) -> list[int]:
        """Return the apples that grow, each number with a zero in ``blocked`` with the probability."""
        ...

    def apple(self, step: int, number: int, probability: float) -> bool:
        """Decide whether one dead apple grows; at most one call an apple and step, in rising order."""
        ...


def _overflow(board: Map, taken: list[int], *, exclusive: bool) -> Sequence[int]:
    if not exclusive:
        return board.open_cells
    return [cell for cell in board.open_cells if cell not in taken]


class PaperDraws:
    """One ``default_rng``, drawn in the order of the paper's code, generator state included."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self._random = self.generator.random

    def placements(self, board: Map, n_agents: int, *, exclusive: bool) -> tuple[list[int], list[int]]:
        """Shuffle the spawns, then draw cell (if none is left) and orientation agent by agent."""
        spawns = list(board.spawns)
        self.generator.shuffle(spawns)
        cells: list[int] = []
        orientations: list[int] = []
        for agent in range(n_agents):
            if agent < len(spawns):
                cells.append(spawns[agent])
            else:
                free = _overflow(board, cells, exclusive=exclusive)
                cells.append(free[int(self.generator.integers(len(free)))])
            orientations.append(int(self.generator.integers(4)))
        return cells, orientations

    def order(self, step: int, n_agents: int) -> list[int]:  # noqa: ARG002 - refuses whatever is asked
        """Raise: the paper's order of draws has no place for a random order of agents."""
        raise ValueError("the paper's draws know no fair order; use the keyed draws, for example the task 'cleanup'")

    def waste_appears(self, step: int, probability: float) -> bool:  # noqa: ARG002 - one generator, no step
        """Draw one uniform number."""
        return self._random() < probability

    def waste_place(self, step: int, candidates: Sequence[int]) -> int:  # noqa: ARG002 - one generator, no step
        """Draw one integer; a true call, because PCG64 keeps the unused half of 64 bits for the next one."""
        return candidates[int(self.generator.integers(len(candidates)))]

    def apples(self, step: int, blocked: bytearray, probability: float) -> list[int]:  # noqa: ARG002 - as above
        """Draw one uniform number for each free dead apple; a block equals as many single calls, bit for bit."""
        count = blocked.count(0)
        if not count:
            return []
        grown = (self._random(count) < probability).nonzero()[0].tolist()
        if not grown:
            return []
        free = list(compress(range(len(blocked)), blocked.translate(FLIP)))
        return [free[place] for place in grown]

    def apple(self, step: int, number: int, probability: float) -> bool:  # noqa: ARG002 - as above
        """Draw one uniform number."""
        return self._random() < probability


class _Stream:
    """Rows of uniform numbers, one row a step, from a Philox generator with a key of its own."""

    def __init__(self, key: bytes, width: int) -> None:
        self._generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))
        self._width = width
        self._block = -1
        self._rows = np.empty((0, width))

    def row(self, step: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        block, place = divmod(step, _BLOCK)
        while self._block < block:
            self._rows = self._generator.random((_BLOCK, self._width))
            self._block += 1
        return self._rows[place]


class KeyedDraws:
    """Counter-based streams derived from a seed: start, order, waste and apples are independent of one another."""

    def __init__(self, seed: Seed, board: Map, n_agents: int) -> None:
        self._start = np.random.Generator(np.random.Philox(key=int.from_bytes(seed.derive("spawn"), "little")))
        self._order = _Stream(seed.derive("order"), n_agents)
        self._waste = _Stream(seed.derive("waste"), 1 + len(board.river))
        self._apples = _Stream(seed.derive("apples"), len(board.apples))

    def placements(self, board: Map, n_agents: int, *, exclusive: bool) -> tuple[list[int], list[int]]:
        """Draw a permutation of the spawns, the cells beyond them and all orientations."""
        cells = [int(cell) for cell in self._start.permutation(board.spawns)[:n_agents]]
        while len(cells) < n_agents:
            free = _overflow(board, cells, exclusive=exclusive)
            cells.append(free[int(self._start.integers(len(free)))])
        return cells, self._start.integers(4, size=n_agents).tolist()

    def order(self, step: int, n_agents: int) -> list[int]:
        """Sort the agents by a uniform number each."""
        return self._order.row(step)[:n_agents].argsort(kind="stable").tolist()

    def waste_appears(self, step: int, probability: float) -> bool:
        """Compare the step's first number of the waste stream."""
        return bool(self._waste.row(step)[0] < probability)

    def waste_place(self, step: int, candidates: Sequence[int]) -> int:
        """Choose the candidate with the highest of the step's numbers, so that the choice depends on them little."""
        return candidates[int(self._waste.row(step)[1:][candidates].argmax())]

    def apples(self, step: int, blocked: bytearray, probability: float) -> list[int]:
        """Compare each apple's own number of the step."""
        grown = (self._apples.row(step) < probability).nonzero()[0].tolist()
        return [number for number in grown if not blocked[number]]

    def apple(self, step: int, number: int, probability: float) -> bool:
        """Compare the apple's own number of the step."""
        return bool(self._apples.row(step)[number] < probability)
