"""Documents have cases for every clause, gold traces that replay, four wordings that mean the same, and labels."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Proved
from solon.tasks.guard.documents import data, prove
from solon.tasks.guard.documents.author import DocumentAuthor
from solon.tasks.guard.documents.generate import LEVELS, Knobs, document, draw, queries, together, unreachable
from solon.tasks.guard.documents.model import CATEGORIES, QUESTION, Document, decide, leaves, replayed
from solon.tasks.guard.documents.probes import Kind, identifier, probes, right
from solon.tasks.guard.documents.read import Unread, read
from solon.tasks.guard.documents.render import rendered
from solon.tasks.guard.journeys.check import complaints
from solon.tasks.guard.journeys.compiled import compiled
from solon.tasks.guard.journeys.graph import Invocation, paths, standing
from solon.tasks.guard.journeys.sample import solved
from solon.tasks.guard.monitor import Monitor


def answered(document_: Document, wording: int, case: dict[str, object]) -> tuple[Invocation, ...]:
    names: dict[str, object] = {}
    exec(DocumentAuthor(rendered(document_, wording)).program().source, names)
    return tuple(Invocation(tool, given) for tool, given in names["policy"](case))


@pytest.mark.parametrize("level", LEVELS)
def test_every_clause_of_every_level_has_cases(level: int) -> None:
    for which in range(5 if level < 4 else 2):
        policy = document(level, which)
        assert unreachable(policy) == []
        assert len(policy.tasks) == LEVELS[level].tasks


@settings(max_examples=20)
@given(st.integers(1, 12), st.integers(1, 4), st.integers(2, 4), st.integers(0, 1000))
def test_any_knobs_give_a_document_without_dead_clauses(tasks: int, depth: int, branch: int, which: int) -> None:
    policy = document(2, which, Knobs(tasks=min(tasks, 3), depth=depth, branch=branch))
    assert unreachable(policy) == []


def test_the_trees_are_sound_procedures() -> None:
    for graph in document(3, 2).tasks:
        found = [each for each in complaints(graph) if "before it is known" not in each and "asks the user" not in each]
        assert found == []  # a case brings its facts along, so that clauses do not ask for them


@given(st.integers(1, 3), st.integers(1, 300))
def test_a_gold_trace_replays_to_the_recorded_hash(level: int, which: int) -> None:
    policy = document(level, which)
    for query in queries(policy, 5, random.Random(which)):
        assert replayed(query.case, query.trace) == query.state
        if query.answer.calls[0].tool not in ("ask", "answer"):
            assert replayed(query.case, query.trace[:1]) != query.state


@settings(max_examples=50)
@given(st.integers(1, 3), st.integers(1, 300), st.integers(1, 4))
def test_a_reader_of_any_wording_does_what_the_machine_does(level: int, which: int, wording: int) -> None:
    policy = document(level, which)
    case = draw(policy, random.Random(which))
    assert answered(policy, wording, case) == decide(policy, case).calls


@pytest.mark.parametrize("wording", [1, 2, 3, 4])
@pytest.mark.parametrize("level", LEVELS)
def test_each_wording_of_each_level_is_proved_to_mean_the_same(level: int, wording: int) -> None:
    policy = document(level, 7)
    source = DocumentAuthor(rendered(policy, wording)).program().source
    assert isinstance(prove.verdict(policy, source), Proved)


def test_documents_are_reproducible_and_differ() -> None:
    assert document(2, 5) == document(2, 5)
    assert rendered(document(4, 5), 4) == rendered(document(4, 5), 4)
    assert document(2, 5) != document(2, 6)
    assert len({rendered(document(3, 1), wording) for wording in (1, 2, 3, 4)}) == 4


def test_harder_wordings_hide_conditions_and_deeds_elsewhere() -> None:
    policy = document(3, 1)
    nested, referred, dispersed = (rendered(policy, wording) for wording in (2, 3, 4))
    assert "# Terms" not in nested
    assert "# Terms" in referred
    assert "(repealed)" in dispersed
    assert "In all other cases" in dispersed


def test_cases_come_from_all_categories_and_some_lack_a_fact() -> None:
    found = queries(document(2, 3), 300, random.Random(0))
    assert {query.answer.category for query in found} >= {"factual", "behavioural"}
    asked = [query for query in found if query.answer.calls[0].tool == "ask"]
    assert 10 < len(asked) < 60


def test_a_query_of_several_tasks_is_what_each_of_them_comes_to_in_turn() -> None:
    policy, dice = document(3, 2), random.Random(0)
    for _ in range(50):
        query = together(policy, 3, dice)
        tasks = query.case["tasks"]
        assert isinstance(tasks, list)
        parts = [{"customer": query.case["customer"], **it} for it in tasks if isinstance(it, dict)]
        assert len({str(part["task"]) for part in parts}) == 3
        assert query.answer.calls == tuple(call for part in parts for call in decide(policy, part).calls)
        assert query.trace[1:] == query.answer.calls
        assert query.state == replayed(query.case, query.trace)
    for record in data.checked(policy, 5, dice, tasks=2):
        assert str(record["prompt"]).count('"task":') == 2
    assert len(list(data.conversations(policy, 5, dice, tasks=2))) == 5
    with pytest.raises(ValueError, match="at most 2"):
        together(document(1, 1), 3, dice)


def test_deep_leaves_come_as_often_as_shallow_ones() -> None:
    policy = document(3, 4)
    seen = {query.answer.clauses[-1] for query in queries(policy, 1500, random.Random(0), 0.0)}
    ends = {clause for _, clause, _ in leaves(policy)}
    deep = {clause for clause in ends if clause.count(".") == 3}
    assert len(deep) > len(ends) / 3
    assert len(deep & seen) >= 0.7 * len(deep)  # an end under a manner is named by the manner's clause


def test_the_tree_of_a_task_is_a_guard_for_free() -> None:
    policy, dice = document(3, 1), random.Random(0)
    for graph in policy.tasks:
        for _ in range(5):
            monitor = Monitor(compiled(graph))
            facts = solved(dice.choice([conditions for _, conditions in paths(graph)]), graph.facts, dice)
            assert facts is not None
            here = standing(graph, "start", facts)
            for _, use in here.uses:
                call = use.invoked(facts)
                assert (
                    monitor.request(call.tool, {**call.arguments, "customer": "another"}, facts).decision.kind
                    == "block"
                )
                ticket = monitor.request(call.tool, call.arguments, facts)
                assert ticket.decision.kind == "allow"


def test_a_sentence_of_no_known_form_is_named() -> None:
    text = rendered(document(2, 1), 2).replace("is at most", "hovers around")
    with pytest.raises(Unread, match="hovers around"):
        read(text)


@pytest.mark.parametrize("level", [0, 5])
def test_a_level_that_does_not_exist_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match="level must be one of"):
        document(level)


@pytest.mark.parametrize("kind", ["override", "substitution", "referral"])
def test_probes_have_labels_that_the_document_alone_does_not_give(kind: Kind) -> None:
    policy = document(3, 1)
    found = probes(policy, kind, 30, random.Random(0))
    assert {probe.naming for probe in found} == {"named", "absent", "wrong"}
    for probe in found:
        assert (identifier(policy) in probe.prompt) == (probe.naming == "named")
        if kind == "referral":
            assert right(probe, decide(policy, probe.case).clauses)
        else:
            assert right(probe, probe.calls)
            assert not right(probe, decide(policy, probe.case).calls)


def test_training_records_are_json_lines_without_the_gold_reasons_in_prompts() -> None:
    policy = document(2, 1)
    tag = identifier(policy)
    for records in (
        data.pretraining(policy, 3, random.Random(0)),
        data.conversations(policy, 20, random.Random(0)),
        data.checked(policy, 20, random.Random(0)),
    ):
        lines = [msgspec.json.decode(line) for line in data.lines(records).splitlines()]
        assert len(lines) >= 10
        for line in lines:
            assert line["policy"] == tag
            assert line["category"] in (*CATEGORIES, "document")
            prompt = line["messages"][0]["content"] if "messages" in line else line.get("prompt", "")
            assert " applies" not in prompt


def test_a_question_about_an_item_is_answered_as_it_is_written() -> None:
    policy = document(1, 1)
    item = policy.items[0]
    case = {"task": QUESTION, "customer": "K1", "topic": item.topic}
    assert decide(policy, case).calls == (Invocation("answer", {"value": item.value}),)
    assert f"{item.id} The {item.topic}: {item.value}." in rendered(policy, 1)
