"""Print the speed of each game's kernel: the Python kernel, snapshot included, and the compiled one of the extra fast.

Medians of the CPU time of nine runs on one core, Python and compiled in turn; one environment step is one action of all
agents. The compiled kernel plays 64 episodes side by side: "step" is called once a step, "play" once for all steps.
The target is 400,000 steps a second in Cleanup with 10 agents.

python benchmarks/kernel.py
"""

import platform
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from solon.contract import Seed
from solon.tasks import load
from solon.tasks.games.fast.compiler import installed
from solon.tasks.games.task import GameTask

STEPS = 1000
RUNS = 9
EPISODES = 64
WEIGHTS = (30, 10, 10, 10, 10, 10, 0.3, 4.7, 15)  # actions 0 to 8; beams are rare, so that the world keeps moving

Actions = npt.NDArray[np.int64]


def machine() -> str:
    """Name the processor and the versions that matter."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, Python {platform.python_version()}, NumPy {np.__version__}"


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def draw(number: int, shape: tuple[int, ...]) -> Actions:
    chances = np.array(WEIGHTS) / sum(WEIGHTS)
    return np.random.default_rng(number).choice(9, p=chances, size=shape)


def python_rate(task: GameTask, number: int) -> float:
    """Return the steps a second of the Python kernel."""
    chance = random.Random(number)  # noqa: S311 - actions of a benchmark
    joint = [bytes(chance.choices(range(9), WEIGHTS, k=task.n_agents)) for _ in range(STEPS)]
    kernel = task.kernel(Seed(number))

    def play() -> None:
        for actions in joint:
            kernel.step(actions)
            kernel.snapshot()

    return STEPS / seconds(play)


def compiled_rates(task: GameTask, number: int) -> tuple[float, float]:
    """Return the steps a second of the compiled kernel, one call a step and one call for all."""
    from solon.tasks.games.fast.batch import Batch

    batch = Batch(task, [Seed(number * EPISODES + it) for it in range(EPISODES)])
    joint = draw(number, (STEPS, EPISODES, task.n_agents))
    batch.step(joint[0])  # translates, at the very first call

    def step() -> None:
        for actions in joint[: STEPS // 2]:
            batch.step(actions)

    half = EPISODES * STEPS // 2
    return half / seconds(step), half / seconds(lambda: batch.play(joint[STEPS // 2 :]))


def main() -> None:
    print(machine())
    for name in ("cleanup", "gathering", "commons"):
        for variant in (name, f"{name}-paper"):
            task = load(variant)
            assert isinstance(task, GameTask)
            python, steps, plays = [], [], []
            for number in range(RUNS):
                python.append(python_rate(task, number))
                if installed():
                    step, play = compiled_rates(task, number)
                    steps.append(step)
                    plays.append(play)
            slow = statistics.median(python)
            line = f"{variant:16} {task.n_agents:3} agents  Python {slow:8,.0f}/s ({1e6 / slow:5.1f} us/step)"
            if steps:
                step, play = statistics.median(steps), statistics.median(plays)
                line += (
                    f"  compiled step {step:9,.0f}/s (x {step / slow:3.0f}), play {play:9,.0f}/s (x {play / slow:3.0f})"
                )
            print(line, flush=True)
    if not installed():
        print("the compiled kernel is missing; install it with: pip install 'solon[fast]'")


if __name__ == "__main__":
    main()
