"""Labelled mistakes of requests and plans, each seeded: what stand-ins plant and what the judge must find."""

import random
from collections.abc import Callable
from typing import Final

from msgspec import structs

from solon.tasks.planning.trips.evaluator import judge
from solon.tasks.planning.trips.plans import MEALS, NOTHING, Day, Plan, drive, mode, place, route
from solon.tasks.planning.trips.request import CITIES_OF, TRANSPORT, Request, fields
from solon.tasks.planning.trips.world import CUISINES, HOUSE_RULES, WANTED_TYPES, World, dates_from

REQUEST_FAULTS: Final = (
    "org",
    "dest",
    "days",
    "date",
    "people_number",
    "budget",
    "house rule",
    "cuisine",
    "room type",
    "transportation",
)
"""Fields that are misread; a wish is dropped, changed or invented."""

PLAN_FAULTS: Final = (
    "repeated restaurant",
    "wrong city",
    "missing accommodation",
    "short stay",
    "mode conflict",
    "unknown entity",
    "over budget",
)


def misread(request: Request, field: str, world: World, dice: random.Random) -> Request:
    """Return a request in which one field says something else than before.

    Raises ValueError for an unknown field.
    """
    if field not in REQUEST_FAULTS:
        raise ValueError(f"field must be one of {', '.join(REQUEST_FAULTS)}, got {field!r}")
    before = fields(request)[field]
    while True:
        wrong = _misread(request, field, world, dice)
        if fields(wrong)[field] != before:
            return wrong


def _misread(request: Request, field: str, world: World, dice: random.Random) -> Request:
    """Return a request with a field drawn anew, which may be as before."""
    several = request.visiting_city_number > 1
    days = dice.choice(tuple(CITIES_OF))
    start = dates_from(request.date[0], 3)[dice.choice((1, 2))]
    cuisines = tuple(dice.sample(CUISINES, dice.randrange(3)))
    whole: dict[str, dict[str, object]] = {
        "org": {"org": dice.choice(world.cities).name},
        "dest": {"dest": dice.choice(tuple(world.states) if several else tuple(world.state_of))},
        "days": {
            "days": days,
            "date": dates_from(request.date[0], days),
            "visiting_city_number": CITIES_OF[days],
        },
        "date": {"date": dates_from(start, request.days)},
        "people_number": {"people_number": dice.randrange(1, 9)},
        "budget": {"budget": max(1, int(request.budget * dice.choice((0.1, 0.5, 2, 10))))},
    }
    wishes: dict[str, dict[str, object]] = {
        "house rule": {"house_rule": dice.choice((None, *HOUSE_RULES))},
        "cuisine": {"cuisine": cuisines or None},
        "room type": {"room_type": dice.choice((None, *WANTED_TYPES))},
        "transportation": {"transportation": dice.choice((None, *TRANSPORT))},
    }
    if field in whole:
        return structs.replace(request, **whole[field])
    return structs.replace(request, local_constraint=structs.replace(request.local_constraint, **wishes[field]))


def spoil(plan: Plan, kind: str, request: Request, world: World, dice: random.Random) -> Plan | None:
    """Return a plan with one fault, or None where this plan cannot have it. Raises ValueError for an unknown kind."""
    if kind not in PLAN_FAULTS:
        raise ValueError(f"kind must be one of {', '.join(PLAN_FAULTS)}, got {kind!r}")
    return _SPOIL[kind](plan, request, world, dice)


def _with(plan: Plan, position: int, **texts: str) -> Plan:
    changed = [*plan]
    changed[position] = structs.replace(plan[position], **texts)
    return tuple(changed)


def _meals(plan: Plan) -> list[tuple[int, str]]:
    return [(number, meal) for number, day in enumerate(plan) for meal in MEALS if day.meal(meal) != NOTHING]


