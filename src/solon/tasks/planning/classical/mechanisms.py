"""Planning domains composed of small mechanisms: movement, carrying, doors, fuel, workshops, assembly, lamps.

Any set of mechanisms whose needs it holds gives a domain with words for its statements, predicates and actions, and a
generator of instances (dozens of domains from seven mechanisms). Generated instances may be unsolvable; ``evolve``
keeps those that a planner solves.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Final

from solon.contract import Value
from solon.tasks.planning.classical.scene import Facts, Kind, Noun, Scene, Statement, World, kind, numbered, say


class Mechanism(Value, frozen=True):
    """One part of a domain; movement is in every domain, and other mechanisms change its action."""

    name: str
    about: str
    needs: tuple[str, ...] = ()
    types: tuple[tuple[str, str], ...] = ()  # name and parent
    nouns: dict[str, Noun] = {}
    predicates: dict[str, str] = {}  # declaration to its words, with the slots of the arguments
    kinds: tuple[Kind, ...] = ()
    moving: tuple[str, str] = ("", "")  # condition and effect that it adds to the action move
    actions: tuple[tuple[str, str, str, str, str], ...] = ()  # name, parameters, condition, effect, words


_PLACE: Final = Noun("place", "places", ("spot", "spots"))

MECHANISMS: Final[tuple[Mechanism, ...]] = (
    Mechanism(
        "movement",
        "A robot moves between places that are linked; links work both ways.",
        types=(("place", "object"),),
        nouns={"place": _PLACE},
        predicates={
            "(robot-at ?p - place)": "the robot is at {0}",
            "(linked ?p - place ?q - place)": "{0} is linked with {1}",
        },
        kinds=(
            kind("link", "p:place q:place", "{p} is linked with {q}", "there is a link between {p} and {q}",
                 facts="linked {p} {q}; linked {q} {p}", section="world"),
            kind("robot", "p:place", "the robot is at {p}", "the robot stands at {p}", facts="robot-at {p}"),
        ),
    ),
    Mechanism(
        "carrying",
        "It carries one thing at a time.",
        types=(("thing", "object"),),
        nouns={"thing": Noun("thing", "things", ("item", "items"))},
        predicates={
            "(at ?t - thing ?p - place)": "{0} is at {1}",
            "(holding ?t - thing)": "the robot holds {0}",
            "(hand-free)": "the robot holds nothing",
        },
        kinds=(
            kind("lies", "t:thing p:place", "{t} is at {p}", "{t} lies at {p}", facts="at {t} {p}"),
            kind("hand", "", "it holds nothing", "its hand is free", facts="hand-free", section="start"),
        ),
        actions=(
            ("take", "?t - thing ?p - place", "(at ?t ?p) (robot-at ?p) (hand-free)",
             "(holding ?t) (not (at ?t ?p)) (not (hand-free))", "take {0} at {1}"),
            ("put", "?t - thing ?p - place", "(holding ?t) (robot-at ?p)",
             "(at ?t ?p) (hand-free) (not (holding ?t))", "put {0} down at {1}"),
        ),
    ),
    Mechanism(
        "doors",
        "Some places are locked; before one is entered, it is unlocked from a place beside it, with its key in hand.",
        needs=("carrying",),
        types=(("key", "thing"),),
        nouns={"key": Noun("key", "keys")},
        predicates={"(open ?p - place)": "{0} is open", "(fits ?k - key ?p - place)": "{0} fits {1}"},
        kinds=(
            kind("locked", "p:place k:key", "{p} is locked and {k} fits it", "{k} fits {p}, which is locked",
                 facts="fits {k} {p}", section="start"),
        ),
        moving=("(open ?q)", ""),
        actions=(
            ("unlock", "?k - key ?p - place ?q - place", "(holding ?k) (robot-at ?p) (linked ?p ?q) (fits ?k ?q)",
             "(open ?q)", "unlock {2} with {0} from {1}"),
        ),
    ),
    Mechanism(
        "fuel",
        "Every move takes one unit of fuel. Amounts are named f0, f1, f2 and so on; where there is a pump, the robot "
        "fills up to the largest.",
        types=(("amount", "object"),),
        predicates={
            "(fuel ?f - amount)": "the robot has fuel {0}",
            "(less ?f - amount ?g - amount)": "{0} is one less than {1}",
            "(full ?f - amount)": "{0} is the largest amount",
            "(pump ?p - place)": "there is a pump at {0}",
        },
        kinds=(
            kind("pump", "p:place", "there is a pump at {p}", "{p} has a pump", facts="pump {p}", section="world"),
            kind("tank", "n:number", "the robot has {n} units of fuel, and there is room for no more",
                 "the tank is full with {n} units of fuel", facts="fuel f{n}; full f{n}", section="start"),
        ),
        moving=("(fuel ?f) (less ?g ?f)", "(fuel ?g) (not (fuel ?f))"),
        actions=(
            ("refuel", "?p - place ?f - amount ?g - amount", "(robot-at ?p) (pump ?p) (fuel ?f) (full ?g)",
             "(not (fuel ?f)) (fuel ?g)", "fill up at {0}"),
        ),
    ),
    Mechanism(
        "workshop",
        "Where there is a workshop, raw things that lie there can be finished.",
        needs=("carrying",),
        predicates={
            "(workshop ?p - place)": "there is a workshop at {0}",
            "(raw ?t - thing)": "{0} is raw",
            "(finished ?t - thing)": "{0} is finished",
        },
        kinds=(
            kind("workshop", "p:place", "there is a workshop at {p}", "{p} has a workshop", facts="workshop {p}",
                 section="world"),
            kind("raw", "t:thing", "{t} is raw", "{t} was not yet worked on", facts="raw {t}", section="start"),
            kind("finished", "t:thing", "{t} is finished", "{t} was finished", facts="finished {t}", section="goal"),
        ),
        actions=(
            ("finish", "?t - thing ?p - place", "(workshop ?p) (robot-at ?p) (at ?t ?p) (raw ?t)",
             "(finished ?t) (not (raw ?t))", "finish {0} at {1}"),
        ),
    ),
    Mechanism(
        "assembly",
        "Things that belong together can be joined where both lie and the robot is.",
        needs=("carrying",),
        predicates={
            "(belongs ?t - thing ?u - thing)": "{0} belongs to {1}",
            "(joined ?t - thing ?u - thing)": "{0} is joined to {1}",
        },
        kinds=(
            kind("belongs", "t:thing u:thing", "{t} belongs to {u}", "{u} is what {t} belongs to",
                 facts="belongs {t} {u}", section="world"),
            kind("joined", "t:thing u:thing", "{t} is joined to {u}", "{u} has {t} joined to it",
                 facts="joined {t} {u}", section="goal"),
        ),
        actions=(
            ("join", "?t - thing ?u - thing ?p - place", "(belongs ?t ?u) (at ?t ?p) (at ?u ?p) (robot-at ?p)",
             "(joined ?t ?u) (not (at ?t ?p))", "join {0} to {1} at {2}"),
        ),
    ),
    Mechanism(
        "lamps",
        "Some places have a lamp, which can be lit there.",
        predicates={"(lamp ?p - place)": "there is a lamp at {0}", "(lit ?p - place)": "the lamp at {0} is lit"},
        kinds=(
            kind("lamp", "p:place", "there is a lamp at {p}", "{p} has a lamp", facts="lamp {p}", section="world"),
            kind("lit", "p:place", "the lamp at {p} is lit", "the lamp shines at {p}", facts="lit {p}", section="goal"),
        ),
        actions=(("light", "?p - place", "(robot-at ?p) (lamp ?p)", "(lit ?p)", "light the lamp at {0}"),),
    ),
)  # fmt: skip
_BY_NAME: Final = {it.name: it for it in MECHANISMS}


def compositions() -> tuple[tuple[str, ...], ...]:
    """Return all sets of mechanisms that give a domain, without the movement that is in each."""
    names = [it.name for it in MECHANISMS[1:]]
    sets = (chosen for size in range(1, len(names) + 1) for chosen in combinations(names, size))
    return tuple(chosen for chosen in sets if all(set(_BY_NAME[name].needs) <= set(chosen) for name in chosen))


def compose(names: Iterable[str]) -> World:
    """Return the domain of some mechanisms, which may come in any order. Raises ValueError."""
    wanted = set(names)
    unknown = sorted(wanted - set(_BY_NAME))
    if unknown:
        raise ValueError(f"no mechanism {unknown[0]!r}; choose from {', '.join(_BY_NAME)}")
    parts = [it for it in MECHANISMS if it.name == "movement" or it.name in wanted]
    for part in parts:
        lacking = [need for need in part.needs if need not in wanted]
        if lacking:
            raise ValueError(f"the mechanism {part.name!r} needs {lacking[0]!r}; name both")
    actions = {name: words for part in parts for name, _, _, _, words in part.actions}
    chosen = tuple(part.name for part in parts[1:])
    return World(
        name="-".join(("composed", *chosen)),
        title=" and ".join(chosen) or "movement",
        about=" ".join(part.about for part in parts),
        nouns={name: noun for part in parts for name, noun in part.nouns.items()},
        kinds=tuple(each for part in parts for each in part.kinds),
        actions={"move": "move from {0} to {1}", **actions},
        phrases={
            declared.strip("()").split()[0]: words for part in parts for declared, words in part.predicates.items()
        },
        draw=lambda number, dice: _draw(chosen, number, dice),
        finish=_finish,
        text=_pddl(parts),
    )


def _pddl(parts: Sequence[Mechanism]) -> str:
    conditions = " ".join(part.moving[0] for part in parts if part.moving[0])
    effects = " ".join(part.moving[1] for part in parts if part.moving[1])
    amounts = " ?f - amount ?g - amount" if any(part.name == "fuel" for part in parts) else ""
    move = (
        "move",
        f"?p - place ?q - place{amounts}",
        f"(robot-at ?p) (linked ?p ?q) {conditions}",
        f"(robot-at ?q) (not (robot-at ?p)) {effects}",
    )
    types = " ".join(f"{name} - {parent}" for part in parts for name, parent in part.types)
    predicates = " ".join(declared for part in parts for declared in part.predicates)
    actions = "\n".join(
        f"(:action {name} :parameters ({parameters}) :precondition (and {condition}) :effect (and {effect}))"
        for name, parameters, condition, effect in [move, *(action[:4] for part in parts for action in part.actions)]
    )
    head = f"(define (domain composed) (:requirements :strips :typing) (:types {types})"
    return f"{head}\n(:predicates {predicates})\n{actions})"


def _draw(mechanisms: Sequence[str], number: int, dice: random.Random) -> Scene:
    places = numbered("place", 3 + number % 4)
    drawn = _Drawn(places, dice, mechanisms)
    for name in ("carrying", "doors", "workshop", "assembly", "fuel", "lamps"):
        if name in mechanisms:
            _POPULATE[name](drawn)
    if not drawn.goal or dice.random() < 0.3:
        drawn.goal.append(say("robot", dice.choice(places)))
    objects = [("place", places), *(pair for pair in drawn.objects.items() if pair[1])]
    return Scene(tuple(objects), tuple(drawn.world), tuple(drawn.start), tuple(drawn.goal))


class _Drawn:
    """An instance in the making: a random tree of places with one more link, and what mechanisms put there."""

    def __init__(self, places: tuple[str, ...], dice: random.Random, mechanisms: Sequence[str]) -> None:
        self.places, self.dice, self.mechanisms = places, dice, mechanisms
        pairs = [(dice.choice(places[:place]), places[place]) for place in range(1, len(places))]
        spare = tuple(sorted(dice.sample(places, 2)))
        if (spare[0], spare[1]) not in pairs:
            pairs.append((spare[0], spare[1]))
        self.world: list[Statement] = [say("link", *pair) for pair in pairs]
        self.start: list[Statement] = [say("robot", places[0])]
        self.goal: list[Statement] = []
        self.objects: dict[str, tuple[str, ...]] = {}

    def things(self) -> tuple[str, ...]:
        return self.objects.get("thing", ())


def _carrying(drawn: _Drawn) -> None:
    things = numbered("thing", drawn.dice.randint(2, 3))
    drawn.objects["thing"] = things
    drawn.start.append(say("hand"))
    drawn.start += [say("lies", name, drawn.dice.choice(drawn.places)) for name in things]
    moved = things[2:] if "assembly" in drawn.mechanisms else things[:1]
    drawn.goal += [say("lies", name, drawn.dice.choice(drawn.places)) for name in moved]


def _doors(drawn: _Drawn) -> None:
    locked = drawn.places[-1]
    drawn.objects["key"] = ("key1",)
    drawn.start += [say("locked", locked, "key1"), say("lies", "key1", drawn.dice.choice(drawn.places[:-1]))]


def _workshop(drawn: _Drawn) -> None:
    name = drawn.dice.choice(drawn.things())
    drawn.world.append(say("workshop", drawn.dice.choice(drawn.places)))
    drawn.start.append(say("raw", name))
    drawn.goal.append(say("finished", name))


def _assembly(drawn: _Drawn) -> None:
    part, whole = drawn.things()[:2]
    drawn.world.append(say("belongs", part, whole))
    drawn.goal.append(say("joined", part, whole))


def _fuel(drawn: _Drawn) -> None:
    drawn.world.append(say("pump", drawn.places[0]))
    drawn.start.append(say("tank", 2 * len(drawn.places)))


def _lamps(drawn: _Drawn) -> None:
    lamps = drawn.dice.sample(drawn.places, drawn.dice.randint(1, 2))
    drawn.world += [say("lamp", place) for place in lamps]
    drawn.goal += [say("lit", place) for place in lamps]


_POPULATE: Final = {
    "carrying": _carrying,
    "doors": _doors,
    "workshop": _workshop,
    "assembly": _assembly,
    "fuel": _fuel,
    "lamps": _lamps,
}


def _finish(facts: Facts) -> None:
    kinds: Mapping[str, list[tuple[str, ...]]] = {name: facts.stated(name) for name in ("locked", "tank")}
    if facts.of("key"):
        locked = {values[0] for values in kinds["locked"]}
        for place in facts.of("place"):
            if place not in locked:
                facts.add("open", place)
    for (most,) in kinds["tank"]:
        amounts = [f"f{amount}" for amount in range(int(most) + 1)]
        facts.bring("amount", amounts)
        for lower, upper in pairwise(amounts):
            facts.add("less", lower, upper)
