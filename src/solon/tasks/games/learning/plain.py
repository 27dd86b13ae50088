"""Learning without anything compiled: the Python kernel, and the features as the policies' own text computes them."""

from collections.abc import Callable
from typing import cast

import msgspec
import numpy as np
import numpy.typing as npt

from solon.contract import Program, Seed
from solon.sandbox.loading import forgotten, load
from solon.tasks.games.guest import prepare
from solon.tasks.games.kernel import BEAM, CLEAN, STAND, Kernel
from solon.tasks.games.learning.lesson import Lesson
from solon.tasks.games.learning.source import FEATURES
from solon.tasks.games.paper_names import published_names
from solon.tasks.games.task import GameTask
from solon.tasks.games.view import STEP_BYTES, Setup, Snapshot, snapshot_class

Floats = npt.NDArray[np.float64]


def state_reader(task: GameTask) -> Callable[[Kernel], list[int]]:
    """Return a function that gives the states of all agents, from the text that the policies carry."""
    rules = task.rules()
    setup = Setup(
        game=task.game,
        map=task.map,
        n_agents=task.n_agents,
        beam_length=rules.beam_length,
        beam_width=rules.beam_width,
        hits_to_tag=rules.hits_to_tag,
        timeout_steps=rules.timeout_steps,
        apple_respawn_time=0,
        walls_stop_beams=rules.walls_stop_beams,
    )
    prepared = prepare(msgspec.json.encode(setup))
    environment = snapshot_class(setup, task.board)
    names = published_names(task.game, environment, prepared.paper) | prepared.helpers.names()
    program = Program(files=(("policy.py", FEATURES[task.game]),), entry="policy.py:state")
    with forgotten(program):
        state = cast("Callable[[Snapshot, int], int]", load(program, names))

    def read(kernel: Kernel) -> list[int]:
        env = environment(bytes(STEP_BYTES) + kernel.snapshot())
        return [int(state(env, agent)) for agent in range(task.n_agents)]

    return read


class Player:
    """Plays episodes of one task with a table, one decision after the other."""

    def __init__(self, task: GameTask) -> None:
        self._task = task
        self._states = state_reader(task)

    def play(self, table: Floats, seed: Seed, lesson: Lesson) -> Floats:
        """Play one episode, changing the table in place; return the agents' returns."""
        task = self._task
        n_agents, n_actions = task.n_agents, table.shape[1]
        kernel = task.kernel(seed)
        generator = np.random.Generator(np.random.Philox(key=int.from_bytes(seed.derive("exploration"), "little")))
        returns = np.zeros(n_agents)
        states = self._states(kernel)
        for step in range(task.steps):
            acting = [agent for agent in range(n_agents) if not kernel.timeouts[agent]]
            actions = [STAND] * n_agents
            chances = generator.random((n_agents, 2)).tolist()
            for agent in acting:
                explore, which = chances[agent]
                best = int(table[states[agent]].argmax())
                actions[agent] = int(which * n_actions) if explore < lesson.epsilon else best
            rewards = kernel.step(actions)
            following = self._states(kernel)
            returns += rewards
            for agent in acting:
                gain = _shaped(lesson, rewards, agent, actions[agent], states[agent])
                if step < task.steps - 1:
                    gain += lesson.gamma * float(table[following[agent]].max())
                entry = states[agent], actions[agent]
                table[entry] += lesson.alpha * (gain - table[entry])
            states = following
        return returns


def _shaped(lesson: Lesson, rewards: list[float], agent: int, action: int, state: int) -> float:
    gain = lesson.own * rewards[agent] + lesson.team * (sum(rewards) / len(rewards))
    if action == CLEAN and state // 6 % 2:  # Cleanup's sixth feature: a clean would remove waste
        gain += lesson.clean_bonus
    if action == BEAM:
        gain -= lesson.beam_penalty
    return gain