def _repeated(plan: Plan, request: Request, world: World, dice: random.Random) -> Plan | None:
    del request, world
    meals = _meals(plan)
    if len(meals) < 2:
        return None
    (number, meal), (other, source) = dice.sample(meals, 2)
    return _with(plan, number, **{meal: plan[other].meal(source)})


def _wrong_city(plan: Plan, request: Request, world: World, dice: random.Random) -> Plan | None:
    del request
    meals = _meals(plan)
    if not meals:
        return None
    number, meal = dice.choice(meals)
    here = place(plan[number].meal(meal))[1]
    elsewhere = dice.choice([it for it in world.restaurants if it.city != here])
    return _with(plan, number, **{meal: f"{elsewhere.name}, {elsewhere.city}"})


def _homeless(plan: Plan, request: Request, world: World, dice: random.Random) -> Plan | None:
    del request, world
    nights = [number for number, day in enumerate(plan[:-1]) if day.accommodation != NOTHING]
    return _with(plan, dice.choice(nights), accommodation=NOTHING) if nights else None


def _short_stay(plan: Plan, request: Request, world: World, dice: random.Random) -> Plan | None:
    del request
    names = sorted({day.accommodation for day in plan if day.accommodation != NOTHING})
    dice.shuffle(names)
    for name in names:
        nights = [number for number, day in enumerate(plan) if day.accommodation == name]
        stays = [it for it in world.stays_in.get(place(name)[1], ()) if it.minimum_nights > len(nights)]
        if stays:
            stay, spoilt = dice.choice(stays), plan
            for number in nights:
                spoilt = _with(spoilt, number, accommodation=f"{stay.name}, {stay.city}")
            return spoilt
    return None


def _conflict(plan: Plan, request: Request, world: World, dice: random.Random) -> Plan | None:
    del request
    legs = [number for number, day in enumerate(plan) if day.transportation != NOTHING]
    own = any(mode(plan[number].transportation) == "self-driving" for number in legs)
    roads = [(number, world.road_of.get(route(plan[number].transportation) or ("", ""))) for number in legs]
    known = [(number, road) for number, road in roads if road is not None]
    if len(legs) < 2 or not known:
        return None
    number, road = dice.choice(known)
    return _with(plan, number, transportation=drive(road, "Taxi" if own else "Self-driving"))


def _unknown(plan: Plan, request: Request, world: World, dice: random.Random) -> Plan | None:
    del request, world
    meals = _meals(plan)
    if not meals:
        return None
    number, meal = dice.choice(meals)
    return _with(plan, number, **{meal: f"Unwritten Page, {place(plan[number].meal(meal))[1]}"})


def _costly(plan: Plan, request: Request, world: World, dice: random.Random) -> Plan | None:
    del dice
    dear: list[Day] = []
    used = set[str]()
    for day in plan:
        texts: dict[str, str] = {}
        for meal in MEALS:
            city = place(day.meal(meal))[1]
            left = [it for it in world.restaurants_in.get(city, ()) if f"{it.name}, {city}" not in used]
            if day.meal(meal) != NOTHING and left:
                best = max(left, key=lambda it: it.cost)
                texts[meal] = f"{best.name}, {city}"
                used.add(texts[meal])
        dear.append(structs.replace(day, **texts))
    for city in {place(day.accommodation)[1] for day in plan} & set(world.stays_in):
        best = max(world.stays_in[city], key=lambda it: it.price)
        dear = [
            structs.replace(day, accommodation=f"{best.name}, {city}") if place(day.accommodation)[1] == city else day
            for day in dear
        ]
    spoilt = tuple(dear)
    cost = judge(spoilt, request, world).cost
    return spoilt if cost is not None and cost > request.budget else None


_SPOIL: Final[dict[str, Callable[[Plan, Request, World, random.Random], Plan | None]]] = dict(
    zip(
        PLAN_FAULTS,
        (_repeated, _wrong_city, _homeless, _short_stay, _conflict, _unknown, _costly),
        strict=True,
    )
)
