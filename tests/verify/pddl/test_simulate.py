"""The validator: it accepts exactly what a second executor accepts, and says what fails first."""

import random

import pytest

from solon.verify.pddl.check import check, errors
from solon.verify.pddl.lexer import ParseError
from solon.verify.pddl.mutate import PLAN_KINDS, mutate_domain, mutate_plan, mutate_problem
from solon.verify.pddl.outcome import Planned
from solon.verify.pddl.read import read_domain, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import read_plan, states, validate
from solon.verify.pddl.syntax import Plan, fact, print_domain, print_plan, print_problem
from verify.pddl.oracle import Oracle
from verify.pddl.worlds import BLOCKS, WORKSHOP, WORKSHOP_PROBLEM, WORLDS

TOWER = (
    "(define (problem t) (:domain blocks) (:objects a b) (:init (free) (clear a) (on a b) (table b)) (:goal (on b a)))"
)
GOOD = "(unstack a b) (put a) (take b) (stack b a)"


def judged(domain: str, problem: str, plan: Plan) -> float | None:
    return Oracle(domain, problem).accepts([(step.name, *step.arguments) for step in plan])


def test_of_a_thousand_mutated_plans_none_is_wrongly_accepted_and_none_wrongly_refused() -> None:
    tried = accepted = 0
    for name, (text, generate) in WORLDS.items():
        domain = read_domain(text)
        for seed in range(14):
            source = generate(random.Random(f"{name}{seed}"))
            problem = read_problem(source)
            found = search(domain, problem, budget=3_000)
            if not isinstance(found, Planned) or not found.plan:
                continue
            assert judged(text, source, found.plan) == found.cost
            for kind in PLAN_KINDS:
                for entropy in range(3):
                    mutant = mutate_plan(domain, problem, found.plan, kind, 100 * seed + entropy)
                    if mutant is None:
                        continue
                    cost = judged(text, source, mutant.thing)
                    verdict = validate(domain, problem, mutant.thing)
                    assert verdict.valid == (cost is not None), (name, seed, mutant)
                    assert not verdict.valid or verdict.cost == cost
                    tried += 1
                    accepted += verdict.valid
    assert tried >= 1_000
    assert 0 < accepted < tried / 2  # some mutants are as good: two independent steps swapped


def test_plans_of_mutated_problems_and_domains_are_judged_as_by_the_second_executor() -> None:
    tried = 0
    for name, (text, generate) in WORLDS.items():
        domain = read_domain(text)
        for seed in range(8):
            problem = read_problem(generate(random.Random(f"{name}{seed}")))
            found = search(domain, problem, budget=3_000)
            if not isinstance(found, Planned):
                continue
            for kind in ("dropped fact", "added fact", "swapped arguments", "dropped goal", "negated static fact"):
                wrong = mutate_problem(domain, problem, kind, seed)
                if wrong is not None and not errors(check(domain, wrong.thing)):
                    cost = judged(text, print_problem(wrong.thing), found.plan)
                    assert validate(domain, wrong.thing, found.plan).valid == (cost is not None), wrong
                    tried += 1
            for change in ("missing delete", "missing precondition", "swapped effect"):
                other = mutate_domain(domain, change, seed)
                if other is not None:
                    cost = judged(print_domain(other.thing), print_problem(problem), found.plan)
                    assert validate(other.thing, problem, found.plan).valid == (cost is not None), other
                    tried += 1
    assert tried > 150


def test_a_valid_plan_has_a_cost_a_trace_and_no_issue() -> None:
    domain, problem = read_domain(BLOCKS), read_problem(TOWER)
    verdict = validate(domain, problem, read_plan(GOOD, domain))
    assert (verdict.valid, verdict.cost, verdict.reached, verdict.issues, verdict.progress) == (True, 4.0, 4, (), 1.0)
    assert verdict.trace[0].added == (fact("clear", "b"), fact("held", "a"))
    assert verdict.trace[0].removed == (fact("clear", "a"), fact("free"), fact("on", "a", "b"))
    passed = states(problem, verdict)
    assert len(passed) == 5
    assert fact("on", "b", "a") in passed[-1]


