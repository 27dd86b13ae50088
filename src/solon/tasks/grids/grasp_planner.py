"""What can be had of a GRASP instance: the best loop or trips, a beam search, all plans, and a bound for any grid.

Without a carry limit one loop is enough: a plan that drops more than once makes the same moves and takes with one drop
at its end, and has an action more to spare. A loop of n moves with n - 1 takes at most fits if 2 n <= 20.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from solon.tasks.grids.grasp_world import ACTIONS, DROP, TAKE, Instance, Scoring, moves

_TRIES: Final = 200_000  # nodes of the search over trips
_SLACK: Final = 1e-9


class Charges(NamedTuple):
    """What a scoring charges, in step costs, for a move and for any other action; the rest does not depend on plans."""

    move: int = 1
    other: int = 0

    def worth(self, units: int, moved: int, drops: int, cost: float) -> float:
        """Return what so many units are worth."""
        return units - cost * (self.move * moved + self.other * (units + drops))


CHARGES: Final[Mapping[Scoring, Charges]] = {
    "moves": Charges(1, 0),
    "all-actions": Charges(1, 1),
    "published": Charges(0, 0),
}


class Plan(NamedTuple):
    """Actions and what they are worth; ``proved`` if no plan is worth more."""

    value: float
    actions: tuple[str, ...]
    proved: bool


class _Map(NamedTuple):
    near: tuple[dict[int, str], ...]  # of each cell: neighbour to action
    energy: frozenset[int]
    start: int


def best(instance: Instance, scoring: Scoring = "moves", *, width: int | None = None, actions: int = ACTIONS) -> Plan:
    """Return the best plan; with a ``width`` only so many ways to each cell are kept, and nothing is proved.

    With a carry limit the best among the plans that drop at the start only, and fetch one or two units a trip.
    """
    if instance.carry_limit >= actions:
        return _loop(instance, CHARGES[scoring], width, actions)
    if instance.carry_limit > 2:
        return beam(instance, scoring, width=width or 300, actions=actions)
    return _trips(instance, CHARGES[scoring], actions)


@cache
def _neighbours(rows: int, columns: int, movement: str) -> tuple[dict[int, str], ...]:
    found: list[dict[int, str]] = []
    for cell in range(rows * columns):
        row, column = divmod(cell, columns)
        around = {
            (row + down) * columns + column + right: action
            for action, (down, right) in moves("eight" if movement == "eight" else "four").items()
            if 0 <= row + down < rows and 0 <= column + right < columns
        }
        found.append(around)
    return tuple(found)


def _mapped(instance: Instance) -> _Map:
    around = _neighbours(instance.rows, instance.columns, instance.movement)
    if instance.obstacles:
        blocked = instance.obstacles
        around = tuple({cell: action for cell, action in near.items() if cell not in blocked} for near in around)
    return _Map(around, instance.energy - {instance.start}, instance.start)


def _distances(world: _Map, origin: int) -> dict[int, int]:
    steps, queue = {origin: 0}, deque([origin])
    while queue:
        cell = queue.popleft()
        for other in world.near[cell]:
            if other not in steps:
                steps[other] = steps[cell] + 1
                queue.append(other)
    return steps


def _way(world: _Map, origin: int, goal: int) -> list[int]:
    steps, cells = _distances(world, goal), [origin]
    while cells[-1] != goal:
        cells.append(min(world.near[cells[-1]], key=lambda cell: steps[cell]))
    return cells[1:]


def _acts(world: _Map, walk: Sequence[int], wanted: set[int]) -> list[str]:
    here, actions = world.start, list[str]()
    for cell in walk:
        actions.append(world.near[here][cell])
        here = cell
        if cell in wanted:
            wanted.discard(cell)
            actions.append(TAKE)
    return [*actions, DROP]


# Loops: two ways from the start to one cell, as sets of units met (bits), one of them walked back

_Ways = dict[int, dict[int, int]]  # cell to {units met: the cell before}


def _loop(instance: Instance, charges: Charges, width: int | None, actions: int) -> Plan:
    world, cost = _mapped(instance), instance.step_cost
    layers: list[_Ways] = [{world.start: {0: -1}}]
    value, found = 0.0, None

    def top(moved: int) -> float:
        return charges.worth(min(moved - 1, actions - 1 - moved), moved, 1, cost)

    for moved in sorted(range(2, actions - 1), key=lambda moved: (-top(moved), moved)):
        if top(moved) <= value + _SLACK:
            break
        while len(layers) <= (moved + 1) // 2:
            layers.append(_longer(world, layers[-1], width))
        most = min(moved - 1, actions - 1 - moved)
        least = next(units for units in range(most + 1) if charges.worth(units, moved, 1, cost) > value + _SLACK)
        joined = _join(layers[(moved + 1) // 2], layers[moved // 2], least, most)
        if joined is not None:
            value, found = charges.worth(joined[0], moved, 1, cost), (moved, joined)
    if found is None:
        return Plan(0.0, (), width is None)
    moved, (units, cell, one, other) = found
    there, back = (
        _traced(layers[: half + 1], cell, met) for half, met in (((moved + 1) // 2, one), (moved // 2, other))
    )
    walk = there[1:] + back[-2::-1]
    wanted = [cell for cell in dict.fromkeys(walk) if cell in world.energy][:units]
    return Plan(value, tuple(_acts(world, walk, set(wanted))), width is None)


def _longer(world: _Map, ways: _Ways, width: int | None) -> _Ways:
    grown: _Ways = {}
    for cell, met in ways.items():
        for other in world.near[cell]:
            bit = 1 << other if other in world.energy else 0
            there = grown.setdefault(other, {})
            for units in met:
                there.setdefault(units | bit, cell)
    return {
        cell: {units: met[units] for units in sorted(met, key=int.bit_count, reverse=True)[:width]}
        for cell, met in grown.items()
    }


def _join(ways: _Ways, others: _Ways, least: int, most: int) -> tuple[int, int, int, int] | None:
    """Return the most units that two ways meet together, at least ``least``, with the cell and both sets."""
    found = None
    for cell, met in ways.items():
        partners = [(units, units.bit_count()) for units in others.get(cell, ())]
        for units in met:
            if not partners or units.bit_count() + partners[0][1] < least:
                break
            for other, count in partners:
                if units.bit_count() + count < least:
                    break
                together = (units | other).bit_count()
                if together >= least:
                    found, least = (min(together, most), cell, units, other), together + 1
                    if least > most:
                        return found
    return found


def _traced(layers: Sequence[_Ways], cell: int, units: int) -> list[int]:
    cells = [cell]
    for length in range(len(layers) - 1, 0, -1):
        before = layers[length][cell][units]
        if units not in layers[length - 1][before]:
            units &= ~(1 << cell)
        cell = before
        cells.append(cell)
    return cells[::-1]


# Trips: each fetches one unit or two


def _trips(instance: Instance, charges: Charges, actions: int) -> Plan:
    world, cost = _mapped(instance), instance.step_cost
    home = _distances(world, world.start)
    units = sorted((cell for cell in world.energy if 2 * home.get(cell, ACTIONS) + 2 <= actions), key=home.__getitem__)
    routes: list[tuple[int, tuple[int, ...]]] = [(2 * home[cell], (cell,)) for cell in units]
    if instance.carry_limit > 1:
        for place, one in enumerate(units):
            steps = _distances(world, one)
            routes += [(home[one] + steps[other] + home[other], (one, other)) for other in units[place + 1 :]]
    trips: list[_Trip] = []
    for moved, cells in routes:
        spent, gain = moved + len(cells) + 1, charges.worth(len(cells), moved, 1, cost)
        if gain > _SLACK and spent <= actions:
            trips.append(_Trip(gain, spent, cells))
    search = _Choice(sorted(trips, key=lambda trip: (-trip.gain / trip.spent, trip.spent, trip.cells)), whole=cost == 0)
    search.extend(0, actions, 0.0, (), 0)
    plan: list[str] = []
    for trip in search.chosen:
        stops = (*trip.cells, world.start)
        walk = [cell for at, goal in zip((world.start, *stops), stops, strict=False) for cell in _way(world, at, goal)]
        plan += _acts(world, walk, set(trip.cells))
    return Plan(search.value, tuple(plan), search.left > 0)


class _Trip(NamedTuple):
    gain: float
    spent: int
    cells: tuple[int, ...]


class _Choice:
    """Branch and bound over sets of trips, the richest for their actions first."""

    def __init__(self, trips: Sequence[_Trip], *, whole: bool) -> None:
        self._trips, self._whole = trips, whole
        self.value, self.left = 0.0, _TRIES
        self.chosen: tuple[_Trip, ...] = ()

    def extend(self, first: int, spare: int, value: float, chosen: tuple[_Trip, ...], taken: int) -> None:
        if value > self.value + _SLACK:
            self.value, self.chosen = value, chosen
        for place in range(first, len(self._trips)):
            trip = self._trips[place]
            limit = value + spare * trip.gain / trip.spent
            if (int(limit + _SLACK) if self._whole else limit) <= self.value + _SLACK or self.left <= 0:
                return
            self.left -= 1
            bits = sum(1 << cell for cell in trip.cells)
            if trip.spent <= spare and not taken & bits:
                self.extend(place + 1, spare - trip.spent, value + trip.gain, (*chosen, trip), taken | bits)


# Beam search over (cell, units taken, carried, banked), pruned by the way back

_Chain = tuple["_Chain", tuple[str, ...]] | None
_Key = tuple[int, int, int, int]  # cell, units taken as bits, carried, banked


class _Beginning(NamedTuple):
    promise: float
    moved: int
    drops: int
    chain: _Chain


def beam(instance: Instance, scoring: Scoring = "moves", *, width: int = 300, actions: int = ACTIONS) -> Plan:
    """Return the best plan that a beam of this width meets, among those that drop at the start only."""
    world, cost, charges = _mapped(instance), instance.step_cost, CHARGES[scoring]
    home = _distances(world, world.start)
    stages: list[dict[_Key, _Beginning]] = [{} for _ in range(actions + 1)]
    stages[0][world.start, 0, 0, 0] = _Beginning(0.0, 0, 0, None)
    value, found = 0.0, None
    for spent in range(actions):
        ranked = sorted(stages[spent].items(), key=lambda item: -item[1].promise)[:width]
        for key, beginning in ranked:
            for after, done in _following(world, key, instance.carry_limit):
                then = spent + len(done)
                if then + home[after[0]] + (after[2] > 0) > actions:
                    continue
                drops = beginning.drops + (done[-1] == DROP)
                moved = beginning.moved + (done[0] != DROP)
                worth = charges.worth(after[3], moved, drops, cost)
                chain = (beginning.chain, done)
                if worth > value + _SLACK:
                    value, found = worth, chain
                # a unit at home is worth more than one that must still be brought there
                promise = charges.worth(after[2] + after[3], moved, drops, cost) + 0.1 * after[3]
                if after not in stages[then] or stages[then][after].promise < promise:
                    stages[then][after] = _Beginning(promise, moved, drops, chain)
    plan: list[str] = []
    while found is not None:
        found, done = found
        plan[:0] = done
    return Plan(value, tuple(plan), proved=False)


def _following(world: _Map, key: _Key, limit: int) -> list[tuple[_Key, tuple[str, ...]]]:
    cell, taken, carried, banked = key
    found: list[tuple[_Key, tuple[str, ...]]] = []
    if cell == world.start and carried:
        found.append(((cell, taken, 0, banked + carried), (DROP,)))
    for other, action in world.near[cell].items():
        found.append(((other, taken, carried, banked), (action,)))
        if other in world.energy and not taken >> other & 1 and carried < limit:
            found.append(((other, taken | 1 << other, carried + 1, banked), (action, TAKE)))
    return found


# All plans, and a bound for all grids


def exhaustive(instance: Instance, scoring: Scoring = "moves", *, actions: int) -> float:
    """Return what the best of all plans is worth, energy dropped and taken anywhere: for tiny grids and few actions."""
    world, cost, charges = _mapped(instance), instance.step_cost, CHARGES[scoring]

    @cache
    def value(cell: int, carried: int, units: tuple[tuple[int, int], ...], left: int) -> float:
        lying = dict(units)
        found = float(lying.get(world.start, 0))
        if not left:
            return found
        for other in world.near[cell]:
            found = max(found, value(other, carried, units, left - 1) - cost * charges.move)
        if lying.get(cell, 0) and carried < instance.carry_limit:
            fewer = tuple(sorted({**lying, cell: lying[cell] - 1}.items()))
            found = max(found, value(cell, carried + 1, fewer, left - 1) - cost * charges.other)
        if carried:
            more = tuple(sorted({**lying, cell: lying.get(cell, 0) + carried}.items()))
            found = max(found, value(cell, 0, more, left - 1) - cost * charges.other)
        return found

    return value(world.start, 0, tuple(sorted(dict.fromkeys(world.energy, 1).items())), actions)


@cache
def ceiling(movement: str, carry_limit: int, step_cost: float, scoring: Scoring, actions: int = ACTIONS) -> float:
    """Return what no plan is worth more than, on any grid; plans may drop energy anywhere and take it again.

    Each cell holds one unit. An agent that brings u units from as many cells to the start makes at least u + 1 moves
    since it was there last (with four directions an even number), u takes and a drop; where two units come from one
    cell, one of them was taken and dropped there before, which costs at least the actions that it saves. So the units
    U of a plan are limited by packing such trips into the actions. Its T trips, at least U / limit, visit U cells
    beside the start, so that it makes at least U + T moves.
    """
    charges, even = CHARGES[scoring], movement == "four"
    most = [0] * (actions + 1)
    for spent in range(1, actions + 1):
        packed = [most[spent - 1]]
        for units in range(1, min(carry_limit, actions) + 1):
            need = 2 * units + 2 + (even and units % 2 == 0)
            packed += [most[spent - need] + units] if need <= spent else []
        most[spent] = max(packed)
    value = 0.0
    for units in range(1, most[actions] + 1):
        trips = -(-units // carry_limit)
        moved = units + trips + (even and (units + trips) % 2)
        value = max(value, charges.worth(units, moved, trips, step_cost))
    constant = step_cost * len(moves("four" if even else "eight")) if scoring == "published" else 0.0
    return value - constant
