"""Real data, if somebody has them: files of the published shape are read, and the rule about splits is told."""

from pathlib import Path

import pytest

from solon.contract import Seed
from solon.sandbox import LocalJail
from solon.tasks import load
from solon.tasks.planning.trips.evaluator import judge
from solon.tasks.planning.trips.explain import plan
from solon.tasks.planning.trips.task import TripTask
from solon.tasks.planning.trips.travelplanner import FILES, RULE, _split, problem, queries, world
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


def test_a_folder_of_real_data_is_a_task_like_any_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged = load("planning-trip", data=str(folder))
    assert isinstance(judged, TripTask)
    assert judged.words == "A trip."
    assert "A trip." in judged.brief()
    for answer in ("request", "plan"):
        for mode in ("strict", "parity"):
            task = load("planning-trip", data=str(folder), answer=answer, mode=mode)
            exact = task.references()["exact"]
            with LocalJail("none") as jail:
                assert task.evaluate(exact, Seed(0), jail).metrics["final"] == 1
    with pytest.raises(ValueError, match="Solon's own words only"):
        judged.author()
    assert capsys.readouterr().err == ""
    (folder / "test.jsonl").write_text(QUERY, encoding="utf-8")
    other = load("planning-trip", data=str(folder), split="test")
    assert capsys.readouterr().err.strip() == RULE
    assert other.version == judged.version.replace("[data", "[split=test,data")
    (folder / "train.jsonl").write_text(QUERY.replace("1700", "1800"), encoding="utf-8")
    problem.cache_clear()
    _split.cache_clear()
    assert load("planning-trip", data=str(folder)).version != judged.version, "other contents, another task"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"problem": 1}, r"problem must lie in 0\.\.0"),
        ({"split": "validation"}, r"no file validation\.csv"),
        ({"level": "hard"}, "leave|choose among"),
    ],
)
def test_what_real_data_cannot_be_asked_for_is_said(folder: Path, options: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        load("planning-trip", data=str(folder), **options)
    with pytest.raises(ValueError, match="among those of data"):
        load("planning-trip", split="test")


def test_flights_of_other_days_and_rows_of_other_cities_are_not_kept(folder: Path) -> None:
    flights = folder / "database" / "flights" / FILES["flights"]
    more = "1,F2,90,10:00,11:00,1 hours,2022-04-02,Ashwick,Dornum,300\n2,F3,9,9:00,9:30,,2022-03-02,Varne,Dornum,9\n"
    flights.write_text(TABLES["flights"] + more, encoding="utf-8")
    stays = folder / "database" / "stays" / FILES["stays"]
    stays.write_text(TABLES["stays"] + "Blue Loft,Private room,5.0,1.0,4.0,,2,Dornum\nInn,Shared room,5,1,4,,2,Varne\n")
    (query,) = queries(folder / "train.jsonl", "train")
    assert [it.number for it in world(folder).flights] == ["F1", "F2", "F3"]
    narrow = world(folder, query.request)
    assert [it.number for it in narrow.flights] == ["F1"]
    assert [it.price for it in narrow.stays] == [80, 5]
    assert [it.price for it in narrow.stays_in["Dornum"]] == [80], "one name means one place, the first"
