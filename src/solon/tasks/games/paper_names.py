"""The names that policies for the published code use (arXiv 2603.19453), with its results, answered from tables."""

from collections import deque
from collections.abc import Iterable, Sequence
from enum import IntEnum

import numpy as np

from solon.tasks.games.geometry import UNIT_STEPS, UNREACHABLE, Geometry
from solon.tasks.games.helpers import Helpers
from solon.tasks.games.view import Snapshot

Step = tuple[int, int]
Opponent = tuple[int, int, int, int, int]  # id, row, column, Manhattan distance, hits
Target = tuple[int, int, int]  # id, forward distance, hits


class Action(IntEnum):
    """What an agent can do in Gathering and Commons."""

    FORWARD = 0
    BACKWARD = 1
    STEP_LEFT = 2
    STEP_RIGHT = 3
    ROTATE_LEFT = 4
    ROTATE_RIGHT = 5
    BEAM = 6
    STAND = 7


class CleanupAction(IntEnum):
    """What an agent can do in Cleanup."""

    FORWARD = 0
    BACKWARD = 1
    STEP_LEFT = 2
    STEP_RIGHT = 3
    ROTATE_LEFT = 4
    ROTATE_RIGHT = 5
    BEAM = 6
    STAND = 7
    CLEAN = 8


class Orientation(IntEnum):
    """Where an agent faces."""

    NORTH = 0
    EAST = 1
    SOUTH = 2
    WEST = 3


# row step = a * forward + b * right, column step = c * forward + d * right
ROTATIONS = {
    Orientation.NORTH: (-1, 0, 0, 1),
    Orientation.EAST: (0, 1, 1, 0),
    Orientation.SOUTH: (1, 0, 0, -1),
    Orientation.WEST: (0, -1, -1, 0),
}
CHASE_RANGE = 12
FIRING_RANGE = 7

_STEP_TO_ACTION = {
    (int(facing), *step): action
    for facing, (a, b, c, d) in ROTATIONS.items()
    for action, step in (
        (Action.FORWARD, (a, c)),
        (Action.BACKWARD, (-a, -c)),
        (Action.STEP_LEFT, (-b, -d)),
        (Action.STEP_RIGHT, (b, d)),
    )
}


def direction_to_action(dr: int, dc: int, orientation: int) -> int:
    """Return the action for a unit step in map directions; STAND for (0, 0), FORWARD for what is no unit step."""
    if dr == 0 and dc == 0:
        return Action.STAND
    action = _STEP_TO_ACTION.get((orientation, dr, dc))
    if action is None:
        Orientation(orientation)  # raises for what is no orientation
        return Action.FORWARD
    return action


def rotation_distance(a: int, b: int) -> int:
    """Return the quarter turns between two orientations, 0 to 2."""
    turns = (b - a) % 4
    return min(turns, 4 - turns)


def get_opponents(env: Snapshot, agent_id: int) -> list[Opponent]:
    """Return (id, row, column, Manhattan distance, hits) of the other agents that are not in timeout."""
    width = env.width
    row, column = divmod(env.positions[agent_id], width)
    found: list[Opponent] = []
    for other, (cell, timeout, hits) in enumerate(zip(env.positions, env.timeouts, env.hits, strict=True)):
        if other != agent_id and timeout == 0:
            r, c = divmod(cell, width)
            found.append((other, r, c, abs(r - row) + abs(c - column), hits))
    return found


def beam_targets(env: Snapshot, row: int, column: int, orientation: int, opponents: Iterable[Opponent]) -> list[Target]:
    """Return (id, forward distance, hits) of the opponents in a beam, where, unlike in the game, walls block."""
    a, b, c, d = ROTATIONS[Orientation(orientation)]
    half = env.beam_width // 2
    found: list[Target] = []
    for other, other_row, other_column, _, hits in opponents:
        down, across = other_row - row, other_column - column
        # the rotation is its own inverse up to sign: its rows are orthonormal
        forward, right = a * down + c * across, b * down + d * across
        if not (1 <= forward <= env.beam_length and abs(right) <= half):
            continue
        between = ((row + a * f + b * right, column + c * f + d * right) for f in range(1, forward))
        if all(_open(env, r, c_) for r, c_ in between):
            found.append((other, forward, hits))
    return found


def _open(env: Snapshot, row: int, column: int) -> bool:
    return 0 <= row < env.height and 0 <= column < env.width and row * env.width + column not in env.map.walls


