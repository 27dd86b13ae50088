"""Reading PDDL: what is printed is read back, what is wrong is told with its place."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.verify.pddl.read import ParseError, peel, read, read_domain, read_problem
from solon.verify.pddl.syntax import (
    OBJECT,
    Action,
    And,
    Atom,
    Change,
    Domain,
    Effect,
    Equal,
    Every,
    Formula,
    Imply,
    Not,
    Or,
    Problem,
    Quantified,
    Symbol,
    Typed,
    When,
    fact,
    print_domain,
    print_problem,
)
from verify.pddl.worlds import WORKSHOP, WORLDS

RESERVED = {"and", "or", "not", "imply", "forall", "exists", "when", "preference", "increase", "decrease", "assign",
            "either", "oneof", "define"}  # fmt: skip
names = st.from_regex(r"[a-z][a-z0-9_-]{0,4}", fullmatch=True).filter(lambda name: name not in RESERVED)
variables = names.map(lambda name: f"?{name}")
terms = names | variables
types = st.just((OBJECT,)) | st.lists(names, min_size=1, max_size=3).map(tuple)
atoms = st.builds(Atom, names, st.lists(terms, max_size=3).map(tuple))
facts = st.builds(Atom, names, st.lists(names, max_size=3).map(tuple))
numbers = st.integers(0, 10**9).map(float) | st.floats(0.001, 1000).map(lambda value: round(value, 3))


def several(element: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(element, max_size=most).map(tuple)


formulas: st.SearchStrategy[Formula] = st.recursive(
    atoms | st.builds(Equal, terms, terms),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, several(inner)),
        st.builds(Or, several(inner)),
        st.builds(Imply, inner, inner),
        st.builds(
            Quantified, st.sampled_from(["forall", "exists"]), several(st.builds(Typed, variables, types)), inner
        ),
    ),
    max_leaves=6,
)
effects: st.SearchStrategy[Effect] = st.recursive(
    st.builds(Change, atoms, st.booleans()),
    lambda inner: st.one_of(
        st.builds(When, formulas, several(inner)),
        st.builds(Every, several(st.builds(Typed, variables, types)), several(inner)),
    ),
    max_leaves=4,
)
named = st.builds(Typed, names, types)
symbols = st.builds(Symbol, names, several(st.builds(Typed, variables, types)))
actions = st.builds(
    Action, names, several(st.builds(Typed, variables, types)), formulas, several(effects), several(numbers | atoms, 2)
)
requirements = several(names.map(lambda name: f":{name}"))
domains = st.builds(
    Domain, names, requirements, several(named), several(named), several(symbols), several(symbols, 2), several(actions)
)
problems = st.builds(
    Problem,
    name=names,
    domain=names,
    objects=several(named, 5),
    init=several(facts, 6),
    goal=formulas,
    metric=st.sampled_from(["length", "cost"]),
    values=several(st.tuples(facts, numbers)),
    denied=several(facts),
    requirements=requirements,
)


@settings(max_examples=40)
@given(domains)
def test_a_printed_domain_is_read_back_as_the_same_value(domain: Domain) -> None:
    assert read_domain(print_domain(domain)) == domain


@settings(max_examples=40)
@given(problems)
def test_a_printed_problem_is_read_back_as_the_same_value(problem: Problem) -> None:
    assert read_problem(print_problem(problem)) == problem


@pytest.mark.parametrize("name", WORLDS)
def test_every_dialect_is_read_and_both_may_stand_in_one_text(name: str) -> None:
    domain, generate = WORLDS[name]
    document = read(domain + generate(random.Random(1)))
    assert document.domain is not None
    assert document.problem is not None
    again = read(print_problem(document.problem).upper() + print_domain(document.domain).upper())
    assert again == document


def test_names_of_actions_and_predicates_constants_and_either_are_kept() -> None:
    domain = read_domain(WORKSHOP)
    assert domain.actions[0].name == domain.predicates[0].name == "open"
    assert domain.actions[2].precondition == fact("have", "wrench")
    store = read_domain(WORLDS["store"][0])
    assert store.predicates[0].parameters[0] == Typed("?x", ("shelf", "crate"))


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("(define (domain d)\n  (:predicates (p)", "line 2, column 3", "never closed"),
        ("(define (domain d)))", "line 1, column 20", "closes nothing"),
        ("Sure!\n(define (domain d))", "line 1, column 1", "outside of all parentheses"),
        ("(define (domain d) (:predicates (p)) (:predicates (q)))", "line 1, column 38", "second section"),
        ("(define (domain d) (:durative-action a))", "line 1, column 20", "not supported"),
        ("(define (domain d) (:action a :parameters (x)))", "line 1, column 44", "no variable"),
        ("(define (domain d) (:action a :cost 3))", "line 1, column 31", ":precondition"),
        ("(define (domain d) (:action a :effect (increase (fuel) 3)))", "line 1, column 39", "total-cost"),
        ("(define (domain d) (:action a :effect (or (p) (q))))", "line 1, column 39", "changed by an effect"),
        ("(define (problem p) (:domain d) (:init (at ?x)) (:goal (p)))", "line 1, column 44", "variable"),
        ("(define (problem p) (:domain d) (:init (and (p))) (:goal (p)))", "line 1, column 40", "plain facts"),
        ("(define (problem p) (:domain d) (:init) )", "line 1, column 1", "(:goal"),
        ("(define (problem p) (:domain d) (:init) (:goal (> (f) 3)))", "line 1, column 48", "numeric conditions"),
        ("(define (problem p) (:domain d) (:objects a -) (:init) (:goal (p)))", "line 1, column 45", "without a type"),
        ("(define (problem p) (:domain d) (:init) (:goal (p) (q)))", "line 1, column 41", "takes 1 parts"),
        ("(define (problem p) (:domain d) (:init (= (f) -3)) (:goal (p)))", "line 1, column 47", "at least 0"),
        ("(define (problem p) (:domain d) (:init (9 a)) (:goal (p)))", "line 1, column 41", "starts with a letter"),
        ("(define (domain a)) (define (domain b))", "line 1, column 21", "second domain"),
        ("(" * 200, "line 1, column 101", "nested"),
    ],
)
def test_an_error_tells_its_place_and_a_remedy(text: str, place: str, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(text)
    assert str(caught.value).startswith(place)
    assert words in str(caught.value)
    assert caught.value.remedy
    assert (f"line {caught.value.line}, column {caught.value.column}") == place


@given(st.text("()?-:; \n" + "abdefinrot", max_size=60))
def test_no_text_raises_anything_else(text: str) -> None:
    for content in (text, f"(define (domain d) {text})", f"(define (problem p) (:domain d) (:init) (:goal {text}))"):
        try:
            read(content)
        except ParseError:
            continue


def test_prose_and_fences_are_peeled_and_lines_keep_their_numbers() -> None:
    wrong = "(define (problem p)\n (:domain d) (:init) (:goal (x 7)))"
    for answer in (f"Here:\n```pddl\n{wrong}\n```\nDone :-)", f"Two lines\nof prose: \n{wrong} That (I hope) is it."):
        with pytest.raises(ParseError, match="line 4, column"):
            read(peel(answer))
    assert peel("no code here") == "no code here"
    assert re.sub(r"\s", "", peel("x\n```\n(a)\n```\n```\n(b)\n```")) == "(a)(b)"


def test_one_text_for_one_purpose() -> None:
    domain, generate = WORLDS["blocks"]
    problem = generate(random.Random(1))
    for text, reader in ((problem, read_domain), (domain + problem, read_domain), (domain, read_problem),
                         (domain + problem, read_problem)):  # fmt: skip
        with pytest.raises(ParseError):
            reader(text)
