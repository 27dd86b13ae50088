"""Problems are compared by meaning, and planted mistakes are told apart."""

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from solon.verify.formal.check import check
from solon.verify.formal.equivalent import accuracy, compare
from solon.verify.formal.interpret import interpret
from solon.verify.formal.model import Formal
from solon.verify.formal.mutate import KINDS, mutate, mutations
from solon.verify.formal.text import read
from verify.formal.problems import problems

FACTORY = """
sets
  item = chair, table, shelf
parameters
  gain[item] = chair: 7, table: 11, shelf: 5
  wood[item] = chair: 2, table: 6, shelf: 3
  stock = 47
variables
  make[item] integer >= 0 <= 13
  open binary
maximise earned
  sum(i in item) gain[i] * make[i] - 30 * open
constraints
  wood_used: sum(i in item) wood[i] * make[i] <= stock
  chairs: make[chair] >= 30% * sum(i in item) make[i]
  enough: sum(i in item) make[i] >= 4
  workshop (linking): sum(i in item) make[i] <= 39 * open
"""

SAME = """
variables
  shop binary
  c integer <= 13 >= 0
  a integer >= 0
  b integer >= 0 <= 13
minimise lost
  30 * shop - 11 * c - 7 * a - 5 * b
constraints
  f: a + b + c >= 3.5
  a_most: 2 * a <= 26
  g: 0.5 * (a + b + c) <= 19.5 * shop
  e: 4 * a + 12 * c + 6 * b - 94 <= 0
  h: 3 * a + 3 * c + 3 * b - 10 * a <= 0
  i: a + b + c <= 100
"""


def test_names_order_scaling_sign_and_redundancy_do_not_matter():
    verdict = compare(read(FACTORY), read(SAME))
    assert verdict.kind == "equivalent"
    assert verdict.mapping == {"make[chair]": "a", "make[table]": "c", "make[shelf]": "b", "open": "shop"}
    found = accuracy(read(FACTORY), read(SAME))
    assert found.objective
    assert found.share == 1.0


def same_by_trying(one: Formal, other: Formal) -> bool:
    """Return whether two problems about chairs, tables and shelves agree on every plan."""
    for *numbers, is_open in itertools.product(range(14), range(8), range(14), range(2)):
        values = {"make": dict(zip(("chair", "table", "shelf"), numbers, strict=True)), "open": {"": is_open}}
        left, right = interpret(one, values), interpret(other, values)
        if left.accepted != right.accepted or (left.accepted and left.objective != right.objective):
            return False
    return True


def test_no_planted_mistake_is_taken_for_the_truth_and_most_are_told_apart():
    truth = read(FACTORY)
    kinds = Counter()
    every = list(mutations(truth))
    assert all(check(mutation.problem) == () for mutation in every)
    others = [mutation for mutation in every if mutation.kind != "wrong coefficient"]
    for mutation in others + [mutation for mutation in every if mutation not in others][::8]:
        verdict = compare(truth, mutation.problem, perturbations=2)
        assert verdict.kind != "equivalent" or same_by_trying(truth, mutation.problem), mutation
        kinds[mutation.kind, verdict.kind] += 1
    assert {kind for kind, _ in kinds} == set(KINDS)
    told = sum(count for (_, verdict), count in kinds.items() if verdict == "different")
    assert told / sum(kinds.values()) > 0.7  # the rest moves no optimum that was tried


def test_a_mistake_in_a_rule_is_charged_to_that_rule_alone():
    truth = read(FACTORY)
    for mutation in mutations(truth, ("reversed operator", "dropped rule", "missing linking")):
        found = accuracy(truth, mutation.problem)
        assert [name for name, stated in found.rules.items() if not stated] == [mutation.touched]
        assert found.objective


def test_the_same_seed_plants_the_same_mistake():
    truth = read(FACTORY)
    assert [mutate(truth, seed) for seed in range(30)] == [mutate(truth, seed) for seed in range(30)]
    assert {mutate(truth, seed).kind for seed in range(60)} == set(KINDS)
    assert mutate(read("variables\n  x real"), 0) is None


