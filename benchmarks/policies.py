"""Measure the CPU time of the reference policies in-process: microseconds a decision and seconds an evaluation.

    python benchmarks/policies.py [POLICY ...]

CPU time of one core, best of three rounds of two seeds; the wall that a jail adds is not in it.
"""

import sys
import time
from pathlib import Path

import msgspec
import numpy as np

from solon.contract import Program
from solon.tasks import games
from solon.tasks.games import guest
from solon.tasks.games.assignment import match
from solon.tasks.games.cleanup import Cleanup
from solon.tasks.games.gathering import Gathering
from solon.tasks.games.kernel import Kernel
from solon.tasks.games.maps import load_map
from solon.tasks.games.streams import PaperDraws
from solon.tasks.games.view import Setup

FOLDER = Path(games.__file__).parent / "policies"
STEPS, AGENTS, SEEDS, ROUNDS = 1000, 10, 2, 3
GAMES = (
    (Setup("cleanup", "full", AGENTS, 5, 3, 1, 25, 0), Cleanup),
    (Setup("gathering", "large", AGENTS, 20, 1, 2, 25, 25), Gathering),
)


def episode(prepared: guest.Prepared, kernel: Kernel, source: str) -> tuple[float, float]:
    """Return the CPU seconds of policy and kernel over one episode."""
    program = Program(files=(("policy.py", source),))
    answer = guest.begin(prepared, program, bytes(16), lambda text: print(text, file=sys.stderr))
    deciding, start = 0.0, time.process_time()
    for step in range(STEPS):
        payload = step.to_bytes(2, "little") + kernel.snapshot()
        before = time.process_time()
        reply = answer(payload)
        deciding += time.process_time() - before
        kernel.step(reply)
    return deciding, time.process_time() - start - deciding


def measure(setup: Setup, kernel: type[Kernel], names: list[str]) -> None:
    start = time.process_time()
    prepared = guest.prepare(msgspec.json.encode(setup))
    print(f"\n{setup.game}/{setup.map}: prepare {1000 * (time.process_time() - start):.0f} ms CPU")
    print(f"{'policy':<20} {'us a decision':>14} {'kernel us a step':>17} {'5 seeds, s':>11}")
    board = load_map(setup.game, setup.map)
    for name in names:
        source = (FOLDER / f"{name}.py").read_text()
        rounds = [
            [episode(prepared, kernel(board, AGENTS, PaperDraws(seed)), source) for seed in range(SEEDS)]
            for _ in range(ROUNDS)
        ]
        deciding, stepping = min(np.mean(figures, axis=0).tolist() for figures in rounds)
        decision, step = 1e6 * deciding / STEPS / AGENTS, 1e6 * stepping / STEPS
        print(f"{name:<20} {decision:>14.2f} {step:>17.1f} {5 * (deciding + stepping):>11.3f}")


def measure_match() -> None:
    rng = np.random.default_rng(0)
    print("\nmatch, us a call")
    for rows, columns in ((10, 10), (10, 100), (10, 155)):
        free = [rng.integers(0, 50, (rows, columns)).tolist() for _ in range(200)]
        crowded = [[table[0]] * rows for table in free]
        for label, tables in (("spread", free), ("all rows alike", crowded)):
            start = time.process_time()
            for table in tables:
                match(table)
            print(f"{rows} x {columns} {label:<15} {1e6 * (time.process_time() - start) / len(tables):>8.0f}")


if __name__ == "__main__":
    chosen = sys.argv[1:] or sorted(path.stem for path in FOLDER.glob("*.py"))
    for setup, kernel in GAMES:
        measure(setup, kernel, chosen)
    measure_match()
