"""The table of strategies against worlds: ``PYTHONPATH=tests python -m search.comparison [RUNS]``.

Each strategy may have 96 candidates and judges each on the seeds that the world has. The figures are shares of runs
whose winner has solved the world, and the candidates spent on average.
"""

import math
import random
import sys
from collections.abc import Callable, Sequence

from search.worlds import Basins, Parts, StepTree, success
from solon.contract import Ask, Strategy, Value
from solon.search import Beam, BestOfN, Islands, Pareto, Race, Refine, Thoughts, Tree, Verdicts, World

BUDGET = 96


class NoisyTree(StepTree, frozen=True):
    """The step tree behind a value with a noise of half the gap between right and wrong, fixed for each candidate."""

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        state = super().offer(ask, place, [parent[0] for parent in parents], past, dice)
        if state[0] == self.depth:
            return state, 2.0 * state[1]  # whether the end is right can be seen
        return state, super().score(state, 0, dice) + dice.gauss(0, 0.3)

    def score(self, truth, seed: int, dice: random.Random, /) -> float:
        return truth[1]

    def solved(self, truth) -> bool:
        return super().solved(truth[0])


class Right(Verdicts, frozen=True):
    """Independent candidates."""

    def solved(self, truth) -> bool:
        return self.is_right(truth)


class Slope(Value, frozen=True):
    """Every child differs from its parent by a normal step; solved three steps up. Scores have a noise of one step."""

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        return (max(parents) if parents else 0.0) + dice.gauss(-0.5, 1)

    def score(self, truth, seed: int, dice: random.Random, /) -> float:
        return truth + dice.gauss(0, 1)

    def solved(self, truth) -> bool:
        return truth >= 3


WORLDS: dict[str, tuple[World, int]] = {
    "verdicts": (Right(), 1),
    "steps": (StepTree(), 1),
    "noisy steps": (NoisyTree(), 1),
    "parts": (Parts(), 8),
    "basins": (Basins(), 1),
    "slope": (Slope(), 3),
}

STRATEGIES: dict[str, Callable[[int], Strategy]] = {
    "best-of-n": lambda seeds: BestOfN(n=BUDGET, batch=16, seeds=seeds),
    "race": lambda seeds: Race(batch=16, rounds=6, seeds=(seeds, 3 * seeds)),
    "refine": lambda seeds: Refine(rounds=24, width=4, seeds=seeds),
    "refine, tested": lambda seeds: Refine(rounds=24, width=4, seeds=seeds, alpha=0.05),
    "beam": lambda seeds: Beam(width=2, branching=4, rounds=12, seeds=seeds),
    "beam, strict": lambda seeds: Beam(width=4, branching=5, rounds=6, seeds=seeds, keep_parents=False),
    "islands": lambda seeds: Islands(islands=4, width=2, rounds=12, seeds=seeds),
    "islands, apart": lambda seeds: Islands(islands=4, width=2, rounds=12, every=0, keep=1, seeds=seeds),
    "pareto": lambda seeds: Pareto(rounds=24, width=4, seeds=seeds),
    "tree": lambda seeds: Tree(rounds=48, seeds=seeds),
    "tree, fixed 4": lambda seeds: Tree(rounds=24, branching=4, widening=0.0, seeds=seeds),
    "tree, mean": lambda seeds: Tree(rounds=48, backup="mean", seeds=seeds),
    "tree, mean 1.25": lambda seeds: Tree(rounds=48, backup="mean", bonus="puct", explore=1.25, seeds=seeds),
    "thoughts": lambda seeds: Thoughts(rounds=99, width=4, seeds=seeds),
    "thoughts, static": lambda seeds: Thoughts(rounds=99, width=4, attempts=1, seeds=seeds),
}


def main(runs: int = 100) -> None:
    """Print the table as Markdown; half an interval is at most ``1 / sqrt(runs)``."""
    print(f"| strategy | {' | '.join(WORLDS)} |\n|---|{'---|' * len(WORLDS)}")
    for name, make in STRATEGIES.items():
        cells = [
            f"{success(lambda: make(seeds), world, runs, candidates=BUDGET):.2f}"  # noqa: B023  # called at once
            for world, seeds in WORLDS.values()
        ]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\n{runs} runs a cell: within {1 / math.sqrt(runs):.2f} with 95 %.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
