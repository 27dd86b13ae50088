"""The maps of the games, as facts; parsed once to flat cell numbers ``row * width + column``.

A layout is a table of rows: for each kind of cell the columns, ``"1-6 9"`` meaning columns 1 to 6 and 9. Cells
that no row names are floor, also where a row's own wall ends before the map does. Source: the public code of
arXiv 2603.19453 (facts of its maps, restated); the open map of Harvest has the places of Melting Pot's; the quarry
of Mining is our own.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from solon.contract import Value

Columns = Mapping[int, str]  # row -> columns


class Map(Value, frozen=True):
    """One map; all cell lists are in row-major order."""

    name: str
    height: int
    width: int
    walls: frozenset[int]
    apples: tuple[int, ...]
    spawns: tuple[int, ...]  # the marked ones or, without any, the free cells of the two outermost rows and columns
    open_cells: tuple[int, ...]  # where agents start once spawns run out: no wall, apple, river or stream
    walkable: tuple[int, ...]  # every cell without a wall, padding that nobody can reach included
    river: tuple[int, ...] = ()
    polluted: tuple[int, ...] = ()  # river cells with waste at the start
    stream: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.height * self.width


def _columns(text: str) -> list[int]:
    columns: list[int] = []
    for run in text.split():
        first, _, last = run.partition("-")
        columns.extend(range(int(first), int(last or first) + 1))
    return columns


def _build(  # noqa: PLR0913 - a map has that many kinds of cells
    name: str,
    shape: tuple[int, int],
    *,
    walls: Columns,
    apples: Columns,
    spawns: Columns | None = None,
    river: Columns | None = None,
    polluted: Iterable[int] = (),
    stream: Columns | None = None,
) -> Map:
    height, width = shape

    def cells(table: Columns | None) -> tuple[int, ...]:
        return tuple(sorted(row * width + column for row, text in (table or {}).items() for column in _columns(text)))

    wall, apple, water, current = cells(walls), cells(apples), cells(river), cells(stream)
    walkable = tuple(sorted(set(range(height * width)).difference(wall)))
    dirty = set(polluted)
    edge_rows, edge_columns = {0, 1, height - 2, height - 1}, {0, 1, width - 2, width - 1}
    edge = [cell for cell in walkable if cell // width in edge_rows or cell % width in edge_columns]
    return Map(
        name=name,
        height=height,
        width=width,
        walls=frozenset(wall),
        apples=apple,
        spawns=cells(spawns) or tuple(cell for cell in edge if cell not in apple),
        open_cells=tuple(cell for cell in walkable if cell not in {*apple, *water, *current}),
        walkable=walkable,
        river=water,
        polluted=tuple(cell for cell in water if cell // width in dirty),
        stream=current,
    )


def _rows(first: int, last: int, columns: str) -> dict[int, str]:
    return dict.fromkeys(range(first, last + 1), columns)


def _gathering_small() -> Map:
    return _build(
        "small",
        (10, 18),
        walls={0: "0-17", **_rows(1, 7, "0 16"), 8: "0 17", 9: "0-17"},
        apples=_rows(1, 7, "7 9"),
        spawns={1: "1 15"},
    )


def _gathering_default() -> Map:
    return _build(
        "default",
        (21, 29),
        walls={
            0: "0-24",
            **_rows(1, 2, "0 23"),
            **_rows(3, 9, "0 24"),
            **_rows(10, 11, "0 28"),
            **_rows(12, 19, "0 24"),
            20: "0-24",
        },
        apples={**_rows(1, 9, "11-13"), **_rows(12, 19, "11-13")},
        spawns={1: "1", 19: "23"},
    )


_LARGE_APPLES = {
    1: "13 20-24 32",
    2: "9 13-14 24-26 31 34",
    3: "6 8-10 13-15 20 25 27-28 30-33",
    4: "2 5-7 9 14 17 19-21 24 27 31 33",
    5: "1-3 6 8 13 16-18 20 23-25 34",
    6: "2 4 7-9 12-14 17 19 24 26-27 31-32 34-35",
    7: "3 5 8-10 15 17 20-22 27-29 32",
    8: "4-6 9 16-18 21 26-29",
    9: "5 13 16 18-20 25 28",
    10: "1 4-6 9 12 15-17 19 24-27",
    11: "5 7 11-13 16 18 25 27-28 32",
    12: "6-8 12 14 17-19 26-27 31-33",
    13: "2 7 13-15 18 32",
    14: "14",
}
_LARGE_SPAWNS = {
    1: "2 6 18 29 34",
    2: "3 11 19",
    5: "36",
    9: "2 35",
    10: "33",
    11: "34",
    12: "35",
    13: "21",
    14: "8 24 27 29 35",
}


def _gathering_large() -> Map:
    return _build(
        "large",
        (16, 38),
        walls={0: "0-37", **_rows(1, 14, "0 36"), 5: "0 37", 15: "0-37"},
        apples=_LARGE_APPLES,
        spawns=_LARGE_SPAWNS,
    )


def _commons() -> Map:
    return _build(
        "commons",
        (20, 30),
        walls={0: "0-29", **_rows(1, 18, "0 29"), 19: "0-29"},
        apples={**_rows(2, 5, "4-7 15-18"), **_rows(8, 11, "9-14"), **_rows(14, 17, "4-7 15-18")},
    )


def _cleanup_full() -> Map:
    wide, middle, narrow = (
        (1, 2, 3, 8, 9, 12, 13),
        (4, 5, 6, 7, 10, 11, 14, 16, 17, 18, 20, 21, 22),
        (15, 19, 23),
    )
    broad_orchard = (1, 3, 5, 7, 11, 13, 15, 17, 19, 21, 23)
    return _build(
        "full",
        (25, 18),
        walls={0: "0-17", **_rows(1, 23, "0 17"), 24: "0-17"},
        apples={**_rows(1, 23, "13-16"), **dict.fromkeys(broad_orchard, "12-16")},
        spawns={4: "8", 5: "10", 10: "9 11", 11: "9", 12: "11", 13: "8", 15: "9", 17: "8 10"},
        river={**dict.fromkeys(wide, "1-6"), **dict.fromkeys(middle, "1-5"), **dict.fromkeys(narrow, "1-4")},
        polluted=(2, 6, 8, 9, 11, 13, 15, 17, 19, 21, 23),
        stream=_rows(8, 9, "7-12"),
    )


def _cleanup_small() -> Map:
    return _build(
        "small",
        (11, 13),
        walls={0: "0-12", **_rows(1, 9, "0 12"), 10: "0-12"},
        apples=_rows(1, 9, "7-11"),
        spawns=_rows(4, 6, "5"),
        river={**_rows(1, 3, "1-3"), **_rows(4, 6, "1-2"), **_rows(7, 9, "1-3")},
        polluted=(2, 5, 8),
        stream={3: "4-5", 7: "4-5"},
    )


def _harvest_open() -> Map:
    return _build(
        "open",
        (18, 24),
        walls={0: "0-23", **_rows(1, 16, "0 23"), 17: "0-23"},
        apples={
            1: "1-3 8 15 20-22",
            2: "1-2 7-9 14-16 21-22",
            3: "1 6-10 13-17 22",
            4: "7-9 14-16",
            5: "8 15",
            6: "3 20",
            7: "2-4 19-21",
            8: "1-5 18-22",
            9: "2-4 19-21",
            10: "3 20",
        },
        spawns={14: "3-20", 15: "2-21", 16: "1-22"},
    )


def _mining_quarry() -> Map:
    half = {  # the southern half mirrors the northern one
        1: "3-4 9 13 18-19",
        2: "2-4 8-9 13-14 18-20",
        3: "2-3 7-9 13-15 19-20",
        4: "7 15",
        6: "7-8 14-15",
        7: "1 6-9 13-16 21",
        8: "1-2 6-7 15-16 20-21",
    }
    walls = {4: "11", 5: "3-4 11 18-19", 6: "4 11 18"}
    sides = _rows(1, 17, "0 22")
    for row, columns in walls.items():
        sides |= {row: f"0 {columns} 22", 18 - row: f"0 {columns} 22"}
    return _build(
        "quarry",
        (19, 23),
        walls={0: "0-22", **sides, 18: "0-22"},
        apples={**half, 9: "1-3 19-21", **{18 - row: columns for row, columns in half.items()}},
        spawns={**_rows(7, 11, "11"), 9: "8 10 12 14"},
    )


_MAPS = {
    ("gathering", "small"): _gathering_small,
    ("gathering", "default"): _gathering_default,
    ("gathering", "large"): _gathering_large,
    ("commons", "commons"): _commons,
    ("cleanup", "full"): _cleanup_full,
    ("cleanup", "small"): _cleanup_small,
    ("harvest", "open"): _harvest_open,
    ("mining", "quarry"): _mining_quarry,
}


def map_names(game: str) -> tuple[str, ...]:
    """Return the names of a game's maps."""
    return tuple(name for owner, name in _MAPS if owner == game)


@cache
def load_map(game: str, name: str) -> Map:
    """Return a map by game and name. Raises ValueError for an unknown one."""
    try:
        build = _MAPS[game, name]
    except KeyError:
        known = ", ".join(f"{owner}/{own}" for owner, own in _MAPS)
        raise ValueError(f"no map {name!r} of game {game!r}; choose one of {known}") from None
    return build()
