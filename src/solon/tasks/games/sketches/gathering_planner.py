"""Plan closed walks for Gathering: lines that pass as many apples as a walk of a given length can.

An apple taken at step t can be taken again at step t + 25. Agents that follow one another 25 steps apart on a
closed walk therefore find every apple on it alive, and k agents keep a walk of 25 k steps busy. What remains is an
orienteering problem (Golden, Levy and Vohra 1987), solved by simulated annealing over the order of the apples.
"""

import math
import random
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np

from solon.contract import Value
from solon.tasks.games.geometry import UNREACHABLE, distance_table
from solon.tasks.games.maps import Map

_MISSING = 6.0  # energy of an apple that the tour leaves out
_EXCESS = 1.0  # energy of a step above the capacity at first; then it rises while the tour is too long, or falls
_PATIENCE, _RISE = 200, 1.1  # moves between two changes of that energy, and its factor
_STEP = 0.5  # energy of every step: short tours leave room for more apples
_HOT, _COLD = 2.0, 0.15  # temperatures at the start and at the end of annealing
_NEARBY = 12  # a move joins an apple to one of so many nearest others
_DROPS, _SHIFTS = 0.05, 0.5  # shares of the moves that drop an apple and that drop or shift one; the rest reverse

Distances = Sequence[Sequence[int]]  # [cell][cell]


class Line(Value, frozen=True):
    """A closed walk, one cell a step: neighbours in ``cells`` are adjacent or equal, last and first too."""

    cells: tuple[int, ...]
    agents: int  # how many share it, evenly spaced


class Tour:
    """A cyclic order of apples that annealing changes; apples may be left out.

    Attributes:
        order: the apples on the tour, as cells.
        length: steps of the closed walk through them.
    """

    def __init__(self, apples: Sequence[int], distances: Distances, capacity: int, rng: random.Random) -> None:
        self.order = [rng.choice(apples)]
        self.length = 0
        self._apples = apples
        self._distances = distances
        self._capacity = capacity
        self._random = rng.random
        self._place = dict.fromkeys(apples, -1)
        self._place[self.order[0]] = 0
        self._nearest = {
            apple: sorted((other for other in apples if other != apple), key=distances[apple].__getitem__)[:_NEARBY]
            for apple in apples
        }
        self._temperature = _HOT
        self._excess = _EXCESS

    def anneal(self, moves: int) -> list[int]:
        """Try so many random moves; return the best order within the capacity: most apples, then fewest steps."""
        best, best_key = list(self.order), (1, 0)
        if len(self._apples) == 1:
            return best
        cooling = (_COLD / _HOT) ** (1 / moves)
        draw, apples = self._random, self._apples
        for number in range(moves):
            self._temperature *= cooling
            if number % _PATIENCE == 0:
                self._excess *= _RISE if self.length > self._capacity else 1 / _RISE
            kind = draw()
            apple = apples[int(draw() * len(apples))]
            if kind < _DROPS:
                changed = self._drop(apple)
            elif kind < _SHIFTS:
                changed = self._shift(apple)
            else:
                changed = self._reverse(apple)
            if changed and self.length <= self._capacity:
                key = (len(self.order), -self.length)
                if key > best_key:
                    best, best_key = list(self.order), key
        return best

    def _accepts(self, missing: int, steps: int) -> bool:
        over = max(0, self.length + steps - self._capacity) - max(0, self.length - self._capacity)
        energy = _MISSING * missing + self._excess * over + _STEP * steps
        return energy <= 0 or self._random() < math.exp(-energy / self._temperature)

    def _neighbour(self, apple: int) -> int:
        near = self._nearest[apple]
        return near[int(self._random() * len(near))]

    def _detour(self, before: int, apple: int, after: int) -> int:
        row = self._distances[apple]
        return row[before] + row[after] - self._distances[before][after]

    def _saving(self, place: int) -> int:
        order = self.order
        return self._detour(order[place - 1], order[place], order[(place + 1) % len(order)])

    def _renumber(self, first: int, last: int) -> None:
        place, order = self._place, self.order
        for number in range(first, last):
            place[order[number]] = number

    def _drop(self, apple: int) -> bool:
        """Leave an apple out."""
        place = self._place[apple]
        if place < 0 or len(self.order) == 1:
            return False
        steps = -self._saving(place)
        if not self._accepts(1, steps):
            return False
        del self.order[place]
        self._place[apple] = -1
        self.length += steps
        self._renumber(place, len(self.order))
        return True

    def _shift(self, apple: int) -> bool:
        """Put an apple beside one of its neighbours, from elsewhere on the tour or from outside it."""
        place, beside = self._place[apple], self._place[self._neighbour(apple)]
        if beside < 0:
            return False
        order = self.order
        left = (beside - (self._random() < 0.5)) % len(order)
        before, after = order[left], order[(left + 1) % len(order)]
        if apple in {before, after}:
            return False
        steps = self._detour(before, apple, after)
        if place >= 0:
            steps -= self._saving(place)
        if not self._accepts(-1 if place < 0 else 0, steps):
            return False
        self.length += steps
        if place < 0:
            order.insert(left + 1, apple)
            self._renumber(left + 1, len(order))
        else:
            del order[place]
            target = left + 1 - (place <= left)
            order.insert(target, apple)
            self._renumber(min(place, target), max(place, target) + 1)
        return True

    def _reverse(self, apple: int) -> bool:
        """Join an apple to one of its neighbours by reversing the part between them (2-opt)."""
        first, last = sorted((self._place[apple], self._place[self._neighbour(apple)]))
        if first < 0:
            return False
        if self._random() < 0.5:  # join the two themselves instead of their successors
            first, last = first - 1, last - 1
        order, distances = self.order, self._distances
        if first < 0 or last <= first:
            return False
        one, two, three, four = order[first], order[first + 1], order[last], order[(last + 1) % len(order)]
        if four == one:
            return False
        steps = distances[one][three] + distances[two][four] - distances[one][two] - distances[three][four]
        if not self._accepts(0, steps):
            return False
        order[first + 1 : last + 1] = order[last:first:-1]
        self._renumber(first + 1, last + 1)
        self.length += steps
        return True


