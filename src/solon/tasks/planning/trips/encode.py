"""A request and the tables as a formal problem: the selection of rides, visits, rooms, meals and sights.

The cities are the nodes of a network that is unrolled over the days of the trip: a ride is an arc between cities on a
day, a visit an arc that stays in one city for some nights, and flow is conserved where they meet. Everything is a
truth value, every rule linear, so that the answer takes milliseconds (``docs/systems/planning-trips.md``). Rules keep
the names of the wishes that they come from; those that only hold the model together are not negotiable.
"""

import math
from collections.abc import Iterable, Sequence

from solon.contract import Value
from solon.tasks.planning.trips.request import Local, Request
from solon.tasks.planning.trips.trip import MEALS_A_DAY, SIGHTS_A_DAY, Ride, Trip, Visit, schedules
from solon.tasks.planning.trips.world import Attraction, Restaurant, Stay, World
from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Compare,
    Comparison,
    Expression,
    Logic,
    Member,
    Reference,
)
from solon.verify.formal.expression import Number as Constant
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table, Values

BUDGET, DESTINATION = "budget", "destination"


class Arc(Value, frozen=True):
    """A ride on a day, as number ``leg`` from 0."""

    leg: int
    day: int
    origin: str
    destination: str
    ride: Ride


class Span(Value, frozen=True):
    """A visit as number ``place`` from 0, of some nights from a day on."""

    place: int
    city: str
    arrives: int
    nights: int


class Room(Value, frozen=True):
    """A stay booked for some nights."""

    stay: Stay
    nights: int


class Encoded(Value, frozen=True):
    """A formal problem and what its truth values stand for, by place in their sorts."""

    formal: Formal
    arcs: tuple[Arc, ...]
    spans: tuple[Span, ...]
    rooms: tuple[Room, ...]
    meals: tuple[Restaurant, ...]
    sights: tuple[Attraction, ...]


def encode(world: World, request: Request) -> Encoded:
    """Return the formal problem of a request; its objective is the cost of the trip."""
    builder = _Builder(world, request)
    return Encoded(builder.formal(), builder.arcs, builder.spans, builder.rooms, builder.meals, builder.sights)


def decode(encoded: Encoded, values: Values) -> Trip:
    """Return the trip that a solution means."""

    def chosen(decision: str) -> list[int]:
        return [int(key[1:]) for key, value in values[decision].items() if float(value) > 0.5]

    arcs = sorted((encoded.arcs[place] for place in chosen("take")), key=lambda arc: arc.leg)
    spans = sorted((encoded.spans[place] for place in chosen("visit")), key=lambda span: span.place)
    stays = {encoded.rooms[place].stay.city: encoded.rooms[place].stay for place in chosen("lodge")}
    meals = [encoded.meals[place] for place in sorted(chosen("eat"))]
    sights = [encoded.sights[place] for place in sorted(chosen("see"))]
    visits = tuple(
        Visit(
            span.city,
            span.arrives,
            span.nights,
            stays[span.city],
            tuple(meal for meal in meals if meal.city == span.city),
            tuple(sight for sight in sights if sight.city == span.city),
        )
        for span in spans
    )
    return Trip(tuple(arc.ride for arc in arcs), visits)


_LETTERS = {"take": "r", "visit": "v", "lodge": "s", "eat": "m", "see": "a"}
_SORTS = {"take": "ride", "visit": "visit", "lodge": "room", "eat": "meal", "see": "sight"}
_OWN = "own"
_FEES = {"take": "fare", "lodge": "rent", "eat": "bill"}


