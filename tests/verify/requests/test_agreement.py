"""Evaluator, automata and solvers mean the same: on random requests, and in what they find for random conditions."""

import random

import pytest

from solon.contract import Proved, Unknown
from solon.verify.limited import Limits
from solon.verify.requests.check import complaints
from solon.verify.requests.evaluate import evaluate, holds, may_hold
from solon.verify.requests.expression import Expression
from solon.verify.requests.formula import Formula, truth
from solon.verify.requests.meaning import Question
from solon.verify.requests.prove import Counterexample, encoded, never
from solon.verify.requests.request import Request
from solon.verify.requests.smt import SOLVERS, Solver, truths
from solon.verify.requests.syntax import read, write
from verify.requests.worlds import SCOPE, condition, request


def readings(rule: Expression) -> tuple[Question, list[Formula]]:
    """Return a question with the formulas for true, false, fires if it allows, fires if it forbids."""
    question = Question(SCOPE, [rule], shortest=3)
    return question, [question.true(rule), question.false(rule), question.holds(rule), question.may_hold(rule)]


def evaluated(rule: Expression, at: Request) -> list[bool]:
    value = evaluate(rule, at, SCOPE.lists)
    return [value is True, value is False, holds(rule, at, SCOPE.lists), may_hold(rule, at, SCOPE.lists)]


def agree(rules: int, requests: int, start: int, solvers: tuple[Solver, ...]) -> int:
    """Judge random requests by random conditions in every way; return the number of cases."""
    cases = 0
    for number in range(start, start + rules):
        dice = random.Random(number)
        rule = condition(dice)
        assert not [told for told in complaints(rule, SCOPE) if "is never" not in told]
        assert read(write(rule)) == rule
        question, formulas = readings(rule)
        drawn = [request(dice) for _ in range(requests)]
        expected = [evaluated(rule, at) for at in drawn]
        values = [encoded(question, at) for at in drawn]
        told = f"{number}: {write(rule)}"
        for at, (value, due) in enumerate(zip(values, expected, strict=True)):
            assert [truth(formula, value) for formula in formulas] == due, f"{told} on {drawn[at]}"
        sorts = {name: variable.sort for name, variable in question.variables.items()}
        for solver in solvers:
            found = truths(formulas, sorts, values, solver, Limits(seconds=120))
            assert [list(each) for each in zip(*found, strict=True)] == expected, f"{solver} {told}"
        cases += requests
    return cases


def test_evaluator_automata_and_both_solvers_agree_on_random_requests() -> None:
    assert agree(rules=40, requests=25, start=0, solvers=SOLVERS) == 1000


def test_evaluator_and_automata_agree_on_random_requests() -> None:
    assert agree(rules=150, requests=20, start=500, solvers=()) == 3000


@pytest.mark.slow
def test_evaluator_automata_and_both_solvers_agree_on_ten_thousand_cases() -> None:
    assert agree(rules=200, requests=50, start=5000, solvers=SOLVERS) == 10_000


@pytest.mark.measurement
def test_evaluator_automata_and_both_solvers_agree_on_a_hundred_thousand_cases() -> None:
    assert agree(rules=1000, requests=100, start=10_000, solvers=SOLVERS) == 100_000


def search(rules: range) -> dict[str, int]:
    """Look for a request of which a random condition is true, by each engine; return how often each verdict came."""
    counts: dict[str, int] = {}
    for number in rules:
        rule = condition(random.Random(number), depth=2)
        verdicts = [never(rule, SCOPE, (engine,)) for engine in ("automata", *SOLVERS)]
        decided = {isinstance(each, Proved) for each in verdicts if not isinstance(each, Unknown)}
        assert len(decided) <= 1, f"{number}: {write(rule)}: {verdicts}"
        for each in verdicts:
            counts[type(each).__name__] = counts.get(type(each).__name__, 0) + 1
            if isinstance(each, Counterexample):
                assert evaluate(rule, each.request, SCOPE.lists) is True
    return counts


def test_engines_never_contradict_one_another_on_random_questions() -> None:
    counts = search(range(25))
    assert counts["Counterexample"] > 30


@pytest.mark.slow
def test_engines_never_contradict_one_another_on_many_random_questions() -> None:
    counts = search(range(1000, 1400))
    assert counts["Counterexample"] > 300


def test_both_solvers_take_the_largest_numbers_of_a_request() -> None:
    rule = read("arg.count >= 9223372036854775807 or ctx.level <= -9223372036854775807")
    question, formulas = readings(rule)
    dice = random.Random(1)
    drawn = [request(dice) for _ in range(2)]
    drawn[0].arguments["count"], drawn[1].context["level"] = 2**63 - 1, 1 - 2**63
    sorts = {name: variable.sort for name, variable in question.variables.items()}
    for solver in SOLVERS:
        found = truths(formulas, sorts, [encoded(question, at) for at in drawn], solver)
        assert [list(each) for each in zip(*found, strict=True)] == [evaluated(rule, at) for at in drawn]
