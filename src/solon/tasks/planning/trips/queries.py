"""Requests with a known answer: satisfiable ones with room in the budget, and others with known minimal corrections."""

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from msgspec import structs

from solon.contract import Value
from solon.tasks.planning.trips.optimum import Correction, cheapest, corrections
from solon.tasks.planning.trips.request import CITIES_OF, TRANSPORT, Local, Request
from solon.tasks.planning.trips.world import (
    CUISINES,
    DATES,
    FIRST_DATE,
    HOUSE_RULES,
    WANTED_TYPES,
    World,
    dates_from,
    draw_world,
)

LEVELS: Final = {"easy": 0, "medium": 1, "hard": 3}
"""How many wishes besides the budget a request of a level has."""

KINDS: Final = ("satisfiable", "budget", "room", "transport", "destination")
"""Why a request cannot be satisfied, if it cannot."""

_NEEDS: Final = {"room": "room type", "transport": "transportation"}
_TRIES: Final = 3000


class Problem(Value, frozen=True):
    """A world, the true request, and what is known about it."""

    world: World
    request: Request
    kind: str
    cheapest: int | None  # cost of the cheapest trip that keeps all other rules; None if there is none
    corrections: tuple[Correction, ...]  # minimal ones; the empty one if satisfiable, none if only the places are wrong


@lru_cache(maxsize=64)
def draw_problem(number: int, level: str = "medium", kind: str = "satisfiable", world: int = 0) -> Problem:
    """Return a problem; equal arguments give equal problems. Raises ValueError for an unknown level or kind.

    A kind that needs a wish is not to be had at level easy.
    """
    if level not in LEVELS or kind not in KINDS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)} and kind of {', '.join(KINDS)}")
    needed = _NEEDS.get(kind)
    if needed and not LEVELS[level]:
        raise ValueError(f"a request of level {level} has no {needed} that could be too much; choose medium or hard")
    tables = draw_world(world)
    dice = random.Random(f"trip/{world}/{level}/{kind}/{number}")  # noqa: S311 - reproducible on purpose
    for _ in range(_TRIES):
        request = _drawn(dice, tables, LEVELS[level], needed, short=kind not in ("satisfiable", "budget"))
        found = _FINISH[kind](dice, tables, request)
        if found is not None:
            return found
    raise ValueError(f"no request of kind {kind} and level {level} was found in world {world}; try another world")


def _drawn(dice: random.Random, world: World, extras: int, needed: str | None, *, short: bool) -> Request:
    days = 3 if short else dice.choice(tuple(CITIES_OF))
    home = dice.choice(world.cities)
    goals = [city for city in world.cities if city.state != home.state]
    goal = dice.choice(goals)
    start = dice.randrange(DATES - days + 1)
    dates = dates_from(FIRST_DATE.isoformat(), DATES)[start : start + days]
    kinds = ["house rule", "room type", "cuisine", "transportation"]
    if needed:
        kinds.remove(needed)
    chosen = {*dice.sample(kinds, extras - bool(needed)), *((needed,) if needed else ())}
    return Request(
        org=home.name,
        dest=goal.name if CITIES_OF[days] == 1 else goal.state,
        days=days,
        visiting_city_number=CITIES_OF[days],
        date=dates,
        people_number=dice.choices(range(1, 9), (6, 6, 3, 3, 2, 2, 1, 1))[0],
        local_constraint=Local(
            house_rule=dice.choice(HOUSE_RULES) if "house rule" in chosen else None,
            cuisine=tuple(dice.sample(CUISINES, dice.randrange(1, 4))) if "cuisine" in chosen else None,
            room_type=dice.choice(WANTED_TYPES) if "room type" in chosen else None,
            transportation=dice.choice(TRANSPORT) if "transportation" in chosen else None,
        ),
        budget=10**6,
    )


def _satisfiable(dice: random.Random, world: World, request: Request) -> Problem | None:
    trip = cheapest(world, request)
    if trip is None:
        return None
    cost = trip.cost(request.people_number)
    generous = structs.replace(request, budget=_rounded(cost * dice.uniform(1.05, 1.6)))
    return Problem(world, generous, "satisfiable", cost, (Correction(()),))


def _short_of_money(dice: random.Random, world: World, request: Request) -> Problem | None:
    trip = cheapest(world, request)
    if trip is None:
        return None
    cost = trip.cost(request.people_number)
    tight = structs.replace(request, budget=int(cost * dice.uniform(0.6, 0.95)))
    return Problem(world, tight, "budget", cost, corrections(world, tight))


def _impossible(kind: str) -> Callable[[random.Random, World, Request], Problem | None]:
    """Return what accepts a request that has no trip at any price, for a reason of this kind."""

    def finish(dice: random.Random, world: World, request: Request) -> Problem | None:
        if not _suspect(kind, world, request) or cheapest(world, request) is not None:
            return None
        costs = [it.budget for it in corrections(world, request) if it.budget]
        trips = cheapest(world, structs.replace(request, local_constraint=Local()))
        usual = trips.cost(request.people_number) if trips else 900 * request.people_number
        rich = structs.replace(request, budget=_rounded(max(usual, *costs, 0) * dice.uniform(1.3, 1.9)))
        known = corrections(world, rich)
        needed = _NEEDS.get(kind)
        if any(needed in it.dropped for it in known) if needed else not known:
            return Problem(world, rich, kind, None, known)
        return None

    return finish


def _suspect(kind: str, world: World, request: Request) -> bool:
    """Return quickly whether a request of three days may be impossible for a reason."""
    road = world.road_of.get((request.org, request.dest))
    if kind == "room":
        wanted = request.local_constraint.room_type or ""
        return not any(
            stay.minimum_nights <= 2 and (stay.room_type == wanted or wanted.startswith("not "))
            for stay in world.stays_in[request.dest]
        )
    if kind == "transport":
        return road is None and request.local_constraint.transportation == "no flight"
    return road is None and not all(
        (one, other, request.date[day]) in world.flights_on
        for one, other, day in ((request.org, request.dest, 0), (request.dest, request.org, -1))
    )


_FINISH: Final[dict[str, Callable[[random.Random, World, Request], Problem | None]]] = {
    "satisfiable": _satisfiable,
    "budget": _short_of_money,
    **{kind: _impossible(kind) for kind in KINDS[2:]},
}


def _rounded(amount: float) -> int:
    return -int(-amount // 50) * 50
