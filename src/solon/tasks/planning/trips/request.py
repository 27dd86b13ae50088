"""The request for a trip as a formal text: JSON with the fields that the published systems use."""

from collections.abc import Iterator
from typing import Final

import msgspec

from solon.contract import Value
from solon.language import Language
from solon.tasks.planning.trips.names_once import once
from solon.tasks.planning.trips.world import CUISINES, HOUSE_RULES, WANTED_TYPES, dates_from

TRANSPORT: Final = ("no flight", "no self-driving")
CITIES_OF: Final = {3: 1, 5: 2, 7: 3}  # days of a trip: cities that it visits
MOST_PEOPLE: Final = 20
MOST_MONEY: Final = 10**9
_LONGEST: Final = 20_000  # characters of a request
_LONGEST_NAME: Final = 100
_LONGEST_PROBLEM: Final = 300


class Local(Value, frozen=True, rename={"house_rule": "house rule", "room_type": "room type"}):
    """What is asked for besides places, days and money; null stands for no wish."""

    house_rule: str | None = None  # what the party wants to do in the room, a word of HOUSE_RULES
    cuisine: tuple[str, ...] | None = None
    room_type: str | None = None
    transportation: str | None = None


class Request(Value, frozen=True):
    """One trip; ``dest`` is a city for one city to visit, otherwise a state."""

    org: str
    dest: str
    days: int
    visiting_city_number: int
    date: tuple[str, ...]  # ISO, one a day
    people_number: int
    local_constraint: Local
    budget: int

    @property
    def hard_rules(self) -> tuple[str, ...]:
        """Names of the hard rules that apply, budget first."""
        local = self.local_constraint
        wishes = {
            "room rule": local.house_rule,
            "cuisine": local.cuisine,
            "room type": local.room_type,
            "transportation": local.transportation,
        }
        return ("budget", *(name for name, wish in wishes.items() if wish))


def write(request: Request) -> str:
    """Return the JSON of a request, indented."""
    return msgspec.json.format(msgspec.json.encode(request), indent=2).decode() + "\n"


def read(text: str) -> Request:
    """Read a request. Raises ValueError in one sentence that names the field and what it may be."""
    if len(text) > _LONGEST:
        raise ValueError(f"the request has more than {_LONGEST} characters; write only the fields")
    once(text)
    try:
        request = msgspec.json.decode(text.encode(), type=Request)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(f"the request is not the JSON that was asked for ({error}); write every field once") from None
    problem = next(_problems(request), "")
    if problem:
        raise ValueError(problem[:_LONGEST_PROBLEM])
    return request


def _problems(request: Request) -> Iterator[str]:
    cities = CITIES_OF.get(request.days)
    if cities is None:
        yield f"days is {request.days}; trips have 3, 5 or 7 days"
    if request.visiting_city_number != cities:
        yield f"visiting_city_number is {request.visiting_city_number}; a trip of {request.days} days visits {cities}"
    if len(request.date) != request.days:
        yield f"date lists {len(request.date)} dates; list one for each of the {request.days} days"
    try:
        expected = dates_from(request.date[0], request.days)
    except (ValueError, OverflowError):
        yield f"date holds {request.date[0]!r}; write dates as 2026-03-02"
    else:
        if expected != request.date:
            yield "date lists days that do not follow one another; list them in a row"
    if not 1 <= request.people_number <= MOST_PEOPLE:
        yield f"people_number is {request.people_number}; it must lie in 1..{MOST_PEOPLE}"
    if not 1 <= request.budget <= MOST_MONEY:
        yield f"budget is {request.budget}; it must be a positive whole number of at most {MOST_MONEY:,}"
    if max(len(request.org), len(request.dest)) > _LONGEST_NAME:
        yield f"org or dest has more than {_LONGEST_NAME} characters; write the name of a place"
    yield from _unknown_wishes(request.local_constraint)


def _unknown_wishes(local: Local) -> Iterator[str]:
    yield from _unknown("house rule", local.house_rule, HOUSE_RULES)
    yield from _unknown("room type", local.room_type, WANTED_TYPES)
    yield from _unknown("transportation", local.transportation, TRANSPORT)
    for cuisine in local.cuisine or ():
        yield from _unknown("cuisine", cuisine, CUISINES)


def _unknown(field: str, value: str | None, known: tuple[str, ...]) -> Iterator[str]:
    if value is not None and value not in known:
        yield f"{field} is {value!r}; it must be null or one of {', '.join(known)}"


FIELDS: Final = (
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
"""What two requests are compared by; the number of cities follows from the days."""


def fields(request: Request) -> dict[str, object]:
    """Return the fields of a request with what they mean, whatever the order in which wishes were written."""
    local = request.local_constraint
    values = (
        request.org,
        request.dest,
        request.days,
        request.date,
        request.people_number,
        request.budget,
        local.house_rule,
        frozenset(local.cuisine or ()),
        local.room_type,
        local.transportation,
    )
    return dict(zip(FIELDS, values, strict=True))


def differences(one: Request, other: Request) -> tuple[str, ...]:
    """Return the fields in which two requests differ in meaning."""
    mine, theirs = fields(one), fields(other)
    return tuple(name for name in FIELDS if mine[name] != theirs[name])


def _complaint(text: str) -> str | None:
    try:
        read(text)
    except ValueError as error:
        return f"is no request ({error})"
    return None


LANGUAGE: Final = Language("trip-request", "request.json:request", "JSON", ("json",), _complaint)
