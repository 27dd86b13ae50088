"""The plan of a trip as a list of days: what travellers read, planners write and judges check."""

import re
from typing import Final

import msgspec

from solon.contract import Value
from solon.language import Language
from solon.tasks.planning.trips.names_once import once
from solon.tasks.planning.trips.world import Flight, Road, clock

NOTHING: Final = "-"
MEALS: Final = ("breakfast", "lunch", "dinner")
_LONGEST: Final = 60  # days
_LONGEST_TEXT: Final = 2000  # characters of a field
_END: Final = re.compile(r"[,(]")
_NUMBER: Final = re.compile(r"Flight Number:\s*([^,\s]+)")


class Day(Value, frozen=True):
    """One day, with places as "Name, City", several attractions each ended by ";", and "-" for nothing."""

    days: int
    current_city: str
    transportation: str = NOTHING
    breakfast: str = NOTHING
    attraction: str = NOTHING
    lunch: str = NOTHING
    dinner: str = NOTHING
    accommodation: str = NOTHING

    def meal(self, name: str) -> str:
        """Return the text of one of MEALS."""
        return {"breakfast": self.breakfast, "lunch": self.lunch, "dinner": self.dinner}[name]


Plan = tuple[Day, ...]


def write(plan: Plan) -> str:
    """Return the JSON of a plan, indented."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2).decode() + "\n"


def read(text: str) -> Plan:
    """Read a plan. Raises ValueError in one sentence."""
    once(text)
    try:
        plan = msgspec.json.decode(text.encode(), type=Plan)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(f"the plan is not the list of days that was asked for ({error}); write every field") from None
    if not 1 <= len(plan) <= _LONGEST:
        raise ValueError(f"the plan has {len(plan)} days; write one entry for each day of the trip")
    for number, day in enumerate(plan, 1):
        if not 1 <= day.days <= _LONGEST:
            raise ValueError(f"days of day {number} is out of range; number the days from 1 on")
        if any(isinstance(it, str) and len(it) > _LONGEST_TEXT for it in msgspec.structs.astuple(day)):
            raise ValueError(f"day {number} has a text of more than {_LONGEST_TEXT} characters; name only what is done")
    return plan


def route(text: str) -> tuple[str, str] | None:
    """Return the two cities of a text such as "from A to B"."""
    _, word, rest = f" {' '.join(text.split())}".partition(" from ")
    origin, link, rest = rest.partition(" to ")
    destination = _END.split(rest, maxsplit=1)[0].strip()
    return (origin, destination) if word and link and origin and destination else None


def flight_number(text: str) -> str | None:
    """Return the number of a flight in a text about transportation."""
    found = _NUMBER.search(text)
    return found[1] if found else None


def modes(text: str) -> tuple[str, ...]:
    """Return all ways of travelling that a text about transportation names, in the order in which ``mode`` looks."""
    lowered = text.lower()
    flies = ("flight",) if flight_number(text) else ()
    return (*flies, *(word for word in ("self-driving", "taxi") if word in lowered))


def mode(text: str) -> str:
    """Return "flight", "self-driving", "taxi", or "" for a text about transportation that names none."""
    return next(iter(modes(text)), "")


def place(text: str) -> tuple[str, str]:
    """Return name and city of a text "Name, City"; the city is empty if there is none."""
    name, comma, city = text.rpartition(",")
    return (name.strip(), city.strip()) if comma else (text.strip(), "")


def fly(flight: Flight) -> str:
    """Return a flight in the words of a plan."""
    return (
        f"Flight Number: {flight.number}, from {flight.origin} to {flight.destination}, "
        f"Departure Time: {clock(flight.departs)}, Arrival Time: {clock(flight.arrives)}"
    )


def drive(road: Road, word: str) -> str:
    """Return a road in the words of a plan; ``word`` is Self-driving or Taxi."""
    cost = road.taxi if word == "Taxi" else road.car
    return (
        f"{word}, from {road.origin} to {road.destination}, Duration: {road.minutes // 60} hours "
        f"{road.minutes % 60} mins, Distance: {road.kilometres} km, Cost: {cost}"
    )


def _complaint(text: str) -> str | None:
    try:
        read(text)
    except ValueError as error:
        return f"is no plan ({error})"
    return None


LANGUAGE: Final = Language("trip-plan", "plan.json:plan", "JSON", ("json",), _complaint)
