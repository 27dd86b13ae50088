"""Reading the real TravelPlanner data, if you have them: nothing of them comes with Solon.

``world`` takes the folder of the tables, ``queries`` a file of requests, and ``problem`` a folder with both. Prices are
rounded to whole units, because the encoder counts in them; the published tables hold whole ones.
"""

import ast
import csv
import json
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, cast

import msgspec
from msgspec import structs

from solon.contract import Value
from solon.tasks.planning.trips.request import Local, Request
from solon.tasks.planning.trips.world import Attraction, City, Flight, Restaurant, Road, Stay, World

RULE: Final = (
    "TravelPlanner's rules: validation and test queries must not be turned into structured form to optimise for, "
    "and no hand-written hints of commonsense rules may be given; use the 45 training tasks, and report the split."
)
FILES: Final = {
    "cities": "citySet_with_states.txt",
    "flights": "clean_Flights_2022.csv",
    "roads": "distance.csv",
    "stays": "clean_accommodations_2022.csv",
    "restaurants": "clean_restaurant_2022.csv",
    "attractions": "attractions.csv",
}
"""What the tables are called; each is looked for anywhere below the folder."""


class Query(Value, frozen=True):
    """A request of a split with its words."""

    request: Request
    words: str
    level: str


def world(folder: Path, asked: Request | None = None) -> World:
    """Return the tables, of ``asked`` only the rows that such a trip can use; the whole flights take gigabytes.

    Raises ValueError that names a missing file or a row that cannot be read.
    """
    paths = {name: _found(folder, file) for name, file in FILES.items()}
    dates = asked.date if asked is not None else ("",)
    states = dict(line.split("\t", 1) for line in paths["cities"].read_text("utf-8").splitlines() if "\t" in line)
    try:
        tables = World(
            tuple(City(name, state.strip(), 0, 0) for name, state in states.items()),
            tuple(_flight(row) for row in _rows(paths["flights"], dates)),
            tuple(road for row in _rows(paths["roads"]) for road in _road(row)),
            tuple(_stay(row) for row in _rows(paths["stays"])),
            tuple(
                Restaurant(
                    row["Name"].strip(), row["City"], _cuisines(row["Cuisines"]), round(float(row["Average Cost"]))
                )
                for row in _rows(paths["restaurants"])
            ),
            tuple(Attraction(row["Name"].strip(), row["City"], 0, 0) for row in _rows(paths["attractions"])),
        )
        return tables if asked is None else _narrowed(tables, {asked.org, *tables.places(asked.dest)})
    except (KeyError, ValueError) as error:
        raise ValueError(f"a table in {folder} is not as TravelPlanner publishes it ({error}); fetch it anew") from None


def _narrowed(tables: World, cities: Collection[str]) -> World:
    return structs.replace(
        tables,
        flights=tuple(it for it in tables.flights if it.origin in cities and it.destination in cities),
        roads=tuple(it for it in tables.roads if it.origin in cities and it.destination in cities),
        stays=tuple(it for it in tables.stays if it.city in cities),
        restaurants=tuple(it for it in tables.restaurants if it.city in cities),
        attractions=tuple(it for it in tables.attractions if it.city in cities),
    )


@lru_cache(maxsize=64)
def problem(folder: str, split: str, number: int) -> tuple[Query, World]:
    """Return a query of a split and the rows that it can use, from a folder that holds tables and SPLIT.csv or .jsonl.

    Raises ValueError for what is missing, and for a number that the split has not.
    """
    place = Path(folder).expanduser()
    path = next((it for end in ("csv", "jsonl") for it in sorted(place.rglob(f"{split}.{end}"))), None)
    if path is None:
        raise ValueError(f"no file {split}.csv or {split}.jsonl below {folder}; put the queries of the split there")
    known = _split(path, split)
    if not 0 <= number < len(known):
        raise ValueError(f"problem must lie in 0..{len(known) - 1} for the split {split}, got {number}")
    return known[number], world(place, known[number].request)


@lru_cache(maxsize=4)
def _split(path: Path, split: str) -> tuple[Query, ...]:
    return queries(path, split, lambda rule: print(rule, file=sys.stderr))


