"""Run and resume a search of 10,000 candidates, with a judge that answers at once.

    python benchmarks/scale.py

Prints seconds a candidate, growth of the driver's memory, the folder's size and the seconds that a resume takes.
Bars: flat memory (what the history itself holds apart), resume under 5 s, folder under 200 MB.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from solon.contract import Ask, Episode, History, Outcome, Program, Proposal, Scored, Seed, Task
from solon.engine import Budget, Bundle, Configuration, Run, Seeds
from solon.journal import Fact, State
from solon.sandbox import Limits
from solon.search import make_strategy
from solon.tasks import load

SEEDS = 3
GROUP = 50


class Instant:
    """A judge that plays nothing: every figure is the same plausible one."""

    def __init__(self, task: Task) -> None:
        agents = {"return": tuple(float(300 + index) for index in range(10))}
        self.episode = Episode({metric.name: 0.5 for metric in task.metrics}, agents)

    def judge(self, jobs: Sequence[tuple[Program, Sequence[Seed]]]) -> Iterator[Outcome]:
        """Yield the same outcome for every job."""
        for _, seeds in jobs:
            yield Scored((self.episode,) * len(seeds))


class Variations:
    """A proposer whose programs are of the usual size and all different."""

    def __init__(self, task: Task) -> None:
        self.source = task.references()["waste_adaptive"].source * 3

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return programs that differ in one constant."""
        first = len(history)
        return [
            Proposal(Program((("policy.py", f"N = {first + index}\n{self.source}"),)), ask.parents, "vary")
            for index in range(ask.count)
        ]


def resident() -> float:
    """Return this process's peak memory in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def start(folder: Path, task: Task, count: int, observer: object = None) -> Run:
    """Open a run of so many candidates in a folder, new or begun."""
    options: dict[str, str | int | float | bool] = {"n": count, "batch": GROUP, "seeds": SEEDS}
    if not folder.exists():
        configuration = Configuration(
            task="cleanup", version=task.version, options={}, strategy="best-of-n", strategy_options=options,
            proposer="variations", feedback="dense", sealed_seeds=2, budget=Budget(), isolation="none", limits=Limits(),
            commitment=Seeds(1).commitment,
        )  # fmt: skip
        Bundle.create(folder, configuration, 1)
    return Run(
        Bundle.open(folder),
        task=task,
        strategy=make_strategy("best-of-n", **options),
        proposer=Variations(task),
        judge=Instant(task),
        observer=observer,  # pyright: ignore[reportArgumentType]  # None or a function of the right kind
    )


class Enough(BaseException):
    """Ends the first sitting before the run is over."""


def main() -> None:
    """Measure once."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    task = load("cleanup")
    marks: list[float] = []

    def stop(state: State, fact: Fact) -> None:
        judged = len(state.episodes)
        if judged in (count // 10, count // 2, count - GROUP) and len(marks) < 3:
            marks.append(resident())
        if judged == count - GROUP:
            raise Enough

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        begin = time.perf_counter()
        try:
            start(folder, task, count, stop).finish()
        except Enough:
            seconds = time.perf_counter() - begin
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        begin = time.perf_counter()
        run = start(folder, task, count)
        resumed = time.perf_counter() - begin
        run.finish()
    print(
        f"{count} candidates: {1e3 * seconds / count:.2f} ms a candidate; resume {resumed:.2f} s; folder {size:.0f} MB"
    )
    print("peak memory at 10 %, 50 %, 100 %: " + ", ".join(f"{mark:.0f} MiB" for mark in sorted(set(marks))))


if __name__ == "__main__":
    main()
