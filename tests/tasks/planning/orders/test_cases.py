"""Paragraphs: they are satisfiable, mean what a reader finds in them, and change in one way at a time."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.tasks.planning.orders import grammar
from solon.tasks.planning.orders.agents import lexicon, reader
from solon.tasks.planning.orders.cases import Case, draw, restructured, retold, reworded, tool
from solon.tasks.planning.orders.clock import feasible, quickest
from solon.tasks.planning.orders.grammar import FORMS, Window, expand, meanings
from solon.tasks.planning.orders.order import broken, closure, extensions, reduction
from solon.tasks.planning.orders.topics import NEUTRAL, TOPICS

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda it: it[0] != it[1]), max_size=9)


def read(case: Case) -> tuple[set, list]:
    """Read a paragraph with the shipped agent, which shares no code with the generator."""
    sources, names = dict(reader().files), {}
    body = sources["policy.py"].split("\n")
    kept = [line for line in body if not line.startswith(("from fault", "from lexicon"))]
    exec(lexicon() + sources["fault.py"] + "\n".join(kept), names)
    return names["read"](case.text, list(case.tools))


def test_twenty_jobs_with_twenty_activities_and_a_neutral_topic() -> None:
    assert len(TOPICS) == 21
    assert NEUTRAL in TOPICS
    for names in TOPICS.values():
        assert len({tool(name) for name in names}) == 20
        assert not any(" and " in name or "," in name or "which" in name for name in names)
        assert not any(one != other and one.lower() in other.lower() for one in names for other in names)


def test_every_terminal_has_five_phrases_or_more() -> None:
    tables = [grammar.NEUTRAL, grammar.EARLIEST, grammar.LATEST]
    for table in (grammar.VERBS, grammar.PREPOSITIONS, grammar.CONJUNCTIONS):
        tables += [*table.values()]
    assert all(len(set(table)) >= 5 for table in tables)


@given(PAIRS)
def test_orders_are_counted_as_by_trying_all_sequences(pairs: list[tuple[int, int]]) -> None:
    wanted = [it for it in itertools.permutations(range(5)) if not broken(it, pairs)]
    assert extensions(5, pairs) == len(wanted)
    known = closure(5, pairs)
    assert (known is None) == (not wanted)
    if known is not None:
        assert closure(5, reduction(5, pairs)) == known
        assert all(sequence.index(one) < sequence.index(other) for sequence in wanted for one, other in known)


@settings(max_examples=40)
@given(st.integers(2, 7), st.integers(0, 10**6), st.booleans())
def test_a_reader_that_shares_no_code_finds_what_the_generator_meant(actions: int, entropy: int, timed: bool) -> None:
    case = draw(actions, entropy) if not timed else draw(min(actions, 4), entropy % 8, extended=True)
    pairs, hours = read(case)
    numbers = {tool(name): number for number, name in enumerate(case.names)}
    place = [numbers[name] for name in case.tools]
    assert {(place[one], place[other]) for one, other in pairs} == case.pairs
    for name, (earliest, latest) in zip(case.tools, hours, strict=True):
        stated = {it.bound: it.hour for it in case.windows if it.action == numbers[name]}
        assert stated.get("earliest", 0) == earliest
        assert stated.get("latest", 10**6) == latest


@given(st.integers(3, 9), st.integers(0, 10**6))
def test_cases_can_be_solved_and_not_by_any_order(actions: int, entropy: int) -> None:
    case = draw(actions, entropy)
    assert case == draw(actions, entropy)
    assert extensions(actions, case.pairs) >= 1
    assert case.luck <= 0.5
    assert len(case.tools) == actions


@settings(max_examples=8)
@given(st.integers(2, 4), st.integers(0, 30))
def test_extended_cases_have_a_schedule_by_the_solver_and_by_dynamic_programming(actions: int, entropy: int) -> None:
    case = draw(actions, entropy, extended=True)
    assert case.windows
    for starts in (
        feasible(case.durations, case.pairs, case.windows),
        quickest(case.durations, case.pairs, case.windows),
    ):
        assert starts is not None
        for one, other in case.pairs:
            assert starts[one] + case.durations[one] <= starts[other]


def test_the_solver_and_dynamic_programming_agree_on_what_cannot_be_done() -> None:
    dice, verdicts = random.Random(5), set()
    for _ in range(25):
        count = dice.randrange(2, 5)
        durations = [dice.randrange(1, 4) for _ in range(count)]
        pairs = [tuple(sorted(dice.sample(range(count), 2)))]
        windows = [Window(action, dice.choice(("earliest", "latest")), dice.randrange(1, 8)) for action in range(count)]
        solved = feasible(durations, pairs, windows) is not None
        assert solved == (quickest(durations, pairs, windows) is not None)
        verdicts.add(solved)
    assert verdicts == {True, False}


@given(st.integers(3, 7), st.integers(0, 10**6))
def test_each_mutation_changes_one_thing_and_never_the_meaning(actions: int, entropy: int) -> None:
    case = draw(actions, entropy)
    worded, told, built = reworded(case, entropy), retold(case, entropy), restructured(case, entropy)
    assert (worded.sentences, worded.names) == (case.sentences, case.names)
    assert (told.sentences, told.wording) == (case.sentences, case.wording)
    assert told.topic != case.topic
    assert closure(actions, built.pairs) == closure(actions, case.pairs)
    assert built.names == case.names


def test_all_forms_of_clauses_come_and_relative_clauses_too() -> None:
    dice = random.Random(0)
    clauses = [clause for _ in range(400) for clause in expand(6, dice).clauses]
    assert {clause.form for clause in clauses} == set(FORMS)
    assert any(clause.of_subject for clause in clauses)
    assert any(clause.of_object for clause in clauses)
    assert all(one != other for sentence in (expand(6, dice),) for one, other in meanings([sentence]))


def test_sizes_and_topics_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="actions must lie in"):
        draw(13, 0)
    with pytest.raises(ValueError, match="topic be one of"):
        draw(4, 0, topic="wizard")
    with pytest.raises(ValueError, match="contradict one another"):
        reduction(2, [(0, 1), (1, 0)])
    with pytest.raises(ValueError, match="too many to count"):
        extensions(40, [])
