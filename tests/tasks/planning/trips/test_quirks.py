"""Each quirk of the published evaluator is there in parity mode and gone in strict mode."""

import pytest
from msgspec import structs

from solon.tasks.planning.trips.evaluator import Report, judge
from solon.tasks.planning.trips.plans import Day, Plan
from solon.tasks.planning.trips.request import Local, Request
from solon.tasks.planning.trips.scores import SPLITS, scores
from solon.tasks.planning.trips.world import Attraction, City, Flight, Restaurant, Road, Stay, World

DATES = ("2026-03-02", "2026-03-03", "2026-03-04")
HOME, GOAL = "Ashwick", "Dornum"
NAMES = ("Copper Kettle", "Silver Spoon", "Old Goose", "Rusty Oven", "Rusty Oven Annexe")
WORLD = World(
    (City(HOME, "Aldermark", 0, 0), City(GOAL, "Brenland", 300, 0), City("Varne", "Brenland", 300, 90)),
    (
        Flight("F1", GOAL, "Varne", DATES[0], 480, 540, 10),
        Flight("F1", HOME, GOAL, DATES[0], 600, 660, 100),
        Flight("F1", HOME, GOAL, DATES[1], 600, 660, 900),
        Flight("F2", GOAL, HOME, DATES[2], 600, 660, 100),
    ),
    (Road(HOME, GOAL, 300, 225), Road(GOAL, HOME, 300, 225)),
    (
        Stay("Blue Loft", GOAL, "entire room", 80, 1, ("pets",), 2, 4.0),
        Stay("Fern House", GOAL, "private room", 50, 5, (), 2, 4.0),
        Stay("Ivy Flat", GOAL, "private room", 50, 5, (), 2, 4.0),
        Stay("Ivy Flat Annexe", GOAL, "private room", 50, 1, (), 2, 4.0),
    ),
    (
        *(Restaurant(name, GOAL, ("Italian",), 20) for name in NAMES),
        Restaurant("Merry Lamp", "Varne", ("Indian",), 10),
    ),
    (Attraction("Clock Tower", GOAL, 0, 0), Attraction("Stone Park", "Varne", 0, 0)),
)
ASKED = Request(HOME, GOAL, 3, 1, DATES, 2, Local(), 2000)
OUT = f"Flight Number: F1, from {HOME} to {GOAL}, Departure Time: 10:00, Arrival Time: 11:00"
BACK = f"Flight Number: F2, from {GOAL} to {HOME}, Departure Time: 10:00, Arrival Time: 11:00"
ROOM = f"Blue Loft, {GOAL}"
PLAN: Plan = (
    Day(1, f"from {HOME} to {GOAL}", OUT, accommodation=ROOM),
    Day(
        2, GOAL, "-", f"{NAMES[0]}, {GOAL}", f"Clock Tower, {GOAL};", f"{NAMES[1]}, {GOAL}", f"{NAMES[2]}, {GOAL}", ROOM
    ),
    Day(3, f"from {GOAL} to {HOME}", BACK),
)


def with_day(number: int, **texts: str) -> Plan:
    return tuple(structs.replace(day, **texts) if day.days == number else day for day in PLAN)


def both(plan: Plan, asked: Request = ASKED) -> tuple[Report, Report]:
    return judge(plan, asked, WORLD), judge(plan, asked, WORLD, "parity")


def failed(report: Report) -> set[str]:
    return {ruling.rule for ruling in report.failures}


def test_a_right_plan_passes_in_both_modes() -> None:
    strict, parity = both(PLAN)
    assert strict.passed
    assert parity.passed
    assert strict.cost == 2 * (100 + 100) + 2 * 80 + 2 * 60


def test_on_days_without_travel_parity_looks_for_single_letters_of_the_city() -> None:
    strict, parity = both(with_day(2, lunch="Merry Lamp, Varne"))
    assert failed(strict) == {"within current city"}
    assert not failed(parity)


def test_parity_never_checks_an_attraction_without_a_semicolon_behind_it() -> None:
    for text in ("Nowhere Hall, Dornum", "Stone Park, Varne"):
        strict, parity = both(with_day(2, attraction=text))
        assert not strict.passed
        assert parity.passed
    strict, parity = both(with_day(2, attraction="Nowhere Hall, Dornum;"))
    assert strict.hallucinated
    assert parity.hallucinated


