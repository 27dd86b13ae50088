"""Problems are compared by meaning, and planted mistakes are told apart."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from solon.verify.formal.check import check
from solon.verify.formal.equivalent import accuracy, compare
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


def test_no_planted_mistake_is_taken_for_the_truth_and_most_are_told_apart():
    truth = read(FACTORY)
    kinds = Counter()
    every = list(mutations(truth))
    assert all(check(mutation.problem) == () for mutation in every)
    others = [mutation for mutation in every if mutation.kind != "wrong coefficient"]
    for mutation in others + [mutation for mutation in every if mutation not in others][::4]:
        verdict = compare(truth, mutation.problem, perturbations=6)
        assert verdict.kind != "equivalent", mutation
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
