"""Synthesise a program for each environment without a model and print what it earns on sealed seeds.

    python benchmarks/gym.py [--seconds 60] [--workers 2] [NAME ...]

A row is one run of ``solon run NAME --budget-seconds 60 --seeds 40``, with a fixed seed. The documented threshold is
Gymnasium's own; the bound is proved for the expectation, where there is one. The search stops by the clock, so a busy
machine gets less far.
"""

import argparse
import tempfile
from pathlib import Path

import solon
from solon.engine import Budget, Card

SOLVED: dict[str, tuple[str, float]] = {
    "gym:CartPole-v1": ("return", 475.0),
    "gym:FrozenLake-v1": ("return", 0.70),
    "gym:FrozenLake8x8-v1": ("return", 0.85),
    "gym:Acrobot-v1": ("return", -100.0),
    "gym:MiniGrid-Unlock-v0": ("terminated", 0.95),
    "gym:MiniGrid-DoorKey-8x8-v0": ("terminated", 0.95),
    "minigrid-unlock": ("solved", 0.95),
    "minigrid-doorkey": ("solved", 0.95),
    "minigrid-unlock-pickup": ("solved", 0.95),
}
"""What must be reached: a documented threshold, or the share of instances that are solved."""

OTHERS: tuple[str, ...] = (
    "gym:Taxi-v4",  # documented 8, which no policy can expect: the best is 7.93
    "gym:Blackjack-v1",  # no threshold is documented
    "gym:CliffWalking-v1",
    "gym:MountainCar-v0",  # documented -110
    "gym:MountainCarContinuous-v0",
    "gym:Pendulum-v1",
)


def synthesise(name: str, seconds: float, workers: int, folder: Path, seed: int = 1) -> Card:
    """Return the card of one run."""
    budget, out = Budget(seconds=seconds), folder / name.replace(":", "-")
    return solon.run(name, budget=budget, sealed_seeds=40, workers=workers, seed=seed, out=out)[0]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[*SOLVED, *OTHERS])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    print(f"{'command':<44} {'metric':<10} {'program':>18} {'first':>9} {'documented':>10} {'bound':>8}  reached")
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.names:
            card = synthesise(name, chosen.seconds, chosen.workers, Path(folder))
            task = solon.load(name)
            goal = next(metric.name for metric in task.metrics if metric.role == "objective")
            figures = {figure.kind: figure.metrics[goal] for figure in task.figures()}
            documented = figures.get("published") if name.startswith("gym:") else None
            metric, threshold = SOLVED.get(name, (goal, None))
            found, first = card.arms["winner"].metrics, card.arms["first"].metrics
            shown = found[goal]
            half = shown.mean - shown.low if shown.low is not None else 0.0
            reached = "" if threshold is None else f"{metric} {found[metric].mean:.4g} of {threshold:g}"
            print(
                f"{'solon run ' + name:<44} {goal:<10} {shown.mean:>9.4g} ± {half:<6.2g} {first[goal].mean:>9.4g} "
                f"{_figure(documented):>10} {_figure(figures.get('bound')):>8}  {reached}",
                flush=True,
            )


if __name__ == "__main__":
    main()
