"""Robots paint the tiles of a floor like a chessboard and must not lock themselves in."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Facts, Noun, Scene, World, cell, kind, numbered, say
from solon.verify.pddl.syntax import Atom

_ABOUT: Final = (
    "Robots paint the tiles of a floor, which is a grid; rows are counted from below. The tile in row R, column C is "
    "named tile-R-C. A robot stands on a tile, moves to a neighbouring one and paints the tile above or below it. "
    "Nobody can stand on or walk over a painted tile, nor over one where a robot stands. A robot has one colour at a "
    "time. Moving up costs 3, moving down, left or right 1, painting 2, changing the colour 5."
)
_KINDS: Final = (
    kind("grid", "rows:number columns:number", "the floor is a grid of {rows} rows and {columns} columns of tiles",
         "the tiles lie in {rows} rows and {columns} columns", section="world"),
    kind("robot", "r:robot x:tile c:color", "{r} is on {x} and has the colour {c}",
         "{r}, which has the colour {c}, stands on {x}", facts="robot-at {r} {x}; robot-has {r} {c}", section="start"),
    kind("chessboard", "low:number high:number a:color b:color",
         "rows {low} to {high} are painted in {a} and {b} like a chessboard, with {a} in row {low}, column 1",
         "from row {low} to row {high} there is a chessboard of {a} and {b} that has {a} in row {low}, column 1",
         section="goal"),
)  # fmt: skip
_SIZES: Final = ((3, 5), (4, 4), (5, 3), (3, 6), (4, 5), (3, 8), (4, 6), (3, 10), (4, 8), (5, 7))


def _draw(number: int, dice: random.Random) -> Scene:
    rows, columns = _SIZES[(number - 1) // 2 % len(_SIZES)]
    places = dice.sample([(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)], 2)
    colours = dice.sample(("white", "black"), 2)
    robots = numbered("robot", 2)
    start = [
        say("robot", name, cell("tile", *place), colour)
        for name, place, colour in zip(robots, places, colours, strict=True)
    ]
    goal = say("chessboard", 2, rows, *dice.sample(("white", "black"), 2))
    objects = (("robot", robots), ("color", ("white", "black")))
    return Scene(objects, (say("grid", rows, columns),), tuple(start), (goal,))


def _finish(facts: Facts) -> None:
    rows, columns = map(int, facts.stated("grid")[0])
    cells = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    facts.bring("tile", [cell("tile", *place) for place in cells])
    taken = facts.among("robot-at", 1)
    for row, column in cells:
        here = cell("tile", row, column)
        for side, beside in (
            ("up", (row - 1, column)),
            ("down", (row + 1, column)),
            ("right", (row, column - 1)),
            ("left", (row, column + 1)),
        ):
            if beside in cells:
                facts.add(side, here, cell("tile", *beside))
        if here not in taken:
            facts.add("clear", here)
    for colour in facts.of("color"):
        facts.add("available-color", colour)
    _paint(facts, cells)


def _paint(facts: Facts, cells: list[tuple[int, int]]) -> None:
    for low, high, *colours in facts.stated("chessboard"):
        for row, column in cells:
            if int(low) <= row <= int(high):
                colour = colours[(row - int(low) + column - 1) % 2]
                facts.goal.append(Atom("painted", (cell("tile", row, column), colour)))


FLOORTILE: Final = World(
    "floortile",
    "a floor to paint",
    _ABOUT,
    {
        "robot": Noun("robot", "robots", ("painter", "painters")),
        "color": Noun("colour", "colours", ("paint", "paints"), plain=True),
        "tile": Noun("tile", "tiles", declared=False),
    },
    _KINDS,
    {
        "change-color": "{0} changes its colour from {1} to {2}",
        "paint-up": "{0} on {2} paints {1} above it {3}",
        "paint-down": "{0} on {2} paints {1} below it {3}",
        "up": "{0} moves up from {1} to {2}",
        "down": "{0} moves down from {1} to {2}",
        "right": "{0} moves right from {1} to {2}",
        "left": "{0} moves left from {1} to {2}",
    },
    {
        "robot-at": "{0} is on {1}",
        "up": "{0} is above {1}",
        "down": "{0} is below {1}",
        "right": "{0} is to the right of {1}",
        "left": "{0} is to the left of {1}",
        "clear": "{0} is neither painted nor occupied",
        "painted": "{0} is painted {1}",
        "robot-has": "{0} has the colour {1}",
        "available-color": "the colour {0} is to be had",
    },
    _draw,
    _finish,
    costs=True,
)
