"""Fast Downward behind types: its plans against our simulator, its proofs against our search, its limits as limits."""

import random
from pathlib import Path

import pytest

from solon.contract import InfrastructureError
from solon.verify import limited
from solon.verify.limited import Finished, MissingSolver, Stopped
from solon.verify.pddl import planner
from solon.verify.pddl.outcome import GaveUp, Planned, PlannerResult, ProvenUnsolvable, Rejected
from solon.verify.pddl.planner import PlannerLimits, plan
from solon.verify.pddl.read import read_domain, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import validate
from solon.verify.pddl.syntax import Domain, Problem
from verify.pddl.worlds import ROADS, WORLDS, roads

SHORT = PlannerLimits(seconds=20, wall=200)


def pair(name: str, seed: int) -> tuple[Domain, Problem]:
    text, generate = WORLDS[name]
    return read_domain(text), read_problem(generate(random.Random(f"{name}{seed}")))


@pytest.mark.parametrize("name", WORLDS)
def test_each_plan_is_valid_in_our_simulator_and_costs_the_same(name: str) -> None:
    for seed in range(3 if name in {"blocks", "roads", "store"} else 1):
        domain, problem = pair(name, seed)
        found = plan(domain, problem, "lama-first", SHORT)
        exact = search(domain, problem, "uniform")
        if isinstance(exact, ProvenUnsolvable):
            assert isinstance(found, ProvenUnsolvable)
            continue
        assert isinstance(found, Planned)
        assert isinstance(exact, Planned)
        verdict = validate(domain, problem, found.plan)
        assert verdict.valid
        assert verdict.cost == found.cost >= exact.cost


@pytest.mark.slow
@pytest.mark.parametrize("name", ["blocks", "roads", "store"])
def test_optimal_plans_cost_what_uniform_cost_search_says(name: str) -> None:
    for seed in range(8):
        domain, problem = pair(name, seed)
        found, exact = plan(domain, problem, "seq-opt-lmcut", SHORT), search(domain, problem, "uniform")
        if isinstance(exact, ProvenUnsolvable):
            assert isinstance(found, ProvenUnsolvable)
            continue
        assert isinstance(found, Planned)
        assert isinstance(exact, Planned)
        assert found.proved
        assert (found.cost, validate(domain, problem, found.plan).valid) == (exact.cost, True)


def test_the_portfolio_and_the_anytime_search_give_the_cheapest_of_their_plans() -> None:
    domain, problem = pair("roads", 1)
    exact = search(domain, problem, "uniform")
    assert isinstance(exact, Planned)
    portfolio, anytime = plan(domain, problem, "seq-opt-fdss-1", SHORT), plan(domain, problem, "lama", SHORT)
    assert isinstance(portfolio, Planned)
    assert isinstance(anytime, Planned)
    assert (portfolio.cost, portfolio.proved, anytime.cost, anytime.proved) == (exact.cost, True, exact.cost, False)
    short = plan(domain, problem, "seq-opt-fdss-1", PlannerLimits(seconds=2))
    assert isinstance(short, GaveUp)


def test_the_empty_plan_is_success() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    problem = read_problem("(define (problem p) (:domain blocks) (:objects a) (:init (table a)) (:goal (table a)))")
    assert plan(domain, problem, "seq-opt-lmcut") == Planned((), 0.0, proved=True)


def test_no_plan_is_a_proof_by_translator_and_by_search() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    for goal in ("(on a a)", "(and (on a b) (on b a))"):
        problem = read_problem(f"""(define (problem p) (:domain blocks) (:objects a b)
          (:init (free) (clear a) (clear b) (table a) (table b)) (:goal {goal}))""")
        assert plan(domain, problem) == ProvenUnsolvable() == search(domain, problem)


def test_a_limit_is_no_verdict() -> None:
    domain, problem = read_domain(ROADS), read_problem(roads(random.Random(2), 12, 12))
    late = plan(domain, problem, "seq-opt-lmcut", PlannerLimits(seconds=1))
    assert isinstance(late, GaveUp)
    assert late.reason == "time"


def test_conditional_effects_are_beyond_one_of_the_searches() -> None:
    domain, problem = pair("lamps", 2)
    found = plan(domain, problem, "seq-opt-lmcut", SHORT)
    assert isinstance(found, GaveUp)
    assert found.reason == "unsupported"


def test_errors_are_told_before_the_planner_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "run", lambda *_: pytest.fail("the planner was asked"))
    domain, _ = pair("blocks", 1)
    problem = read_problem("(define (problem p) (:domain blocks) (:init (fre)) (:goal (free)))")
    found = plan(domain, problem)
    assert isinstance(found, Rejected)
    assert "'fre'" in found.message


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (Finished(b"", 11), ProvenUnsolvable()),
        (Finished(b"", 12), "incomplete"),
        (Finished(b"", 22), "memory"),
        (Finished(b"", 23), "time"),
        (Finished(b"", 232), "time"),
        (Stopped("time", "no answer"), "time"),
        (Finished(b"", 31, "Traceback (most recent call last):\n  File x\nError: odd type"), Rejected),
        (Finished(b"", 32, "bad"), InfrastructureError),
        (Finished(b"", 0), InfrastructureError),
        (Finished(b"", -11), InfrastructureError),
        (Stopped("crash", "it ended"), InfrastructureError),
    ],
)
def test_each_way_to_end_has_a_type(
    ended: Finished | Stopped, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited, "run", lambda *_: ended)
    monkeypatch.setattr(planner, "_program", lambda: Path("none"))
    if expected is InfrastructureError:
        with pytest.raises(InfrastructureError):
            plan(*pair("blocks", 1))
        return
    found: PlannerResult = plan(*pair("blocks", 1))
    if isinstance(found, GaveUp):
        assert found.reason == expected
    elif isinstance(found, Rejected):
        assert expected is Rejected
        assert found.message.endswith("Error: odd type")
    else:
        assert found == expected


def test_a_missing_planner_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "_MODULE", "no_such_planner")
    with pytest.raises(MissingSolver, match="pip install"):
        plan(*pair("blocks", 1))


@pytest.mark.parametrize("metric", ["", "(:metric minimize (total-cost))"])
def test_a_step_without_a_value_for_its_cost_cannot_be_taken_by_anyone(metric: str) -> None:
    domain = read_domain(ROADS)
    problem = read_problem(f"""(define (problem r) (:domain roads) (:objects v - van a b c - place)
      (:init (at v a) (road a b) (road a c) (road c b) (= (far a c) 1) (= (far c b) 2)) (:goal (at v b)) {metric})""")
    found, exact = plan(domain, problem, "seq-opt-lmcut", SHORT), search(domain, problem, "uniform")
    assert isinstance(found, Planned)
    assert found == exact
    assert len(found.plan) == 2
    assert validate(domain, problem, found.plan).valid
