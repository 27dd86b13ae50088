"""Many episodes of one task at once, on one core, stepped by compiled rules."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from solon.contract import Seed
from solon.tasks.games.fast.luck import keyed_luck, paper_luck
from solon.tasks.games.fast.rules import advance_all
from solon.tasks.games.fast.tables import State, World, build_state, build_world
from solon.tasks.games.streams import PaperDraws
from solon.tasks.games.task import GameTask

Actions = npt.NDArray[np.integer]
Rewards = npt.NDArray[np.float64]


class Batch:
    """Episodes of one task, one a seed; equal state for state to ``task.kernel(seed)``.

    Raises InfrastructureError when numba is missing.

    Attributes:
        world: rules and map.
        state: arrays over the episodes; ``solon.tasks.games.fast.tables`` says what they hold.
    """

    world: World
    state: State

    def __init__(self, task: GameTask, seeds: Sequence[Seed]) -> None:
        if task.fair_order and task.luck == "paper":
            raise ValueError(f"{task.name!r} keeps the published order; for fair_order take {task.game!r}")
        self.task = task
        self.world = build_world(task)
        self.state = build_state(self.world, len(seeds))
        for number, seed in enumerate(seeds):
            self.restart(number, seed)

    def restart(self, number: int, seed: Seed) -> None:
        """Begin one of the episodes anew, with another seed."""
        task, world, state = self.task, self.world, self.state
        agents, apples = world.n_agents, world.n_apples
        fields = np.frombuffer(task.kernel(seed).snapshot(), np.uint8)
        rows, columns = fields[:agents].astype(np.int16), fields[agents : 2 * agents]
        state.counts[number] = 0, fields[5 * agents + 2 * apples :].sum()
        state.cells[number] = rows * task.board.width + columns
        state.orientations[number] = fields[2 * agents : 3 * agents]
        state.timeouts[number] = fields[3 * agents : 4 * agents]
        state.hits[number] = fields[4 * agents : 5 * agents]
        state.alive[number, :apples] = fields[5 * agents : 5 * agents + apples]
        state.timers[number] = fields[5 * agents + apples : 5 * agents + 2 * apples]
        state.waste[number] = fields[5 * agents + 2 * apples :]
        state.stock[number] = (world.near >= 0).sum(axis=1)
        state.luck[number] = self._luck(seed)

    def _luck(self, seed: Seed) -> list[int]:
        draws = self.task.draws(seed)
        if not isinstance(draws, PaperDraws):
            return keyed_luck(seed)
        draws.placements(self.task.board, self.world.n_agents, exclusive=self.world.exclusive_cells)
        return paper_luck(draws)

    def step(self, actions: Actions) -> Rewards:
        """Play one step with actions (episodes, agents); return the rewards in the same shape."""
        return self.play(actions[np.newaxis])

    def play(self, actions: Actions) -> Rewards:
        """Play steps with actions (steps, episodes, agents); return the sums of rewards (episodes, agents).

        A value that is no action does nothing. Raises ValueError for another shape.
        """
        shape = self.state.cells.shape
        if actions.ndim != 3 or actions.shape[1:] != shape:
            raise ValueError(f"actions have the shape {actions.shape}; give (steps, {shape[0]}, {shape[1]})")
        rewards = np.zeros(shape)
        advance_all(self.world, self.state, np.ascontiguousarray(actions, np.int64), rewards)
        return rewards

    def snapshots(self) -> npt.NDArray[np.uint8]:
        """Return every episode's snapshot, (episodes, bytes), as the kernel writes it."""
        state, width = self.state, self.task.board.width
        rows, columns = state.cells // width, state.cells % width
        agents = (rows.astype(np.uint8), columns.astype(np.uint8), state.orientations, state.timeouts, state.hits)
        return np.hstack((*agents, state.alive[:, :-1], state.timers, state.waste))
