"""A thousand mutated plans against an oracle of the tests' own: none is wrongly accepted, none wrongly refused."""

import random

import pytest
from msgspec import structs

from solon.tasks.planning.trips.evaluator import judge
from solon.tasks.planning.trips.faults import PLAN_FAULTS, spoil
from solon.tasks.planning.trips.optimum import cheapest
from solon.tasks.planning.trips.plans import MEALS, Plan, read, write
from solon.tasks.planning.trips.queries import LEVELS, Problem, draw_problem
from solon.tasks.planning.trips.trip import render
from tasks.planning.trips.oracle import keeps_all_rules

OTHER = (
    "swapped days",
    "dropped day",
    "doubled day",
    "another flight",
    "renumbered",
    "other meal",
    "other stay",
    "other sight",
    "wrong cost",
    "empty attraction",
    "swapped texts",
    "another city",
)


def right_plan(problem: Problem) -> Plan:
    trip = cheapest(problem.world, problem.request)
    assert trip is not None
    return render(trip, problem.request)


def mutate(  # noqa: C901, PLR0912  # a case a kind
    plan: Plan, kind: str, problem: Problem, dice: random.Random
) -> Plan | None:
    world, days = problem.world, list(plan)
    place = dice.randrange(len(days))
    day = days[place]
    match kind:
        case "swapped days":
            other = dice.randrange(len(days))
            days[place], days[other] = days[other], days[place]
        case "dropped day":
            del days[place]
        case "doubled day":
            days.insert(place, day)
        case "another flight":
            number = dice.choice(world.flights).number
            days[place] = structs.replace(day, transportation=f"Flight Number: {number}, {day.current_city}")
        case "renumbered":
            days[place] = structs.replace(day, days=dice.randrange(9))
        case "other meal":
            meal = dice.choice(world.restaurants)
            days[place] = structs.replace(day, **{dice.choice(MEALS): f"{meal.name}, {meal.city}"})
        case "other stay":
            city = day.accommodation.rpartition(", ")[2]
            stay = dice.choice(world.stays_in.get(city) or world.stays)
            days[place] = structs.replace(day, accommodation=f"{stay.name}, {stay.city}")
        case "other sight":
            sight = dice.choice(world.attractions)
            days[place] = structs.replace(day, attraction=f"{sight.name}, {sight.city}")
        case "wrong cost":
            text = day.transportation
            changed = text.replace("Cost: ", "Cost: 1") if "Cost" in text else text.replace("Time: 1", "Time: 0")
            days[place] = structs.replace(day, transportation=changed)
        case "empty attraction":
            days[place] = structs.replace(day, attraction=dice.choice(("", ";", "-")))
        case "swapped texts":
            days[place] = structs.replace(day, lunch=day.accommodation, accommodation=day.lunch)
        case "another city":
            days[place] = structs.replace(day, current_city=dice.choice(world.cities).name)
        case _:
            return spoil(plan, kind, problem.request, world, dice)
    return tuple(days)


def test_right_plans_are_accepted_by_both() -> None:
    for level in LEVELS:
        for number in range(10):
            problem = draw_problem(number, level)
            plan = right_plan(problem)
            assert read(write(plan)) == plan
            assert judge(plan, problem.request, problem.world).passed
            assert keeps_all_rules(plan, problem.request, problem.world)


def test_a_thousand_mutated_plans_are_judged_as_the_oracle_judges_them() -> None:
    dice = random.Random(8)
    problems = [draw_problem(number, level) for level in LEVELS for number in range(6)]
    plans = [right_plan(problem) for problem in problems]
    judged, broken = 0, 0
    while judged < 1000:
        number = dice.randrange(len(problems))
        kind = dice.choice((*PLAN_FAULTS, *OTHER))
        mutated = mutate(plans[number], kind, problems[number], dice)
        if mutated is None or mutated == plans[number]:
            continue
        report = judge(mutated, problems[number].request, problems[number].world)
        right = keeps_all_rules(mutated, problems[number].request, problems[number].world)
        assert report.passed == right, (kind, report.failures, mutated)
        judged += 1
        broken += not right
    assert broken > 900


@pytest.mark.parametrize("kind", PLAN_FAULTS)
def test_every_published_kind_of_fault_is_found(kind: str) -> None:
    found = 0
    for level in LEVELS:
        for number in range(6):
            problem = draw_problem(number, level)
            spoilt = spoil(right_plan(problem), kind, problem.request, problem.world, random.Random(number))
            if spoilt is not None:
                found += 1
                assert not judge(spoilt, problem.request, problem.world).passed
    assert found >= 3, "the fault must be possible somewhere"


def test_the_test_would_notice_a_judge_that_forgets_a_rule() -> None:
    """With the rule on restaurants left out, the oracle and the judge disagree on some mutated plan."""
    dice, disagreements = random.Random(1), 0
    for number in range(12):
        problem = draw_problem(number, "easy")
        spoilt = spoil(right_plan(problem), "repeated restaurant", problem.request, problem.world, dice)
        if spoilt is None:
            continue
        failures = judge(spoilt, problem.request, problem.world).failures
        forgetful = all(it.rule == "diverse restaurants" for it in failures)
        disagreements += forgetful and not keeps_all_rules(spoilt, problem.request, problem.world)
    assert disagreements
