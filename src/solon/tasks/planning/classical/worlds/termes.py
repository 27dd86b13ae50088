"""A robot that climbs on what it builds raises towers of blocks."""

import random
from itertools import pairwise
from typing import Final

from solon.tasks.planning.classical.scene import Facts, Noun, Scene, World, cell, kind, say
from solon.verify.pddl.syntax import Atom

_ABOUT: Final = (
    "A robot builds towers of blocks on a grid; the place in row R, column C is named position-R-C. Heights are named "
    "n0, n1, n2 and so on. The robot moves to a neighbouring place of the same height, or one block higher or lower. "
    "It puts a block on a neighbouring place that is as high as its own, and takes one from a neighbouring place that "
    "is one block higher than its own. It carries at most one block. Blocks are fetched and given back at the depot, "
    "where none can be put down."
)
_KINDS: Final = (
    kind("grid", "rows:number columns:number", "the ground is a grid of {rows} rows and {columns} columns",
         "there is a ground of {rows} rows and {columns} columns", section="world"),
    kind("limit", "n:number", "no place can be higher than {n} blocks", "places are at most {n} blocks high",
         section="world"),
    kind("depot", "p:position", "the depot is at {p}", "{p} is the depot", facts="is-depot {p}", section="world"),
    kind("bare", "", "there is no block anywhere and the robot carries none",
         "the robot carries no block and none lies anywhere", section="start"),
    kind("robot", "p:position", "the robot is at {p}", "{p} is where the robot is", facts="at {p}", section="start"),
    kind("tower", "p:position n:number", "{n} blocks lie at {p}", "at {p} there is a tower of {n} blocks",
         facts="height {p} n{n}", section="goal"),
    kind("rest", "", "no other block is left and the robot carries none",
         "the robot carries no block and all other places are bare", facts="not has-block", section="goal"),
)  # fmt: skip


def _draw(number: int, dice: random.Random) -> Scene:
    rows, columns = 4 + number % 2, 3 + number // 2 % 2
    high = 3 if number <= 10 else 4
    cells = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    depot = (1, 2)
    far = [place for place in cells if abs(place[0] - depot[0]) + abs(place[1] - depot[1]) > 1]
    towers = dice.sample(far, 1 + (number - 1) // 5 % 2)
    heights = [dice.randint(2, 3) if place == towers[0] else dice.randint(1, 2) for place in towers]
    world = (say("grid", rows, columns), say("limit", high), say("depot", cell("position", *depot)))
    start = (say("robot", cell("position", *depot)), say("bare"))
    raised = [say("tower", cell("position", *place), height) for place, height in zip(towers, heights, strict=True)]
    return Scene((), world, start, (*raised, say("rest")))


def _finish(facts: Facts) -> None:
    rows, columns = map(int, facts.stated("grid")[0])
    high = int(facts.stated("limit")[0][0])
    heights = [f"n{height}" for height in range(high + 1)]
    facts.bring("numb", heights)
    for lower, upper in pairwise(heights):
        facts.add("succ", upper, lower)
    cells = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    facts.bring("position", [cell("position", *place) for place in cells])
    for row, column in cells:
        for beside in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if beside in cells:
                facts.add("neighbor", cell("position", row, column), cell("position", *beside))
        if facts.stated("bare"):
            facts.add("height", cell("position", row, column), "n0")
    raised = {position for position, _ in facts.stated("tower")}
    if facts.stated("rest"):
        others = [cell("position", *place) for place in cells if cell("position", *place) not in raised]
        facts.goal += [Atom("height", (position, "n0")) for position in others]


TERMES: Final = World(
    "termes",
    "towers to build",
    _ABOUT,
    {"position": Noun("place", "places", declared=False)},
    _KINDS,
    {
        "move": "move from {0} to {1}",
        "move-up": "climb up from {0} to {2}",
        "move-down": "climb down from {0} to {2}",
        "place-block": "at {0}, put a block on {1}",
        "remove-block": "at {0}, take a block from {1}",
        "create-block": "fetch a block at {0}",
        "destroy-block": "give a block back at {0}",
    },
    {
        "height": "the height of {0} is {1}",
        "at": "the robot is at {0}",
        "has-block": "the robot carries a block",
        "succ": "height {0} is one more than {1}",
        "neighbor": "{1} is beside {0}",
        "is-depot": "{0} is the depot",
    },
    _draw,
    _finish,
)
