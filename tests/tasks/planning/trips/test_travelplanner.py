"""Real data, if somebody has them: files of the published shape are read, and the rule about splits is told."""

from pathlib import Path

import pytest

from solon.tasks.planning.trips.evaluator import judge
from solon.tasks.planning.trips.explain import plan
from solon.tasks.planning.trips.travelplanner import FILES, RULE, queries, world
from solon.tasks.planning.trips.trip import Trip, render

TABLES = {
    "cities": "Ashwick\tAldermark\nDornum\tBrenland\n",
    "flights": (
        ",Flight Number,Price,DepTime,ArrTime,ActualElapsedTime,FlightDate,OriginCityName,DestCityName,Distance\n"
        "0,F1,100,10:00,11:00,1 hours,2022-03-02,Ashwick,Dornum,300\n"
    ),
    "roads": (
        "origin,destination,cost,duration,distance\n"
        "Ashwick,Dornum,,3 hours 45 mins,300 km\n"
        "Dornum,Ashwick,,3 hours 45 mins,300 km\n"
        'Varne,Ashwick,,1 day 2 hours,"2,000 km"\n'
    ),
    "stays": (
        "NAME,room type,price,minimum nights,review rate number,house_rules,maximum occupancy,city\n"
        "Blue Loft,Entire home/apt,80.0,2.0,4.0,No smoking & No pets,2,Dornum\n"
    ),
    "restaurants": (
        "Name,Average Cost,Cuisines,Aggregate Rating,City\n"
        'Copper Kettle,20,"Italian, French",4.1,Dornum\n'
        "Silver Spoon,25,Mexican,4.1,Dornum\n"
        "Old Goose,30,Indian,4.1,Dornum\n"
    ),
    "attractions": "Name,Latitude,Longitude,Address,Phone,Website,City\nClock Tower,1,2,x,y,z,Dornum\n",
}
QUERY = (
    '{"org": "Ashwick", "dest": "Dornum", "days": 3, "visiting_city_number": 1, '
    "\"date\": \"['2022-03-02', '2022-03-03', '2022-03-04']\", \"people_number\": 2, "
    "\"local_constraint\": \"{'house rule': 'parties', 'cuisine': ['Italian'], 'room type': 'entire room', "
    '\'transportation\': None}", "budget": 1700, "query": "A trip.", "level": "hard"}\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        place = tmp_path / "database" / name / FILES[name]
        place.parent.mkdir(parents=True)
        place.write_text(text, encoding="utf-8")
    (tmp_path / "train.jsonl").write_text(QUERY, encoding="utf-8")
    return tmp_path


def test_published_tables_and_queries_are_read_and_solved(folder: Path) -> None:
    tables = world(folder)
    assert len(tables.roads) == 2, "a journey of days is no road"
    assert tables.stays[0].house_rules == ("smoking", "pets")
    (query,) = queries(folder / "train.jsonl", "train", lambda _: pytest.fail("no rule applies to the training tasks"))
    assert query.words == "A trip."
    trip = plan(tables, query.request)
    assert isinstance(trip, Trip)
    for mode in ("strict", "parity"):
        assert judge(render(trip, query.request), query.request, tables, mode).passed


def test_other_splits_are_read_with_their_rule(folder: Path) -> None:
    said: list[str] = []
    queries(folder / "train.jsonl", "validation", said.append)
    assert said == [RULE]


def test_what_is_missing_or_damaged_is_named(folder: Path) -> None:
    (folder / "train.jsonl").write_text('{"org": "Ashwick"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"row 1 of .* is no query"):
        queries(folder / "train.jsonl", "train")
    (folder / "database" / "stays" / FILES["stays"]).write_text("NAME\nBlue Loft\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not as TravelPlanner publishes it"):
        world(folder)
    (folder / "database" / "stays" / FILES["stays"]).unlink()
    with pytest.raises(ValueError, match="no file clean_accommodations_2022"):
        world(folder)
