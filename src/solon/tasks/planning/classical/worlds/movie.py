"""An evening with a film: it is rewound, the counter is reset and one of each kind of snack is fetched."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Kind, Noun, Scene, World, kind, numbered, say

_SNACKS: Final = ("chips", "dip", "pop", "cheese", "crackers")
_STARTS: Final = (("two-hours",), ("elsewhere",), ("elsewhere", "zero"))


def _draw(number: int, dice: random.Random) -> Scene:
    snacks = tuple((name, numbered(name, dice.randint(2, 3 + number // 2))) for name in _SNACKS)
    start = tuple(map(say, dice.choice(_STARTS)))
    return Scene(snacks, (), start, (say("rewound"), say("zero"), *map(say, _SNACKS)))


def _at_hand(name: str, verb: str) -> Kind:
    return kind(
        name, "", f"{name} {verb} at hand", f"somebody has fetched {name}", facts=f"have-{name}", section="goal"
    )


MOVIE: Final = World(
    "movie",
    "a film and snacks",
    "Before a film is watched, its tape is rewound, the counter is set to zero, and snacks are fetched; one of a kind "
    "is enough. Rewinding while the counter is at two hours leaves the counter alone. Rewinding while it is not at two "
    "hours takes the counter away from zero. The counter can be reset to zero at any time, and resetting it does not "
    "change whether it counts as being at two hours.",
    {
        "chips": Noun("bag of chips", "bags of chips", ("packet of chips", "packets of chips")),
        "dip": Noun("bowl of dip", "bowls of dip", ("pot of dip", "pots of dip")),
        "pop": Noun("bottle of pop", "bottles of pop", ("can of pop", "cans of pop")),
        "cheese": Noun("piece of cheese", "pieces of cheese", ("wedge of cheese", "wedges of cheese")),
        "crackers": Noun("box of crackers", "boxes of crackers", ("carton of crackers", "cartons of crackers")),
    },
    (
        kind("rewound", "", "the film is rewound", "the tape is back at its beginning", facts="rewound",
             section="goal"),
        kind("two-hours", "", "the counter is at two hours", "the counter shows two hours", facts="at-two-hours",
             section="start"),
        kind("elsewhere", "", "the counter is not at two hours", "the counter shows something other than two hours",
             facts="not-at-two-hours", section="start"),
        kind("zero", "", "the counter is at zero", "the counter shows zero", facts="at-zero"),
        *(_at_hand(name, "are" if name.endswith("s") else "is") for name in _SNACKS),
    ),
    {
        "rewind-from-two-hours": "rewind the film from two hours",
        "rewind-from-elsewhere": "rewind the film from elsewhere",
        "reset-counter": "reset the counter",
        **{f"get-{name}": "fetch {0}" for name in _SNACKS},
    },
    {
        "rewound": "the film is rewound",
        "at-two-hours": "the counter is at two hours",
        "not-at-two-hours": "the counter is not at two hours",
        "at-zero": "the counter is at zero",
        **{f"have-{name}": f"{name} {'are' if name.endswith('s') else 'is'} at hand" for name in _SNACKS},
    },
    _draw,
)  # fmt: skip
