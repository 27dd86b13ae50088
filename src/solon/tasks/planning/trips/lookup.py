"""Finding what a plan names in the tables of a world: exactly, or as the published evaluator does.

The published evaluator looks up parts of names, drops the last of several attractions, prices a flight by its number
alone and tests, on days without a journey, single letters instead of the city. A port must do so too if its figures
are to be compared (``ParityLookup``); a judge must not (``Lookup``).
"""

from collections.abc import Iterable
from typing import Final, TypeVar

from solon.tasks.planning.trips.plans import NOTHING, Day, flight_number, place, route
from solon.tasks.planning.trips.world import Attraction, Flight, Restaurant, Stay, World

_Row = TypeVar("_Row", Stay, Restaurant, Attraction)


class Lookup:
    """Exact look-up: a thing is known by its name and city, a flight by number, cities and date."""

    def __init__(self, world: World, dates: tuple[str, ...]) -> None:
        self.world, self._dates = world, dates

    def stays(self, text: str) -> list[Stay]:
        """Return the stays that a text may mean."""
        name, city = place(text)
        return [it for it in self.world.stays_in.get(city, ()) if it.name == name]

    def restaurants(self, text: str) -> list[Restaurant]:
        """Return the restaurants that a text may mean."""
        name, city = place(text)
        return [it for it in self.world.restaurants_in.get(city, ()) if it.name == name]

    def attractions(self, text: str) -> list[Attraction]:
        """Return the attractions that a text may mean."""
        name, city = place(text)
        return [it for it in self.world.attractions_in.get(city, ()) if it.name == name]

    def flight(self, day: Day, position: int) -> Flight | None:
        """Return the flight that a day's text names, on that day's date; ``position`` counts from 0."""
        way, number = route(day.transportation), flight_number(day.transportation)
        if way is None or number is None or position >= len(self._dates):
            return None
        known = self.world.flights_on.get((*way, self._dates[position]), ())
        return next((it for it in known if it.number == number), None)

    def priced(self, day: Day, position: int) -> Flight | None:
        """Return the flight whose price is charged for a day."""
        return self.flight(day, position)

    def sights(self, day: Day) -> list[str]:
        """Return the attractions that a day lists and that are checked."""
        return [] if day.attraction == NOTHING else [it.strip() for it in day.attraction.split(";") if it.strip()]

    def in_city(self, text: str, cities: Iterable[str]) -> bool:
        """Return whether a place is in one of a day's cities."""
        return place(text)[1] in tuple(cities)

    def day_cities(self, day: Day) -> tuple[str, ...]:
        """Return the cities in which one may be on a day; the last is the one of the night."""
        return route(day.current_city) or (day.current_city.strip(),)


class ParityLookup(Lookup):
    """The published evaluator's look-up, with its quirks."""

    def stays(self, text: str) -> list[Stay]:
        """Return all stays of the city whose names contain the text's."""
        return _containing(self.world.stays, text)

    def restaurants(self, text: str) -> list[Restaurant]:
        """Return all restaurants of the city whose names contain the text's."""
        return _containing(self.world.restaurants, text)

    def attractions(self, text: str) -> list[Attraction]:
        """Return all attractions of the city whose names contain the text's."""
        return _containing(self.world.attractions, text)

    def flight(self, day: Day, position: int) -> Flight | None:
        """Return a flight with the number and the cities, whatever its date."""
        del position
        way, number = route(day.transportation), flight_number(day.transportation)
        fitting = (it for it in self.world.flights if it.number == number and (it.origin, it.destination) == way)
        return next(fitting, None)

    def priced(self, day: Day, position: int) -> Flight | None:
        """Return the first flight with the number."""
        del position
        number = flight_number(day.transportation)
        return next((it for it in self.world.flights if it.number == number), None)

    def sights(self, day: Day) -> list[str]:
        """Return all but the piece after the last semicolon."""
        return [] if day.attraction == NOTHING else [it.strip() for it in day.attraction.split(";")[:-1]]

    def in_city(self, text: str, cities: Iterable[str]) -> bool:
        """Return whether the text contains one of them anywhere."""
        return any(city in text for city in cities)

    def day_cities(self, day: Day) -> tuple[str, ...]:
        """Return the two cities of a journey, otherwise the single letters of the text."""
        return route(day.current_city) or tuple(day.current_city)


def lookup(world: World, dates: tuple[str, ...], mode: str) -> Lookup:
    """Return the look-up of a mode: strict or parity. Raises ValueError for another one."""
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    return (ParityLookup if mode == "parity" else Lookup)(world, dates)


MODES: Final = ("strict", "parity")


def _containing(rows: Iterable[_Row], text: str) -> list[_Row]:
    name, city = place(text)
    return [row for row in rows if row.city == city and name in row.name]