@pytest.mark.parametrize(
    ("plan", "kind", "step", "told"),
    [
        ("(put a)", "InapplicableAction", 1, "step 1: (put a) cannot be taken, because it needs (held a)"),
        ("(unstack a b) (take b)", "InapplicableAction", 2, "it needs (table b) and (free)"),
        ("(unstack a b) (put a)", "GoalUnmet", 2, "goal: the goal is not reached, because (on b a) does not hold"),
        ("()", "GoalUnmet", 0, "(on b a)"),
        ("(unstack a c)", "UndefinedSymbol", 1, "'c', which is no object"),
        ("(unstack a)", "WrongArity", 1, "has 1 arguments, unstack takes 2"),
        (GOOD + "(unstack b a)", "GoalUnmet", 5, "(on b a)"),
    ],
)
def test_the_first_failure_is_told(plan: str, kind: str, step: int, told: str) -> None:
    domain, problem = read_domain(BLOCKS), read_problem(TOWER.replace("(table b)", "") if "take b" in plan and
                                                        "put" not in plan else TOWER)  # fmt: skip
    verdict = validate(domain, problem, read_plan(plan, domain))
    assert not verdict.valid
    assert verdict.issues[0].kind == kind
    assert verdict.issues[0].step == step
    assert told in str(verdict.issues[0])


def test_a_redundant_tail_is_a_warning_that_names_the_first_needless_step() -> None:
    domain, problem = read_domain(BLOCKS), read_problem(TOWER)
    verdict = validate(domain, problem, read_plan(GOOD + "(unstack b a) (stack b a)", domain))
    assert verdict.valid
    assert (verdict.reached, verdict.cost) == (4, 6.0)
    assert [(issue.kind, issue.severity, issue.step) for issue in verdict.issues] == [("RedundantTail", "warning", 5)]


def test_all_failures_are_told_on_demand() -> None:
    domain, problem = read_domain(BLOCKS), read_problem(TOWER)
    plan = read_plan("(put b) (unstack a b) (take a) (put a)", domain)
    assert len(validate(domain, problem, plan).issues) == 1
    kinds = [(issue.kind, issue.step) for issue in validate(domain, problem, plan, persist=True).issues]
    assert kinds == [("InapplicableAction", 1), ("InapplicableAction", 3), ("GoalUnmet", 4)]


def test_types_count_in_steps() -> None:
    domain, problem = read_domain(WORKSHOP), read_problem(WORKSHOP_PROBLEM)
    verdict = validate(domain, problem, (fact("open", "wrench"),))
    assert verdict.issues[0].kind == "TypeMismatch"
    assert validate(domain, problem, read_plan("(open boot) (fetch wrench boot) (loosen n1) (undo n1)"
                                               "(loosen n2) (undo n2)", domain)).valid  # fmt: skip


def test_a_pair_in_error_runs_no_step() -> None:
    domain, problem = read_domain(BLOCKS), read_problem(TOWER.replace("(table b)", "(tabel b)"))
    verdict = validate(domain, problem, read_plan(GOOD, domain))
    assert (verdict.valid, verdict.trace, verdict.issues[0].kind) == (False, (), "UndefinedSymbol")


def test_a_cost_without_a_value_cannot_be_paid() -> None:
    text, _ = WORLDS["roads"]
    problem = read_problem("(define (problem r) (:domain roads) (:objects v - van a b - place)"
                           "(:init (at v a) (road a b)) (:goal (at v b)) (:metric minimize (total-cost)))")  # fmt: skip
    verdict = validate(read_domain(text), problem, (fact("drive", "v", "a", "b"),))
    assert "(= (far a b) NUMBER)" in str(verdict.issues[0])


def test_steps_are_read_out_of_prose_and_no_unknown_one_is_skipped() -> None:
    domain = read_domain(BLOCKS)
    plan = read_plan("I do 1. (UNSTACK a b) [1], then (put a) ; not (b)\n; comment (with words)\n2: (take b)", domain)
    assert print_plan(plan) == "(unstack a b)\n(put a)\n(take b)\n"
    assert read_plan(print_plan(plan), domain) == plan
    assert read_plan("  \n; cost = 0 (unit cost)\n", domain) == read_plan("()", domain) == ()
    for text, place, told in (
        ("(take b)\n (lift a)", "line 2, column 2", "'lift' is no action"),
        ("(take (b))", "line 1, column 7", "inside a step"),
        ("(take b", "line 1, column 1", "never closed"),
        ("take b)", "line 1, column 7", "closes nothing"),
        ("take b", "line 1", "no step here"),
        ("(take b)\nthen; (PUT b)", "line 2, column 5", "a step behind ';'"),
    ):
        with pytest.raises(ParseError) as caught:
            read_plan(text, domain)
        assert str(caught.value).startswith(place)
        assert told in str(caught.value)
