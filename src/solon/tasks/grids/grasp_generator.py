"""Drawing GRASP's grids: five distributions of energy, two places for the start, with and without obstacles.

Recovered from the published grids, which are not shipped: ranges, halves and blocks are theirs; the spiral is ours,
fitted to the number of its units and to what can be had of them.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from msgspec import structs

from solon.tasks.grids.grasp_world import SIZE, UNLIMITED, Instance, Movement

OBSTACLES: Final = 0.1  # probability of each cell in grids of the kind "block"
INNER: Final = range(3, 8)
_HALF: Final = 6  # rows or columns of the first half
_POINTS, _ANGLE, _PITCH, _NOISE = 85, 3.8 * math.pi, 0.54, 0.25  # of the spiral: points, turns, cells a radian
_MIDDLE: Final = 4.7
_BLOCK: Final = 3

Field = dict[tuple[int, int], float]


class Kind(NamedTuple):
    """How a grid is drawn: the 20 combinations are the 20 files of the publication."""

    distribution: str
    start: str
    obstacles: str

    def __str__(self) -> str:
        return "/".join(self)


class Rules(NamedTuple):
    """How a grid is played: the 8 combinations of the publication."""

    movement: Movement = "four"
    carry_limit: int = UNLIMITED
    step_cost: float = 0.0


ALL_RULES: Final = tuple(
    Rules(movement, limit, cost) for movement in ("four", "eight") for limit in (UNLIMITED, 2) for cost in (0.0, 0.3)
)


def _even(dice: random.Random) -> Field:
    p = dice.uniform(0.3, 0.7)
    return {(row, column): p for row in range(SIZE) for column in range(SIZE)}


def _vertical(dice: random.Random) -> Field:
    p = _skew(dice)
    return {(row, column): p if row < _HALF else 1 - p for row in range(SIZE) for column in range(SIZE)}


def _horizontal(dice: random.Random) -> Field:
    p = _skew(dice)
    return {(row, column): p if column < _HALF else 1 - p for row in range(SIZE) for column in range(SIZE)}


def _skew(dice: random.Random) -> float:
    p = dice.uniform(0.3, 0.4)
    return p if dice.random() < 0.5 else 1 - p


def _cluster(dice: random.Random) -> Field:
    field: Field = {}
    for _ in range(dice.randint(3, 5)):
        top, left = dice.randint(0, SIZE - _BLOCK), dice.randint(0, SIZE - _BLOCK)
        field |= {(top + down, left + right): 1.0 for down in range(_BLOCK) for right in range(_BLOCK)}
    return field


def _spiral(dice: random.Random) -> Field:
    return dict.fromkeys(spiral(dice), 1.0)


def spiral(dice: random.Random) -> set[tuple[int, int]]:
    """Return the cells of an Archimedean spiral from the middle out, every point of it a little displaced."""
    cells: set[tuple[int, int]] = set()
    for point in range(_POINTS):
        # equal steps along the arm, whose length grows with the square of the angle
        angle = _ANGLE * math.sqrt((point + 1) / _POINTS)
        row = _MIDDLE + _PITCH * angle * math.sin(angle) + dice.gauss(0, _NOISE)
        column = _MIDDLE + _PITCH * angle * math.cos(angle) + dice.gauss(0, _NOISE)
        if 0 <= round(row) < SIZE and 0 <= round(column) < SIZE:
            cells.add((round(row), round(column)))
    return cells


_FIELDS: Final[dict[str, Callable[[random.Random], Field]]] = {
    "random": _even,
    "vertical": _vertical,
    "horizontal": _horizontal,
    "cluster": _cluster,
    "spiral": _spiral,
}
DISTRIBUTIONS: Final = tuple(_FIELDS)
"""*vertical* grids differ between top and bottom, *horizontal* ones between left and right; the publication's files
are named the other way round."""
STARTS: Final = ("inner", "outer")
GROUNDS: Final = ("free", "block")


def kinds(distribution: str = "mixed", start: str = "mixed", obstacles: str = "mixed") -> tuple[Kind, ...]:
    """Return the kinds that a choice leaves; "mixed" leaves all. Raises ValueError for a word that is none."""
    chosen: list[Sequence[str]] = []
    for what, word, known in (
        ("distribution", distribution, DISTRIBUTIONS),
        ("start", start, STARTS),
        ("obstacles", obstacles, GROUNDS),
    ):
        if word not in (*known, "mixed"):
            raise ValueError(f"{what} must be one of {', '.join(known)} or mixed, got {word!r}")
        chosen.append(known if word == "mixed" else (word,))
    return tuple(Kind(one, two, three) for one in chosen[0] for two in chosen[1] for three in chosen[2])


def draw(kind: Kind, rules: Rules, dice: random.Random) -> Instance:
    """Draw one instance; the same dice give the same."""
    field = _FIELDS[kind.distribution](dice)
    cells = [(row, column) for row in range(SIZE) for column in range(SIZE)]
    inner = [cell for cell in cells if cell[0] in INNER and cell[1] in INNER]
    start = dice.choice(inner if kind.start == "inner" else [cell for cell in cells if cell not in inner])
    energy = {cell for cell in cells if dice.random() < field.get(cell, 0.0)}
    blocked = (
        {cell for cell in cells if dice.random() < OBSTACLES} if kind.obstacles == "block" else set[tuple[int, int]]()
    )
    return Instance(
        start=_number(start),
        energy=frozenset(map(_number, energy - blocked - {start})),
        obstacles=frozenset(map(_number, blocked - {start})),
        kind=str(kind),
        **rules._asdict(),
    )


def draw_many(count: int, chosen: Sequence[Kind], rules: Sequence[Rules], dice: random.Random) -> list[Instance]:
    """Draw instances whose kinds, and whose rules, come equally often, as far as the count allows."""
    found: list[Instance] = []
    decks: tuple[list[Kind], list[Rules]] = ([], [])
    for _ in range(count):
        for deck, all_cards in zip(decks, (chosen, rules), strict=True):
            if not deck:
                deck.extend(dice.sample(all_cards, len(all_cards)))  # pyright: ignore[reportArgumentType]  # pairwise
        found.append(draw(decks[0].pop(), decks[1].pop(), dice))
    return found


def under(instance: Instance, rules: Rules) -> Instance:
    """Return the same grid under other rules."""
    return structs.replace(instance, **rules._asdict())


def _number(cell: tuple[int, int]) -> int:
    return cell[0] * SIZE + cell[1]
