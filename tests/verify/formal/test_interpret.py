"""The interpreter accepts what holds and nothing else; a plain evaluation of its own says what holds."""

import random

import pytest

from solon.verify.formal.interpret import interpret, value
from solon.verify.formal.model import Solved
from solon.verify.formal.solve import solve
from solon.verify.formal.text import read
from verify.formal.problems import GOODS, drawn, feasible, solutions, worth

BAKERY = """
sets
  product = bread, cake
variables
  make[product] integer >= 0 <= 30
maximise profit
  3 * make[bread] + 5 * make[cake]
constraints
  oven "the oven": sum(p in product) make[p] <= 40
  each_day: forall(p in product) make[p] <= 20
"""


def changed(rng, problem, values):
    """A copy of a solution with one value changed."""
    copy = {name: dict(entries) for name, entries in values.items()}
    decision = rng.choice(problem.decisions)
    key = rng.choice(list(copy[decision.name]))
    old = copy[decision.name][key]
    if decision.domain == "enum":
        copy[decision.name][key] = rng.choice([good for good in GOODS if good != old])
    elif decision.domain == "bool":
        copy[decision.name][key] = 1.0 - old
    else:
        copy[decision.name][key] = old + rng.choice([-2, -1, 1, 2, 0.5])
    return copy


def test_of_a_thousand_mutated_solutions_none_is_wrongly_accepted_or_refused():
    rng = random.Random(0)
    tried = refused = 0
    seed = 0
    while tried < 1000:
        seed += 1
        problem = drawn(seed, partial=seed % 3 == 0)
        every = list(solutions(problem))
        for start in rng.sample(every, 10):
            values = changed(rng, problem, start)
            expected = values in every and feasible(problem, values)
            reading = interpret(problem, values)
            assert reading.accepted == expected, (seed, values, reading)
            if expected and (problem.objective or any(rule.weight for rule in problem.rules)):
                assert reading.objective == float(worth(problem, values))
            tried += 1
            refused += not expected
    assert 300 < refused < 950


def test_a_violation_names_the_rule_the_place_and_both_sides():
    problem = read(BAKERY)
    reading = interpret(problem, {"make": {"bread": 25, "cake": 16}})
    assert [violation.name for violation in reading.violations] == ["oven", "each_day"]
    oven, each_day = reading.violations
    assert (oven.left, oven.right) == (41.0, 40.0)
    assert oven.message == "the rule 'oven' (the oven) is broken: sum(p in product) make[p] is 41, not at most 40"
    assert each_day.at == {"p": "bread"}
    assert reading.objective == 155.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"make": {"bread": 1}}, "make[cake] has no value"),
        ({"make": {"bread": 1, "cake": 0.5}}, "make[cake] is 0.5, which is not whole"),
        ({"make": {"bread": 1, "cake": "2"}}, "make[cake] is '2', which is no number"),
        ({"make": {"bread": 1, "cake": float("nan")}}, "make[cake] is nan, which is no number"),
        ({"make": {"bread": 1, "cake": -1}}, "make[cake] is -1, which is below 0"),
        ({"make": {"bread": 1, "cake": 1, "pie": 1}}, "make[pie] has a value and is no variable of the problem"),
        ({"make": {"bread": 1, "cake": 1}, "x": {"": 1}}, "'x' has a value and is no variable of the problem"),
    ],
)
def test_a_value_that_a_variable_cannot_have_is_named(values, message):
    assert message in [violation.message for violation in interpret(read(BAKERY), values).violations]


def test_decimals_are_exact():
    problem = read("variables\n  b binary\n  c binary\nconstraints\n  r: 0.1 * b + 0.2 * c = 0.3")
    assert interpret(problem, {"b": {"": 1}, "c": {"": 1}}).accepted
    assert isinstance(solve(problem, backend="smt"), Solved)
    assert isinstance(solve(problem, backend="milp"), Solved)


def test_a_strict_comparison_of_real_numbers_has_no_tolerance_and_a_weak_one_has():
    strict = read("variables\n  x real\nconstraints\n  r: x > 3")
    weak = read("variables\n  x real\nconstraints\n  r: x >= 3")
    assert not interpret(strict, {"x": {"": 3.0}}).accepted
    assert interpret(strict, {"x": {"": 3.0000001}}).accepted
    assert interpret(weak, {"x": {"": 2.9999999}}).accepted
    assert not interpret(weak, {"x": {"": 2.9999}}).accepted


def test_what_has_no_value_breaks_its_rule():
    problem = read("variables\n  x real >= 0\nconstraints\n  r: 1 / x >= 0 or x <= 5")
    (violation,) = interpret(problem, {"x": {"": 0.0}}).violations
    assert violation.kind == "undefined"
    assert "a quotient by zero" in violation.message


def test_an_expression_has_a_value_at_a_solution():
    problem = read(BAKERY)
    assert value(problem, {"make": {"bread": 2, "cake": 1}}, problem.objective.body) == 11.0
