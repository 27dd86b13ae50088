"""The comparison behind docs/design/offline-proposer.md: ``PYTHONPATH=tests python -m propose.comparison 12``.

Fifteen holes (seven continuous, three whole, five choices with two to four options) in three kinds of world:
``separable``: a weighted quadratic and an offset for each option; ``coupled``: a rotated quadratic whose optimum moves
with the choices, and offsets for pairs of options; ``policy``: a product of saturating terms, where four of the ten
numbers and two of the five choices matter not at all, and numbers matter little under a wrong choice. The default
filling is worth 0, the best 1; a score has noise of 0.05 and an effect of its seed of 0.1. ``Race`` judges, in groups
of 20.
"""

import math
import random
import statistics
import sys
import time
from collections.abc import Mapping, Sequence

import numpy as np
from cmaes import CatCMAwM

from propose.samples import Plain, program
from solon.contract import Ask, Candidate, History, Program, Proposal, Proposer, Task
from solon.propose import Offline, optimiser
from solon.propose.space import Point, Space, space_of
from solon.search import Race, rank
from solon.sketch import Hole, HoleValue, Sketch

KINDS = ("separable", "coupled", "policy")
BUDGETS = (100, 200, 400)
GROUP = 20
WHOLE = (8, 6, 12)
OPTIONS = (3, 3, 4, 4, 2)
NUMBERS = 7 + len(WHOLE)
NOISE, SEED_EFFECT = 0.05, 0.1
FRESH = 100  # the first world of the table; worlds below it are for choosing settings


class World(Plain):
    """One mixed function with a known best filling; offers a sketch."""

    def __init__(self, kind: str, number: int) -> None:
        draw = np.random.default_rng(number)
        self.kind, self.number = kind, number
        self.best = snapped(draw.uniform(0.1, 0.9, NUMBERS))
        self.weights = np.exp(draw.uniform(math.log(0.3), math.log(3), NUMBERS))
        offsets = [np.sort(draw.exponential(0.25, count)) for count in OPTIONS]
        self.offsets = [(row - row[0])[draw.permutation(len(row))] for row in offsets]
        self.right = [int(np.argmin(row)) for row in self.offsets]
        self.shifts = [draw.uniform(-0.35, 0.35, (count, NUMBERS)) * (draw.random(NUMBERS) < 0.3) for count in OPTIONS]
        for row, right in zip(self.shifts, self.right, strict=True):
            row[right] = 0
        self.rotation = np.linalg.qr(draw.normal(size=(NUMBERS, NUMBERS)))[0]
        self.pairs = 0.6 * draw.exponential(0.25, (5, 4, 4))
        self.active, self.binding = draw.permutation(NUMBERS)[:6], draw.permutation(5)[:3]
        away = draw.choice([-1, 1], NUMBERS) * draw.uniform(0.15, 0.45, NUMBERS)
        self.start = snapped(np.clip(self.best + away, 0.02, 0.98))
        self.choices = [
            int((right + draw.integers(1, count)) % count) if draw.random() < 0.6 else right
            for right, count in zip(self.right, OPTIONS, strict=True)
        ]
        self.low = self.raw(self.start, self.choices)
        self.high = self.raw(self.best, self.right)

    def raw(self, numbers: np.ndarray, choices: Sequence[int]) -> float:
        wrong = [choice != right for choice, right in zip(choices, self.right, strict=True)]
        cost = float(sum(row[choice] for row, choice in zip(self.offsets, choices, strict=True)))
        if self.kind == "separable":
            return -float(self.weights @ (numbers - self.best) ** 2) - cost
        if self.kind == "coupled":
            moved = self.best + sum(row[choice] for row, choice in zip(self.shifts, choices, strict=True))
            turned = self.rotation @ (numbers - moved)
            for one in range(5):
                other = (one + 1) % 5
                if wrong[one] or wrong[other]:
                    cost += float(self.pairs[one, choices[one], choices[other]])
            return -1.5 * float(self.weights @ turned**2) - cost
        value = 1.0
        for place, index in enumerate(self.active):
            miss = abs(float(numbers[index] - self.best[index]))
            miss = 0.15 + 0.3 * miss if wrong[self.binding[place % 3]] else miss
            value *= 1 - 0.7 * min(1.0, max(0.0, miss - 0.03) / 0.35)
        return value * math.exp(-1.5 * float(sum(self.offsets[hole][choices[hole]] for hole in self.binding)))

    def value(self, holes: Mapping[str, HoleValue]) -> float:
        numbers = [float(holes[f"n{index}"]) for index in range(7)]
        numbers += [float(holes[f"w{index}"]) / steps for index, steps in enumerate(WHOLE)]
        choices = [int(str(holes[f"c{index}"])[1:]) for index in range(5)]
        return (self.raw(np.array(numbers), choices) - self.low) / (self.high - self.low)

    def sketch(self) -> Sketch:
        numbers = tuple(Hole(f"n{index}", float(self.start[index])) for index in range(7))
        whole = tuple(
            Hole(f"w{index}", round(self.start[7 + index] * steps), 0, steps, integer=True)
            for index, steps in enumerate(WHOLE)
        )
        choices = tuple(
            Hole(f"c{index}", f"o{self.choices[index]}", options=tuple(f"o{option}" for option in range(count)))
            for index, count in enumerate(OPTIONS)
        )
        return Sketch(numbers + whole + choices, written)


