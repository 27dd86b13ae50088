"""Equal but for names: found whatever the renaming, and never where one fact differs."""

import random
from itertools import permutations

import msgspec
import pytest

from solon.verify.pddl.check import check, errors
from solon.verify.pddl.equivalent import Different, Identical, Isomorphic, compare, fingerprint
from solon.verify.pddl.mutate import PROBLEM_KINDS, mutate_problem
from solon.verify.pddl.needs import named_objects
from solon.verify.pddl.read import read_domain, read_problem
from solon.verify.pddl.rewrite import Rewriter
from solon.verify.pddl.syntax import And, Domain, Problem, conjuncts
from verify.pddl.worlds import WORLDS


class Renamed(Rewriter):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def term(self, name: str) -> str:
        return self._names.get(name, name)


def disguised(domain: Domain, problem: Problem, dice: random.Random) -> tuple[Problem, dict[str, str]]:
    """Return a problem with new names and everything shuffled."""
    free = [entry.name for entry in problem.objects if entry.name not in named_objects(domain)]
    names = dict(zip(free, dice.sample([f"x{index}" for index in range(len(free))], len(free)), strict=True))
    other = Renamed(names).problem(problem)
    goals = conjuncts(other.goal)
    return msgspec.structs.replace(
        other,
        name="other",
        objects=tuple(dice.sample(other.objects, len(other.objects))),
        init=tuple(dice.sample(other.init, len(other.init))),
        goal=And(tuple(dice.sample(goals, len(goals)))),
        values=tuple(dice.sample(other.values, len(other.values))),
    ), names


@pytest.mark.parametrize("name", WORLDS)
def test_a_disguised_problem_is_isomorphic_and_the_renaming_is_told(name: str) -> None:
    text, generate = WORLDS[name]
    domain = read_domain(text)
    for seed in range(10):
        dice = random.Random(f"{name}{seed}")
        problem = read_problem(generate(dice))
        other, names = disguised(domain, problem, dice)
        verdict = compare(domain, problem, other)
        assert isinstance(verdict, Isomorphic)
        assert names.keys() <= verdict.renaming.keys()
        assert compare(domain, Renamed(verdict.renaming).problem(problem), other) == Identical()
        assert compare(domain, problem, problem) == Identical()
        assert fingerprint(domain, problem) == fingerprint(domain, other)


@pytest.mark.parametrize("name", WORLDS)
def test_a_mutated_problem_is_different_unless_some_renaming_of_it_is_the_same(name: str) -> None:
    text, generate = WORLDS[name]
    domain = read_domain(text)
    compared = 0
    for seed in range(5):
        dice = random.Random(f"{name}{seed}")
        problem = read_problem(generate(dice))
        for kind in PROBLEM_KINDS:
            mutant = mutate_problem(domain, problem, kind, seed)
            if mutant is None or errors(check(domain, mutant.thing)):
                continue
            verdict = compare(domain, problem, disguised(domain, mutant.thing, dice)[0])
            plain = compare(domain, problem, mutant.thing)
            assert isinstance(verdict, Different) == isinstance(plain, Different), (mutant, verdict, plain)
            if isinstance(plain, Different):
                assert plain.difference
                compared += 1
            else:
                assert _equal_by_trying(domain, problem, mutant.thing) or isinstance(plain, Identical)
    assert compared


def _equal_by_trying(domain: Domain, first: Problem, second: Problem) -> bool:
    names = [entry.name for entry in first.objects]
    return any(
        compare(domain, Renamed(dict(zip(names, order, strict=True))).problem(first), second) == Identical()
        for order in permutations(names)
    )


def test_agreement_with_trying_all_renamings_on_small_blocks() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    problems = [read_problem(WORLDS["blocks"][1](random.Random(seed), 3)) for seed in range(12)]
    same = 0
    for first in problems:
        for second in problems:
            verdict = compare(domain, first, second)
            assert isinstance(verdict, Different) != _equal_by_trying(domain, first, second)
            same += not isinstance(verdict, Different)
    assert 12 < same < 144


def test_regular_graphs_that_colours_cannot_tell_apart_are_told_apart() -> None:
    domain = read_domain("(define (domain g) (:predicates (e ?x ?y) (m)) (:action a :effect (m)))")

    def circles(*lengths: int) -> Problem:
        facts, start = [], 0
        for length in lengths:
            facts += [f"(e n{start + i} n{start + (i + 1) % length})" for i in range(length)]
            start += length
        names = " ".join(f"n{i}" for i in range(start))
        return read_problem(
            f"(define (problem p) (:domain g) (:objects {names}) (:init {' '.join(facts)}) (:goal (m)))"
        )

    assert isinstance(compare(domain, circles(3, 3), circles(6)), Different)
    shuffled = disguised(domain, circles(6, 6), random.Random(1))[0]
    assert isinstance(compare(domain, circles(6, 6), shuffled), Isomorphic)
    assert isinstance(compare(domain, circles(12), shuffled), Different)


@pytest.mark.parametrize(
    ("init", "goal", "told"),
    [
        ("(free) (on a b) (table b)", "(on b a)", "the initial state lacks (clear a)"),
        ("(free) (clear a) (on a b) (table b) (table a)", "(on b a)", "the initial state has (table a) too much"),
        ("(free) (clear b) (on a b) (table b)", "(on b a)", "has (clear b) instead of (clear a)"),
        ("(free) (clear a) (on a b) (table b)", "(and (on b a) (table a))", "the goal has (table a) too much"),
    ],
)
def test_the_first_difference_is_told_in_words(init: str, goal: str, told: str) -> None:
    domain = read_domain(WORLDS["blocks"][0])
    texts = [("(free) (clear a) (on a b) (table b)", "(on b a)"), (init, goal)]
    first, second = (
        read_problem(f"(define (problem p) (:domain blocks) (:objects a b) (:init {i}) (:goal {g}))") for i, g in texts
    )
    verdict = compare(domain, first, second)
    assert isinstance(verdict, Different)
    assert told in verdict.difference


def test_settled_goals_and_the_names_of_variables_do_not_count() -> None:
    domain = read_domain(WORLDS["lamps"][0])
    common = (
        "(define (problem p) (:domain lamps) (:objects l - lamp r - room) (:init (here r) (inside l r)) (:goal %s))"
    )
    first = read_problem(common % "(and (lit l) (exists (?x - lamp) (and (lit ?x) (not (broken ?x)))))")
    second = read_problem(common % "(and (exists (?z - lamp) (and (not (broken ?z)) (lit ?z))) (inside l r) (lit l))")
    assert compare(domain, first, second) == Identical()
