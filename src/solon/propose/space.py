"""The space of a sketch: fillings as points, and points as fillings."""

import math
from collections.abc import Mapping

from solon.contract import Value
from solon.sketch import Hole, HoleValue, Sketch


class Point(Value, frozen=True):
    """A filling with its numbers scaled to [0, 1] and its choices as option numbers, each in the order of holes."""

    numbers: tuple[float, ...]
    choices: tuple[int, ...]


class Space(Value, frozen=True):
    """The holes of a sketch, split into numbers and choices; checked when built."""

    numbers: tuple[Hole, ...]
    choices: tuple[Hole, ...]

    @property
    def size(self) -> int:
        """Number of holes."""
        return len(self.numbers) + len(self.choices)

    def steps(self, index: int) -> int:
        """Return how many steps a number's range holds: 0 for a continuous one."""
        hole = self.numbers[index]
        return round(hole.high - hole.low) if hole.integer else 0

    def filling(self, point: Point) -> dict[str, HoleValue]:
        """Return the hole values of a point; whole numbers are rounded to the nearest value."""
        values: dict[str, HoleValue] = {}
        for hole, share in zip(self.numbers, point.numbers, strict=True):
            value = min(max(hole.low + share * (hole.high - hole.low), hole.low), hole.high)
            values[hole.name] = round(value) if hole.integer else value
        for hole, option in zip(self.choices, point.choices, strict=True):
            values[hole.name] = hole.options[option]
        return values

    def point(self, filling: Mapping[str, HoleValue]) -> Point | None:
        """Return the point of a filling, or None if it does not fill exactly these holes within their ranges."""
        if len(filling) != self.size:
            return None
        numbers: list[float] = []
        for hole in self.numbers:
            value = filling.get(hole.name)
            if isinstance(value, str) or value is None or not hole.low <= value <= hole.high:
                return None
            numbers.append((value - hole.low) / (hole.high - hole.low))
        choices: list[int] = []
        for hole in self.choices:
            value = filling.get(hole.name)
            if value not in hole.options:
                return None
            choices.append(hole.options.index(str(value)))
        return Point(tuple(numbers), tuple(choices))

    def default(self) -> Point:
        """Return the point that fills every hole with its default."""
        numbers = tuple((float(hole.default) - hole.low) / (hole.high - hole.low) for hole in self.numbers)
        return Point(numbers, tuple(hole.options.index(str(hole.default)) for hole in self.choices))


def space_of(sketch: Sketch) -> Space:
    """Return the space of a sketch. Raises ValueError for a sketch without holes or with a senseless one."""
    if not sketch.holes:
        raise ValueError("The sketch has no holes, so there is nothing to search; add a hole or propose otherwise.")
    names = [hole.name for hole in sketch.holes]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ValueError(f"The sketch has two holes called {repeated!r}; give each hole a name of its own.")
    for hole in sketch.holes:
        _check(hole)
    return Space(
        tuple(hole for hole in sketch.holes if not hole.options), tuple(hole for hole in sketch.holes if hole.options)
    )


def _check(hole: Hole) -> None:
    if hole.options:
        if hole.default not in hole.options or len(set(hole.options)) != len(hole.options):
            raise ValueError(
                f"The hole {hole.name!r} needs different options that include its default {hole.default!r}, "
                f"not {hole.options!r}."
            )
        return
    finite = math.isfinite(hole.low) and math.isfinite(hole.high) and hole.low < hole.high
    inside = not isinstance(hole.default, str) and hole.low <= hole.default <= hole.high
    if not finite or not inside:
        raise ValueError(
            f"The hole {hole.name!r} needs a finite range with low < high that holds its default {hole.default!r}, "
            f"not [{hole.low!r}, {hole.high!r}]."
        )
    if hole.integer and not all(float(edge).is_integer() for edge in (hole.low, hole.high, float(hole.default))):
        raise ValueError(f"The hole {hole.name!r} is a whole number, so its range and default must be whole too.")