class _Builder:
    def __init__(self, world: World, request: Request) -> None:
        self._world, self._request, self._people = world, request, request.people_number
        self._cities = [city for city in world.places(request.dest) if city != request.org]
        self._stops = request.visiting_city_number
        self.spans = tuple(self._spans())
        self.arcs = tuple(self._arcs())
        used = {(span.city, span.nights) for span in self.spans}
        self.rooms = tuple(room for city, nights in sorted(used) for room in self._rooms(city, nights))
        self.meals = tuple(it for city in self._cities for it in self._meals(city))
        self.sights = tuple(it for city in self._cities for it in world.attractions_in[city])

    def _spans(self) -> Iterable[Span]:
        """Yield visits of all places, days and lengths that some schedule has."""
        found = {
            (place, days[place], days[place + 1] - days[place])
            for days in schedules(self._request.days, self._stops)
            for place in range(self._stops)
        }
        for place, arrives, nights in sorted(found):
            for city in self._cities:
                yield Span(place, city, arrives, nights)

    def _rooms(self, city: str, nights: int) -> Iterable[Room]:
        """Yield the cheapest room of each kind that the rules can tell apart."""
        local = self._request.local_constraint
        kinds: dict[tuple[bool, bool, bool], Room] = {}
        for stay in self._world.stays_in[city]:
            wrong_type = bool(local.room_type) and not _of_type(stay.room_type, local.room_type or "")
            kind = stay.minimum_nights > nights, local.house_rule in stay.house_rules, wrong_type
            known = kinds.get(kind)
            if known is None or self.rent(Room(stay, nights)) < self.rent(known):
                kinds[kind] = Room(stay, nights)
        return kinds.values()

    def rent(self, room: Room) -> int:
        """Return what a booking costs the party."""
        return room.nights * room.stay.price * math.ceil(self._people / room.stay.occupancy)

    def _meals(self, city: str) -> Iterable[Restaurant]:
        """Yield, of the restaurants with the same wanted cuisines, as many of the cheapest as there can be meals."""
        wanted = self._request.local_constraint.cuisine or ()
        kinds: dict[frozenset[str], list[Restaurant]] = {}
        for it in sorted(self._world.restaurants_in[city], key=lambda it: (it.cost, it.name)):
            kinds.setdefault(frozenset(it.cuisines) & frozenset(wanted), []).append(it)
        most = MEALS_A_DAY * (max((span.nights for span in self.spans), default=1) - 1)
        return [it for kind in kinds.values() for it in kind[:most]]

    def _arcs(self) -> Iterable[Arc]:
        """Yield the rides that can be a leg on a day, of all that the tables offer."""
        departures = {(0, 1), *((span.place + 1, span.arrives + span.nights) for span in self.spans)}
        for leg, day in sorted(departures):
            origins = [self._request.org] if leg == 0 else self._cities
            goals = [self._request.org] if leg == self._stops else self._cities
            for origin in origins:
                for goal in goals:
                    if origin == goal:
                        continue
                    date = self._request.date[day - 1]
                    # rules cannot tell flights of one pair and day apart, so the cheapest stands for all
                    for flight in self._world.flights_on.get((origin, goal, date), ())[:1]:
                        yield Arc(leg, day, origin, goal, Ride("Flight", flight=flight))
                    road = self._world.road_of.get((origin, goal))
                    if road is not None:
                        yield Arc(leg, day, origin, goal, Ride("Self-driving", road=road))
                        yield Arc(leg, day, origin, goal, Ride("Taxi", road=road))

    def formal(self) -> Formal:
        """Return the whole problem."""
        sizes = {
            "take": len(self.arcs),
            "visit": len(self.spans),
            "lodge": len(self.rooms),
            "eat": len(self.meals),
            "see": len(self.sights),
        }
        sorts = tuple(
            Sort(_SORTS[name], tuple(f"{_LETTERS[name]}{number}" for number in range(size)))
            for name, size in sizes.items()
        )
        decisions = (
            *(Decision(name, (_SORTS[name],), "bool") for name in sizes),
            Decision(_OWN, (), "bool", meaning="whether the party drives a car of its own"),
        )
        fees = {
            "take": [arc.ride.cost(self._people) for arc in self.arcs],
            "lodge": [self.rent(room) for room in self.rooms],
            "eat": [meal.cost * self._people for meal in self.meals],
        }
        tables = tuple(
            Table(
                _FEES[name],
                (_SORTS[name],),
                {f"{_LETTERS[name]}{number}": float(cost) for number, cost in enumerate(costs)},
                meaning="what it costs the party",
                origin="database",
            )
            for name, costs in fees.items()
        )
        rules = (*self._structure(), *self._wishes(), self._budget())
        title = f"{self._request.days} days from {self._request.org} to {self._request.dest}"
        return Formal(title, sorts, tables, decisions, rules, Objective("cost", "minimise", _cost()))

    def _structure(self) -> Iterable[Rule]:
        request = self._request
        where = f"{self._stops} {'city' if self._stops == 1 else 'cities'} in {request.dest}"
        yield Rule(
            DESTINATION,
            _all(
                [
                    *(_total("visit", self._at(place=place), "=", 1) for place in range(self._stops)),
                    *(_total("visit", self._at(city=city), "<=", 1) for city in self._cities),
                ]
            ),
            "destination cities",
            f"the trip visits {where if self._stops > 1 else request.dest}",
        )
        yield Rule(
            "journey",
            _all(self._flow()),
            "departure dates",
            f"a ride brings the party from {request.org} to each city and home on the days of the trip",
            origin="linking",
            negotiable=False,
        )
        yield Rule(
            "own car",
            _all(self._own_car()),
            "transport modes",
            "who drives a car of one's own neither flies nor takes a taxi",
            origin="implied",
            negotiable=False,
        )
        yield from self._daily()

    def _daily(self) -> Iterable[Rule]:
        """Yield the rules that tie rooms, meals and sights to the nights in a city."""
        used = sorted({(span.city, span.nights) for span in self.spans})
        booked = [
            _equal(
                [("lodge", 1, place) for place, it in enumerate(self.rooms) if (it.stay.city, it.nights) == key],
                [("visit", 1, place) for place in self._at(city=key[0]) if self.spans[place].nights == key[1]],
            )
            for key in used
        ]
        yield Rule("rooms", _all(booked), "accommodation", "one room each night", origin="linking", negotiable=False)
        short = [place for place, it in enumerate(self.rooms) if it.stay.minimum_nights > it.nights]
        yield Rule(
            "minimum nights",
            _total("lodge", short, "=", 0),
            "accommodation",
            "no room is left before the least number of nights that it is let for",
            origin="implied",
            negotiable=False,
        )
        for name, decision, items, each in (
            ("meals", "eat", self.meals, MEALS_A_DAY),
            ("sights", "see", self.sights, SIGHTS_A_DAY),
        ):
            balanced = [
                _equal(
                    [(decision, 1, place) for place, it in enumerate(items) if it.city == city],
                    [("visit", each * (self.spans[place].nights - 1), place) for place in self._at(city=city)],
                )
                for city in self._cities
            ]
            words = f"{each} {'different restaurants' if name == 'meals' else 'new attraction'} each full day"
            group = "restaurants" if name == "meals" else "attractions"
            yield Rule(name, _all(balanced), group, words, origin="linking", negotiable=False)

    def _at(self, place: int | None = None, city: str | None = None) -> list[int]:
        return [
            number
            for number, span in enumerate(self.spans)
            if place in (None, span.place) and city in (None, span.city)
        ]

    def _flow(self) -> list[Expression]:
        """Return that each visit is entered by a ride of its day and left by one."""
        entered: dict[tuple[int, str, int], list[int]] = {}
        left: dict[tuple[int, str, int], list[int]] = {}
        for number, arc in enumerate(self.arcs):
            entered.setdefault((arc.leg, arc.destination, arc.day), []).append(number)
            left.setdefault((arc.leg, arc.origin, arc.day), []).append(number)
        starts: dict[tuple[int, str, int], list[int]] = {}
        ends: dict[tuple[int, str, int], list[int]] = {}
        for number, span in enumerate(self.spans):
            starts.setdefault((span.place, span.city, span.arrives), []).append(number)
            ends.setdefault((span.place + 1, span.city, span.arrives + span.nights), []).append(number)
        met = [(arcs, spans) for arcs, spans in ((entered, starts), (left, ends))]
        return [
            _equal([("take", 1, it) for it in arcs.get(key, ())], [("visit", 1, it) for it in spans[key]])
            for arcs, spans in met
            for key in sorted(spans)
        ]

    def _own_car(self) -> list[Expression]:
        """Return that every leg is by one's own car, or none."""
        return [
            Compare(
                "=",
                _sum([("take", 1, place) for place, arc in enumerate(self.arcs) if arc.leg == leg and _is_own(arc)]),
                Reference(_OWN),
            )
            for leg in range(self._stops + 1)
        ]

    def _wishes(self) -> Iterable[Rule]:
        local = self._request.local_constraint
        if local.house_rule:
            refused = [number for number, it in enumerate(self.rooms) if local.house_rule in it.stay.house_rules]
            words = f"every room allows {local.house_rule}"
            yield Rule("house rule", _total("lodge", refused, "=", 0), "accommodation", words)
        if local.room_type:
            wrong = [number for number, it in enumerate(self.rooms) if not _of_type(it.stay.room_type, local.room_type)]
            words = f"every room is of the type {local.room_type!r}"
            yield Rule("room type", _total("lodge", wrong, "=", 0), "accommodation", words)
        for cuisine in dict.fromkeys(local.cuisine or ()):
            serving = [number for number, it in enumerate(self.meals) if cuisine in it.cuisines]
            words = f"at least one meal is {cuisine}"
            yield Rule(f"cuisine {cuisine}", _total("eat", serving, ">=", 1), "restaurants", words)
        if local.transportation:
            yield self._transport(local)

    def _transport(self, local: Local) -> Rule:
        word = "Flight" if local.transportation == "no flight" else "Self-driving"
        refused = [number for number, arc in enumerate(self.arcs) if arc.ride.word == word]
        group = "flights" if word == "Flight" else "driving"
        return Rule("transportation", _total("take", refused, "=", 0), group, f"{local.transportation} at all")

    def _budget(self) -> Rule:
        limit = Constant(float(self._request.budget))
        words = f"the trip costs {self._request.budget:,} at most"
        return Rule(BUDGET, Compare("<=", _cost(), limit), "budget", words)


