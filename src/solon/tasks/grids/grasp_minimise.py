"""Making an instance on which a program fails smaller, as long as it still fails: delta debugging.

Zeller and Hildebrandt (2002), "Simplifying and isolating failure-inducing input", with the complement alone tried.
"""

from collections.abc import Callable, Iterator

from msgspec import structs

from solon.tasks.grids.grasp_world import Instance

Fails = Callable[[Instance], bool]


def minimised(instance: Instance, fails: Fails, *, tries: int = 200) -> Instance:
    """Return an instance with few obstacles, a small grid and few units that still fails.

    Whatever is returned was seen to fail, or is the instance that was given. Within ``tries`` calls of ``fails`` no
    obstacle, no outer row or column and no unit can be left out alone.
    """
    smaller = _Smaller(instance, fails, tries)
    while True:
        before = smaller.instance
        smaller.without("obstacles")
        smaller.cropped()
        smaller.without("energy")
        if smaller.instance == before or smaller.left <= 0:
            return smaller.instance


class _Smaller:
    """The smallest instance so far; only ``_accepts`` changes it."""

    def __init__(self, instance: Instance, fails: Fails, tries: int) -> None:
        self.instance, self.left = instance, tries
        self._fails = fails

    def _accepts(self, candidate: Instance) -> bool:
        if self.left <= 0:
            return False
        self.left -= 1
        if not self._fails(candidate):
            return False
        self.instance = candidate
        return True

    def without(self, field: str) -> None:
        """Leave out as many cells of a field as can be: all, halves, quarters, ..., single ones."""
        size = len(_cells(self.instance, field))
        while size and self.left > 0:
            for chunk in _chunks(_cells(self.instance, field), size):
                kept = frozenset(_cells(self.instance, field)) - chunk
                self._accepts(structs.replace(self.instance, **{field: kept}))
            size //= 2

    def cropped(self) -> None:
        """Cut off outer rows and columns, many at once where that can be."""
        for step in (8, 4, 2, 1):
            moved = True
            while moved and self.left > 0:
                moved = any(self._accepts(candidate) for candidate in _crops(self.instance, step))


def _cells(instance: Instance, field: str) -> list[int]:
    return sorted(instance.energy if field == "energy" else instance.obstacles)


def _chunks(cells: list[int], size: int) -> Iterator[frozenset[int]]:
    for start in range(0, len(cells), size):
        yield frozenset(cells[start : start + size])


def _crops(instance: Instance, step: int) -> Iterator[Instance]:
    """Yield the instance without so many rows or columns at one side; the start stays inside."""
    row, column = instance.place(instance.start)
    for top, bottom, left, right in ((step, 0, 0, 0), (0, step, 0, 0), (0, 0, step, 0), (0, 0, 0, step)):
        rows, columns = instance.rows - top - bottom, instance.columns - left - right
        if top <= row < top + rows and left <= column < left + columns:
            yield _window(instance, top, left, rows, columns)


def _window(instance: Instance, top: int, left: int, rows: int, columns: int) -> Instance:
    def inside(cells: frozenset[int]) -> frozenset[int]:
        places = (instance.place(cell) for cell in cells)
        return frozenset(
            (row - top) * columns + column - left
            for row, column in places
            if top <= row < top + rows and left <= column < left + columns
        )

    (start,) = inside(frozenset({instance.start}))
    return structs.replace(
        instance,
        start=start,
        energy=inside(instance.energy),
        obstacles=inside(instance.obstacles),
        rows=rows,
        columns=columns,
    )
