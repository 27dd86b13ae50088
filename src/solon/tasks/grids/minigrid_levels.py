"""How the package draws the three levels, so that the best expected reward can be counted out exactly.

Rewards are 1 - 0.9 * steps / limit. Distributions: the generators of minigrid 3, where the agent of the two levels
with rooms never starts right in front of a thing, and nothing is put beside the middle of the right room.
"""

from collections.abc import Iterator
from typing import Final

from solon.contract import Value
from solon.tasks.grids.minigrid_planner import State, World, distances


class Level(Value, frozen=True):
    """A level of the package."""

    environment: str
    limit: int  # steps
    size: int  # of a side of the square, or of a room's
    ends: str  # "goal", "box" or "door"


def unlock() -> Level:
    """Return the level with two rooms that ends when the door between them opens."""
    return Level("MiniGrid-Unlock-v0", 288, 6, "door")


def unlock_pickup() -> Level:
    """Return the level with two rooms that ends when the box behind the door is picked up."""
    return Level("MiniGrid-UnlockPickup-v0", 288, 6, "box")


DOOR_KEY_SIZES: Final = (5, 6, 8, 16)


def door_key(size: int = 8) -> Level:
    """Return the square level that ends at the goal. Raises ValueError for a size that the package does not have."""
    if size not in DOOR_KEY_SIZES:
        raise ValueError(f"size must be one of {', '.join(map(str, DOOR_KEY_SIZES))}, got {size}")
    return Level(f"MiniGrid-DoorKey-{size}x{size}-v0", 10 * size * size, size, "goal")


COUNTED: Final = {
    "MiniGrid-Unlock-v0": 0.970584,
    "MiniGrid-DoorKey-5x5-v0": 0.964600,
    "MiniGrid-DoorKey-6x6-v0": 0.969306,
    "MiniGrid-DoorKey-8x8-v0": 0.976423,
    "MiniGrid-UnlockPickup-v0": 0.948567,
}
"""What ``best_expected`` counts, to six digits; larger levels would take minutes."""

Drawn = Iterator[tuple[float, World, list[list[State]]]]
"""Probability of a world and, for each place of the key, the starts, which are equally likely."""


def best_expected(level: Level) -> float:
    """Return the highest reward that any program can expect: the mean over all that may be drawn."""
    total = 0.0
    for probability, world, by_key in _squares(level.size) if level.ends == "goal" else _rooms(level):
        steps = distances(world, [start for starts in by_key for start in starts])
        means = [sum(steps[start] for start in starts) / len(starts) for starts in by_key]
        total += probability * sum(means) / len(means)
    return 1.0 - 0.9 * total / level.limit


def _starts(cells: list[int], key: int) -> list[State]:
    return [State(cell, heading, key, opened=False) for cell in cells if cell != key for heading in range(4)]


def _squares(size: int) -> Drawn:
    splits, doors = range(2, size - 2), range(1, size - 2)
    inside = range(1, size - 1)
    for split in splits:
        left = [row * size + column for row in inside for column in range(1, split)]
        right = [row * size + column for row in inside for column in range(split + 1, size - 1)]
        for row in doors:
            door = row * size + split
            world = World(size, frozenset([*left, *right, door]), door, goal=(size - 2) * size + size - 2)
            # The agent is drawn first and then the key, which is as uniform over pairs as the other way round.
            yield 1 / len(splits) / len(doors), world, [_starts(left, key) for key in left]


def _rooms(level: Level) -> Drawn:
    size, columns = level.size, 2 * level.size - 1
    inside = range(1, size - 1)
    left = [row * columns + column for row in inside for column in inside]
    right = [cell + size - 1 for cell in left]
    middle = (size // 2, size - 1 + size // 2)
    boxes = [cell for cell in right if sum(abs(a - b) for a, b in zip(divmod(cell, columns), middle, strict=True)) > 1]
    for row in inside:
        door = row * columns + size - 1
        for box in boxes if level.ends == "box" else [None]:
            floor = frozenset([*left, *right, door])
            world = World(columns, floor, door) if box is None else World(columns, floor, door, box=box)
            by_key = [
                [start for start in _starts(left, key) if world.ahead(start.cell, start.heading) not in (key, door)]
                for key in left
            ]
            yield 1 / len(inside) / (len(boxes) if level.ends == "box" else 1), world, by_key