def test_parity_forgets_the_minimum_of_nights_where_a_name_fits_several_rows() -> None:
    stays = {1: "Ivy Flat, Dornum", 2: "Ivy Flat, Dornum"}
    plan = tuple(structs.replace(day, accommodation=stays.get(day.days, "-")) for day in PLAN)
    strict, parity = both(plan)
    assert failed(strict) == {"valid accommodation"}
    assert not failed(parity)
    alone = tuple(
        structs.replace(day, accommodation=day.accommodation.replace("Ivy Flat", "Fern House")) for day in plan
    )
    assert all(failed(report) == {"valid accommodation"} for report in both(alone))


def test_parity_takes_a_part_of_a_name_for_the_name() -> None:
    strict, parity = both(with_day(2, lunch=f"Silver, {GOAL}"))
    assert strict.hallucinated
    assert parity.passed


def test_parity_prices_a_flight_by_its_number_alone() -> None:
    strict, parity = both(PLAN, structs.replace(ASKED, budget=600))
    assert strict.cost == 680
    assert failed(strict) == {"budget"}
    assert parity.cost == 680 - 2 * 100 + 2 * 10
    assert parity.passed


def test_parity_divides_by_the_constants_of_a_split() -> None:
    reports = [judge(PLAN, ASKED, WORLD, "parity")] * 45
    wishes = [ASKED] * 45
    exact, published = scores(reports, wishes), scores(reports, wishes, "train")
    assert exact.hard_micro == 1
    assert published.hard_micro == pytest.approx(45 / SPLITS["train"][2])
    assert published.commonsense_micro == 1


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        (Local(house_rule="pets"), "room rule"),
        (Local(room_type="private room"), "room type"),
        (Local(cuisine=("French",)), "cuisine"),
        (Local(transportation="no flight"), "transportation"),
    ],
)
def test_each_hard_rule_is_judged_only_if_it_is_asked_for(wish: Local, rule: str) -> None:
    for report in both(PLAN, structs.replace(ASKED, local_constraint=wish)):
        assert failed(report) == {rule}
        assert len(report.hard) == 2
    assert len(judge(PLAN, ASKED, WORLD).hard) == 1


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        (with_day(2, breakfast="-"), "complete information"),
        (with_day(1, accommodation="-"), "complete information"),
        (PLAN[:2], "complete information"),
        (with_day(2, dinner=f"{NAMES[0]}, {GOAL}"), "diverse restaurants"),
        (with_day(2, dinner=f"{NAMES[0]},  {GOAL} "), "diverse restaurants"),
        (with_day(3, current_city=f"from {GOAL} to Varne"), "reasonable city route"),
        (with_day(3, transportation=f"Self-driving, from {GOAL} to {HOME}"), "non-conflicting transport"),
        (with_day(1, transportation=OUT.replace("10:00", "09:00")), "within sandbox"),
        (with_day(1, transportation="by boat"), "within sandbox"),
        (with_day(2, transportation=OUT), "within current city"),
        (with_day(2, attraction=""), "complete information"),
    ],
)
def test_commonsense_rules_name_the_day(plan: Plan, rule: str) -> None:
    report = judge(plan, ASKED, WORLD)
    assert rule in failed(report)
    ruling = next(it for it in report.failures if it.rule == rule)
    assert ruling.reason


def test_hard_rules_do_not_count_for_plans_that_are_incomplete_or_invented() -> None:
    report = judge(with_day(2, breakfast="-"), ASKED, WORLD)
    assert [it.passed for it in report.hard] == [False]
    assert "not judged" in report.hard[0].reason


def test_an_unknown_mode_and_split_are_refused() -> None:
    with pytest.raises(ValueError, match="mode must be one of strict, parity"):
        judge(PLAN, ASKED, WORLD, "loose")
    with pytest.raises(ValueError, match="split must be one of"):
        scores([None], [ASKED], "dev")
    assert scores([None], [ASKED]).delivery == 0
