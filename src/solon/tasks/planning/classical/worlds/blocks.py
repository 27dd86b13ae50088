"""Blocks on a table: any state to any state as in LLM+P, and towers to one tower as in ISR-LLM."""

import random
from functools import cache
from itertools import pairwise
from typing import Final

from solon.tasks.planning.classical.scene import Facts, Noun, Scene, Statement, World, kind, numbered, say

_ABOUT: Final = (
    "A robot arm moves blocks on a table. It holds at most one block, and it can only take a block that has nothing on "
    "top of it. There is room for every block on the table."
)
_NOUNS: Final = {"block": Noun("block", "blocks", ("cube", "cubes"))}
_KINDS: Final = (
    kind("table", "x:block", "{x} is on the table", "{x} stands on the table", facts="on-table {x}", section="start"),
    kind(
        "on", "x:block y:block", "{x} is on {y}", "{x} sits on top of {y}", "{y} is right below {x}", facts="on {x} {y}"
    ),
    kind("arm", "", "the arm is empty", "the arm holds nothing", facts="arm-empty", section="start"),
)
_ACTIONS: Final = {
    "pickup": "pick up {0} from the table",
    "putdown": "put {0} down on the table",
    "stack": "stack {0} on {1}",
    "unstack": "take {0} off {1}",
}
_PHRASES: Final = {
    "clear": "nothing is on {0} and it is not held",
    "on-table": "{0} is on the table",
    "on": "{0} is on {1}",
    "holding": "the arm holds {0}",
    "arm-empty": "the arm is empty",
}


@cache
def states(floating: int, grounded: int) -> int:
    """Return in how many ways floating towers can be put down where some stand already (Slaney and Thiébaux 2001)."""
    if floating == 0:
        return 1
    return states(floating - 1, grounded + 1) + states(floating - 1, grounded) * (floating - 1 + grounded)


def uniform(blocks: tuple[str, ...], dice: random.Random) -> dict[str, str]:
    """Return what each block stands on, "" for the table: every state with equal probability."""
    floating, grounded = [[name] for name in blocks], list[list[str]]()
    dice.shuffle(floating)
    while floating:
        count, standing = len(floating), len(grounded)
        tower = floating.pop()
        if dice.randrange(states(count, standing)) < states(count - 1, standing + 1):
            grounded.append(tower)
        else:
            onto = dice.choice([*floating, *grounded])
            onto += tower
    return {name: below for tower in grounded for name, below in zip(tower, ["", *tower], strict=False)}


def _told(below: dict[str, str]) -> tuple[Statement, ...]:
    return tuple(say("on", name, under) if under else say("table", name) for name, under in below.items())


def _state(names: tuple[str, ...], dice: random.Random) -> dict[str, str]:
    drawn = uniform(names, dice)
    return {name: drawn[name] for name in names}


def draw(number: int, dice: random.Random) -> Scene:
    """Return two states of three to twelve blocks, the second as the goal."""
    names = numbered("b", 3 + (number - 1) // 2 % 10)
    start, goal = _state(names, dice), _state(names, dice)
    wanted = tuple(say("on", name, under) for name, under in goal.items() if under)
    return Scene((("block", names),), (), (*_told(start), say("arm")), wanted)


def _draw_tower(number: int, dice: random.Random) -> Scene:
    names = numbered("b", 3 if number % 20 in range(1, 11) else 4)
    start = _state(names, dice)
    order = dice.sample(names, len(names))
    wanted = tuple(say("on", upper, lower) for upper, lower in pairwise(order))
    return Scene((("block", names),), (), (*_told(start), say("arm")), wanted)


def _finish(facts: Facts) -> None:
    covered = facts.among("on", 1)
    for name in facts.of("block"):
        if name not in covered:
            facts.add("clear", name)


BLOCKSWORLD: Final = World("blocksworld", "blocks", _ABOUT, _NOUNS, _KINDS, _ACTIONS, _PHRASES, draw, _finish)
TOWER: Final = World(
    "tower", "blocks into one tower", _ABOUT, _NOUNS, _KINDS, _ACTIONS, _PHRASES, _draw_tower, _finish, "blocksworld"
)
