"""Time judging nearest apple, isolation on, 5 seeds x 1000 steps x 10 agents, on one core.

    python benchmarks/evaluate.py

Prints seconds on the clock, median of five after one warm-up, with the jail's zygote warm, and in brackets the first
call of a fresh jail. Bars: the verbatim policy 1 s on Cleanup and 4 s on Gathering, with the helper library 0.5 s.
"""

import statistics
import time

from solon.engine import public_seeds
from solon.sandbox import LocalJail, pin_to_core
from solon.tasks import load

BARS = {
    ("cleanup", "nearest_apple"): 1.0,
    ("gathering", "nearest_apple"): 4.0,
    ("cleanup", "nearest_apple_fast"): 0.5,
    ("gathering", "nearest_apple_fast"): 0.5,
}


def measure(game: str, policy: str, runs: int = 5) -> tuple[float, float]:
    """Return (first, warm median) seconds of judging one policy on five public seeds."""
    task = load(f"{game}-paper")
    program = task.references()[policy]
    seconds: list[float] = []
    with LocalJail() as jail:
        for _ in range(runs + 1):
            start = time.perf_counter()
            for seed in public_seeds(5):
                task.evaluate(program, seed, jail)
            seconds.append(time.perf_counter() - start)
    return seconds[0], statistics.median(seconds[1:])


def main() -> None:
    """Print one row a game and policy."""
    pin_to_core(0)
    for (game, policy), bar in BARS.items():
        first, warm = measure(game, policy)
        print(f"{game:10} {policy:20} {warm:6.3f} s ({first:.3f} s)   bar {bar} s")


if __name__ == "__main__":
    main()
