"""A trip as chosen things, before it is put into the words of a plan."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from solon.contract import Value
from solon.tasks.planning.trips import plans
from solon.tasks.planning.trips.request import Request
from solon.tasks.planning.trips.world import Attraction, Flight, Restaurant, Road, Stay

Word = Literal["Flight", "Self-driving", "Taxi"]
CAR, CAB = 5, 4  # people that a car and a taxi hold
MEALS_A_DAY, SIGHTS_A_DAY = 3, 1


class Ride(Value, frozen=True):
    """One way from a city to another."""

    word: Word
    flight: Flight | None = None
    road: Road | None = None

    def cost(self, people: int) -> int:
        """Return what it costs a party."""
        if self.flight is not None:
            return self.flight.price * people
        assert self.road is not None
        if self.word == "Taxi":
            return self.road.taxi * math.ceil(people / CAB)
        return self.road.car * math.ceil(people / CAR)

    @property
    def text(self) -> str:
        """How a plan words it."""
        if self.flight is not None:
            return plans.fly(self.flight)
        assert self.road is not None
        return plans.drive(self.road, self.word)


class Visit(Value, frozen=True):
    """Some nights in one city; meals and sights are for its full days, in order."""

    city: str
    arrives: int  # day of the trip, from 1
    nights: int
    stay: Stay
    meals: tuple[Restaurant, ...]
    sights: tuple[Attraction, ...]

    def cost(self, people: int) -> int:
        """Return what the room and the meals cost a party."""
        rooms = math.ceil(people / self.stay.occupancy)
        return self.nights * rooms * self.stay.price + people * sum(meal.cost for meal in self.meals)


class Trip(Value, frozen=True):
    """A round trip: a ride before each visit and one home after the last."""

    rides: tuple[Ride, ...]
    visits: tuple[Visit, ...]

    def cost(self, people: int) -> int:
        """Return what the trip costs a party."""
        return sum(part.cost(people) for part in (*self.rides, *self.visits))


def schedules(days: int, cities: int) -> list[tuple[int, ...]]:
    """Return all ways to set the days of the rides: the first on day 1, the last on the last day, one a day."""

    def split(start: int, left: int) -> list[tuple[int, ...]]:
        if left == 0:
            return [(days,)] if start <= days else []
        return [(day, *rest) for day in range(start, days) for rest in split(day + 1, left - 1)]

    return [(1, *rest) for rest in split(2, cities - 1)]


def render(trip: Trip, request: Request) -> plans.Plan:
    """Return a trip as a plan; travel days hold no meals and no sights."""
    found: list[plans.Day] = []
    home = request.org
    stops = [home, *(visit.city for visit in trip.visits), home]
    for ride, (origin, destination), visit in zip(trip.rides, pairwise(stops), (*trip.visits, None), strict=True):
        room = f"{visit.stay.name}, {visit.city}" if visit else plans.NOTHING
        way = f"from {origin} to {destination}"
        found.append(plans.Day(len(found) + 1, way, ride.text, accommodation=room))
        if visit is None:
            continue
        for day in range(visit.nights - 1):
            meals = visit.meals[MEALS_A_DAY * day : MEALS_A_DAY * (day + 1)]
            sights = visit.sights[SIGHTS_A_DAY * day : SIGHTS_A_DAY * (day + 1)]
            found.append(
                plans.Day(
                    len(found) + 1,
                    visit.city,
                    breakfast=_named(meals[:1]),
                    lunch=_named(meals[1:2]),
                    dinner=_named(meals[2:3]),
                    attraction="".join(f"{_named([sight])};" for sight in sights),
                    accommodation=room,
                )
            )
    return tuple(found)


def _named(places: Sequence[Restaurant | Attraction]) -> str:
    return f"{places[0].name}, {places[0].city}" if places else plans.NOTHING
