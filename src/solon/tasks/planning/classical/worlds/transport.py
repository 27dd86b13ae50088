"""Balls carried between rooms: by robots with two grippers as in LLM+P, and by one robot as in ISR-LLM."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Noun, Scene, World, kind, numbered, say

_AT: Final = kind("at", "b:ball x:room", "{b} is in {x}", "{b} lies in {x}", facts="at {b} {x}")


def _draw_grippers(number: int, dice: random.Random) -> Scene:
    robots, rooms = numbered("robot", dice.randint(2, 4)), numbered("room", 2 + number % 3)
    balls = numbered("ball", 2 + (number - 1) // 4 % 5)
    hands = [(name, f"left{place}", f"right{place}") for place, name in enumerate(robots, 1)]
    start = [say("robot", name, dice.choice(rooms)) for name in robots]
    start += [say("at", name, dice.choice(rooms)) for name in balls]
    goal = [say("at", name, dice.choice(rooms)) for name in balls]
    grippers = tuple(name for hand in hands for name in hand[1:])
    objects = (("robot", robots), ("room", rooms), ("ball", balls), ("gripper", grippers))
    return Scene(objects, tuple(say("hands", *hand) for hand in hands), tuple(start), tuple(goal))


def _draw_balls(number: int, dice: random.Random) -> Scene:
    balls, rooms = numbered("ball", 3 if number % 20 in range(1, 11) else 4), numbered("room", 4)
    start = [say("robot", dice.choice(rooms)), *(say("at", name, dice.choice(rooms)) for name in balls)]
    goal = [say("at", name, dice.choice(rooms)) for name in balls]
    return Scene((("ball", balls), ("room", rooms)), (), (*start, say("arm")), tuple(goal))


GRIPPERS: Final = World(
    "grippers",
    "robots with two grippers",
    "Robots carry balls between rooms. From each room a robot can move to any other. Each robot has two grippers of "
    "its own, and a gripper holds at most one ball.",
    {
        "robot": Noun("robot", "robots"),
        "room": Noun("room", "rooms", ("chamber", "chambers")),
        "ball": Noun("ball", "balls"),
        "gripper": Noun("gripper", "grippers"),
    },
    (
        kind("hands", "r:robot a:gripper b:gripper", "{r} has the free grippers {a} and {b}",
             "the free grippers {a} and {b} belong to {r}", facts="free {r} {a}; free {r} {b}", section="world"),
        kind("robot", "r:robot x:room", "{r} stands in {x}", "{x} is where {r} stands", facts="at-robby {r} {x}",
             section="start"),
        _AT,
    ),
    {
        "move": "{0} moves from {1} to {2}",
        "pick": "{0} picks {1} up in {2} with {3}",
        "drop": "{0} puts {1} down in {2} with {3}",
    },
    {
        "at-robby": "{0} stands in {1}",
        "at": "{0} is in {1}",
        "free": "gripper {1} of {0} is free",
        "carry": "{0} carries {1} with {2}",
    },
    _draw_grippers,
)  # fmt: skip
BALLS: Final = World(
    "balls",
    "balls in four rooms",
    "A robot carries balls between rooms, one at a time. From each room it can move to any other.",
    {"ball": Noun("ball", "balls"), "room": Noun("room", "rooms", ("chamber", "chambers"))},
    (
        kind(
            "robot", "x:room", "the robot is in {x}", "the robot stands in {x}", facts="robot-at {x}", section="start"
        ),
        kind("arm", "", "it holds nothing", "its arm is empty", facts="arm-empty", section="start"),
        _AT,
    ),
    {
        "move": "move from {0} to {1}",
        "pick": "pick {0} up in {1}",
        "drop": "put {0} down in {1}",
    },
    {
        "robot-at": "the robot is in {0}",
        "at": "{0} is in {1}",
        "holding": "the robot holds {0}",
        "arm-empty": "the robot holds nothing",
    },
    _draw_balls,
)