def queries(path: Path, split: str, say: Callable[[str], None] = print) -> tuple[Query, ...]:
    """Return the requests of a file (CSV or JSON lines); ``say`` is told the data's rule for other splits than train.

    Raises ValueError for a row that cannot be read.
    """
    if split != "train":
        say(RULE)
    found: list[Query] = []
    for number, row in enumerate(_records(path), 1):
        try:
            found.append(_query(row))
        except (KeyError, ValueError, SyntaxError, TypeError) as error:
            raise ValueError(f"row {number} of {path} is no query ({error}); fetch the file anew") from None
    return tuple(found)


def _found(folder: Path, file: str) -> Path:
    found = next(iter(sorted(folder.rglob(file))), None)
    if found is None:
        raise ValueError(f"no file {file} below {folder}; unpack TravelPlanner's database there")
    return found


def _rows(path: Path, having: Sequence[str] = ("",)) -> Iterator[dict[str, str]]:
    """Yield the rows of a table; those whose line has none of some texts are not even parsed."""
    with path.open(encoding="utf-8", newline="") as stream:
        head = stream.readline()
        yield from csv.DictReader(chain([head], (line for line in stream if any(it in line for it in having))))


def _records(path: Path) -> Iterator[dict[str, object]]:
    if path.suffix == ".csv":
        yield from (dict[str, object](row) for row in _rows(path))
        return
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield cast("dict[str, object]", json.loads(line))


def _query(row: dict[str, object]) -> Query:
    def value(name: str) -> object:
        raw = row[name]
        return ast.literal_eval(raw) if isinstance(raw, str) and name not in ("org", "dest") else raw

    wishes = cast("dict[str, object]", value("local_constraint"))
    cuisine = cast("list[str] | None", wishes.get("cuisine"))
    local = Local(
        house_rule=cast("str | None", wishes.get("house rule")),
        cuisine=tuple(cuisine) if cuisine else None,
        room_type=_room(cast("str | None", wishes.get("room type"))),
        transportation=cast("str | None", wishes.get("transportation")),
    )
    asked = Request(
        cast("str", row["org"]),
        cast("str", row["dest"]),
        int(cast("int", value("days"))),
        int(cast("int", value("visiting_city_number"))),
        tuple(cast("list[str]", value("date"))),
        int(cast("int", value("people_number"))),
        local,
        int(cast("int", value("budget"))),
    )
    checked = msgspec.convert(msgspec.to_builtins(asked), Request)
    return Query(checked, str(row.get("query", "")), str(row.get("level", "")))


def _room(wish: str | None) -> str | None:
    """Return a room type in our words; the data say "entire room", "private room", "shared room", "not shared room"."""
    return wish.strip().lower() if wish else None


def _flight(row: dict[str, str]) -> Flight:
    return Flight(
        row["Flight Number"],
        row["OriginCityName"],
        row["DestCityName"],
        row["FlightDate"],
        _minutes(row["DepTime"]),
        _minutes(row["ArrTime"]),
        round(float(row["Price"])),
    )


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _road(row: dict[str, str]) -> Iterator[Road]:
    """Yield the road of a row, or nothing where the data know of none or of a journey of days."""
    kilometres = re.sub(r"[^\d.]", "", row["distance"])
    duration = row["duration"]
    if not kilometres or not duration or "day" in duration:
        return
    numbers = {unit: int(count) for count, unit in re.findall(r"(\d+)\s*(hour|min)", duration)}
    minutes = 60 * numbers.get("hour", 0) + numbers.get("min", 0)
    yield Road(row["origin"], row["destination"], int(float(kilometres)), minutes)


_ROOMS: Final = {"entire home/apt": "entire room", "private room": "private room", "shared room": "shared room"}


def _stay(row: dict[str, str]) -> Stay:
    room = _ROOMS.get(row["room type"].strip().lower(), row["room type"].strip().lower())
    rules = tuple(rule.strip().lower().removeprefix("no ") for rule in row["house_rules"].split("&") if rule.strip())
    nights, people = (int(float(row[name])) for name in ("minimum nights", "maximum occupancy"))
    rating = float(row["review rate number"] or 0)
    return Stay(row["NAME"].strip(), row["city"], room, round(float(row["price"])), nights, rules, people, rating)


def _cuisines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
