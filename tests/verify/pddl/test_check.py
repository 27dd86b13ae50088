"""The strict reading: each mistake is found under its name, each dialect is only noted, no sound pair is refused."""

import random

import msgspec
import pytest

from solon.verify.pddl.check import check, check_domain, check_problem, errors
from solon.verify.pddl.mutate import DOMAIN_KINDS, PROBLEM_KINDS, mutate_domain, mutate_problem
from solon.verify.pddl.read import read_domain, read_problem
from solon.verify.pddl.syntax import Domain, Problem
from verify.pddl.worlds import WORLDS


def pair(name: str, seed: int = 1) -> tuple[Domain, Problem]:
    domain, generate = WORLDS[name]
    return read_domain(domain), read_problem(generate(random.Random(seed)))


@pytest.mark.parametrize("name", WORLDS)
def test_sound_pairs_have_no_errors(name: str) -> None:
    for seed in range(10):
        assert errors(check(*pair(name, seed))) == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("store", "'either'"),
        ("workshop", "'wrench' is named by actions and declared as an object of the problem only"),
        ("workshop", "an action and a predicate are called 'open'"),
        ("workshop", "the requirements :typing :negative-preconditions are used and not declared"),
        ("rooms", "a type is called 'object'"),
    ],
)
def test_dialects_are_noted(name: str, told: str) -> None:
    notes = [issue for issue in check(*pair(name)) if issue.severity == "note"]
    assert any(told in str(note) for note in notes)


DOMAIN = """(define (domain d) (:requirements :strips :typing) (:types a b - top c) (:constants k - a)
 (:predicates (p ?x - a) (q ?x - a ?y - b) (s ?x - c)) (:functions (total-cost) - number (f ?x - a) - number)
 (:action go :parameters (?x - a ?y - b) :precondition (and (p ?x)) :effect (and (q ?x ?y) (not (p ?x)))) EXTRA)"""
PROBLEM = "(define (problem e) (:domain d) (:objects x - a y - b z - c) (:init INIT) (:goal GOAL))"


@pytest.mark.parametrize(
    ("extra", "kind", "told"),
    [
        ("(:action e :effect (pp k))", "UndefinedSymbol", "did you mean 'p'?"),
        ("(:action e :effect (p m))", "UndefinedSymbol", "the constant 'm' is not declared"),
        ("(:action e :effect (p ?x))", "UndefinedSymbol", "the variable '?x' is not declared"),
        ("(:action e :parameters (?x - e) :effect (p k))", "UndefinedSymbol", "the type 'e' of '?x'"),
        ("(:action e :effect (q k))", "WrongArity", "(q ?x ?y) is declared"),
        ("(:action e :parameters (?z - c) :effect (p ?z))", "TypeMismatch", "of type c, where 'p' takes type a"),
        ("(:action e :effect (increase (total-cost) (g k)))", "UndefinedSymbol", "the function 'g'"),
        ("(:action go :effect (p k))", "Duplicate", "declared 2 times"),
        ("(:action e :parameters (?x - a ?x - b) :effect (p k))", "Duplicate", "the variable '?x'"),
        ("(:action e :effect (when (exists (?u - b) (p ?u)) (p k)))", "TypeMismatch", "'?u'"),
        ("(:action e :effect (forall (?u - a) (q ?u ?v)))", "UndefinedSymbol", "'?v'"),
    ],
)
def test_mistakes_in_domains_are_found(extra: str, kind: str, told: str) -> None:
    assert errors(check_domain(read_domain(DOMAIN.replace("EXTRA", "")))) == ()
    (found,) = errors(check_domain(read_domain(DOMAIN.replace("EXTRA", extra))))
    assert found.kind == kind
    assert told in str(found)
    assert found.where.startswith("action")


@pytest.mark.parametrize(
    ("init", "goal", "kind", "severity", "told"),
    [
        ("(p x) (r x)", "(q x y)", "UndefinedSymbol", "error", "the predicate 'r'"),
        ("(p w)", "(q x y)", "UndefinedSymbol", "error", "the object 'w'"),
        ("(p x)", "(q x)", "WrongArity", "error", "(q x) has 1 arguments"),
        ("(p z) (q x z)", "(q x y)", "TypeMismatch", "error", "declare 'z - a' or put another object there"),
        ("(p x) (not (p x))", "(q x y)", "InconsistentInit", "error", "(p x) is stated and denied"),
        ("(= (f x) 1) (= (f x) 2)", "(q x y)", "InconsistentInit", "error", "the values 1 and 2"),
        ("(p x) (p x)", "(q x y)", "Duplicate", "warning", "2 times"),
        ("(p x)", "(p x)", "GoalAlreadyTrue", "warning", "the goal holds"),
        ("(p x)", "(and (p x) (not (p x)))", "ContradictoryGoal", "warning", "hold and not hold"),
        ("(p x)", "(s z)", "UnreachableGoal", "warning", "no action makes it true"),
    ],
)
def test_mistakes_in_problems_are_found(init: str, goal: str, kind: str, severity: str, told: str) -> None:
    domain = read_domain(DOMAIN.replace("EXTRA", ""))
    found = check_problem(domain, read_problem(PROBLEM.replace("INIT", init).replace("GOAL", goal)))
    assert any(f.kind == kind and f.severity == severity and told in str(f) for f in found)


def test_types_in_a_circle_end_and_are_an_error() -> None:
    domain = read_domain("(define (domain d) (:types a - b b - a) (:predicates (p ?x - a)))")
    assert any("above itself" in str(issue) for issue in errors(check_domain(domain)))


SURE = {"undeclared object", "renamed domain", "wrong arity", "undeclared predicate"}
"""Kinds that leave a name without a declaration, whatever they hit."""


@pytest.mark.parametrize("name", WORLDS)
def test_planted_mistakes_of_form_are_always_found(name: str) -> None:
    for seed in range(6):
        domain, problem = pair(name, seed)
        for kind in PROBLEM_KINDS:
            mutant = mutate_problem(domain, problem, kind, seed)
            if mutant is not None and kind in SURE:
                assert errors(check(domain, mutant.thing)), mutant
        for kind in DOMAIN_KINDS:
            changed = mutate_domain(domain, kind, seed)
            if changed is not None and kind in SURE:
                assert errors(check(changed.thing, problem)), changed


def test_a_wrong_name_of_the_domain_tells_the_right_one() -> None:
    domain, problem = pair("blocks")
    (issue,) = check(domain, msgspec.structs.replace(problem, domain="bloks"))
    assert (issue.kind, issue.remedy) == ("WrongDomain", "write (:domain blocks)")


def test_quantifiers_that_nobody_could_try_are_refused_at_once() -> None:
    domain = read_domain(WORLDS["blocks"][0])
    objects = " ".join(f"b{index}" for index in range(50))
    goal = "(forall (?a ?b ?c) (exists (?d ?e) (on ?a ?e)))"
    problem = read_problem(f"(define (problem p) (:domain blocks) (:objects {objects}) (:init) (:goal {goal}))")
    assert [issue.kind for issue in errors(check(domain, problem))] == ["TooWide"]
