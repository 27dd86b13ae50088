"""Operators on points of a sketch's space: what a wish's parents become where it says what to do with them.

*refine* and *split* breed from the parents alone, by steps that shrink with their depth; *merge* crosses them; *vote*
takes the value that most of them have; *generate* starts from nothing. So beams, islands and trees are what their names
say also without a model: a child differs from its parents in few holes, and nobody else's holes get into it.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from solon.contract import Ask, Value
from solon.propose.space import Point, Space

FIRST_STEP, LAST_STEP, HALVING = 0.3, 0.05, 8  # breeding steps, as shares of a range; groups until they are halved
DEPTH_HALVING = 3  # generations until the steps of *refine* are halved
FIRST_CHANGES, CHANGES = 3.0, 1.5  # holes changed on average, in the first group and later
FAR = 0.5  # share of the first group that ignores the default
CROSSOVER = 0.5
PURE = 0.5  # share of merges and votes in which nothing else is changed


class Judged(Value, frozen=True):
    """A point that was judged; ``level`` is None if its program was invalid."""

    number: int
    group: int
    point: Point
    level: float | None
    parents: tuple[int, ...] = ()


class Draw(Value, frozen=True):
    """A point to be proposed, and where it comes from."""

    point: Point
    parents: tuple[int, ...]
    operator: str


def operated(space: Space, judged: Sequence[Judged], ask: Ask, dice: random.Random) -> Iterator[Draw]:
    """Yield fillings without end that follow the wish's operator; unknown ones count as *refine*.

    Parents that fill another sketch are passed over; without any, fillings are made from nothing.
    """
    known = {each.number: each for each in judged}
    parents = [known[number] for number in dict.fromkeys(ask.parents) if number in known]
    if not parents or ask.operator == "generate":
        yield from fresh(space, FIRST_STEP, dice)
    scale = step_size(_depth(known, parents) * HALVING / DEPTH_HALVING)
    if ask.operator in ("merge", "vote") and len(parents) > 1:
        yield from _joined(space, parents, ask.operator, scale, dice)
    yield from children(space, parents, scale, ask.operator, dice)


def step_size(groups: float) -> float:
    """Return the size of breeding steps after so many groups, as a share of a range."""
    return max(LAST_STEP, FIRST_STEP * 0.5 ** (groups / HALVING))


def _depth(known: dict[int, Judged], parents: Sequence[Judged]) -> int:
    """Return how many generations lie above the deepest parent, following first parents."""
    deepest = 0
    for parent in parents:
        depth, at = 0, parent
        while at.parents and at.parents[0] < at.number and at.parents[0] in known:
            depth, at = depth + 1, known[at.parents[0]]
        deepest = max(deepest, depth)
    return deepest


def fresh(space: Space, scale: float, dice: random.Random) -> Iterator[Draw]:
    """Yield fillings without end that have no parents: half at random, half variations of the default."""
    while True:
        if dice.random() < FAR:
            yield Draw(_uniform(space, dice), (), "random")
        else:
            yield Draw(mutated(space, space.default(), scale, FIRST_CHANGES, dice), (), "vary default")


def children(
    space: Space, parents: Sequence[Judged], scale: float, operator: str, dice: random.Random
) -> Iterator[Draw]:
    """Yield variations without end of the parents, best first, or of crossings of two of them."""
    while True:
        chosen = drawn(parents, dice, 2 if dice.random() < CROSSOVER else 1)
        point = _crossed(chosen[0].point, chosen[-1].point, dice)
        point = mutated(space, point, scale, CHANGES, dice)
        yield Draw(point, tuple(sorted({parent.number for parent in chosen})), operator)


def _joined(
    space: Space, parents: Sequence[Judged], operator: str, scale: float, dice: random.Random
) -> Iterator[Draw]:
    numbers = tuple(sorted(parent.number for parent in parents))
    join: Callable[[Sequence[Point], random.Random], Point] = _voted if operator == "vote" else _shuffled
    yield Draw(join([parent.point for parent in parents], dice), numbers, operator)
    while True:
        point = join([parent.point for parent in parents], dice)
        if dice.random() >= PURE:
            point = mutated(space, point, scale, CHANGES, dice)
        yield Draw(point, numbers, operator)


def _shuffled(points: Sequence[Point], dice: random.Random) -> Point:
    """Take each hole's value from any of the points."""
    return Point(
        tuple(map(dice.choice, zip(*(point.numbers for point in points), strict=True))),
        tuple(map(dice.choice, zip(*(point.choices for point in points), strict=True))),
    )


def _voted(points: Sequence[Point], dice: random.Random) -> Point:
    """Take each number's lower median and each choice's most frequent option; ties are drawn."""
    numbers = [sorted(column)[(len(column) - 1) // 2] for column in zip(*(it.numbers for it in points), strict=True)]
    choices: list[int] = []
    for column in zip(*(it.choices for it in points), strict=True):
        counts = Counter(column)
        most = max(counts.values())
        choices.append(dice.choice(sorted(option for option, count in counts.items() if count == most)))
    return Point(tuple(numbers), tuple(choices))


def _uniform(space: Space, dice: random.Random) -> Point:
    return Point(
        tuple(dice.random() for _ in space.numbers), tuple(dice.randrange(len(hole.options)) for hole in space.choices)
    )


def drawn(elites: Sequence[Judged], dice: random.Random, count: int) -> list[Judged]:
    """Draw elites, best first, with the logarithmic rank weights that CMA-ES gives its parents."""
    weights = [math.log(len(elites) + 1) - math.log(place) for place in range(1, len(elites) + 1)]
    return dice.choices(elites, weights, k=count) if elites else []


def _crossed(one: Point, other: Point, dice: random.Random) -> Point:
    return Point(
        tuple(dice.choice(pair) for pair in zip(one.numbers, other.numbers, strict=True)),
        tuple(dice.choice(pair) for pair in zip(one.choices, other.choices, strict=True)),
    )


def mutated(space: Space, point: Point, scale: float, changes: float, dice: random.Random) -> Point:
    """Change each hole with the same probability, ``changes`` of them on average and one at least."""
    count = len(point.numbers)
    changed = [index for index in range(space.size) if dice.random() < changes / space.size]
    for index in changed or [dice.randrange(space.size)]:
        if index < count:
            numbers = list(point.numbers)
            numbers[index] = _stepped(numbers[index], scale, space.steps(index), dice)
            point = Point(tuple(numbers), point.choices)
        else:
            point = Point(point.numbers, switched(space, point.choices, index - count, dice))
    return point


def _stepped(share: float, scale: float, steps: int, dice: random.Random) -> float:
    """Take a normal step, at least to the next whole number, and reflect it at the edges."""
    step = dice.gauss(0.0, scale)
    if steps:
        step = math.copysign(max(abs(step), 1 / steps), step)
    moved = abs(share + step)
    return min(max(2.0 - moved if moved > 1.0 else moved, 0.0), 1.0)


def switched(space: Space, choices: tuple[int, ...], index: int, dice: random.Random) -> tuple[int, ...]:
    """Replace one choice by another option of its hole, if it has one."""
    options = len(space.choices[index].options)
    other = (choices[index] + dice.randrange(1, options)) % options if options > 1 else choices[index]
    return (*choices[:index], other, *choices[index + 1 :])
