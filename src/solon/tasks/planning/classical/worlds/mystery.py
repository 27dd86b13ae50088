"""Blocks in disguise: the states and actions of blocksworld under names that mean nothing."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Noun, Scene, Statement, World, kind, say
from solon.tasks.planning.classical.worlds.blocks import draw

_ABOUT: Final = """\
A sprig can be mild, amber and torn, one sprig can envy another, and it can be summer. The names mean nothing; these \
rules are all there is:

- To kindle a sprig, it must be mild and amber, and it must be summer. Afterwards it is torn; it is no longer mild or \
amber, and summer is over.
- To forgive a sprig, it must be torn. Afterwards it is mild and amber, and it is summer; it is no longer torn.
- To whistle one sprig to another, the one must be torn and the other mild. Afterwards the one envies the other and is \
mild, and it is summer; the one is no longer torn, and the other no longer mild.
- To borrow one sprig from another, the one must envy the other and be mild, and it must be summer. Afterwards the one \
is torn and the other mild; the one no longer envies the other and is no longer mild, and summer is over.

Nothing else changes. Whatever is not said of the start is not so."""
_KINDS: Final = (
    kind("mild", "x:sprig", "{x} is mild", "mild is what {x} is", facts="mild {x}", section="start"),
    kind("amber", "x:sprig", "{x} is amber", "amber is what {x} is", facts="amber {x}", section="start"),
    kind(
        "envies",
        "x:sprig y:sprig",
        "{x} envies {y}",
        "{y} is envied by {x}",
        "what {x} envies is {y}",
        facts="envies {x} {y}",
    ),
    kind("summer", "", "it is summer", "the season is summer", facts="summer", section="start"),
)


def disguised(scene: Scene) -> Scene:
    """Return a scene of blocksworld in the names of this world, with what follows from it said as well."""
    (_, blocks), *_ = scene.objects
    covered = {it.values[1] for it in scene.start if it.kind == "on"}
    start = [_other(it) for it in scene.start]
    start += [say("mild", _sprig(name)) for name in blocks if name not in covered]
    return Scene((("sprig", tuple(map(_sprig, blocks))),), (), tuple(start), tuple(map(_other, scene.goal)))


def _sprig(block: str) -> str:
    return f"s{block.removeprefix('b')}"


def _other(statement: Statement) -> Statement:
    name = {"on": "envies", "table": "amber", "arm": "summer"}[statement.kind]
    return say(name, *map(_sprig, statement.values))


def _draw(number: int, dice: random.Random) -> Scene:
    return disguised(draw(number, dice))


MYSTERY: Final = World(
    "mystery",
    "sprigs",
    _ABOUT,
    {"sprig": Noun("sprig", "sprigs")},
    _KINDS,
    {
        "kindle": "kindle {0}",
        "forgive": "forgive {0}",
        "whistle": "whistle {0} to {1}",
        "borrow": "borrow {0} from {1}",
    },
    {
        "mild": "{0} is mild",
        "amber": "{0} is amber",
        "envies": "{0} envies {1}",
        "torn": "{0} is torn",
        "summer": "it is summer",
    },
    _draw,
    draws="blocksworld",
)
