"""The rules of a trip once more, for the tests alone: one walk over the days that knows nothing of the judge."""

import math
import re

from solon.tasks.planning.trips.plans import Plan
from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.world import World


class Wrong(Exception):
    pass


def keeps_all_rules(plan: Plan, request: Request, world: World) -> bool:
    try:
        walk(plan, request, world)
    except (Wrong, KeyError, ValueError, IndexError):
        return False
    return True


def need(condition: object) -> None:
    if not condition:
        raise Wrong


def walk(plan: Plan, request: Request, world: World) -> None:  # noqa: C901, PLR0912, PLR0915  # one walk, on purpose
    local, people = request.local_constraint, request.people_number
    states = {city.name: city.state for city in world.cities}
    stays, tables, sights, _ = tables_of(world)
    need(len(plan) == request.days)
    at, spent, visited, modes = request.org, 0, [], set()
    eaten, seen, cuisines, beds = [], [], set(), []
    for number, day in enumerate(plan):
        need(day.days == number + 1)
        last = number == len(plan) - 1
        journey = re.fullmatch("from (.+) to (.+)", day.current_city)
        if journey:
            need(journey[1] == at and journey[2] != at)
            mode, cost = ride(day.transportation, journey[1], journey[2], request.date[number], people, world)
            spent += cost
            modes.add(mode)
            here, at = {journey[1], journey[2]}, journey[2]
            if not last:
                visited.append(at)
        else:
            need(day.current_city == at != request.org and day.transportation == "-")
            need("-" not in (day.breakfast, day.lunch, day.dinner, day.attraction) and day.attraction.strip(";"))
            here = {at}
        for meal in (day.breakfast, day.lunch, day.dinner):
            if meal != "-":
                need(tables[meal].city in here)
                eaten.append(meal)
                spent += tables[meal].cost * people
                if tables[meal].city != request.org:
                    cuisines |= set(tables[meal].cuisines)
        for sight in day.attraction.split(";") if day.attraction != "-" else ():
            if sight:
                need(sights[sight].city in here)
                seen.append(sight)
        need(last or day.accommodation != "-")
        if day.accommodation != "-":
            stay = stays[day.accommodation]
            need(stay.city == at)
            spent += stay.price * math.ceil(people / stay.occupancy)
            need(local.house_rule not in stay.house_rules)
            if local.room_type == "not shared room":
                need(stay.room_type != "shared room")
            elif local.room_type:
                need(stay.room_type == local.room_type)
        beds.append(day.accommodation)
    need(at == request.org and len(visited) == len(set(visited)) == request.visiting_city_number)
    need(all(request.dest in (city, states[city]) and city != request.org for city in visited))
    need(len(eaten) == len(set(eaten)) and len(seen) == len(set(seen)))
    need(not ("own" in modes and len(modes) > 1))
    need(not (local.transportation == "no flight" and "flight" in modes))
    need(not (local.transportation == "no self-driving" and "own" in modes))
    need(set(local.cuisine or ()) <= cuisines and spent <= request.budget)
    for bed, nights in runs(beds):
        need(bed == "-" or nights >= stays[bed].minimum_nights)


KNOWN: dict[int, tuple[World, tuple[dict, dict, dict, dict]]] = {}


def tables_of(world: World) -> tuple[dict, dict, dict, dict]:
    if id(world) not in KNOWN:
        named = [
            {f"{it.name}, {it.city}": it for it in rows} for rows in (world.stays, world.restaurants, world.attractions)
        ]
        flights = {(it.number, it.origin, it.destination, it.date): it for it in world.flights}
        KNOWN[id(world)] = world, (*named, flights)
    return KNOWN[id(world)][1]


def ride(text: str, origin: str, goal: str, date: str, people: int, world: World) -> tuple[str, int]:
    parts = text.split(", ")
    need(parts[1] == f"from {origin} to {goal}")
    if parts[0].startswith("Flight Number: "):
        key = (parts[0].removeprefix("Flight Number: "), origin, goal, date)
        flight = tables_of(world)[3][key]
        times = [f"{value // 60 % 24:02}:{value % 60:02}" for value in (flight.departs, flight.arrives)]
        need(parts[2:] == [f"Departure Time: {times[0]}", f"Arrival Time: {times[1]}"])
        return "flight", flight.price * people
    (road,) = [it for it in world.roads if (it.origin, it.destination) == (origin, goal)]
    if parts[0] == "Taxi":
        need(parts[-1] == f"Cost: {road.kilometres}")
        return "taxi", road.kilometres * math.ceil(people / 4)
    need(parts[0] == "Self-driving" and parts[-1] == f"Cost: {int(road.kilometres * 0.05)}")
    return "own", int(road.kilometres * 0.05) * math.ceil(people / 5)


def runs(beds: list[str]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for bed in beds:
        if found and found[-1][0] == bed:
            found[-1] = bed, found[-1][1] + 1
        else:
            found.append((bed, 1))
    return found