def snapped(numbers: np.ndarray) -> np.ndarray:
    """Round the whole holes to their steps."""
    steps = np.array(WHOLE)
    return np.concatenate([numbers[:7], np.round(numbers[7:] * steps) / steps])


def written(values: Mapping[str, HoleValue]) -> Program:
    return program(repr(sorted(values.items())))


def proposals(task: World, space: Space, points: Sequence[Point]) -> list[Proposal]:
    fillings = [space.filling(point) for point in points]
    return [Proposal(written(filling), holes=filling) for filling in fillings]


class RandomFilling:
    """Uniform fillings after the default."""

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        assert isinstance(task, World)
        space = space_of(task.sketch())
        dice = random.Random(entropy)
        points = [
            Point(
                tuple(dice.random() for _ in space.numbers),
                tuple(dice.randrange(len(hole.options)) for hole in space.choices),
            )
            for _ in range(ask.count)
        ]
        return proposals(task, space, points if history else [space.default(), *points[1:]])


class Breeding:
    """Only the breeding half of Offline."""

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        assert isinstance(task, World)
        space = space_of(task.sketch())
        draws = optimiser._bred(space, optimiser._judged(space, history), random.Random(entropy))
        points = [next(draws).point for _ in range(ask.count)]
        return proposals(task, space, points if history else [space.default(), *points[1:]])


class CatCma:
    """CatCMA with margin alone: numbers, whole numbers and choices in one model, started around the default."""

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        assert isinstance(task, World)
        space = space_of(task.sketch())
        model = self._model(task, ask.count, entropy)
        levels = {standing.number: standing.level for standing in rank(history)}
        for start in range(0, len(history), ask.count):
            model.tell([self._told(space, c, levels[c.number]) for c in history[start : start + ask.count]])
        points: list[Point] = []
        for _ in range(ask.count):
            drawn = model.ask()
            options = tuple(int(option) for option in np.argmax(drawn.c, axis=1))
            points.append(Point((*map(float, drawn.x), *map(float, drawn.z)), options))
        return proposals(task, space, points if history else [space.default(), *points[1:]])

    def _model(self, task: World, count: int, entropy: int) -> CatCMAwM:
        shares = np.zeros((5, 4))
        for row, options, default in zip(shares, OPTIONS, task.choices, strict=True):
            row[:options] = 0.5 / options
            row[default] += 0.5
        return CatCMAwM(
            x_space=[[0, 1]] * 7,
            z_space=[[step / steps for step in range(steps + 1)] for steps in WHOLE],
            c_space=OPTIONS,
            population_size=count,
            mean=task.start.copy(),
            sigma=1.0,
            cov=np.eye(NUMBERS) * 0.25**2,
            cat_param=shares,
            seed=entropy % 2**32,
        )

    def _told(self, space: Space, candidate: Candidate, level: float) -> tuple[CatCMAwM.Solution, float]:
        point = space.point(candidate.proposal.holes)
        assert point is not None
        numbers = np.array(point.numbers)
        hot = np.arange(4) == np.array(point.choices)[:, None]
        return CatCMAwM.Solution(numbers[:7], numbers[7:], hot, numbers), -level


def trace(proposer: Proposer, world: World) -> dict[int, float]:
    """Return the true value of the race's winner after each budget of candidates."""
    race = Race(batch=GROUP, seeds=(1, 3, 8), rounds=max(BUDGETS) // GROUP)
    history: list[Candidate] = []
    found: dict[int, float] = {}
    while True:
        ask = race.ask(history)
        winner = race.winner(history)
        if winner is not None and (ask is None or ask.count) and len(history) in BUDGETS:
            found[len(history)] = world.value(history[winner].proposal.holes)
        if ask is None:
            return found
        group = len(history) // GROUP
        fresh = proposer.propose(world, tuple(history), ask, 1_000 * world.number + group) if ask.count else ()
        first = len(history)
        history += [Candidate(first + place, proposal, group) for place, proposal in enumerate(fresh)]
        for number in (*range(first, len(history)), *ask.again):
            history[number] = scored(history[number], ask.seeds, world)


def scored(candidate: Candidate, seeds: int, world: World) -> Candidate:
    value = world.value(candidate.proposal.holes)
    scores = tuple(
        value
        + random.Random(f"{world.number}/{seed}").gauss(0, SEED_EFFECT)
        + random.Random(f"{world.number}/{candidate.number}/{seed}").gauss(0, NOISE)
        for seed in range(seeds)
    )
    return Candidate(candidate.number, candidate.proposal, candidate.group, scores)


PROPOSERS = {"random": RandomFilling, "CatCMAwM": CatCma, "breeding": Breeding, "offline": Offline}


def main(worlds: int) -> None:
    """Print mean and standard error of the winner's true value."""
    for kind in KINDS:
        for name, make in PROPOSERS.items():
            began = time.process_time()
            runs = [trace(make(), World(kind, FRESH + number)) for number in range(worlds)]
            cells = [[run[budget] for run in runs] for budget in BUDGETS]
            table = " | ".join(f"{statistics.fmean(c):.2f} ± {statistics.stdev(c) / worlds**0.5:.2f}" for c in cells)
            seconds = (time.process_time() - began) / worlds
            sys.stdout.write(f"| {kind} | {name} | {table} | {seconds:.1f} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
