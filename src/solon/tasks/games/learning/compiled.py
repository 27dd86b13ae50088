"""Learning over the compiled kernel: features from distance tables, one call an episode. Needs the extra ``fast``."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solon.contract import Seed
from solon.tasks.games.fast.batch import Batch
from solon.tasks.games.fast.compiler import compiled, inlined
from solon.tasks.games.fast.luck import fill, stream_key
from solon.tasks.games.fast.rules import advance, episode_of
from solon.tasks.games.fast.tables import CLEANUP, DIRTY, Bytes, Floats, Integers, Small, State, Words, World
from solon.tasks.games.geometry import SEARCH_ORDER, STEP_ACTIONS, UNREACHABLE, Geometry
from solon.tasks.games.kernel import BEAM, CLEAN
from solon.tasks.games.learning.lesson import Lesson
from solon.tasks.games.task import GameTask

Codes = npt.NDArray[np.uint16]

_HERE, _NOWHERE, _NOBODY = 4, 5, 4
_RADIUS = 5
_NEAR, _WAYS = 16, 15  # bits of a code, below the distance


class Sight(NamedTuple):
    """What agents see from each cell: codes are distance * 32 + (within five) * 16 + first steps in search order."""

    apples: Codes  # (cells, apples)
    river: Codes  # (cells, river cells)
    rows: Small
    columns: Small
    steps: Integers  # (orientations, search order): the action that steps there


def build_sight(task: GameTask) -> Sight:
    """Return the tables of a task's map."""
    board, rules = task.board, task.rules()
    geometry = Geometry(board, beam_length=rules.beam_length, beam_width=rules.beam_width)
    rows, columns = np.divmod(np.arange(board.size, dtype=np.int16), np.int16(board.width))
    return Sight(
        apples=_codes(geometry, board.apples),
        river=_codes(geometry, board.river),
        rows=rows,
        columns=columns,
        steps=np.array([[actions[direction] for direction in SEARCH_ORDER] for actions in STEP_ACTIONS]),
    )


def _codes(geometry: Geometry, targets: tuple[int, ...]) -> Codes:
    size, goals = geometry.map.size, np.array(targets, np.int64)
    distances = geometry.table[:size][:, goals].astype(np.uint16)
    places = np.divmod(np.arange(size), geometry.width)
    manhattan = sum(abs(axis[:, np.newaxis] - axis[goals]) for axis in places)
    codes = distances * np.uint16(2 * _NEAR) + np.where(manhattan <= _RADIUS, np.uint16(_NEAR), np.uint16(0))
    for cell, around in enumerate(geometry.neighbours):
        for direction, neighbour in around:
            closer = distances[neighbour] < distances[cell]
            codes[cell] += closer * np.uint16(1 << SEARCH_ORDER.index(direction))
    return codes


@inlined
def _bin(value: float, first: float, second: float) -> int:
    return int(value > first) + int(value > second)


@compiled
def _look(codes: Codes, present: Bytes, steps: Integers) -> tuple[int, int, int]:
    """Return the first action to the nearest target, its distance and how many are within five."""
    lowest, ways, near = UNREACHABLE, 0, 0
    for target in range(len(codes)):
        if present[target]:
            code = int(codes[target])
            near += code & _NEAR
            distance = code >> 5
            if distance < lowest:
                lowest, ways = distance, code
            elif distance == lowest:
                ways |= code
    if lowest == 0:
        return _HERE, lowest, near // _NEAR
    for place in range(4):
        if ways >> place & 1 and lowest < UNREACHABLE:
            return int(steps[place]), lowest, near // _NEAR
    return _NOWHERE, lowest, near // _NEAR


@compiled
def _neighbour(world: World, it: State, sight: Sight, agent: int) -> tuple[int, int]:
    """Return where the nearest other active agent is (ahead, behind, left, right, nobody) and how far."""
    side, nearest = _NOBODY, 99
    cells = it.cells
    row, column = sight.rows[cells[agent]], sight.columns[cells[agent]]
    for other in range(world.n_agents):
        if other == agent or it.timeouts[other]:
            continue
        down, across = sight.rows[cells[other]] - row, sight.columns[cells[other]] - column
        away = int(abs(down) + abs(across))
        if away < nearest:
            nearest = away
            for _ in range(it.orientations[agent]):
                down, across = -across, down
            along = abs(down) >= abs(across)
            side = int(down > 0) if along else 2 + int(across > 0)
    return side, nearest


@inlined
def _in_beam(world: World, it: State, agent: int) -> bool:
    """Say whether a beam would hit somebody or, in Cleanup, whether a clean would remove waste."""
    place = it.cells[agent] * 4 + it.orientations[agent]
    found = False
    if world.game == CLEANUP:
        for river in world.covered[place]:
            if river >= 0 and it.waste[river]:
                found = True
    else:
        for other in range(world.n_agents):
            if not it.timeouts[other] and world.in_beam[place, it.cells[other]]:
                found = True
    return found


