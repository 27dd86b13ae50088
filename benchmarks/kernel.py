"""Print microseconds a step of each game's kernel, snapshot included: median CPU time of nine episodes.

python benchmarks/kernel.py
"""

import random
import statistics
import time

from solon.contract import Seed
from solon.tasks import load
from solon.tasks.games.task import GameTask

STEPS = 1000
EPISODES = 9
WEIGHTS = (30, 10, 10, 10, 10, 10, 0.3, 4.7, 15)  # actions 0 to 8; beams are rare, so that the world keeps moving


def microseconds(task: GameTask, number: int) -> float:
    chance = random.Random(number)  # noqa: S311 - actions of a benchmark
    joint = [bytes(chance.choices(range(9), WEIGHTS, k=task.n_agents)) for _ in range(STEPS)]
    kernel = task.kernel(Seed(number))
    start = time.process_time()
    for actions in joint:
        kernel.step(actions)
        kernel.snapshot()
    return (time.process_time() - start) / STEPS * 1e6


def main() -> None:
    for name in ("cleanup", "gathering", "commons"):
        for variant in (name, f"{name}-paper"):
            task = load(variant)
            assert isinstance(task, GameTask)
            median = statistics.median(microseconds(task, number) for number in range(EPISODES))
            print(f"{variant:16} {task.n_agents:3} agents {median:6.1f} us/step")


if __name__ == "__main__":
    main()
