"""Cores are minimal, corrections are cheapest, and relaxations are as small as they can be."""

import itertools

import pytest
from hypothesis import given, settings

from solon.verify.formal.cores import diagnose, minimal_core, relax, single_corrections, smallest_correction
from solon.verify.formal.model import Infeasible, ModelError
from solon.verify.formal.solve import solve
from solon.verify.formal.text import read
from verify.formal.problems import feasible, problems, solutions

TRIP = """
sets
  stay = hostel, hotel, palace
parameters
  price[stay] = hostel: 40, hotel: 90, palace: 300
  budget (unit "euro") = 200
  nights = 3
variables
  sleep one of stay
  meals integer >= 0 <= 20
constraints
  money "the budget": nights * price[sleep] + 25 * meals <= budget
  fed "two meals a day" (protected): meals >= 2 * nights
  comfort "no hostel": sleep != hostel
"""


def holds(problem, kept):
    """Whether some assignment obeys the rules that are kept, by trying everything."""
    rules = tuple(rule for rule in problem.rules if rule.name in kept)
    part = type(problem)("", problem.sorts, problem.tables, problem.decisions, rules)
    return any(feasible(part, values) for values in solutions(part))


@pytest.mark.parametrize("backend", ["smt", "milp"])
@settings(max_examples=40)
@given(problem=problems())
def test_a_core_conflicts_and_no_part_of_it_does(backend, problem):
    if backend == "milp" and isinstance(solve(problem, backend=backend), ModelError):
        return
    found = minimal_core(problem, backend=backend)
    hard = [rule.name for rule in problem.rules if rule.weight is None]
    if found is None:
        assert holds(problem, hard)
        return
    assert not holds(problem, found.core)
    for left_out in found.core:
        assert not found.minimal or holds(problem, [name for name in found.core if name != left_out])


@settings(max_examples=40)
@given(problem=problems())
def test_a_correction_is_as_small_as_trying_everything_can_make_it(problem):
    names = [rule.name for rule in problem.rules if rule.weight is None]
    movable = [rule.name for rule in problem.rules if rule.weight is None and rule.negotiable]
    sizes = [
        size
        for size in range(len(movable) + 1)
        for dropped in itertools.combinations(movable, size)
        if holds(problem, [name for name in names if name not in dropped])
    ]
    found = smallest_correction(problem, backend="smt")
    assert (found is None) == (not sizes)
    if found is not None:
        assert len(found.rules) == found.weight == min(sizes)


def test_prices_decide_between_corrections():
    problem = read("variables\n  x integer >= 0 <= 9\nconstraints\n  low: x <= 3\n  high: x >= 5\n  odd: x = 7")
    assert smallest_correction(problem).rules == ("low",)
    assert smallest_correction(problem, prices={"low": 5.0}).rules == ("high", "odd")


@pytest.mark.parametrize("backend", ["smt", "milp"])
def test_a_trip_over_budget_is_told_what_it_needs(backend):
    problem = read(TRIP)
    found = diagnose(problem, backend=backend)
    assert found is not None
    assert set(found.core) == {"money", "fed"}  # even the hostel costs too much
    assert found.minimal
    assert found.corrections[0].rules == ("money",)
    assert found.sentences[0] == "These rules cannot hold together: 'the budget' (money) and 'two meals a day' (fed)."
    assert found.sentences[1] == "One way out: budget must be at least 420 euro, not 200 euro."


def test_a_protected_rule_is_never_corrected():
    problem = read(TRIP)
    assert all("fed" not in correction.rules for correction in single_corrections(problem))
    both = read("variables\n  x real\nconstraints\n  a (protected): x <= 1\n  b (protected): x >= 2")
    assert smallest_correction(both) is None
    assert diagnose(both).sentences[-1] == "No way out: rules that are protected conflict with each other."


def test_a_quantified_rule_gives_way_by_its_largest_excess():
    problem = read(
        "sets\n  p = a, b\nparameters\n  most[p] = a: 2, b: 5\nvariables\n  x[p] integer >= 0 <= 9\n"
        "constraints\n  cap: forall(q in p) x[q] <= most[q]\n  much: sum(q in p) x[q] >= 12"
    )
    relaxation = relax(problem, "cap")
    assert relaxation.excess == 3.0
    assert relaxation.sentence == "'cap' would have to give way by 3"
    assert relax(problem, "much").needed == 7.0


def test_a_rule_without_a_measure_is_only_left_out():
    problem = read("variables\n  b binary\n  c binary\nconstraints\n  one: b and c\n  two: not b")
    assert relax(problem, "one") is None
    assert isinstance(solve(problem, core=True), Infeasible)
    assert diagnose(problem).sentences[1] == "One way out: leave out 'one'."


def test_a_problem_that_can_be_solved_needs_no_diagnosis():
    assert diagnose(read("variables\n  b binary\nconstraints\n  one: b")) is None
