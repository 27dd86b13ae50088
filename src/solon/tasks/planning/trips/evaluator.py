"""The judge of plans: eight commonsense rules and five hard ones, each with a sentence on what it found.

It reads the plan, the true request and the tables, and knows nothing of the encoder or the solver. ``strict`` is the
judge; ``parity`` repeats the published evaluator with its quirks, so that figures can be compared (``lookup``).
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from solon.contract import Value
from solon.tasks.planning.trips.lookup import Lookup, ParityLookup, lookup
from solon.tasks.planning.trips.plans import MEALS, NOTHING, Day, Plan, flight_number, mode, modes, place, route
from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.world import Restaurant, Stay, World, clock

COMMONSENSE: Final = (
    "within sandbox",
    "complete information",
    "within current city",
    "reasonable city route",
    "diverse restaurants",
    "diverse attractions",
    "non-conflicting transport",
    "valid accommodation",
)
HARD: Final = ("budget", "room rule", "room type", "cuisine", "transportation")
_NOT_JUDGED: Final = "not judged, because the plan is incomplete or names what does not exist"
_STATED: Final = re.compile(r"(Departure|Arrival) Time:\s*(\d{2}:\d{2})")
_COST: Final = re.compile(r"Cost:\s*(\d+)")


class Ruling(Value, frozen=True):
    """One rule on one plan; the reason names the day and the thing."""

    rule: str
    passed: bool
    reason: str = ""
    day: int | None = None  # from 1


class Report(Value, frozen=True):
    """All rulings on one plan; hard rules that the request does not ask for are left out."""

    commonsense: tuple[Ruling, ...]
    hard: tuple[Ruling, ...]
    cost: int | None  # of what the tables know; None if the plan names something else
    hallucinated: bool  # it names something that is not in the tables

    @property
    def passed(self) -> bool:
        """Whether every rule holds."""
        return all(ruling.passed for ruling in (*self.commonsense, *self.hard))

    @property
    def failures(self) -> tuple[Ruling, ...]:
        """The rules that are broken."""
        return tuple(ruling for ruling in (*self.commonsense, *self.hard) if not ruling.passed)


def judge(plan: Plan, request: Request, world: World, how: str = "strict") -> Report:
    """Return the rulings on a plan. Raises ValueError for an unknown mode."""
    seen = _Judge(plan, request, lookup(world, request.date, how))
    checks = (
        seen.sandbox,
        seen.complete,
        seen.current_city,
        seen.route,
        seen.restaurants,
        seen.attractions,
        seen.transport,
        seen.accommodation,
    )
    commonsense = tuple(_ruling(rule, check()) for rule, check in zip(COMMONSENSE, checks, strict=True))
    known, whole = commonsense[0].passed, commonsense[1].passed
    cost = seen.cost() if known else None
    if not (known and whole):
        hard = tuple(Ruling(rule, passed=False, reason=_NOT_JUDGED) for rule in HARD if rule in request.hard_rules)
        return Report(commonsense, hard, cost, not known)
    answers = {
        "budget": seen.budget,
        "room rule": seen.room_rule,
        "room type": seen.room_type,
        "cuisine": seen.cuisine,
        "transportation": seen.wanted_transport,
    }
    hard = tuple(_ruling(rule, answers[rule]()) for rule in HARD if rule in request.hard_rules)
    return Report(commonsense, hard, cost, hallucinated=False)


Complaint = tuple[int | None, str]
"""Day from 1, if it is one day's fault, and a sentence."""


def _ruling(rule: str, complaints: Iterator[Complaint]) -> Ruling:
    day, reason = next(complaints, (None, ""))
    return Ruling(rule, passed=not reason, reason=reason, day=day)


