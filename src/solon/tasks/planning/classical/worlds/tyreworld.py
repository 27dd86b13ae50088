"""Flat wheels are replaced by intact ones, hub by hub, with one jack."""

import random
from typing import Final

from solon.tasks.planning.classical.scene import Facts, Noun, Scene, World, kind, numbered, say

_ABOUT: Final = (
    "Flat wheels on hubs are to be replaced. A nut is loosened and tightened with the wrench while its hub is on the "
    "ground; it is undone and done up with the wrench while the hub is jacked up. The jack stays under a hub until it "
    "is jacked down. A wheel comes off or on a hub that is jacked up and not fastened. Intact wheels are inflated with "
    "the pump. The boot must be open for things to be fetched from it or put away in it. The tools are named wrench, "
    "jack and pump."
)
_KINDS: Final = (
    kind("boot", "c:container", "{c} is closed but not locked, and the wrench, the jack and the pump are in it",
         "the wrench, the jack and the pump are in {c}, which is closed but not locked",
         facts="closed {c}; unlocked {c}; in wrench {c}; in jack {c}; in pump {c}", section="start"),
    kind("spare", "w:wheel c:container", "{w} is in {c}, intact but not inflated",
         "{c} holds {w}, intact but not inflated",
         facts="in {w} {c}; intact {w}; not-inflated {w}", section="start"),
    kind("fixed", "w:wheel h:hub n:nut", "{w} is on {h}, where {n} is tight", "{h} bears {w}, and {n} is tight on it",
         facts="on {w} {h}; tight {n} {h}", section="start"),
    kind("hubs", "", "every hub is on the ground and fastened", "all hubs are fastened and on the ground",
         section="start"),
    kind("mounted", "w:wheel h:hub", "{w} is inflated and on {h}", "{h} bears {w}, which is inflated",
         facts="on {w} {h}; inflated {w}", section="goal"),
    kind("tight", "n:nut h:hub", "{n} is tight on {h}", "on {h}, {n} is tight", facts="tight {n} {h}", section="goal"),
    kind("away", "w:wheel c:container", "{w} is in {c}", "{c} holds {w}", facts="in {w} {c}", section="goal"),
    kind("tools", "c:container", "the wrench, the jack and the pump are in {c}",
         "{c} holds the wrench, the jack and the pump",
         facts="in wrench {c}; in jack {c}; in pump {c}", section="goal"),
    kind("shut", "c:container", "{c} is closed", "{c} is shut", facts="closed {c}", section="goal"),
)  # fmt: skip


def _draw(number: int, dice: random.Random) -> Scene:
    count = 1 + (number - 1) % 20
    hubs, nuts = numbered("hub", count), numbered("nut", count)
    flat, spare = numbered("flat", count), numbered("spare", count)
    start = [say("boot", "boot1"), say("hubs")]
    start += [say("fixed", *entry) for entry in zip(flat, hubs, nuts, strict=True)]
    start += [say("spare", name, "boot1") for name in spare]
    order = dice.sample(spare, count)
    goal = [say("mounted", *pair) for pair in zip(order, hubs, strict=True)]
    goal += [say("tight", *pair) for pair in zip(nuts, hubs, strict=True)]
    goal += [say("away", name, "boot1") for name in flat]
    goal += [say("tools", "boot1"), say("shut", "boot1")]
    objects = (("container", ("boot1",)), ("hub", hubs), ("nut", nuts), ("wheel", (*flat, *spare)))
    return Scene(objects, (), tuple(start), tuple(goal))


def _finish(facts: Facts) -> None:
    if facts.stated("hubs"):
        for hub in facts.of("hub"):
            facts.add("on-ground", hub)
            facts.add("fastened", hub)


TYREWORLD: Final = World(
    "tyreworld",
    "flat tyres",
    _ABOUT,
    {
        "container": Noun("boot", "boots", ("trunk", "trunks")),
        "hub": Noun("hub", "hubs"),
        "nut": Noun("nut", "nuts"),
        "wheel": Noun("wheel", "wheels"),
    },
    _KINDS,
    {
        "open": "open {0}",
        "close": "close {0}",
        "fetch": "fetch {0} from {1}",
        "put-away": "put {0} away in {1}",
        "loosen": "loosen {0} on {1}",
        "tighten": "tighten {0} on {1}",
        "jack-up": "jack up {0}",
        "jack-down": "jack down {0}",
        "undo": "undo {0} of {1}",
        "do-up": "do up {0} on {1}",
        "remove-wheel": "take {0} off {1}",
        "put-on-wheel": "put {0} on {1}",
        "inflate": "inflate {0}",
    },
    {
        "open": "{0} is open",
        "closed": "{0} is closed",
        "unlocked": "{0} is not locked",
        "have": "{0} is at hand",
        "in": "{0} is in {1}",
        "tight": "{0} is tight on {1}",
        "loose": "{0} is loose on {1}",
        "on-ground": "{0} is on the ground",
        "not-on-ground": "{0} is jacked up",
        "fastened": "{0} is fastened",
        "unfastened": "{0} is not fastened",
        "free": "{0} has no wheel",
        "on": "{0} is on {1}",
        "intact": "{0} is intact",
        "inflated": "{0} is inflated",
        "not-inflated": "{0} is not inflated",
    },
    _draw,
    _finish,
)