@settings(max_examples=60)
@given(problem=problems(), seed=st.integers(0, 1000))
def test_shuffled_and_renamed_problems_are_equivalent(problem, seed):
    rng = random.Random(seed)
    rules = list(problem.rules)
    rng.shuffle(rules)
    renamed = [replace(rule, name=f"r{number}", meaning="other") for number, rule in enumerate(rules)]
    decisions = list(problem.decisions)
    rng.shuffle(decisions)
    other = replace(problem, rules=tuple(renamed), decisions=tuple(decisions), title="other")
    assert compare(problem, other).kind == "equivalent"


def test_a_minimised_cost_is_not_a_maximised_one():
    one = read("variables\n  x real >= 1 <= 5\nminimise c\n  x")
    two = read("variables\n  x real >= 1 <= 5\nmaximise c\n  -x")
    three = read("variables\n  x real >= -5 <= -1\nmaximise c\n  x")
    assert compare(one, two).kind == "equivalent"
    assert compare(one, three).kind != "equivalent"
    assert compare(one, read("variables\n  x real >= 1 <= 5\nmaximise c\n  x")).kind == "different"


def test_substituted_definitions_are_not_distinguished():
    one = read(
        "variables\n  x real >= 0 <= 9\n  y real >= 0 <= 9\nmaximise c\n  2*x + 3*y\nconstraints\n  r: x + y <= 8"
    )
    two = read(
        "variables\n  x real >= 0 <= 9\n  y real >= 0 <= 9\n  z real\nmaximise c\n  z\n"
        "constraints\n  r: x + y <= 8\n  d: z = 2*x + 3*y"
    )
    verdict = compare(one, two)
    assert verdict.kind == "not distinguished"
    assert verdict.perturbations == 8


def test_a_faulty_problem_is_told_apart_with_its_fault():
    verdict = compare(read(FACTORY), read("constraints\n  r: x <= 1"))
    assert verdict.kind == "different"
    assert "'x'" in verdict.reason
    with pytest.raises(ValueError, match="'x'"):
        accuracy(read(FACTORY), read("constraints\n  r: x <= 1"))


WHOLE, REAL, YES = "integer >= 0 <= 10", "real >= 0 <= 10", "binary"
MOST = "maximise f\n  3*x + 2*y"


def small(domain: str, goal: str, *rules: str) -> Formal:
    listed = "".join(f"  c{number}: {rule}\n" for number, rule in enumerate(rules))
    return read(f"variables\n  x {domain}\n  y {domain}\n{goal}\nconstraints\n{listed}")


