"""The solver's answers against enumeration: cheapest trips, minimal corrections, cores, and negotiations."""

import itertools

import pytest
from msgspec import structs

from solon.tasks.planning.trips import encode, explain
from solon.tasks.planning.trips.evaluator import judge
from solon.tasks.planning.trips.explain import Refused, change, plan, price, suggestions
from solon.tasks.planning.trips.negotiate import Blind, Cheapest, User, negotiate, users
from solon.tasks.planning.trips.optimum import without
from solon.tasks.planning.trips.queries import LEVELS, draw_problem
from solon.tasks.planning.trips.trip import Trip, render
from solon.verify.formal.check import check
from solon.verify.formal.model import Infeasible, Solved, from_json, to_json
from solon.verify.formal.solve import solve

UNSATISFIABLE = [("budget", "medium", 1), ("room", "medium", 1), ("transport", "medium", 0), ("destination", "easy", 0)]


@pytest.mark.parametrize("level", LEVELS)
def test_the_solver_finds_the_cheapest_cost_and_a_plan_that_the_judge_accepts(level: str) -> None:
    for number in (1, 2):
        problem = draw_problem(number, level)
        asked = problem.request
        assert price(problem.world, asked) == problem.cheapest
        trip = plan(problem.world, asked)
        assert isinstance(trip, Trip)
        report = judge(render(trip, asked), asked, problem.world)
        assert report.passed
        assert report.cost == trip.cost(asked.people_number)


def test_at_the_cheapest_cost_there_is_a_trip_and_one_below_there_is_none() -> None:
    problem = draw_problem(4, "medium")
    assert problem.cheapest is not None
    tight = structs.replace(problem.request, budget=problem.cheapest)
    assert isinstance(plan(problem.world, tight), Trip)
    refused = plan(problem.world, structs.replace(tight, budget=problem.cheapest - 1))
    assert isinstance(refused, Refused)
    assert "budget" in refused.core


@pytest.mark.parametrize(("kind", "level", "number"), UNSATISFIABLE)
def test_suggestions_are_the_minimal_corrections_with_their_quantities(kind: str, level: str, number: int) -> None:
    problem = draw_problem(number, level, kind)
    offers = suggestions(problem.world, problem.request)
    wishes = {(frozenset(it.dropped), it.budget) for it in offers if it.destination is None}
    assert wishes == {(frozenset(it.dropped), it.budget) for it in problem.corrections}
    assert [it.disturbance for it in offers] == sorted(it.disturbance for it in offers)
    for offer in offers:
        assert isinstance(plan(problem.world, change(problem.request, offer)), Trip)
    for offer in offers:
        if offer.budget is not None:
            assert f"{offer.budget:,}" in offer.words
            below = structs.replace(change(problem.request, offer), budget=offer.budget - 1)
            assert isinstance(plan(problem.world, below), Refused)


@pytest.mark.parametrize(("kind", "level", "number"), UNSATISFIABLE)
def test_cores_are_minimal(kind: str, level: str, number: int) -> None:
    """Every proper part of a core can hold, by leaving one rule out at a time."""
    problem = draw_problem(number, level, kind)
    refused = plan(problem.world, problem.request)
    assert isinstance(refused, Refused)
    assert len(refused.words) == len(refused.core)
    formal = structs.replace(encode.encode(problem.world, problem.request).formal, objective=None)
    assert not check(formal)
    others = {rule.name for rule in formal.rules} - set(refused.core)
    assert isinstance(solve(formal, backend="milp", without=tuple(others)), Infeasible)
    for name in refused.core:
        assert not isinstance(solve(formal, backend="milp", without=(*others, name)), Infeasible)


@pytest.mark.parametrize(("kind", "level", "number"), [("satisfiable", "medium", 1), *UNSATISFIABLE])
def test_both_solvers_give_the_same_verdict(kind: str, level: str, number: int) -> None:
    problem = draw_problem(number, level, kind)
    formal = structs.replace(encode.encode(problem.world, problem.request).formal, objective=None)
    verdicts = {type(solve(formal, backend=backend)) for backend in ("milp", "smt")}
    assert verdicts == {Solved if kind == "satisfiable" else Infeasible}


def test_rules_have_names_groups_and_meanings_and_only_wishes_are_negotiable() -> None:
    problem = draw_problem(1, "hard")
    formal = encode.encode(problem.world, problem.request).formal
    assert from_json(to_json(formal)) == formal
    assert all(rule.group and rule.meaning for rule in formal.rules)
    open_to_change = {rule.name for rule in formal.rules if rule.negotiable}
    assert open_to_change == {"budget", "destination", *explain.wishes(problem.request)}


def test_what_is_changed_is_the_request_and_nothing_that_was_not_named() -> None:
    asked = draw_problem(2, "hard").request
    for items in itertools.combinations(explain.wishes(asked), 2):
        assert change(asked, explain.Suggestion(items)) == without(asked, items)
    assert change(asked, explain.Suggestion((), 5)).budget == 5
    assert change(asked, explain.Suggestion((), None, "Varne")).dest == "Varne"


@pytest.mark.parametrize(("kind", "level", "number"), UNSATISFIABLE)
def test_the_negotiator_finds_a_way_round_every_protected_item_if_there_is_one(
    kind: str, level: str, number: int
) -> None:
    problem = draw_problem(number, level, kind)
    negotiator = Cheapest()
    offers = suggestions(problem.world, problem.request)
    for user in users(problem.request):
        ended = negotiate(problem.world, problem.request, negotiator, user)
        assert ended.solved == any(user.agrees(it) for it in offers)
        assert ended.rounds == len(ended.said) <= 4
        if ended.trip is not None:
            assert judge(render(ended.trip, ended.request), ended.request, problem.world).passed


def test_who_always_agrees_is_done_after_one_round_and_one_who_never_does_ends_it_after_three() -> None:
    problem = draw_problem(0, "medium", "transport")
    assert negotiate(problem.world, problem.request, Cheapest(), User()).rounds == 1
    stubborn = User(frozenset(("budget", "destination", "transportation")))
    ended = negotiate(problem.world, problem.request, Blind(1), stubborn)
    assert not ended.solved
    assert ended.rounds == 3
    assert all(line.endswith("refused") for line in ended.said)


def test_luck_without_the_reason_needs_more_rounds() -> None:
    problem = draw_problem(1, "medium", "budget")
    blind = [negotiate(problem.world, problem.request, Blind(seed), User()).rounds for seed in range(3)]
    assert sum(blind) / len(blind) >= negotiate(problem.world, problem.request, Cheapest(), User()).rounds