def _is_own(arc: Arc) -> bool:
    return arc.ride.word == "Self-driving"


def _of_type(room_type: str, wanted: str) -> bool:
    refused = wanted.removeprefix("not ")
    return room_type != refused if refused != wanted else room_type == wanted


def _cost() -> Expression:
    """Return the cost of everything that is chosen, read from the tables."""
    return Arithmetic(
        "+",
        tuple(
            Binder(
                "sum",
                (("it", _SORTS[name]),),
                Arithmetic("*", (Reference(fee, (Bound("it"),)), Reference(name, (Bound("it"),)))),
            )
            for name, fee in _FEES.items()
        ),
    )


def _chosen(decision: str, place: int) -> Expression:
    return Reference(decision, (Member(f"{_LETTERS[decision]}{place}"),))


def _sum(terms: Sequence[tuple[str, int, int]]) -> Expression:
    """Return the sum of (decision, factor, place), leaving out factors of 0."""
    parts = [
        _chosen(name, place) if factor == 1 else Arithmetic("*", (Constant(float(factor)), _chosen(name, place)))
        for name, factor, place in terms
        if factor
    ]
    if len(parts) < 2:
        return parts[0] if parts else Constant(0.0)
    return Arithmetic("+", tuple(parts))


def _total(decision: str, places: Sequence[int], comparison: Comparison, limit: int) -> Expression:
    return Compare(comparison, _sum([(decision, 1, place) for place in places]), Constant(float(limit)))


def _equal(left: Sequence[tuple[str, int, int]], right: Sequence[tuple[str, int, int]]) -> Expression:
    return Compare("=", _sum(left), _sum(right))


def _all(parts: Sequence[Expression]) -> Expression:
    return Logic("and", tuple(parts))
