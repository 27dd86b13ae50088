"""The helper library in a policy's namespace: cell numbers in, actions, distances and counts out.

Everything is answered from the map's tables; what several agents ask for in one step is kept in ``env.memo``. All
orders and ties are fixed, so results are the same in every process. Nothing can be reached from or to cell -1, where
an agent out of view stands.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from solon.tasks.games.assignment import match
from solon.tasks.games.geometry import (
    ROTATE_LEFT,
    ROTATE_RIGHT,
    STAND,
    STEP_ACTIONS,
    UNIT_STEPS,
    UNREACHABLE,
    CleaningTables,
    Geometry,
    nearest,
)
from solon.tasks.games.view import Snapshot

_DIRECTIONS = {step: direction for direction, step in enumerate(UNIT_STEPS)}


class Helpers:
    """The helper functions of one map, as methods; ``names`` lists what a policy sees."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._rows = geometry.rows
        # [orientation][cell]: (action, neighbour) pairs in the order of search
        self._moves = tuple(
            tuple(tuple((STEP_ACTIONS[facing][way], cell) for way, cell in around) for around in geometry.neighbours)
            for facing in range(4)
        )
        self._cleaning = CleaningTables(geometry)
        self._beams: dict[int, tuple[int, ...]] = {}

    def names(self) -> dict[str, object]:
        """Return the helper functions by the names that policies call."""
        public: tuple[Callable[..., object], ...] = (
            self.distance,
            self.distance_row,
            self.field_to,
            self.step_to,
            self.step_along,
            self.step_to_cell,
            self.move,
            self.turn_to,
            self.beam_cells,
            self.clean_gain,
            self.clean_gains,
            self.opponents_in_beam,
        )
        return {function.__name__: function for function in (*public, match)}

    def distance(self, a: int, b: int) -> int:
        """Return the steps between two cells; 255 when there is no path."""
        return self._rows[a][b] if b >= 0 else UNREACHABLE

    def distance_row(self, a: int) -> bytes:
        """Return the steps from one cell to every cell."""
        return self._rows[a]

    def field_to(self, env: Snapshot, cells: Iterable[int]) -> bytes:
        """Return for every cell the steps to the nearest of ``cells``; kept for the step."""
        alive = env.alive
        if cells is alive and len(alive) == env.n_alive:  # a program may have struck cells off its list
            return self._field_to_apples(env)
        targets = tuple(cells)
        key = ("field", targets)
        field = env.memo.get(key)
        if field is None:
            field = env.memo[key] = self._geometry.field(targets)
        return field  # pyright: ignore[reportReturnType]  # the memo holds anything; this key holds bytes

    def _field_to_apples(self, env: Snapshot) -> bytes:
        field = env.memo.get("field to apples")
        if field is None:
            field = env.memo["field to apples"] = nearest(self._geometry.apple_table[env.apple_alive])
        return field  # pyright: ignore[reportReturnType]  # as above

    def step_to(self, env: Snapshot, agent: int, cells: Iterable[int]) -> int:
        """Return the action that starts a shortest path to the nearest of ``cells``; 7 when there or without one."""
        if cells is env.alive:
            return self.step_along(env, agent, self.field_to(env, cells))
        targets = cells if isinstance(cells, list) else list(cells)
        if -1 in targets:
            targets = [cell for cell in targets if cell >= 0]
        if not targets:
            return STAND
        here = env.positions[agent]
        row = self._rows[here]
        lowest = min(map(row.__getitem__, targets))
        goals = [cell for cell in targets if row[cell] == lowest]
        lowest -= 1
        for action, neighbour in self._moves[env.orientations[agent]][here]:
            from_neighbour = self._rows[neighbour]
            for goal in goals:
                if from_neighbour[goal] == lowest:
                    return action
        return STAND

    def step_along(self, env: Snapshot, agent: int, field: Sequence[float]) -> int:
        """Return the action that moves to the lowest neighbour in ``field``; 7 when none is lower than here."""
        here = env.positions[agent]
        lowest = field[here]
        chosen = STAND
        for action, neighbour in self._moves[env.orientations[agent]][here]:
            if field[neighbour] < lowest:
                lowest = field[neighbour]
                chosen = action
        return chosen

    def step_to_cell(self, env: Snapshot, agent: int, cell: int) -> int:
        """Return the action that starts a shortest path to ``cell``; 7 when there or without one."""
        return self.step_along(env, agent, self._rows[cell])

    def move(self, env: Snapshot, agent: int, dr: int, dc: int) -> int:
        """Return the action that moves by a unit step in map directions; 7 for (0, 0)."""
        if dr == 0 and dc == 0:
            return STAND
        direction = _DIRECTIONS.get((dr, dc))
        if direction is None:
            raise ValueError(f"move() takes a unit step such as (-1, 0), not ({dr}, {dc})")
        return STEP_ACTIONS[env.orientations[agent]][direction]

    def turn_to(self, env: Snapshot, agent: int, orientation: int) -> int | None:
        """Return the action that turns towards an orientation, right for 180 degrees; None when facing it."""
        turns = (orientation - env.orientations[agent]) % 4
        return (None, ROTATE_RIGHT, ROTATE_RIGHT, ROTATE_LEFT)[turns]

    def beam_cells(self, env: Snapshot, cell: int, orientation: int) -> tuple[int, ...]:  # noqa: ARG002  # every helper about the step's world takes env
        """Return the cells that a beam from ``cell`` covers, nearest first; walls are left out. None from cell -1."""
        if cell < 0:  # where an agent out of view stands
            return ()
        key = cell * 4 + orientation
        found = self._beams.get(key)
        if found is None:
            found = self._beams[key] = self._geometry.beam(cell, orientation)
        return found

    def clean_gain(self, env: Snapshot, cell: int, orientation: int) -> int:
        """Return how many waste cells a clean from ``cell`` would remove."""
        return (self._cleaning.bits[cell * 4 + orientation] & env.waste_bits).bit_count()

    def clean_gains(self, env: Snapshot) -> npt.NDArray[np.int64]:
        """Return the clean gain of every orientation and cell, (4, height * width), 0 in walls; kept for the step."""
        gains = env.memo.get("clean gains")
        if gains is None:
            gains = env.memo["clean gains"] = self._cleaning.gains(env.dirty)
        return gains  # pyright: ignore[reportReturnType]  # the memo holds anything; this key holds the array

    def opponents_in_beam(self, env: Snapshot, agent: int) -> list[int]:
        """Return the other active agents that a beam would hit now, in index order."""
        beam = self.beam_cells(env, env.positions[agent], env.orientations[agent])
        timeouts = env.timeouts
        return [
            other
            for other, cell in enumerate(env.positions)
            if cell in beam and other != agent and timeouts[other] == 0
        ]
