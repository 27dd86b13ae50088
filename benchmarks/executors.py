"""Time what an executor adds to an episode: the start, and the way there and back, in a task that does nothing.

    python benchmarks/executors.py

Prints for each executor with two workers: seconds to the first outcome (start of workers, jail and zygote included),
then milliseconds an episode over 400 episodes, median of five, seconds on the clock; `bare` leaves the jail out, so it
is the executor alone. Ray and loky are measured where they are installed.
"""

import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from solon.contract import Episode, Jail, Metric, Program, Scored, Seed, Task
from solon.engine import PoolJudge, public_seeds
from solon.interop.cluster import open_executor
from solon.sandbox.call import GUEST, call

WORKERS, EPISODES, ROUNDS = 2, 400, 5
PROGRAM = Program(files=(("policy.py", "def policy():\n    return 1\n"),))


class Bare(Task):
    """Nothing at all."""

    name, version = "bare", "1"
    metrics = (Metric("value", role="objective"),)

    def brief(self) -> str:
        """Return nothing."""
        return ""

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Return a constant."""
        return Episode({"value": 1.0})


class Jailed(Bare):
    """One fork and one question."""

    name = "jailed"

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Ask a new worker once."""
        with jail.open(program, GUEST, b"", b"") as worker:
            return Episode({"value": float(call(worker))})


@contextmanager
def loky_executor() -> Iterator[Executor]:
    from loky import ProcessPoolExecutor as LokyExecutor

    with LokyExecutor(WORKERS) as executor:
        yield executor


@contextmanager
def none() -> Iterator[None]:
    yield None


def makers() -> dict[str, Callable]:
    """Return what is installed here."""
    found = {
        "own pool": none,
        "threads": lambda: ThreadPoolExecutor(WORKERS),
        "processes": lambda: ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")),
    }
    if importlib.util.find_spec("loky"):
        found["loky"] = loky_executor
    if importlib.util.find_spec("ray"):
        found["ray"] = lambda: open_executor("ray", WORKERS)
    return found


def measure(make: Callable, task: Task) -> tuple[float, float]:
    """Return (seconds to the first outcome, milliseconds an episode)."""
    start = time.perf_counter()
    with make() as executor, PoolJudge(task, workers=WORKERS, executor=executor) as judge:
        next(judge.judge([(PROGRAM, public_seeds(1))]))
        first = time.perf_counter() - start
        seconds: list[float] = []
        for _ in range(ROUNDS + 1):
            start = time.perf_counter()
            (outcome,) = judge.judge([(PROGRAM, public_seeds(EPISODES))])
            assert isinstance(outcome, Scored), outcome
            seconds.append(time.perf_counter() - start)
    return first, 1000 * statistics.median(seconds[1:]) / EPISODES


def main() -> None:
    """Print one row an executor."""
    print(f"{'executor':10} {'first bare':>11} {'bare':>9} {'first jail':>11} {'jailed':>9}")
    for name, make in makers().items():
        (first, bare), (start, jailed) = (measure(make, task) for task in (Bare(), Jailed()))
        print(f"{name:10} {first:9.2f} s {bare:6.2f} ms {start:9.2f} s {jailed:6.2f} ms")


if __name__ == "__main__":
    main()