SAME_MEANING = {
    "an equality as two inequalities": ((REAL, MOST, "x + y = 8"), (REAL, MOST, "x + y <= 8", "x + y >= 8")),
    "the same, scaled": ((WHOLE, MOST, "2*x + 4*y = 16"), (WHOLE, MOST, "x + 2*y <= 8", "x + 2*y >= 8")),
    "a rule that two others imply": (
        (REAL, MOST, "x + 2*y <= 8", "2*x + y <= 8"),
        (REAL, MOST, "x + 2*y <= 8", "2*x + y <= 8", "3*x + 3*y <= 16"),
    ),
    "a cut that only whole numbers allow": (
        (WHOLE, MOST, "x + 2*y <= 8", "2*x + y <= 8"),
        (WHOLE, MOST, "x + 2*y <= 8", "2*x + y <= 8", "x + y <= 5"),
    ),
    "an implication as an inequality": ((YES, MOST, "x implies y"), (YES, MOST, "x <= y")),
    "yes and no as 0 and 1": ((YES, MOST, "x + y <= 1"), ("integer >= 0 <= 1", MOST, "x + y <= 1")),
    "a ratio multiplied out": (("real >= 1 <= 9", MOST, "x / y <= 2"), ("real >= 1 <= 9", MOST, "x <= 2*y")),
    "a difference both ways": ((REAL, MOST, "abs(x - y) <= 2"), (REAL, MOST, "x - y <= 2", "y - x <= 2")),
    "a square as a product": ((REAL, "maximise f\n  x*x", "x + y <= 8"), (REAL, "maximise f\n  x^2", "x + y <= 8")),
    "a product distributed": ((REAL, "maximise f\n  x*(y+1)", "x <= 8"), (REAL, "maximise f\n  x*y + x", "x <= 8")),
    "without an objective": ((REAL, "", "x + y = 8"), (REAL, "", "x + y <= 8", "x + y >= 8")),
}
OTHER_MEANING = {
    "nearly an equality": ((REAL, MOST, "x + y = 8"), (REAL, MOST, "x + y <= 8", "x + y >= 7")),
    "a cut that real numbers do not allow": (
        (REAL, MOST, "x + 2*y <= 8", "2*x + y <= 8"),
        (REAL, MOST, "x + 2*y <= 8", "2*x + y <= 8", "x + y <= 5"),
    ),
    "a rule that moves no optimum": ((WHOLE, MOST, "x + 2*y <= 8"), (WHOLE, MOST, "x + 2*y <= 8", "y <= 3")),
    "an implication turned round": ((YES, MOST, "x implies y"), (YES, MOST, "y <= x")),
    "both unbounded": (("real >= 0", MOST, "x <= 3"), ("real >= 0", MOST, "y <= 3")),
    "a limit off by a millionth": ((REAL, MOST, "x + y <= 8"), (REAL, MOST, "x + y <= 8.000001")),
    "a ratio that forbids nothing by nothing": ((REAL, MOST, "x / y <= 2"), (REAL, MOST, "x <= 2*y")),
    "twice the objective": ((REAL, MOST, "x <= 2"), (REAL, "maximise f\n  6*x + 4*y", "x <= 2")),
    "other plans without an objective": ((REAL, "", "x + y <= 8"), (REAL, "", "x + y <= 7")),
}


@pytest.mark.parametrize("name", SAME_MEANING)
def test_problems_that_mean_the_same_are_equivalent_both_ways(name):
    one, two = (small(*parts) for parts in SAME_MEANING[name])
    assert [compare(one, two).kind, compare(two, one).kind] == ["equivalent"] * 2
    for left, right in ((one, two), (two, one)):
        found = accuracy(left, right)
        assert (found.objective, found.share, found.superfluous) == (True, 1.0, ())


@pytest.mark.parametrize("name", OTHER_MEANING)
def test_problems_that_mean_something_else_are_different_both_ways(name):
    one, two = (small(*parts) for parts in OTHER_MEANING[name])
    assert [compare(one, two).kind, compare(two, one).kind] == ["different"] * 2
    found = accuracy(one, two)
    assert not (found.objective and found.share == 1.0 and not found.superfluous)


def test_problems_without_any_plan_are_not_equivalent_by_that_alone():
    one, two = small(REAL, MOST, "x >= 7", "x <= 5"), small(REAL, MOST, "y >= x + 1", "y <= x")
    assert compare(one, two).kind == "not distinguished"
    assert accuracy(one, two).share == 0.0


def test_a_number_that_stands_for_different_data_tells_nothing_apart():
    one = small(REAL, MOST, "2*x + 4*y <= 8")
    slack = read(
        "variables\n  x real >= 0 <= 10\n  y real >= 0 <= 10\n  s real >= 0\nmaximise f\n  3*x + 2*y\n"
        "constraints\n  r: x + 2*y + s = 4"
    )
    assert compare(one, slack).kind != "different"
    tabled = "parameters\n  {} = 4\nvariables\n  x real\n{}maximise f\n  x\nconstraints\n  r: {}"
    two, three = (read(tabled.format("room", "", rule)) for rule in ("x <= room", "x <= room - 0.5 * room + 2"))
    assert compare(two, three).kind == "equivalent"  # of these data
    four = read(tabled.format("room", "  s real >= 0 <= 9\n", "x + s <= 4"))
    verdict = compare(two, four)
    assert verdict.kind == "different"
    assert "room" in verdict.reason
