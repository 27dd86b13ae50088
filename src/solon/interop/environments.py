"""Solon's games behind the faces that others train against: PettingZoo for all agents, Gymnasium for one of them.

``parallel_env("cleanup")`` is a PettingZoo parallel environment; ``focal_env("cleanup", "nearest_apple")`` a Gymnasium
environment of agent 0 while a program plays the rest, in the jail. Rules, luck and rewards are those of the task:
``reset(seed=7)`` is public seed 7. What is learned here is judged like anything else once it is written as a program.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from solon.contract import Program, Seed, Task
from solon.interop.colours import board_picture, egocentric_picture
from solon.interop.extras import require
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.games.crew import Crew, Post
from solon.tasks.games.kernel import STAND, Kernel
from solon.tasks.games.task import GUEST, GameTask

__all__ = ["FocalEnv", "ParallelGame", "focal_env", "parallel_env"]

# Any: the extra need not be installed where types are checked
gymnasium: Any = require("gymnasium", "envs")
pettingzoo: Any = require("pettingzoo", "envs")

View = Literal["state", "colours"]
Observation = npt.NDArray[np.uint8]


def parallel_env(task: str | GameTask = "cleanup", view: View = "state", **options: object) -> "ParallelGame":
    """Return a game as a PettingZoo parallel environment.

    Args:
        task: a game's name, or the task itself.
        view: what agents observe. "state": the agent's number and then the judge's snapshot, bytes in a vector;
            "colours": the agent's own window as a picture, (rows, columns, 3).
        options: the task's options.
    """
    return ParallelGame(_game(task, options), view)


def focal_env(
    task: str | GameTask = "cleanup",
    partners: str | Path | Program = "nearest_apple",
    view: View = "state",
    isolation: str = "auto",
    **options: object,
) -> "FocalEnv":
    """Return a game as a Gymnasium environment of agent 0; ``partners`` plays the others, in the jail.

    ``partners`` is a program, a file, or the name of one of the task's references. Close it to end the jail.
    """
    game = _game(task, options)
    return FocalEnv(game, _program(game, partners), view, isolation)


def _game(task: str | GameTask, options: Mapping[str, object]) -> GameTask:
    found: Task = load(task, **options) if isinstance(task, str) else task
    if not isinstance(found, GameTask):
        raise ValueError(  # noqa: TRY004  # a name of the wrong kind is a wrong call
            f"{found.name!r} is no game with agents on a board; take cleanup, gathering, commons, harvest or mining"
        )
    return found


def _program(game: GameTask, partners: str | Path | Program) -> Program:
    if isinstance(partners, Program):
        return partners
    known = game.references()
    if str(partners) in known:
        return known[str(partners)]
    path = Path(partners)
    if not path.is_file():
        raise ValueError(f"no file and no reference {str(partners)!r}; references: {', '.join(known)}")
    return Program((("policy.py", path.read_text(encoding="utf-8")),))


class _Eyes:
    """What agents observe, and the space of it."""

    def __init__(self, game: GameTask, view: View) -> None:
        self._view, self._window = view, game.window
        ahead, sideways = game.window
        state = 1 + len(game.kernel(Seed(0)).snapshot())
        shape = (state,) if view == "state" else (ahead + 1, 2 * sideways + 1, 3)
        self.space: Any = gymnasium.spaces.Box(0, 255, shape, np.uint8)

    def look(self, kernel: Kernel, agent: int) -> Observation:
        if self._view == "colours":
            return egocentric_picture(kernel, agent, *self._window)
        return np.frombuffer(bytes([agent]) + kernel.snapshot(), np.uint8).copy()


class ParallelGame(pettingzoo.ParallelEnv):
    """All agents of a game at once; the episode is cut off, not ended, after the task's steps."""

    metadata: dict[str, Any] = {"name": "solon", "render_modes": ["rgb_array"], "is_parallelizable": True}
    render_mode = "rgb_array"

    def __init__(self, game: GameTask, view: View) -> None:
        self._game, self._eyes = game, _Eyes(game, view)
        self.metadata = {**self.metadata, "name": game.name}
        self.possible_agents = [f"agent_{number}" for number in range(game.n_agents)]
        self.agents = list[str]()
        self._number = {name: number for number, name in enumerate(self.possible_agents)}
        actions = game.kernel(Seed(0)).n_actions
        self._actions = {name: gymnasium.spaces.Discrete(actions) for name in self.possible_agents}
        self._views = dict.fromkeys(self.possible_agents, self._eyes.space)
        self._luck = np.random.default_rng(0)
        self._kernel: Kernel | None = None

    def observation_space(self, agent: str) -> Any:  # a space of Gymnasium
        """Return the space of what an agent observes."""
        return self._views[agent]

    def action_space(self, agent: str) -> Any:  # as above
        """Return the space of an agent's actions."""
        return self._actions[agent]

    def reset(
        self, seed: int | None = None, options: Mapping[str, object] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Start the episode of a public seed; without one, of the next seed that the last one leads to."""
        del options
        if seed is not None:
            self._luck = np.random.default_rng(seed)
        number = int(self._luck.integers(2**31)) if seed is None else seed
        self._kernel = self._game.kernel(Seed(number))
        self.agents = list(self.possible_agents)
        return self._look(self._kernel), {name: {} for name in self.agents}

    def step(self, actions: Mapping[str, int]) -> tuple[Any, ...]:
        """Play one step; agents without an action stand still. Returns PettingZoo's five dictionaries."""
        kernel = self._kernel
        if kernel is None or not self.agents:
            raise ValueError("the episode has not begun or is over; call reset first")
        chosen = bytes(int(actions.get(name, STAND)) for name in self.possible_agents)
        rewards = dict(zip(self.agents, kernel.step(chosen), strict=True))
        over = kernel.clock >= self._game.steps
        live = self.agents
        result = (
            self._look(kernel),
            rewards,
            dict.fromkeys(live, False),
            dict.fromkeys(live, over),
            {name: {"timeout": kernel.timeouts[self._number[name]]} for name in live},
        )
        self.agents = [] if over else live
        return result

    def render(self) -> Observation:
        """Return the board as a picture, a pixel a cell."""
        if self._kernel is None:
            raise ValueError("there is nothing to draw before the first reset; call reset first")
        return board_picture(self._kernel)

    def close(self) -> None:
        """Do nothing: no program runs here."""

    def _look(self, kernel: Kernel) -> dict[str, Observation]:
        return {name: self._eyes.look(kernel, self._number[name]) for name in self.agents}


class FocalEnv(gymnasium.Env):
    """Agent 0 of a game; a program plays all others in a worker of the jail, as it would before the judge."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}
    render_mode = "rgb_array"

    def __init__(self, game: GameTask, partners: Program, view: View, isolation: str) -> None:
        if game.n_agents < 2 or game.decentralised:
            raise ValueError("a focal environment needs two agents or more and a game that is not decentralised")
        self._game, self._eyes = game, _Eyes(game, view)
        self._post = Post(partners, 1, tuple(range(1, game.n_agents)))
        self._jail = LocalJail(isolation)
        self._episode = ExitStack()
        self._kernel: Kernel | None = None
        self._crew: Crew | None = None
        self.observation_space = self._eyes.space
        self.action_space = gymnasium.spaces.Discrete(game.kernel(Seed(0)).n_actions)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, object] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start the episode of a public seed; without one, of the next seed that the last one leads to."""
        parent: Any = super()
        parent.reset(seed=seed)
        del options
        number = int(cast("Any", self).np_random.integers(2**31)) if seed is None else seed
        public = Seed(number).derive("worker")
        self._episode.close()
        self._episode = ExitStack()
        self._kernel = self._game.kernel(Seed(number))
        crew = Crew.working((self._post,), self._jail, GUEST, self._game.setup(), public, n_agents=self._game.n_agents)
        self._crew = self._episode.enter_context(crew)
        return self._eyes.look(self._kernel, 0), {}

    def step(self, action: int) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Play one step. Raises ProgramFault when the partners' program is at fault."""
        kernel, crew = self._kernel, self._crew
        if kernel is None or crew is None or kernel.clock >= self._game.steps:
            raise ValueError("the episode has not begun or is over; call reset first")
        decided = crew.decide(kernel.clock, kernel.snapshot())
        others = bytes(choice if choice < kernel.n_actions else STAND for choice in decided[1:])
        rewards = kernel.step(bytes([int(action)]) + others)
        over = kernel.clock >= self._game.steps
        information = {"others": float(sum(rewards[1:])), "timeout": kernel.timeouts[0]}
        return self._eyes.look(kernel, 0), float(rewards[0]), False, over, information

    def render(self) -> Observation:
        """Return the board as a picture, a pixel a cell."""
        if self._kernel is None:
            raise ValueError("there is nothing to draw before the first reset; call reset first")
        return board_picture(self._kernel)

    def close(self) -> None:
        """End the partners' worker and the jail."""
        self._episode.close()
        self._jail.close()
        self._kernel = self._crew = None
