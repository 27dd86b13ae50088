"""Texts that are made to hang, to crash or to deceive: each ends at once in a typed verdict."""

import pytest

from solon.verify.pddl.check import check_problem, errors
from solon.verify.pddl.equivalent import Different, Isomorphic, compare
from solon.verify.pddl.outcome import GaveUp
from solon.verify.pddl.read import ParseError, peel, read_domain, read_problem
from solon.verify.pddl.search import search
from verify.pddl.worlds import WORLDS

BLOCKS = read_domain(WORLDS["blocks"][0])
PROBLEM = "(define (problem p) (:domain blocks) (:objects {}) (:init (free) {}) (:goal (and {})))"


@pytest.mark.parametrize("text", ["(define " * 100_000, "```x (\n" * 100_000, "``` (\n```x\n" * 50_000, "(" * 200_000])
def test_peeling_takes_time_in_proportion_to_the_text(text: str) -> None:
    assert len(peel(text)) <= len(text)


def test_one_fence_inside_an_answer_that_is_never_closed_leaves_the_definition_to_be_found() -> None:
    text = "Here:\n```pddl\n(define (problem p) (:domain d) (:init) (:goal (and)))\n"
    assert read_problem(peel(text)).name == "p"
    two = "```\nno pddl\n```\n```pddl\n(define (problem q) (:domain d) (:init) (:goal (and)))\n```\n"
    assert read_problem(peel(two)).name == "q"


def test_an_error_quotes_no_more_than_a_few_words() -> None:
    with pytest.raises(ParseError) as caught:
        read_problem("(" + "z" * 100_000 + ")")
    assert len(str(caught.value)) < 1_000
    long = read_problem(PROBLEM.format("a", f"(table {'z' * 100_000})", "(table a)"))
    assert all(len(issue.message) < 1_000 for issue in check_problem(BLOCKS, long))


def test_thousands_of_mistakes_are_not_all_told_and_none_hides_behind_thousands_of_notes() -> None:
    objects = " ".join(f"o{number}" for number in range(4_000))
    strangers = " ".join(f"(table x{number})" for number in range(4_000))
    found = check_problem(BLOCKS, read_problem(PROBLEM.format(objects, strangers, "(table o1)")))
    assert 0 < len(errors(found)) <= 100
    doubled = " ".join(f"(table o{number}) (table o{number})" for number in range(500))
    hidden = check_problem(BLOCKS, read_problem(PROBLEM.format(objects, doubled, "(table stranger)")))
    assert [issue.names for issue in errors(hidden)] == [("stranger",)]


def test_our_own_planner_gives_up_on_what_it_cannot_look_at() -> None:
    objects = " ".join(f"o{number}" for number in range(600))
    facts = " ".join(f"(table o{number}) (clear o{number})" for number in range(600))
    found = search(BLOCKS, read_problem(PROBLEM.format(objects, facts, "(on o1 o2) (on o2 o3) (on o3 o1)")))
    assert isinstance(found, GaveUp)


def test_a_variable_that_is_named_as_the_comparison_names_its_own_is_not_caught() -> None:
    one, other = (
        read_problem(PROBLEM.format("a b", "(table a) (table b)", goal))
        for goal in ("(forall (?x) (exists (?v0) (on ?x ?v0)))", "(forall (?x) (exists (?y) (on ?y ?y)))")
    )
    assert isinstance(compare(BLOCKS, one, other), Different)
    renamed = read_problem(PROBLEM.format("a b", "(table a) (table b)", "(forall (?v1) (exists (?v0) (on ?v1 ?v0)))"))
    assert not isinstance(compare(BLOCKS, one, renamed), Different)


def test_names_that_are_kept_may_not_change_places() -> None:
    first = read_problem(PROBLEM.format("a b", "(on a b) (table b) (clear a)", "(on b a)"))
    second = read_problem(PROBLEM.format("a b", "(on b a) (table a) (clear b)", "(on a b)"))
    assert compare(BLOCKS, first, second) == Isomorphic({"a": "b", "b": "a"})
    assert isinstance(compare(BLOCKS, first, second, kept={"a", "b"}), Different)