@lru_cache(maxsize=8)
def walking_distances(board: Map) -> Distances:
    """Return the steps between all cells, 255 where there is no path."""
    walls = np.zeros(board.size, np.bool_)
    walls[list(board.walls)] = True
    return distance_table(walls.reshape(board.height, board.width)).tolist()


def reachable_apples(board: Map) -> list[int]:
    """Return the apple cells that agents can walk to from the spawns."""
    row = walking_distances(board)[board.spawns[0]]
    return [apple for apple in board.apples if row[apple] < UNREACHABLE]


@lru_cache(maxsize=64)
def plan_regions(board: Map, count: int, *, balance: float, effort: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """Cut one long tour through all apples into so many regions of neighbouring apples, fewer if apples are few.

    ``balance`` shares out the steps of the tour at 0 and its apples at 1; ``effort`` counts thousands of moves.
    """
    rng = random.Random(seed)  # noqa: S311  # a plan is no secret
    apples = reachable_apples(board)
    tour = Tour(apples, walking_distances(board), 4 * board.size, rng).anneal(1000 * effort)
    return tuple(tuple(run) for run in _cut(board, tour, [1.0] * min(count, len(tour)), balance))


@lru_cache(maxsize=64)
def plan_lines(
    board: Map, n_agents: int, *, count: int, headway: int, balance: float, effort: int, seed: int
) -> tuple[Line, ...]:
    """Plan ``count`` closed walks, each ``headway`` steps long for every agent that shares it.

    ``balance`` and ``effort`` are those of ``plan_regions``. The same arguments give the same lines.
    """
    rng = random.Random(seed)  # noqa: S311  # a plan is no secret
    apples, distances = reachable_apples(board), walking_distances(board)
    tours = [Tour(apples, distances, headway * n_agents, rng).anneal(1000 * effort)]
    count = min(count, n_agents, len(tours[0]))
    crews = [n_agents // count + (number < n_agents % count) for number in range(count)]
    if count > 1:
        runs = _cut(board, tours[0], [float(agents) for agents in crews], balance)
        tours = [
            Tour(run, distances, headway * agents, rng).anneal(math.ceil(1000 * effort * len(run) / len(apples)))
            for run, agents in zip(runs, crews, strict=True)
        ]
    return tuple(Line(_walk(board, tour, headway * agents), agents) for tour, agents in zip(tours, crews, strict=True))


def _cut(board: Map, tour: Sequence[int], shares: Sequence[float], balance: float) -> list[list[int]]:
    """Cut a tour into runs by shares; apples that the tour leaves out join the run of the nearest apple."""
    distances = walking_distances(board)
    hops = [distances[apple][after] for apple, after in zip(tour, [*tour[1:], tour[0]], strict=True)]
    weights = [balance / len(tour) + (1 - balance) * hop / max(1, sum(hops)) for hop in hops]
    ends = [end / sum(shares) for end in accumulate(shares)]
    runs: list[list[int]] = [[] for _ in shares]
    run = -1
    for number, (apple, passed) in enumerate(zip(tour, accumulate(weights), strict=True)):
        # The middle of an apple's own stretch decides, but no run may stay empty.
        wished = sum(passed - weights[number] / 2 > end for end in ends[:-1])
        run = min(max(wished, number - len(tour) + len(runs)), run + 1)
        runs[run].append(apple)
    run_of = {apple: run for run in runs for apple in run}
    for apple in sorted(set(reachable_apples(board)).difference(tour)):
        run_of[min(tour, key=distances[apple].__getitem__)].append(apple)
    return runs


def _walk(board: Map, tour: Sequence[int], steps: int) -> tuple[int, ...]:
    """Return the cells of a closed walk through a tour, one a step; spare steps are waits, evenly spread."""
    distances = walking_distances(board)
    hops = list(zip(tour, [*tour[1:], tour[0]], strict=True))
    spare = steps - sum(distances[here][goal] for here, goal in hops)
    cells: list[int] = []
    for number, (here, goal) in enumerate(hops):
        cells.extend([here] * (spare * (number + 1) // len(hops) - spare * number // len(hops)))
        at = here
        while at != goal:
            cells.append(at)
            at = next(
                cell
                for cell in (at - board.width, at + board.width, at - 1, at + 1)
                if 0 <= cell < board.size and distances[cell][goal] == distances[at][goal] - 1
            )
    return tuple(cells)
