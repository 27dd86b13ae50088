"""A travel world: cities in states, and tables of flights, roads, stays, restaurants and attractions.

Worlds are drawn from a seed; every name and every figure is ours. The tables have the columns that planning
benchmarks of this kind use, so that a real data set can be read into the same values (``travelplanner``).
"""

import datetime
import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from solon.contract import Value
from solon.tasks.planning.trips import names

ROOM_TYPES: Final = ("entire room", "private room", "shared room")
WANTED_TYPES: Final = (*ROOM_TYPES, "not shared room")
HOUSE_RULES: Final = ("smoking", "parties", "children under 10", "visitors", "pets")
CUISINES: Final = ("Chinese", "American", "Italian", "Mexican", "Indian", "Mediterranean", "French")
FIRST_DATE: Final = datetime.date(2026, 3, 2)
DATES: Final = 12  # days on which flights are on sale
ROAD_COST: Final = 0.05  # of a kilometre by one's own car
_FARTHEST: Final = 900.0  # kilometres of the longest road
_NO_FLIGHT: Final = 0.3  # share of the pairs of cities without a flight


class City(Value, frozen=True):
    """A place on the map."""

    name: str  # unique in a world
    state: str
    x: int  # kilometres
    y: int


class Flight(Value, frozen=True):
    """One departure."""

    number: str  # of a daily service: one number flies on several dates, at different prices
    origin: str
    destination: str
    date: str  # ISO
    departs: int  # minutes after midnight
    arrives: int
    price: int  # a person


class Road(Value, frozen=True):
    """A way by car; it is there in both directions."""

    origin: str
    destination: str
    kilometres: int
    minutes: int

    @property
    def car(self) -> int:
        """Cost of one car of one's own, rounded down."""
        return int(self.kilometres * ROAD_COST)

    @property
    def taxi(self) -> int:
        """Cost of one taxi."""
        return self.kilometres


class Stay(Value, frozen=True):
    """Rooms of one kind in one house."""

    name: str  # unique in its city
    city: str
    room_type: str
    price: int  # a night and room
    minimum_nights: int
    house_rules: tuple[str, ...]  # what is forbidden, words of HOUSE_RULES
    occupancy: int  # people a room
    rating: float


class Restaurant(Value, frozen=True):
    """Where one meal can be had."""

    name: str
    city: str
    cuisines: tuple[str, ...]
    cost: int  # a person and meal


class Attraction(Value, frozen=True):
    """Something to see."""

    name: str
    city: str
    x: int
    y: int


_Place = TypeVar("_Place", Stay, Restaurant, Attraction)


class World(Value, frozen=True, dict=True):
    """Trusted tables; look-ups are indexed on first use."""

    cities: tuple[City, ...]
    flights: tuple[Flight, ...]
    roads: tuple[Road, ...]
    stays: tuple[Stay, ...]
    restaurants: tuple[Restaurant, ...]
    attractions: tuple[Attraction, ...]

    @cached_property
    def state_of(self) -> dict[str, str]:
        """City to state."""
        return {city.name: city.state for city in self.cities}

    @cached_property
    def states(self) -> dict[str, tuple[str, ...]]:
        """State to its cities, both in the order of the world."""
        grouped: dict[str, list[str]] = {}
        for city in self.cities:
            grouped.setdefault(city.state, []).append(city.name)
        return {state: tuple(own) for state, own in grouped.items()}

    @cached_property
    def flights_on(self) -> dict[tuple[str, str, str], tuple[Flight, ...]]:
        """(origin, destination, date) to flights, cheapest first."""
        grouped: dict[tuple[str, str, str], list[Flight]] = defaultdict(list)
        for flight in self.flights:
            grouped[flight.origin, flight.destination, flight.date].append(flight)
        return {key: tuple(sorted(own, key=lambda it: (it.price, it.number))) for key, own in grouped.items()}

    @cached_property
    def road_of(self) -> dict[tuple[str, str], Road]:
        """(origin, destination) to the road."""
        return {(road.origin, road.destination): road for road in self.roads}

    @cached_property
    def stays_in(self) -> dict[str, tuple[Stay, ...]]:
        """City to its stays, those of one name once."""
        return _by_city(self.cities, self.stays)

    @cached_property
    def restaurants_in(self) -> dict[str, tuple[Restaurant, ...]]:
        """City to its restaurants, those of one name once."""
        return _by_city(self.cities, self.restaurants)

    @cached_property
    def attractions_in(self) -> dict[str, tuple[Attraction, ...]]:
        """City to its attractions, those of one name once."""
        return _by_city(self.cities, self.attractions)

    def places(self, destination: str) -> tuple[str, ...]:
        """Return the cities that a destination, a city or a state, stands for; empty if it is unknown."""
        return self.states.get(destination, (destination,) if destination in self.state_of else ())


def _by_city(cities: Iterable[City], rows: Iterable[_Place]) -> dict[str, tuple[_Place, ...]]:
    """Return cities with their rows; of those of one name the first, which is the one that a plan's text means."""
    found: dict[str, dict[str, _Place]] = {city.name: {} for city in cities}
    for row in rows:
        if row.city in found:
            found[row.city].setdefault(row.name, row)
    return {city: tuple(named.values()) for city, named in found.items()}


