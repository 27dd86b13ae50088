"""Bounded unrolling agrees with uniform-cost search on how long the shortest plan is, and says why there is none."""

import random

import msgspec
import pytest

from solon.verify import limited
from solon.verify.limited import Limits
from solon.verify.pddl.outcome import GaveUp, Planned, ProvenUnsolvable, Rejected
from solon.verify.pddl.read import read_domain, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import validate
from solon.verify.pddl.unroll import NoPlanWithin, shortest_plan
from verify.pddl.worlds import WORLDS

GENEROUS = Limits(seconds=60)


@pytest.mark.parametrize("name", WORLDS)
def test_the_shortest_plan_is_as_long_as_by_search(name: str) -> None:
    text, generate = WORLDS[name]
    domain = read_domain(text)
    for seed in range(2):
        problem = msgspec.structs.replace(read_problem(generate(random.Random(f"{name}{seed}"))), metric="length")
        exact = search(domain, problem, "uniform")
        found = shortest_plan(domain, problem, 10, GENEROUS)
        if isinstance(exact, ProvenUnsolvable) or (isinstance(exact, Planned) and exact.cost > 10):
            assert isinstance(found, NoPlanWithin)
            continue
        assert isinstance(exact, Planned)
        assert isinstance(found, Planned)
        assert (found.cost, found.proved) == (exact.cost, True)
        assert validate(domain, problem, found.plan).valid
        if exact.cost:
            assert isinstance(shortest_plan(domain, problem, int(exact.cost) - 1, GENEROUS), NoPlanWithin)


def test_goals_that_cannot_be_reached_together_are_named() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    problem = read_problem("""(define (problem p) (:domain blocks) (:objects a b c)
      (:init (free) (clear a) (clear b) (clear c) (table a) (table b) (table c))
      (:goal (and (on a b) (on b a) (table c))))""")
    found = shortest_plan(domain, problem, 6, GENEROUS)
    assert isinstance(found, NoPlanWithin)
    assert set(found.core) == {"(on a b)", "(on b a)"}


def test_limits_errors_and_ranges() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    hard = read_problem(WORLDS["blocks"][1](random.Random(3), 10))
    late = shortest_plan(domain, hard, 40, Limits(seconds=0.5))
    assert isinstance(late, GaveUp)
    assert late.reason == "time"
    wrong = read_problem("(define (problem p) (:domain blocks) (:init (fre)) (:goal (free)))")
    assert isinstance(shortest_plan(domain, wrong), Rejected)
    with pytest.raises(ValueError, match="no range"):
        shortest_plan(domain, hard, 3, shortest=4)


def test_a_missing_solver_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited.importlib.util, "find_spec", lambda _: None)
    domain = read_domain(WORLDS["blocks"][0])
    with pytest.raises(limited.MissingSolver, match="pip install"):
        shortest_plan(domain, read_problem(WORLDS["blocks"][1](random.Random(3))))
