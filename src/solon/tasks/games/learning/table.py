"""Learn a table, read the best actions from it, and write the policy that acts by them."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from solon.contract import Seed, Value
from solon.tasks.games.fast.compiler import installed
from solon.tasks.games.learning.lesson import LESSONS, STATES, Course, Lesson
from solon.tasks.games.learning.source import render
from solon.tasks.games.task import CleanupTask, GameTask, GatheringTask

Floats = npt.NDArray[np.float64]
N_ACTIONS = {"gathering": 8, "cleanup": 9}


class Player(Protocol):
    """Plays one episode with a table, learning on the way."""

    def play(self, table: Floats, seed: Seed, lesson: Lesson) -> Floats:
        """Change the table in place and return the agents' returns."""
        ...


class Check(Value, frozen=True):
    """What greedy play by the table earned after some episodes."""

    episodes: int
    epsilon: float
    efficiency: float  # mean over the course's worlds
    kept: bool  # the best so far


def make_task(game: str) -> GameTask:
    """Return the game that tables are learned on: the published setting."""
    return GatheringTask() if game == "gathering" else CleanupTask()


def make_player(task: GameTask, *, compiled: bool | None = None) -> Player:
    """Return a player in machine code where numba is installed, else one in Python; both do the same, bit for bit.

    Raises InfrastructureError when ``compiled`` is asked for and numba is missing.
    """
    if installed() if compiled is None else compiled:
        from solon.tasks.games.learning.compiled import Player as Compiled

        return Compiled(task)
    from solon.tasks.games.learning.plain import Player as Plain

    return Plain(task)


def learn(
    course: Course,
    *,
    task: GameTask | None = None,
    player: Player | None = None,
    report: Callable[[Check], None] | None = None,
) -> Floats:
    """Return the best table of action values, (states, actions); the same on every machine."""
    task = task or make_task(course.game)
    player = player or make_player(task)
    lesson = LESSONS[course.game]
    table = np.zeros((STATES[course.game], N_ACTIONS[course.game]))
    best, highest = table, -np.inf
    for episode in range(course.episodes):
        epsilon = course.epsilon(episode)
        player.play(table, course.luck(episode), lesson._replace(epsilon=epsilon))
        if course.is_check(episode):
            efficiency = greedy_efficiency(task, player, table, [course.check(it) for it in range(course.worlds)])
            kept = efficiency > highest
            if kept:
                best, highest = table.copy(), efficiency
            if report is not None:
                report(Check(episode + 1, epsilon, efficiency, kept))
    return best


def greedy_efficiency(task: GameTask, player: Player, table: Floats, seeds: Sequence[Seed]) -> float:
    """Return the mean efficiency of play by a table without exploring or learning."""
    look = LESSONS[task.game]._replace(alpha=0.0, epsilon=0.0)
    return sum(float(player.play(table, seed, look).sum()) for seed in seeds) / (task.steps * len(seeds))


def digest(table: Floats) -> str:
    """Return the SHA-256 of the values, little-endian."""
    return hashlib.sha256(table.astype("<f8").tobytes()).hexdigest()


def best_actions(table: Floats) -> str:
    """Return the best action of each state as a digit, the first of equals."""
    return "".join(map(str, table.argmax(axis=1)))


def command(course: Course) -> str:
    """Return the command that learns a course's table."""
    return (
        f"python -m solon.tasks.games.learning {course.game}"
        f" --episodes {course.episodes} --seed {course.seed} --out {course.game}_q_learning.py"
    )


def policy(course: Course, table: Floats) -> str:
    """Return the text of the policy that acts by a table."""
    return render(course.game, best_actions(table), command=command(course), digest=digest(table))