@lru_cache(maxsize=8)
def draw_world(seed: int, cities: int = 18, states: int = 4) -> World:
    """Return a world; equal arguments give equal worlds. Raises ValueError for sizes out of range."""
    if not 4 <= states <= len(names.STATES) or not 3 * states <= cities <= len(names.CITIES):
        raise ValueError(
            f"states must lie in 4..{len(names.STATES)} and cities in 3 x states..{len(names.CITIES)}, "
            f"got {states} and {cities}"
        )
    dice = random.Random(f"world/{seed}/{cities}/{states}")  # noqa: S311 - reproducible on purpose
    chosen = _cities(dice, cities, states)
    roads = tuple(_roads(dice, chosen))
    return World(
        cities=chosen,
        flights=tuple(_flights(dice, chosen)),
        roads=roads,
        stays=tuple(stay for city in chosen for stay in _stays(dice, city)),
        restaurants=tuple(place for city in chosen for place in _restaurants(dice, city)),
        attractions=tuple(place for city in chosen for place in _attractions(dice, city)),
    )


def dates_from(first: str, days: int) -> tuple[str, ...]:
    """Return so many dates in a row."""
    start = datetime.date.fromisoformat(first)
    return tuple((start + datetime.timedelta(days=day)).isoformat() for day in range(days))


def clock(minutes: int) -> str:
    """Return a time of day in words, such as 08:05."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _cities(dice: random.Random, count: int, states: int) -> tuple[City, ...]:
    titles = dice.sample(names.CITIES, count)
    regions = dice.sample(names.STATES, states)
    centres = [(dice.randrange(200, 1400), dice.randrange(200, 1000)) for _ in regions]
    found: list[City] = []
    for number, title in enumerate(titles):
        home = number % states
        x, y = (max(0, value + dice.randrange(-220, 221)) for value in centres[home])
        found.append(City(title, regions[home], x, y))
    return tuple(found)


def _distance(one: City, other: City) -> float:
    return math.hypot(one.x - other.x, one.y - other.y) + 20


def _roads(dice: random.Random, cities: Sequence[City]) -> list[Road]:
    found: list[Road] = []
    for number, one in enumerate(cities):
        for other in cities[number + 1 :]:
            kilometres = int(_distance(one, other) * dice.uniform(1.1, 1.4))
            if kilometres > _FARTHEST or dice.random() < 0.1:
                continue
            minutes = int(kilometres / 80 * 60)
            found += [
                Road(one.name, other.name, kilometres, minutes),
                Road(other.name, one.name, kilometres, minutes),
            ]
    return found


def _flights(dice: random.Random, cities: Sequence[City]) -> list[Flight]:
    dates = dates_from(FIRST_DATE.isoformat(), DATES)
    found: list[Flight] = []
    number = 1000
    for origin in cities:
        for destination in cities:
            if origin == destination or dice.random() < _NO_FLIGHT:
                continue
            for _ in range(dice.choice((1, 1, 2))):
                number += dice.randrange(1, 9)
                departs = dice.randrange(6 * 60, 20 * 60, 5)
                arrives = departs + 40 + int(_distance(origin, destination) / 10)
                usual = 40 + _distance(origin, destination) * dice.uniform(0.08, 0.3)
                found += [
                    Flight(
                        f"F{number}",
                        origin.name,
                        destination.name,
                        date,
                        departs,
                        arrives,
                        int(usual * dice.uniform(0.7, 1.5)),
                    )
                    for date in dates
                    if dice.random() < 0.85
                ]
    return found


def _stays(dice: random.Random, city: City) -> list[Stay]:
    found: list[Stay] = []
    for title in _titles(dice, names.STAYS, 9):
        forbidden = tuple(rule for rule in HOUSE_RULES if dice.random() < 0.3)
        nights = dice.choices((1, 2, 3, 4, 5), (6, 4, 2, 1, 1))[0]
        room = dice.choices(ROOM_TYPES, (5, 5, 3))[0]
        price = int(dice.uniform(40, 130) * {"entire room": 2.0, "private room": 1.2}.get(room, 0.7))
        rating = round(dice.uniform(1, 5), 1)
        found.append(Stay(title, city.name, room, price, nights, forbidden, dice.choice((1, 2, 2, 3, 4)), rating))
    return found


def _restaurants(dice: random.Random, city: City) -> list[Restaurant]:
    return [
        Restaurant(title, city.name, tuple(sorted(dice.sample(CUISINES, dice.randrange(2, 5)))), dice.randrange(8, 70))
        for title in _titles(dice, names.RESTAURANTS, 14)
    ]


def _attractions(dice: random.Random, city: City) -> list[Attraction]:
    return [
        Attraction(title, city.name, city.x + dice.randrange(-9, 10), city.y + dice.randrange(-9, 10))
        for title in _titles(dice, names.ATTRACTIONS, 7)
    ]


def _titles(dice: random.Random, words: tuple[tuple[str, ...], tuple[str, ...]], count: int) -> list[str]:
    """Return distinct names; the second is the first with an annexe, for judges that look up parts of names."""
    every = [f"{first} {second}" for first in words[0] for second in words[1]]
    chosen = dice.sample(every, count - 1)
    return [chosen[0], f"{chosen[0]} Annexe", *chosen[1:]]
