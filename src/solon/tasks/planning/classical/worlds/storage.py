"""Hoists bring crates from a container into the store areas of a depot."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Facts, Noun, Scene, World, cell, kind, numbered, say

_ABOUT: Final = (
    "Hoists bring crates into a depot. The depot's store areas form a grid; the one in row R, column C is named "
    "area-R-C. A container K has store areas named K-1, K-2 and so on. Store areas of the depot that are side by side "
    "are connected, and every store area of a container is connected with the loading area; connections work both "
    "ways. A hoist lifts and drops crates on store areas that are connected with the area where it is, and carries one "
    "crate at a time. A store area with a crate or a hoist is not clear, and nothing else can go there; the loading "
    "area has room for all hoists, but not for crates."
)
_KINDS: Final = (
    kind("grid", "d:depot rows:number columns:number",
         "{d} is a grid of {rows} rows and {columns} columns of store areas",
         "the store areas of {d} lie in {rows} rows and {columns} columns", section="world"),
    kind("container", "k:container n:number", "{k} has {n} store areas", "the number of store areas of {k} is {n}",
         section="world"),
    kind("access", "t:transitarea a:area", "{t} is also connected with {a}", "{a} and {t} are connected, too",
         facts="connected {t} {a}; connected {a} {t}", section="world"),
    kind("crate", "c:crate n:number k:container", "{c} is on store area {n} of {k}", "store area {n} of {k} bears {c}",
         facts="on {c} {k}-{n}; in {c} {k}", section="start"),
    kind("hoist", "h:hoist a:area", "{h} is free and at {a}", "at {a} there is {h}, which is free",
         facts="at {h} {a}; available {h}", section="start"),
    kind("stored", "c:crate d:depot", "{c} is in {d}", "{d} holds {c}", facts="in {c} {d}", section="goal"),
)  # fmt: skip
_DEPOTS: Final = ((2, 2), (2, 3), (3, 3), (3, 4))


def _draw(number: int, dice: random.Random) -> Scene:
    rows, columns = _DEPOTS[(number - 1) // 5 % 4]
    crates = numbered("crate", min(1 + (number - 1) % 4, rows * columns - 2))
    hoists = numbered("hoist", min(dice.randint(1, 3), rows * columns - len(crates) - 1))
    areas = [cell("area", row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    doors = dice.sample(areas, dice.randint(1, 2))
    world = [say("grid", "depot1", rows, columns), say("container", "container1", len(crates))]
    world += [say("access", "loading1", door) for door in sorted(doors)]
    spots = dice.sample(range(1, len(crates) + 1), len(crates))
    start = [say("crate", name, spot, "container1") for name, spot in zip(crates, spots, strict=True)]
    start += [say("hoist", name, area) for name, area in zip(hoists, dice.sample(areas, len(hoists)), strict=True)]
    goal = tuple(say("stored", name, "depot1") for name in crates)
    objects = (
        ("depot", ("depot1",)),
        ("container", ("container1",)),
        ("transitarea", ("loading1",)),
        ("crate", crates),
        ("hoist", hoists),
    )
    return Scene(objects, tuple(world), tuple(start), goal)


def _finish(facts: Facts) -> None:
    for depot, rows, columns in facts.stated("grid"):
        cells = [(row, column) for row in range(1, int(rows) + 1) for column in range(1, int(columns) + 1)]
        facts.bring("storearea", [cell("area", *place) for place in cells])
        for row, column in cells:
            here = cell("area", row, column)
            facts.add("in", here, depot)
            for beside in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if beside in cells:
                    facts.add("connected", here, cell("area", *beside))
    for container, count in facts.stated("container"):
        spots = [f"{container}-{place}" for place in range(1, int(count) + 1)]
        facts.bring("storearea", spots)
        for spot in spots:
            facts.add("in", spot, container)
            for transit in facts.of("transitarea"):
                facts.add("connected", spot, transit)
                facts.add("connected", transit, spot)
    taken = facts.among("on", 1) | facts.among("at", 1)
    for area in facts.of("storearea"):
        if area not in taken:
            facts.add("clear", area)


STORAGE: Final = World(
    "storage",
    "a depot",
    _ABOUT,
    {
        "depot": Noun("depot", "depots"),
        "container": Noun("container", "containers"),
        "transitarea": Noun("loading area", "loading areas"),
        "crate": Noun("crate", "crates", ("box", "boxes")),
        "hoist": Noun("hoist", "hoists"),
        "area": Noun("store area", "store areas", declared=False),
    },
    _KINDS,
    {
        "lift": "{0} at {3} lifts {1} from {2}",
        "drop": "{0} at {3} drops {1} on {2}",
        "move": "{0} moves from {1} to {2}",
        "go-out": "{0} goes out from {1} to {2}",
        "go-in": "{0} goes in from {1} to {2}",
    },
    {
        "clear": "{0} is clear",
        "in": "{0} is in {1}",
        "available": "{0} is free",
        "lifting": "{0} carries {1}",
        "at": "{0} is at {1}",
        "on": "{0} is on {1}",
        "connected": "one can go from {0} to {1}",
    },
    _draw,
    _finish,
)
