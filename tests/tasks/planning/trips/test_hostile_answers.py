"""Requests and plans that try to crash or stall the judge, or to pass for right."""

import json
import time
from typing import Any

import pytest

from solon.contract import Program, ProgramFault, Seed
from solon.tasks.planning.trips import plans
from solon.tasks.planning.trips.author import program
from solon.tasks.planning.trips.task import TripTask

SEED = Seed(0)
REQUESTS, PLANS = TripTask(problem=3), TripTask(problem=3, answer="plan")
TRUE = json.loads(REQUESTS.references()["exact"].source)
RIGHT = json.loads(PLANS.references()["exact"].source)


def changed(day: int = 0, **fields: Any) -> Program:
    days = [dict(it) for it in RIGHT]
    days[day] |= fields
    return program(json.dumps(days), "plan")


def asked(**fields: Any) -> Program:
    return program(json.dumps({**TRUE, **fields}), "request")


UNREADABLE = {
    "beyond the calendar": asked(days=3, visiting_city_number=1, date=["9999-12-31"] * 3),
    "beyond all money": asked(budget=10**400),
    "below all money": asked(budget=-(10**400)),
    "a long name": asked(org="x" * 100_000),
    "a name twice": program(json.dumps(TRUE)[:-1] + f', "budget": {TRUE["budget"]}}}', "request"),
    "a nested name twice": program(json.dumps(TRUE).replace('"cuisine"', '"room type": null, "cuisine"'), "request"),
    "half of a character": asked(org="\ud800"),
    "deep": program("[" * 100_000, "request"),
    "no number": program(json.dumps({**TRUE, "budget": float("nan")}), "request"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_request_that_cannot_be_read_is_a_fault(name: str) -> None:
    fault = REQUESTS.lint(UNREADABLE[name])
    assert fault is not None
    assert len(fault.message) < 500
    with pytest.raises(ProgramFault):
        REQUESTS.evaluate(UNREADABLE[name], SEED, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"days": 10**300},
        {"breakfast": "x" * 100_000},
        {"transportation": f"from{' ' * 100_000}"},
        {"attraction": "a, b;" * 100_000},
    ],
)
def test_a_plan_with_endless_fields_is_a_fault(fields: dict[str, Any]) -> None:
    with pytest.raises(ProgramFault):
        PLANS.evaluate(changed(**fields), SEED, None)


def test_a_plan_with_a_field_twice_is_a_fault() -> None:
    text = json.dumps(RIGHT).replace('"lunch"', '"lunch": "-", "lunch"', 1)
    with pytest.raises(ProgramFault, match="twice"):
        PLANS.evaluate(program(text, "plan"), SEED, None)


@pytest.mark.parametrize(
    "text", ["from" + " " * 1990, "from a" + " to b" * 390 + "\nX", "from " * 390, "Flight Number:" * 140]
)
def test_reading_a_journey_takes_no_time(text: str) -> None:
    begun = time.process_time()
    for _ in range(50):
        plans.route(text)
        plans.flight_number(text)
    assert time.process_time() - begun < 2


def test_journeys_are_read_as_written() -> None:
    assert plans.route("from A B to C D") == ("A B", "C D")
    assert plans.route("Taxi, from A to B, Duration: 3 hours") == ("A", "B")
    assert plans.route("from A to B (by night), from C to D") == ("A", "B")
    assert plans.route("from  A\n to\tB") == ("A", "B")
    assert [plans.route(it) for it in ("A", "from A", "from to B", "from A to ", "to B", "fromage A to B")] == [
        None
    ] * 6


def test_a_journey_that_names_two_ways_to_travel_is_none() -> None:
    """A taxi that also says self-driving would be paid as a car of one's own."""
    for day, it in enumerate(RIGHT):
        if it["transportation"] != plans.NOTHING:
            for word in ("self-driving", "taxi", "Flight Number: F1"):
                text = f"{it['transportation']}, {word}"
                if plans.mode(it["transportation"]) != plans.mode(word):
                    metrics = PLANS.evaluate(changed(day, transportation=text), SEED, None).metrics
                    assert metrics["final"] == 0


def test_a_stated_cost_of_many_digits_is_wrong_and_no_crash() -> None:
    roads = PLANS.world.roads
    own = {it["org"] if "org" in it else TRUE["org"] for it in (TRUE,)}
    road = next(it for it in roads if it.origin in own)
    text = f"Taxi, from {road.origin} to {road.destination}, Cost: {'9' * 1500}"
    metrics = PLANS.evaluate(changed(0, transportation=text), SEED, None).metrics
    assert metrics["final"] == 0
