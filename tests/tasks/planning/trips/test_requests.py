"""Requests: worlds and problems are reproducible, words are read back exactly, JSON round-trips, faults are faults."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from solon.tasks.planning.trips import request
from solon.tasks.planning.trips.faults import REQUEST_FAULTS, misread
from solon.tasks.planning.trips.optimum import cheapest, corrections, without
from solon.tasks.planning.trips.queries import KINDS, LEVELS, draw_problem
from solon.tasks.planning.trips.request import CITIES_OF, TRANSPORT, Local, Request, differences
from solon.tasks.planning.trips.trip import schedules
from solon.tasks.planning.trips.words import phrase, understand
from solon.tasks.planning.trips.world import (
    CUISINES,
    DATES,
    FIRST_DATE,
    HOUSE_RULES,
    WANTED_TYPES,
    dates_from,
    draw_world,
)

WORLD = draw_world(0)
SOME = [(kind, level) for kind in KINDS for level in LEVELS if not (level == "easy" and kind in ("room", "transport"))]


@st.composite
def requests(draw: st.DrawFn) -> Request:
    days = draw(st.sampled_from(tuple(CITIES_OF)))
    start = draw(st.integers(0, DATES - days))
    places = tuple(WORLD.states) if days > 3 else tuple(WORLD.state_of)
    cuisine = draw(st.none() | st.lists(st.sampled_from(CUISINES), min_size=1, max_size=4, unique=True).map(tuple))
    local = Local(
        draw(st.none() | st.sampled_from(HOUSE_RULES)),
        cuisine,
        draw(st.none() | st.sampled_from(WANTED_TYPES)),
        draw(st.none() | st.sampled_from(TRANSPORT)),
    )
    dates = dates_from(dates_from(FIRST_DATE.isoformat(), DATES)[start], days)
    org, dest = draw(st.sampled_from(tuple(WORLD.state_of))), draw(st.sampled_from(places))
    people, budget = draw(st.integers(1, 20)), draw(st.integers(1, 10**7))
    return Request(org, dest, days, CITIES_OF[days], dates, people, local, budget)


@given(requests(), st.integers(0, 10**6))
def test_the_reader_inverts_the_grammar(asked: Request, entropy: int) -> None:
    assert differences(understand(phrase(asked, entropy)), asked) == ()
    assert phrase(asked, entropy) == phrase(asked, entropy)


@given(requests())
def test_json_is_read_back_as_it_was_written(asked: Request) -> None:
    assert request.read(request.write(asked)) == asked
    assert '"house rule"' in request.write(asked)


@given(requests(), st.sampled_from(REQUEST_FAULTS), st.integers(0, 1000))
def test_a_misread_field_says_something_else_and_is_still_a_request(asked: Request, field: str, seed: int) -> None:
    wrong = misread(asked, field, WORLD, random.Random(seed))
    assert field in differences(wrong, asked)
    if wrong.people_number <= request.MOST_PEOPLE:
        assert request.read(request.write(wrong)) == wrong


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"days": 4}, "days is 4; trips have 3, 5 or 7 days"),
        ({"visiting_city_number": 3}, "visiting_city_number is 3"),
        ({"date": ("2026-03-02",)}, "date lists 1 dates"),
        ({"date": ("2026-03-02", "2026-03-03", "2026-03-09")}, "do not follow one another"),
        ({"date": ("March", "2026-03-03", "2026-03-04")}, "date holds 'March'"),
        ({"people_number": 0}, "people_number is 0"),
        ({"budget": 0}, "budget is 0"),
        ({"local_constraint": Local(room_type="castle")}, "room type is 'castle'"),
        ({"local_constraint": Local(cuisine=("Martian",))}, "cuisine is 'Martian'"),
    ],
)
def test_what_is_no_request_is_named_in_one_sentence(changes: dict[str, object], complaint: str) -> None:
    asked = Request("Ashwick", "Dornum", 3, 1, dates_from("2026-03-02", 3), 2, Local(), 900)
    with pytest.raises(ValueError, match=re.escape(complaint)):
        request.read(request.write(structs.replace(asked, **changes)))
    assert request.LANGUAGE.complaint("{") is not None
    assert request.LANGUAGE.complaint(request.write(asked)) is None


def test_a_text_outside_of_the_grammar_is_quoted() -> None:
    with pytest.raises(ValueError, match="Take me somewhere nice"):
        understand("Take me somewhere nice.")
    with pytest.raises(ValueError, match="says nothing of"):
        understand("The budget is 5.")


def test_worlds_are_reproducible_and_hold_what_a_trip_needs() -> None:
    draw_world.cache_clear()
    assert draw_world(3) == draw_world(3) != draw_world(4)
    world = draw_world(3)
    draw_world.cache_clear()
    assert draw_world(3) == world
    assert all(len(cities) >= 3 for cities in world.states.values())
    assert {(road.destination, road.origin) for road in world.roads} == set(world.road_of)
    pairs = len(world.cities) * (len(world.cities) - 1)
    flown = len({(it.origin, it.destination) for it in world.flights})
    assert 0.6 < flown / pairs < 0.8, "about 30 % of the pairs have no flight"
    with pytest.raises(ValueError, match="states must lie in"):
        draw_world(0, cities=5, states=4)


def test_schedules_are_all_ways_to_set_the_days() -> None:
    assert schedules(3, 1) == [(1, 3)]
    assert schedules(5, 2) == [(1, 2, 5), (1, 3, 5), (1, 4, 5)]
    assert len(schedules(7, 3)) == 10


@pytest.mark.parametrize(("kind", "level"), SOME)
def test_problems_are_what_their_kind_says(kind: str, level: str) -> None:
    draw_problem.cache_clear()
    problem = draw_problem(1, level, kind)
    assert len(problem.request.hard_rules) - 1 == LEVELS[level]
    trip = cheapest(problem.world, problem.request)
    cost = trip.cost(problem.request.people_number) if trip else None
    if kind == "satisfiable":
        assert cost is not None
        assert 1.0 <= problem.request.budget / cost <= 1.7
        assert problem.corrections[0].items == frozenset()
    elif kind == "budget":
        assert cost is not None
        assert problem.request.budget < cost
        assert any(it.items == {"budget"} and it.budget == cost for it in problem.corrections)
    else:
        assert cost is None
        assert bool(problem.corrections) == (kind != "destination")
    draw_problem.cache_clear()
    assert draw_problem(1, level, kind) == problem


@settings(max_examples=10)
@given(st.integers(0, 50))
def test_giving_up_wishes_never_makes_a_trip_dearer(number: int) -> None:
    problem = draw_problem(number, "hard")
    asked = problem.request
    less = cheapest(problem.world, without(asked, ("room type", "house rule", "transportation")))
    assert less is not None
    assert problem.cheapest is not None
    assert less.cost(asked.people_number) <= problem.cheapest
    assert corrections(problem.world, asked)[0].items == frozenset()


def test_unknown_kinds_and_impossible_ones_are_refused() -> None:
    with pytest.raises(ValueError, match="level must be one of easy"):
        draw_problem(0, "extreme")
    with pytest.raises(ValueError, match="choose medium or hard"):
        draw_problem(0, "easy", "room")
