"""Pots are filled by recipes; each ingredient can be picked up once, as in ISR-LLM."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Noun, Scene, World, kind, numbered, say


def _draw(number: int, dice: random.Random) -> Scene:
    pots, ingredients = numbered("pot", 3 if number % 20 in range(1, 11) else 4), numbered("ingredient", 6)
    goal = [say("recipe", pot, name) for pot in pots for name in sorted(dice.sample(ingredients, dice.randint(2, 4)))]
    return Scene((("pot", pots), ("ingredient", ingredients)), (), (say("arm"),), tuple(goal))


COOKING: Final = World(
    "cooking",
    "pots and ingredients",
    "A robot fills pots. It picks up one ingredient at a time, adds it to as many pots as it likes, and puts it down. "
    "Each ingredient can be picked up only once.",
    {
        "pot": Noun("pot", "pots"),
        "ingredient": Noun("ingredient", "ingredients"),
    },
    (
        kind("arm", "", "all pots are empty, no ingredient was used and the robot holds nothing",
             "the robot holds nothing, all pots are empty and no ingredient was used",
             facts="arm-empty", section="start"),
        kind("recipe", "p:pot i:ingredient", "{p} contains {i}", "{i} is in {p}", facts="in {i} {p}", section="goal"),
    ),
    {"pick": "pick up {0}", "putdown": "put {0} down", "add": "add {0} to {1}"},
    {
        "arm-empty": "the robot holds nothing",
        "holding": "the robot holds {0}",
        "used": "{0} was used",
        "in": "{0} is in {1}",
    },
    _draw,
)  # fmt: skip
