"""Procedures are checked before anybody follows them, and the guard's monitor allows exactly what they allow."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from solon.tasks.guard.journeys.check import complaints
from solon.tasks.guard.journeys.compiled import compiled
from solon.tasks.guard.journeys.domains import DOMAINS, domain
from solon.tasks.guard.journeys.graph import START, Graph, Invocation, Node, paths, standing
from solon.tasks.guard.journeys.sample import drawn, solved
from solon.tasks.guard.journeys.scenario import KINDS, Database, batch, draw, journeys
from solon.tasks.guard.journeys.words import document
from solon.tasks.guard.journeys.writing import WrongCall, end, number, step, text, truth, use
from solon.tasks.guard.monitor import Monitor
from solon.verify.requests.expression import Constant, Path


def small(*edges: str, nodes: tuple[Node, ...] = (), idle: tuple[str, ...] = ()) -> Graph:
    """A procedure of one decision by a number, with the ends ``low`` and ``high``."""
    start = step("first", "Decide.", *edges, asks="who", calls=("look(who)",))
    ends = (end("low", "done", "Low.", "note(who)"), end("high", "refused", "High."))
    facts = (text("who", "the name"), number("amount", "the amount", 0, 10, "look"), truth("extra", "the extra"))
    return Graph("small", "a test", "first", facts, (start, *ends, *nodes), tuple(map(use, idle)))


RIGHT = ("ctx.amount <= 5 -> low", "ctx.amount > 5 -> high")


@pytest.mark.parametrize("name", DOMAINS)
def test_the_shipped_procedures_are_sound(name: str) -> None:
    assert complaints(domain(name)) == ()


@pytest.mark.parametrize("name", DOMAINS)
def test_every_node_lies_on_a_journey_and_each_journey_has_facts_that_lead_along_it(name: str) -> None:
    graph = domain(name)
    assert {node for way, _ in journeys(name) for node in way} == {node.id for node in graph.nodes}
    for way, conditions in journeys(name):
        values = solved(conditions, graph.facts, random.Random(1))
        assert values is not None
        seen, at = [graph.start], START
        while True:
            here = standing(graph, at, values)
            seen.append(here.node.id)
            if not here.uses:
                break
            at = here.after(here.uses[0][0])
        assert set(seen) <= set(way)
        assert seen[-1] == way[-1]


def test_a_small_procedure_is_sound() -> None:
    assert complaints(small(*RIGHT)) == ()


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (small("ctx.amount <= 5 -> low", "ctx.amount >= 5 -> high"), "the edges to low and high overlap"),
        (small("ctx.amount < 5 -> low", "ctx.amount > 5 -> high"), "no edge applies"),
        (small(*RIGHT, nodes=(end("lost", "done", "Lost."),)), "no edge leads to lost"),
        (small("ctx.amount <= 99 -> low", "ctx.amount > 99 -> high"), "no facts lead to high"),
        (small("ctx.extra -> low", "not ctx.extra -> high"), "decides by extra before it is known"),
        (small("ctx.amount <= 5 -> low", "ctx.amount > 5 -> nowhere"), "no node is called nowhere"),
        (small("ctx.amount <= 5 -> first", "ctx.amount > 5 -> high", nodes=()), "can come back"),
        (small(*RIGHT, idle=("note(who)",)), "note is called although it is declared idle"),
        (small("ctx.salary <= 5 -> low", "ctx.salary > 5 -> high"), "the fact salary, which is not declared"),
    ],
)
def test_each_kind_of_fault_is_named(graph: Graph, words: str) -> None:
    found = complaints(graph)
    assert any(words in each for each in found), found


def test_an_overlap_comes_with_a_witness() -> None:
    (found,) = complaints(small("ctx.amount <= 5 -> low", "ctx.amount >= 5 -> high"))
    assert "amount = 5" in found


@given(st.sampled_from(DOMAINS), st.integers(0, 10_000))
def test_the_monitor_allows_exactly_what_the_procedure_allows(name: str, entropy: int) -> None:
    graph, dice = domain(name), random.Random(entropy)
    monitor, at = Monitor(compiled(graph)), START
    truth_ = {fact.name: drawn(fact, dice) for fact in graph.facts}
    facts: dict[str, object] = {}
    while True:
        here = standing(graph, at, facts)
        allowed = [one.invoked(facts) for _, one in here.uses]
        for node in graph.nodes:
            for one in node.uses:
                call = one.invoked(facts)
                if None in call.arguments.values() or dice.random() < 0.5:
                    continue
                if dice.random() < 0.2:
                    call = Invocation(call.tool, dict.fromkeys(call.arguments, "other"))
                before = monitor.state
                ticket = monitor.request(call.tool, call.arguments, facts)
                due = call in allowed
                assert (ticket.decision.kind == "allow") == due, (here.node.id, call)
                if due:  # asked only: put back what the attempt changed
                    monitor = restored(monitor, before)
        if here.missing:
            facts[here.missing[0]] = truth_[here.missing[0]]
        elif here.uses:
            place, one = dice.choice(here.uses)
            call = one.invoked(facts)
            monitor.done(monitor.request(call.tool, call.arguments, facts), success=True)
            facts |= {fact.name: truth_[fact.name] for fact in graph.returned(one.tool)}
            at = here.after(place)
            assert monitor.state["at"] == at
        else:
            assert here.outcome
            return


def restored(monitor: Monitor, state: dict[str, object]) -> Monitor:
    fresh = Monitor(monitor.policy)
    fresh._state = dict(state)
    return fresh


def test_after_a_failed_call_nothing_more_is_allowed() -> None:
    graph = small(*RIGHT)
    monitor, facts = Monitor(compiled(graph)), {"who": "Ann"}
    ticket = monitor.request("look", {"who": "Ann"}, facts)
    assert ticket.decision.kind == "allow"
    monitor.done(ticket, success=False)
    assert monitor.request("look", {"who": "Ann"}, facts).decision.kind == "block"


def test_scenarios_expect_nothing_beyond_a_gap_or_a_failure() -> None:
    for name in DOMAINS:
        for place in range(60):
            kind = KINDS[place % 4]
            scenario = draw(name, kind, random.Random(place))
            calls = [call.tool for call in scenario.expected.calls]
            if kind == "failing":
                assert calls[-1] == scenario.failing
                assert scenario.expected.outcome == "handed over"
            if kind == "missing":
                assert scenario.missing not in scenario.told
                assert scenario.expected.outcome == "handed over"
            if kind in ("correct", "change"):
                assert scenario.expected.outcome == domain(name).node(scenario.journey[-1]).outcome


def test_a_batch_goes_through_all_journeys() -> None:
    for name in DOMAINS:
        drawn_ways = {each.journey for each in batch(name, ("correct",), 40, random.Random(0))}
        assert drawn_ways == {way for way, _ in journeys(name)}


def test_the_database_hash_tells_writes_apart_and_reads_leave_it_alone() -> None:
    def digest(*calls: Invocation) -> str:
        database = Database({"phone": "1"})
        for call in calls:
            database.write(call)
        return database.digest

    one, other = Invocation("close_line", {"phone": "1"}), Invocation("send_bill", {"phone": "1"})
    assert digest() == digest(Invocation("read_account", {"phone": "1"}))
    assert digest(one) != digest(other)
    assert digest(one, other) == digest(other, one)
    assert digest(one) != digest(one, one)


def test_paths_of_a_lending_desk_share_ends() -> None:
    ways = [way for way, _ in paths(domain("lending"))]
    assert len(ways) == 31
    assert [len(way) for way in ways] == sorted(len(way) for way in ways)


def test_the_document_names_every_step_tool_and_fact() -> None:
    graph = domain("orders")
    written = document(graph)
    for name in (*graph.tools, *(node.id for node in graph.nodes), *(fact.name for fact in graph.facts)):
        assert name in written


def test_calls_are_read_from_texts() -> None:
    assert use("book(phone, length='week')").arguments == {"phone": Path("ctx", ("phone",)), "length": Constant("week")}
    for wrong in ("book", "book(1)", "book(a=1.5)"):
        with pytest.raises((WrongCall, SyntaxError)):
            use(wrong)


def test_a_node_with_commuting_writes_is_refused() -> None:
    graph = small(*RIGHT)
    node = step("first", "Decide.", *RIGHT, asks="who", calls=("look(who)", "note(who)"), any_order=True)
    broken = structs.replace(graph, nodes=(node, *graph.nodes[1:]))
    assert any("only look-ups" in each for each in complaints(broken))