class PaperNames:
    """The published helper functions that need the map's tables."""

    def __init__(self, geometry: Geometry, helpers: Helpers) -> None:
        self._geometry = geometry
        self._helpers = helpers

    def bfs_nearest_apple(self, env: Snapshot, agent_id: int) -> Step | None:
        """Return the first unit step to the nearest live apple, (0, 0) on one, None without one."""
        return self._descend(env, agent_id, self._helpers.field_to(env, env.alive))

    def bfs_to_target_set(self, env: Snapshot, agent_id: int, target_set: Iterable[Step]) -> Step | None:
        """Return the first unit step to the nearest of the (row, column) targets, (0, 0) there, None without one."""
        targets = [cell for cell in map(self._cell, target_set) if cell is not None]
        if not targets:
            return None
        here = env.positions[agent_id]
        rows = self._geometry.rows
        row = rows[here]
        lowest = min(map(row.__getitem__, targets))
        if lowest == 0:
            return (0, 0)
        if lowest == UNREACHABLE:
            return None
        goals = [cell for cell in targets if row[cell] == lowest]
        for direction, neighbour in self._geometry.neighbours[here]:
            from_neighbour = rows[neighbour]
            if any(from_neighbour[goal] < lowest for goal in goals):
                return UNIT_STEPS[direction]
        return None

    def bfs_toward(self, env: Snapshot, agent_id: int, target_r: int, target_c: int) -> Step | None:
        """Return the first unit step to one cell, (0, 0) there, None when it cannot be reached."""
        cell = self._cell((target_r, target_c))
        return None if cell is None else self._descend(env, agent_id, self._geometry.rows[cell])

    def greedy_action(self, env: Snapshot, agent_id: int) -> int:
        """Return the action of the nearest-apple baseline."""
        if env.timeouts[agent_id] > 0:
            return Action.STAND
        step = self.bfs_nearest_apple(env, agent_id)
        return Action.STAND if step is None else direction_to_action(*step, env.orientations[agent_id])

    def exploitative_action(self, env: Snapshot, agent_id: int) -> int:
        """Return the action of the exploiting baseline: beam, else turn, else chase the hit, else collect."""
        if env.timeouts[agent_id] > 0:
            return Action.STAND
        opponents = get_opponents(env, agent_id)
        row, column = divmod(env.positions[agent_id], env.width)
        facing = env.orientations[agent_id]
        if beam_targets(env, row, column, facing, opponents):
            return Action.BEAM

        def worth(orientation: int) -> int:
            targets = beam_targets(env, row, column, orientation % 4, opponents)
            return max((1000 * hits + env.beam_length - forward for _, forward, hits in targets), default=-1)

        left, right = worth(facing - 1), worth(facing + 1)
        if left >= 0 or right >= 0:
            return Action.ROTATE_LEFT if left >= right else Action.ROTATE_RIGHT
        chase = self._chase(env, agent_id, opponents)
        return self.greedy_action(env, agent_id) if chase is None else chase

    def _chase(self, env: Snapshot, agent_id: int, opponents: Sequence[Opponent]) -> int | None:
        """Return a step towards a cell from which the nearest opponent with a hit can be beamed."""
        half_tagged = [opponent for opponent in opponents if opponent[4] >= 1]
        if not half_tagged:
            return None
        _, row, column, away, _ = min(half_tagged, key=lambda opponent: opponent[3])
        if away > CHASE_RANGE:
            return None
        reach = range(1, min(env.beam_length, FIRING_RANGE) + 1)
        stands = [(row - dr * far, column - dc * far) for dr, dc in UNIT_STEPS for far in reach]
        stands = [cell for cell in stands if _open(env, *cell)]
        facing = env.orientations[agent_id]
        here = divmod(env.positions[agent_id], env.width)
        if here in stands:
            return _turn_towards(facing, row - here[0], column - here[1])
        step = self.bfs_to_target_set(env, agent_id, stands)
        return None if step is None else direction_to_action(*step, facing)

    def _cell(self, pair: Step) -> int | None:
        """Return the cell number of a (row, column) pair; None for what no search would ever meet."""
        try:
            row, column = pair
            inside = 0 <= row < self._geometry.height and 0 <= column < self._geometry.width
            r, c = int(row), int(column)
        except (TypeError, ValueError):
            return None
        return r * self._geometry.width + c if inside and r == row and c == column else None

    def _descend(self, env: Snapshot, agent_id: int, field: bytes) -> Step | None:
        here = env.positions[agent_id]
        lowest = field[here]
        if lowest == 0:
            return (0, 0)
        if lowest == UNREACHABLE:
            return None
        for direction, neighbour in self._geometry.neighbours[here]:
            if field[neighbour] < lowest:
                return UNIT_STEPS[direction]
        return None


def _turn_towards(facing: int, down: int, across: int) -> int:
    """Return the turn that makes ``facing`` look along one axis; right for 180 degrees, STAND when it does."""
    towards = (Orientation.SOUTH if down > 0 else Orientation.NORTH) if down else None
    if towards is None:
        towards = Orientation.EAST if across > 0 else Orientation.WEST
    turns = (towards - facing) % 4
    return (Action.STAND, Action.ROTATE_RIGHT, Action.ROTATE_RIGHT, Action.ROTATE_LEFT)[turns]


def published_names(game: str, environment: type[Snapshot], helpers: PaperNames) -> dict[str, object]:
    """Return the published namespace of a game."""
    names: dict[str, object] = {
        "np": np,
        "deque": deque,
        "Action": Action,
        "Orientation": Orientation,
        "NUM_ACTIONS": len(Action),
        "_ROTATIONS": ROTATIONS,
        "GatheringEnv": environment,
        "bfs_nearest_apple": helpers.bfs_nearest_apple,
        "bfs_to_target_set": helpers.bfs_to_target_set,
        "bfs_toward": helpers.bfs_toward,
        "direction_to_action": direction_to_action,
        "get_opponents": get_opponents,
        "_beam_targets_for_orient": beam_targets,
        "_rotation_distance": rotation_distance,
        "greedy_action": helpers.greedy_action,
        "exploitative_action": helpers.exploitative_action,
    }
    if game == "cleanup":
        names |= {"CleanupEnv": environment, "CleanupAction": CleanupAction, "NUM_CLEANUP_ACTIONS": len(CleanupAction)}
    return names