@compiled
def observe(world: World, it: State, sight: Sight, agent: int) -> int:
    """Return the number of an agent's state, as the policies' texts compute it."""
    here, steps = it.cells[agent], sight.steps[it.orientations[agent]]
    way, far, around = _look(sight.apples[here], it.alive, steps)
    side, away = _neighbour(world, it, sight, agent)
    beam = int(_in_beam(world, it, agent))
    if world.game != CLEANUP:
        number = (way * 4 + int(far > 0) + _bin(far, 3, 8)) * 3 + _bin(around, 0, 3)
        return (((number * 5 + side) * 3 + _bin(away, 3, 7)) * 2 + beam) * 2 + int(it.hits[agent] > 0)
    waste, to_waste, _ = _look(sight.river[here], it.waste, steps)
    number = ((way * 3 + _bin(far, 3, 8)) * 6 + waste) * 3 + _bin(to_waste, 3, 8)
    number = (number * 3 + _bin(it.counts[DIRTY] / world.n_river, 0.1, 0.3)) * 2 + beam
    return (number * 2 + int(around > 0)) * 3 + _bin(away, 3, 7)


@inlined
def _best(values: Floats) -> int:
    """Return the action of the highest value, the first of equals."""
    best = 0
    for action in range(1, len(values)):
        if values[action] > values[best]:
            best = action
    return best


@inlined
def _choose(it: State, lesson: Lesson, table: Floats, states: Integers, chances: Floats, actions: Integers) -> None:
    """Write the actions: random or the table's best, and none for who is in timeout (-1)."""
    for agent in range(len(states)):
        if it.timeouts[agent]:
            actions[agent] = -1
        elif chances[2 * agent] < lesson.epsilon:
            actions[agent] = int(chances[2 * agent + 1] * table.shape[1])
        else:
            actions[agent] = _best(table[states[agent]])


@inlined
def _gain(lesson: Lesson, own: float, team: float, action: int, state: int) -> float:
    """Return the shaped reward; a state's sixth feature in Cleanup says whether a clean would remove waste."""
    gain = lesson.own * own + lesson.team * team
    if action == CLEAN and state // 6 % 2:
        gain += lesson.clean_bonus
    if action == BEAM:
        gain -= lesson.beam_penalty
    return gain


@compiled
def play_episode(
    world: World, state: State, sight: Sight, lesson: Lesson, n_steps: int, table: Floats, key: Words
) -> Floats:
    """Play the batch's first episode to its end, learning on the way; return the agents' returns."""
    n_agents = world.n_agents
    it = episode_of(state, 0)
    before, after, actions = np.zeros(n_agents, np.int64), np.zeros(n_agents, np.int64), np.zeros(n_agents, np.int64)
    rewards, returns, chances = np.zeros(n_agents), np.zeros(n_agents), np.zeros(2 * n_agents + 6)
    for agent in range(n_agents):
        after[agent] = observe(world, it, sight, agent)
    for step in range(n_steps):
        before[:] = after
        first = fill(key, step * 2 * n_agents, 2 * n_agents, chances)
        _choose(it, lesson, table, before, chances[first:], actions)
        advance(world, it, actions, rewards)
        team = 0.0
        for agent in range(n_agents):
            after[agent] = observe(world, it, sight, agent)
            team += rewards[agent]
        for agent in range(n_agents):
            returns[agent] += rewards[agent]
            action, values = actions[agent], table[before[agent]]
            if action >= 0:
                target = _gain(lesson, rewards[agent], team / n_agents, action, before[agent])
                if step < n_steps - 1:
                    following = table[after[agent]]
                    target += lesson.gamma * following[_best(following)]
                values[action] += lesson.alpha * (target - values[action])
    return returns


class Player:
    """Plays episodes of one task with a table, all in machine code."""

    def __init__(self, task: GameTask) -> None:
        self._batch = Batch(task, [Seed(0)])
        self._sight = build_sight(task)
        self._steps = task.steps

    def play(self, table: Floats, seed: Seed, lesson: Lesson) -> Floats:
        """Play one episode, changing the table in place; return the agents' returns."""
        self._batch.restart(0, seed)
        key = np.array(stream_key(seed, "exploration"), np.uint64)
        return play_episode(self._batch.world, self._batch.state, self._sight, lesson, self._steps, table, key)

    def states(self, batch: Batch, number: int = 0) -> list[int]:
        """Return the states of the agents in one of a batch's episodes."""
        it = episode_of(batch.state, number)
        return [observe(batch.world, it, self._sight, agent) for agent in range(batch.world.n_agents)]
