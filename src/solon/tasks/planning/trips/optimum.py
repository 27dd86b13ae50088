"""The cheapest trip by enumeration: exact, without a solver, so that it can vouch for the solver's answers.

Cities and days of travel are enumerated; given these, rides, rooms and meals are chosen apart, meals by dynamic
programming over the cuisines that they cover. A bound on the cost cuts most of it.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import structs

from solon.contract import Value
from solon.tasks.planning.trips.request import Local, Request
from solon.tasks.planning.trips.trip import MEALS_A_DAY, SIGHTS_A_DAY, Ride, Trip, Visit, schedules
from solon.tasks.planning.trips.world import Restaurant, Stay, World

Meals = tuple[int, tuple[Restaurant, ...]]
"""Cost for one person, and the restaurants."""


class Correction(Value, frozen=True):
    """Wishes to give up and, if need be, the budget to have, after which a request can be satisfied."""

    dropped: tuple[str, ...]
    budget: int | None = None  # the least that is enough, where the one of the request is not

    @property
    def items(self) -> frozenset[str]:
        """What it touches."""
        return frozenset((*self.dropped, *(("budget",) if self.budget is not None else ())))


def wishes(request: Request) -> tuple[str, ...]:
    """Return the items of a request that can be given up, the budget aside."""
    local = request.local_constraint
    found = [name for name, wish in (("house rule", local.house_rule), ("room type", local.room_type)) if wish]
    found += [f"cuisine {cuisine}" for cuisine in local.cuisine or ()]
    return (*found, *(("transportation",) if local.transportation else ()))


def without(request: Request, items: Sequence[str]) -> Request:
    """Return a request that gives up some of its wishes."""
    local = request.local_constraint
    cuisines = tuple(it for it in local.cuisine or () if f"cuisine {it}" not in items)
    return structs.replace(
        request,
        local_constraint=Local(
            house_rule=None if "house rule" in items else local.house_rule,
            cuisine=cuisines or None,
            room_type=None if "room type" in items else local.room_type,
            transportation=None if "transportation" in items else local.transportation,
        ),
    )


def corrections(world: World, request: Request, most: int = 2) -> tuple[Correction, ...]:
    """Return the minimal corrections that give up at most so many wishes; the empty one if there is nothing wrong."""
    found: list[Correction] = []
    for count in range(most + 1):
        for items in itertools.combinations(wishes(request), count):
            trip = cheapest(world, without(request, items))
            if trip is None:
                continue
            cost = trip.cost(request.people_number)
            new = Correction(items, None if cost <= request.budget else cost)
            # a smaller set that asks for as little, or for less money, makes this one no correction of its own
            if not any(old.items <= new.items for old in found):
                found.append(new)
    return tuple(found)


def cheapest(world: World, request: Request) -> Trip | None:
    """Return a cheapest trip that keeps all rules but the budget, or None if there is none; ties are broken alike."""
    search = _Search(world, request)
    for cities in itertools.permutations(search.places, request.visiting_city_number):
        for days in schedules(request.days, request.visiting_city_number):
            search.consider(cities, days)
    return search.best


class _Search:
    def __init__(self, world: World, request: Request) -> None:
        self._world, self._request, self._people = world, request, request.people_number
        self.places = [city for city in world.places(request.dest) if city != request.org]
        self._wanted = tuple(dict.fromkeys(request.local_constraint.cuisine or ()))
        self._tables = {city: self._table(city) for city in self.places}
        self._rides: dict[tuple[str, str, int, bool], Ride | None] = {}
        self._rooms: dict[tuple[str, int], Stay | None] = {}
        self.best: Trip | None = None
        self._cost = math.inf

    def consider(self, cities: Sequence[str], days: Sequence[int]) -> None:
        nights = [after - before for before, after in pairwise(days)]
        rooms = [self._room(city, night) for city, night in zip(cities, nights, strict=True)]
        if any(room is None for room in rooms):
            return
        stays = [room for room in rooms if room is not None]
        lodging = sum(self._price(stay) * night for stay, night in zip(stays, nights, strict=True))
        if lodging >= self._cost:
            return
        rides = self._best_rides((self._request.org, *cities, self._request.org), days)
        if rides is None or lodging + sum(ride.cost(self._people) for ride in rides) >= self._cost:
            return
        if any(
            len(self._world.attractions_in[city]) < SIGHTS_A_DAY * (night - 1)
            for city, night in zip(cities, nights, strict=True)
        ):
            return
        chosen = self._meals(cities, nights)
        if chosen is None:
            return
        visits = tuple(
            Visit(city, day, night, stay, meals, self._world.attractions_in[city][: SIGHTS_A_DAY * (night - 1)])
            for city, day, night, stay, meals in zip(cities, days[:-1], nights, stays, chosen, strict=True)
        )
        trip = Trip(tuple(rides), visits)
        cost = trip.cost(self._people)
        if cost < self._cost:
            self.best, self._cost = trip, cost

    def _price(self, stay: Stay) -> int:
        return stay.price * math.ceil(self._people / stay.occupancy)

    def _room(self, city: str, nights: int) -> Stay | None:
        if (city, nights) not in self._rooms:
            local = self._request.local_constraint
            fit = [
                stay
                for stay in self._world.stays_in[city]
                if stay.minimum_nights <= nights
                and (local.house_rule is None or local.house_rule not in stay.house_rules)
                and _suits(local.room_type, stay.room_type)
            ]
            self._rooms[city, nights] = min(fit, key=lambda stay: (self._price(stay), stay.name), default=None)
        return self._rooms[city, nights]

    def _best_rides(self, stops: Sequence[str], days: Sequence[int]) -> list[Ride] | None:
        """Return the cheaper of all rides in one's own car and each ride by air or taxi."""
        found: list[tuple[int, list[Ride]]] = []
        for own in (True, False):
            legs = zip(pairwise(stops), days, strict=True)
            rides = [self._ride(origin, destination, day, own) for (origin, destination), day in legs]
            known = [ride for ride in rides if ride is not None]
            if len(known) == len(rides):
                found.append((sum(ride.cost(self._people) for ride in known), known))
        return min(found, key=lambda it: it[0])[1] if found else None

    def _ride(self, origin: str, destination: str, day: int, own: bool) -> Ride | None:  # noqa: FBT001  # a key
        key = origin, destination, day, own
        if key not in self._rides:
            options = self._options(origin, destination, day, own=own)
            self._rides[key] = min(options, key=lambda ride: ride.cost(self._people), default=None)
        return self._rides[key]

    def _options(self, origin: str, destination: str, day: int, *, own: bool) -> Iterator[Ride]:
        refused = self._request.local_constraint.transportation
        road = self._world.road_of.get((origin, destination))
        if own:
            if road is not None and refused != "no self-driving":
                yield Ride("Self-driving", road=road)
            return
        if refused != "no flight":
            date = self._request.date[day - 1]
            yield from (Ride("Flight", flight=it) for it in self._world.flights_on.get((origin, destination, date), ()))
        if road is not None:
            yield Ride("Taxi", road=road)

    def _table(self, city: str) -> list[dict[int, Meals]]:
        """Return for each number of meals in a city the cheapest choice that covers each set of wanted cuisines."""
        most = MEALS_A_DAY * (self._request.days - 1)
        table: list[dict[int, Meals]] = [{0: (0, ())}, *({} for _ in range(most))]
        for restaurant in self._world.restaurants_in[city]:
            covers = sum(1 << bit for bit, it in enumerate(self._wanted) if it in restaurant.cuisines)
            for count in range(most, 0, -1):
                for mask, (cost, chosen) in table[count - 1].items():
                    _keep(table[count], mask | covers, cost + restaurant.cost, (*chosen, restaurant))
        return table

    def _meals(self, cities: Sequence[str], nights: Sequence[int]) -> list[tuple[Restaurant, ...]] | None:
        reached: dict[int, tuple[int, tuple[tuple[Restaurant, ...], ...]]] = {0: (0, ())}
        for city, night in zip(cities, nights, strict=True):
            after: dict[int, tuple[int, tuple[tuple[Restaurant, ...], ...]]] = {}
            for mask, (cost, chosen) in reached.items():
                for more, (price, meals) in self._tables[city][MEALS_A_DAY * (night - 1)].items():
                    known = after.get(mask | more)
                    if known is None or cost + price < known[0]:
                        after[mask | more] = cost + price, (*chosen, meals)
            reached = after
        full = reached.get((1 << len(self._wanted)) - 1)
        return list(full[1]) if full else None


def _suits(wanted: str | None, room_type: str) -> bool:
    return wanted is None or (room_type != "shared room" if wanted == "not shared room" else room_type == wanted)


def _keep(table: dict[int, Meals], mask: int, cost: int, chosen: tuple[Restaurant, ...]) -> None:
    known = table.get(mask)
    if known is None or cost < known[0]:
        table[mask] = cost, chosen
