"""A robot with two hands mixes cocktails in a shaker and pours them into shots."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Facts, Noun, Scene, World, kind, numbered, say

_ABOUT: Final = (
    "A robot with two hands mixes cocktails. Each cocktail has two ingredients, and each ingredient has its dispenser. "
    "A shot is filled at a dispenser while one hand holds it and the other is free; it must be clean, or used only for "
    "the same ingredient. Pouring a shot into the shaker raises its level by one (l0, l1, l2), pouring a shot from the "
    "shaker lowers it by one. The shaker is shaken when it holds both ingredients. It can be emptied, and it must be "
    "empty before it can be cleaned. A beverage is poured into clean, empty shots only."
)
_KINDS: Final = (
    kind("dispenser", "d:dispenser i:ingredient", "{d} dispenses {i}", "{i} comes from {d}",
         facts="dispenses {d} {i}", section="world"),
    kind("recipe", "c:cocktail a:ingredient b:ingredient", "{c} is mixed from first {a} and then {b}",
         "the parts of {c} are first {a} and then {b}", facts="cocktail-part1 {c} {a}; cocktail-part2 {c} {b}",
         section="world"),
    kind("tidy", "", "all shots and the shaker are clean, empty and on the table, and both hands are free",
         "both hands are free, and all shots and the shaker are on the table, clean and empty", section="start"),
    kind("wanted", "s:shot b:beverage", "{s} contains {b}", "{b} is in {s}", facts="contains {s} {b}", section="goal"),
)  # fmt: skip
_ACTIONS: Final = {
    "grasp": "take {1} with the {0} hand",
    "leave": "put {1} down with the {0} hand",
    "fill-shot": "fill {0} with {1} at {4}, held with the {2} hand",
    "refill-shot": "refill {0} with {1} at {4}, held with the {2} hand",
    "empty-shot": "empty {1} of {2}",
    "clean-shot": "clean {0}, which was used for {1}",
    "pour-shot-to-clean-shaker": "pour {1} from {0} into the clean {2}",
    "pour-shot-to-used-shaker": "pour {1} from {0} into {2}",
    "empty-shaker": "empty {1} of {2}",
    "clean-shaker": "clean {2}",
    "shake": "shake {0} from {1} and {2} in {3}",
    "pour-shaker-to-shot": "pour {0} from {3} into {1}",
}
_PHRASES: Final = {
    "ontable": "{0} is on the table",
    "holding": "the {0} hand holds {1}",
    "handempty": "the {0} hand is free",
    "empty": "{0} is empty",
    "contains": "{0} contains {1}",
    "clean": "{0} is clean",
    "used": "{0} was used for {1}",
    "dispenses": "{0} dispenses {1}",
    "shaker-empty-level": "the level of {0} is {1} when it is empty",
    "shaker-level": "the level of {0} is {1}",
    "next": "level {1} follows level {0}",
    "unshaked": "{0} holds what is not yet shaken",
    "shaked": "{0} holds what is shaken",
    "cocktail-part1": "the first part of {0} is {1}",
    "cocktail-part2": "the second part of {0} is {1}",
}


def _draw(number: int, dice: random.Random) -> Scene:
    count = 3 + (number - 1) // 4 % 5
    cocktails, shots = numbered("cocktail", count), numbered("shot", count + dice.randint(1, 2))
    ingredients, dispensers = numbered("ingredient", 3), numbered("dispenser", 3)
    recipes = [say("recipe", name, *dice.sample(ingredients, 2)) for name in cocktails]
    glasses = dice.sample(shots, count)
    wanted = [
        say("wanted", shot, name) for shot, name in zip(sorted(glasses), dice.sample(cocktails, count), strict=True)
    ]
    if dice.random() < 0.5:
        spare = dice.choice([shot for shot in shots if shot not in glasses])
        wanted.append(say("wanted", spare, dice.choice(ingredients)))
    served = [say("dispenser", *pair) for pair in zip(dispensers, ingredients, strict=True)]
    objects = (
        ("shaker", ("shaker1",)),
        ("hand", ("left", "right")),
        ("shot", shots),
        ("ingredient", ingredients),
        ("cocktail", cocktails),
        ("dispenser", dispensers),
    )
    return Scene(objects, (*served, *recipes), (say("tidy"),), tuple(wanted))


def _finish(facts: Facts) -> None:
    facts.bring("level", ("l0", "l1", "l2"))
    facts.add("next", "l0", "l1")
    facts.add("next", "l1", "l2")
    for shaker in facts.of("shaker"):
        facts.add("shaker-empty-level", shaker, "l0")
        facts.add("shaker-level", shaker, "l0")
    if facts.stated("tidy"):
        for container in facts.of("shaker", "shot"):
            for predicate in ("ontable", "clean", "empty"):
                facts.add(predicate, container)
        for hand in facts.of("hand"):
            facts.add("handempty", hand)


BARMAN: Final = World(
    "barman",
    "a bar",
    _ABOUT,
    {
        "shaker": Noun("shaker", "shakers"),
        "hand": Noun("hand", "hands", plain=True),
        "shot": Noun("shot", "shots", ("shot glass", "shot glasses")),
        "ingredient": Noun("ingredient", "ingredients"),
        "cocktail": Noun("cocktail", "cocktails", ("mixed drink", "mixed drinks")),
        "dispenser": Noun("dispenser", "dispensers"),
    },
    _KINDS,
    _ACTIONS,
    _PHRASES,
    _draw,
    _finish,
)