class _Judge:
    """One method a rule; each yields complaints, and the first is told."""

    def __init__(self, plan: Plan, request: Request, tables: Lookup) -> None:
        self._plan, self._request, self._tables = plan, request, tables
        self._world, self._people = tables.world, request.people_number
        self._parity = isinstance(tables, ParityLookup)

    def _days(self) -> Iterator[tuple[int, Day]]:
        return enumerate(self._plan, 1)

    def _meals(self) -> Iterator[tuple[int, Day, str, str]]:
        for number, day in self._days():
            for meal in MEALS:
                if day.meal(meal) != NOTHING:
                    yield number, day, meal, day.meal(meal)

    def sandbox(self) -> Iterator[Complaint]:
        """Everything that is named is in the tables."""
        for number, day in self._days():
            if day.transportation != NOTHING:
                yield from ((number, it) for it in self._transport_unknown(number, day))
            if day.accommodation != NOTHING and not self._tables.stays(day.accommodation):
                yield number, f"day {number}: no accommodation is called {day.accommodation!r}"
            for sight in self._tables.sights(day):
                if not self._tables.attractions(sight):
                    yield number, f"day {number}: no attraction is called {sight!r}"
        for number, _, meal, text in self._meals():
            if not self._tables.restaurants(text):
                yield number, f"day {number}: no restaurant is called {text!r} ({meal})"

    def _transport_unknown(self, number: int, day: Day) -> Iterator[str]:
        way, how, several = route(day.transportation), mode(day.transportation), modes(day.transportation)
        if not how or way is None:
            wrong = f"the transportation {day.transportation!r} is no flight, self-driving or taxi"
        elif len(several) > 1 and not self._parity:
            wrong = f"the transportation names {' and '.join(several)}; one of them travels"
        elif how == "flight":
            wrong = self._flight_wrong(number, day, way)
        else:
            wrong = self._road_wrong(day, way, how)
        if wrong:
            yield f"day {number}: {wrong}"

    def _flight_wrong(self, number: int, day: Day, way: tuple[str, str]) -> str:
        flight = self._tables.flight(day, number - 1)
        if flight is None:
            return f"no flight {flight_number(day.transportation)} from {way[0]} to {way[1]} on that date"
        times = {"Departure": clock(flight.departs), "Arrival": clock(flight.arrives)}
        wrong = [what for what, stated in _STATED.findall(day.transportation) if times[what] != stated]
        return f"the flight's {wrong[0].lower()} time is {times[wrong[0]]}" if wrong and not self._parity else ""

    def _road_wrong(self, day: Day, way: tuple[str, str], how: str) -> str:
        road = self._world.road_of.get(way)
        if road is None:
            return f"no road leads from {way[0]} to {way[1]}"
        stated, cost = _COST.search(day.transportation), str(road.taxi if how == "taxi" else road.car)
        wrong = stated[1] if stated and stated[1] != cost and not self._parity else ""
        return f"the {how} costs {cost}, not {wrong}" if wrong else ""

    def complete(self) -> Iterator[Complaint]:
        """Every day is there and has what a day of its kind needs."""
        if len(self._plan) != self._request.days:
            yield None, f"the plan has {len(self._plan)} days, the request {self._request.days}"
        for number, day in self._days():
            travels = route(day.current_city) is not None
            if travels and day.transportation == NOTHING:
                yield number, f"day {number}: a journey without transportation"
            if day.accommodation == NOTHING and number != self._request.days:
                yield number, f"day {number}: no accommodation for the night"
            if not travels:
                empty = [meal for meal in MEALS if day.meal(meal) == NOTHING]
                unseen = not self._tables.sights(day) and not self._parity
                if empty or unseen or day.attraction == NOTHING:
                    yield number, f"day {number}: no {(empty or ['attraction'])[0]}"

    def current_city(self) -> Iterator[Complaint]:
        """Everything is where the travellers are on that day."""
        for number, _, meal, text in self._meals():
            if not self._tables.in_city(text, self._tables.day_cities(self._plan[number - 1])):
                yield number, f"day {number}: the {meal} {text!r} is in another city"
        for number, day in self._days():
            cities = self._tables.day_cities(day)
            for sight in self._tables.sights(day):
                if not self._tables.in_city(sight, cities):
                    yield number, f"day {number}: the attraction {sight!r} is in another city"
            if day.accommodation != NOTHING and not self._tables.in_city(day.accommodation, cities[-1:]):
                yield number, f"day {number}: the accommodation {day.accommodation!r} is in another city"
            if day.transportation != NOTHING:
                yield from self._transport_elsewhere(number, day)

    def _transport_elsewhere(self, number: int, day: Day) -> Iterator[Complaint]:
        if self._parity:
            fits = all(city in day.transportation for city in self._tables.day_cities(day))
        else:
            fits = route(day.transportation) == route(day.current_city)
        if not fits:
            yield number, f"day {number}: the transportation does not fit the day's {day.current_city!r}"

    def route(self) -> Iterator[Complaint]:
        """A closed round from home through the asked number of cities of the destination, one visit each."""
        home, here, visited = self._request.org, self._request.org, list[str]()
        for number, day in self._days():
            way = route(day.current_city)
            if day.days != number:
                yield number, f"day {number} is numbered {day.days}"
            if way is None:
                astray = day.current_city.strip() != here or here == home
            else:
                astray = way[0] != here or way[0] == way[1]
                here = way[1]
                visited += [here] if here != home or number != len(self._plan) else []
            if astray:
                yield number, f"day {number}: {day.current_city!r} does not follow from the day before"
        yield from self._visited(here, visited)

    def _visited(self, end: str, visited: list[str]) -> Iterator[Complaint]:
        home = self._request.org
        if end != home:
            yield len(self._plan), f"the trip ends in {end} and not in {home}"
        for city in visited:
            if city not in self._world.places(self._request.dest) or city == home:
                yield None, f"{city} is no city to visit in {self._request.dest}"
        if len(set(visited)) != len(visited) or len(visited) != self._request.visiting_city_number:
            yield None, f"{len(visited)} visits ({', '.join(visited)}) for {self._request.visiting_city_number} cities"

    def _key(self, text: str) -> object:
        """Return what two texts have in common that mean the same place."""
        return text if self._parity else place(text)

    def restaurants(self) -> Iterator[Complaint]:
        """No restaurant twice."""
        seen = dict[object, int]()
        for number, _, meal, text in self._meals():
            first = seen.get(self._key(text))
            if first is not None:
                yield number, f"day {number}: the restaurant {text!r} ({meal}) was there before, on day {first}"
            seen[self._key(text)] = number

    def attractions(self) -> Iterator[Complaint]:
        """No attraction twice."""
        seen = dict[object, int]()
        for number, day in self._days():
            for sight in self._tables.sights(day):
                first = seen.get(self._key(sight))
                if first is not None:
                    yield number, f"day {number}: the attraction {sight!r} was there before, on day {first}"
                seen[self._key(sight)] = number

    def transport(self) -> Iterator[Complaint]:
        """Who drives a car of one's own neither flies nor takes a taxi."""
        modes = {mode(day.transportation): number for number, day in self._days() if day.transportation != NOTHING}
        other = next((how for how in ("flight", "taxi") if how in modes), None)
        if "self-driving" in modes and other:
            own = modes["self-driving"]
            yield modes[other], f"day {modes[other]}: a {other} besides self-driving on day {own}"

    def accommodation(self) -> Iterator[Complaint]:
        """Nobody leaves before the minimum of nights."""
        nights = [day.accommodation for day in self._plan]
        start = 0
        while start < len(nights):
            end = start
            while end + 1 < len(nights) and self._key(nights[end + 1]) == self._key(nights[start]):
                end += 1
            if nights[start] != NOTHING:
                yield from self._too_short(start + 1, nights[start], end - start + 1)
            start = end + 1

    def _too_short(self, number: int, text: str, nights: int) -> Iterator[Complaint]:
        rows = self._tables.stays(text)
        if len(rows) == 1 and rows[0].minimum_nights > nights:
            until = f"until day {number + nights - 1}, and takes guests from {rows[0].minimum_nights} nights on"
            yield number, f"day {number}: {text!r} is booked for {nights} nights, {until}"
        elif not rows and not self._parity:
            yield number, f"day {number}: no accommodation is called {text!r}"

    # Hard rules; everything that is named exists

    def cost(self) -> int:
        """Return what the plan costs the party."""
        total = 0
        for number, day in self._days():
            total += self._fare(number, day)
            if day.accommodation != NOTHING:
                stay = self._tables.stays(day.accommodation)[0]
                total += stay.price * math.ceil(self._people / stay.occupancy)
        return total + sum(self._tables.restaurants(text)[0].cost * self._people for _, _, _, text in self._meals())

    def _fare(self, number: int, day: Day) -> int:
        how, way = mode(day.transportation), route(day.transportation)
        if not how or way is None:
            return 0
        if how == "flight":
            flight = self._tables.priced(day, number - 1)
            return flight.price * self._people if flight else 0
        road = self._world.road_of[way]
        return road.taxi * math.ceil(self._people / 4) if how == "taxi" else road.car * math.ceil(self._people / 5)

    def budget(self) -> Iterator[Complaint]:
        """The plan costs no more than the budget."""
        cost = self.cost()
        if cost > self._request.budget:
            yield None, f"the plan costs {cost:,}, and the budget is {self._request.budget:,}"

    def _stays(self) -> Iterator[tuple[int, str, Stay]]:
        for number, day in self._days():
            if day.accommodation != NOTHING:
                yield number, day.accommodation, self._tables.stays(day.accommodation)[0]

    def room_rule(self) -> Iterator[Complaint]:
        """What the party wants to do is allowed in every room."""
        wanted = self._request.local_constraint.house_rule
        for number, text, stay in self._stays():
            if wanted in stay.house_rules:
                yield number, f"day {number}: {text!r} does not allow {wanted}"

    def room_type(self) -> Iterator[Complaint]:
        """Every room has the wanted type."""
        wanted = self._request.local_constraint.room_type or ""
        for number, text, stay in self._stays():
            refused = wanted.removeprefix("not ")
            if (stay.room_type == refused) if wanted.startswith("not ") else (stay.room_type != wanted):
                yield number, f"day {number}: {text!r} is {stay.room_type!r}, and {wanted!r} is asked for"

    def cuisine(self) -> Iterator[Complaint]:
        """Every wanted cuisine is eaten away from home."""
        eaten: Sequence[Restaurant] = [
            self._tables.restaurants(text)[0] for _, _, _, text in self._meals() if place(text)[1] != self._request.org
        ]
        for cuisine in self._request.local_constraint.cuisine or ():
            if not any(cuisine in restaurant.cuisines for restaurant in eaten):
                yield None, f"no meal is {cuisine}"

    def wanted_transport(self) -> Iterator[Complaint]:
        """The refused way of travelling is not used."""
        refused = {"no flight": "flight", "no self-driving": "self-driving"}
        wish = self._request.local_constraint.transportation or ""
        for number, day in self._days():
            if mode(day.transportation) == refused.get(wish):
                yield number, f"day {number}: a {refused[wish]}, and {wish!r} is asked for"
