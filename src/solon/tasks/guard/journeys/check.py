"""What is wrong with a procedure, before anybody follows it: each complaint is one sentence with a witness."""

import random
from collections.abc import Iterator
from itertools import combinations

from solon.contract import Proved, Unknown
from solon.tasks.guard.journeys.graph import USER, Graph, Node, names_in, paths
from solon.tasks.guard.journeys.sample import solved
from solon.verify.requests import check
from solon.verify.requests.expression import Expression, Path, conjunction, disjunction, negation
from solon.verify.requests.meaning import Scope
from solon.verify.requests.prove import Counterexample, never, satisfiable
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Tool


def scope_of(graph: Graph) -> Scope:
    """Return what the conditions of a procedure may speak of; every fact is there."""
    return Scope(Tool("step"), context=graph.record(required=True))


def complaints(graph: Graph) -> tuple[str, ...]:
    """Return what is wrong with a procedure; nothing if it is sound.

    Edges must exclude one another and leave nothing out (proved), every end needs a witness, every fact a place where
    it becomes known, and every tool a node that can be reached.
    """
    broken = tuple(_shape(graph))
    return broken or (*_edges(graph), *_ways(graph))


def _shape(graph: Graph) -> Iterator[str]:
    names = [node.id for node in graph.nodes]
    yield from (f"two nodes are called {name}; rename one" for name in sorted({n for n in names if names.count(n) > 1}))
    targets = {graph.start} | {edge.to for node in graph.nodes for edge in node.edges}
    yield from (f"no node is called {name}; mend the edge that leads there" for name in sorted(targets - set(names)))
    if targets <= set(names):
        if _cyclic(graph):
            yield "the procedure can come back to a node; make it acyclic"
        yield from (f"no edge leads to {name}; remove the node" for name in names if name not in targets)
    for node in graph.nodes:
        if bool(node.edges) == bool(node.outcome):
            yield f"{node.id} must have either edges or an outcome; give it one of them"
    known = {fact.name for fact in graph.facts}
    for node in graph.nodes:
        for name in (*node.asks, *_needed(node)):
            if name not in known:
                yield f"{node.id} speaks of the fact {name}, which is not declared; declare it"
    forms: dict[str, tuple[str, ...]] = {}
    for use in (use for node in graph.nodes for use in node.uses):
        if forms.setdefault(use.tool, tuple(use.arguments)) != tuple(use.arguments):
            yield f"{use.tool} is called with different parameters; give it the same everywhere"


def _cyclic(graph: Graph) -> bool:
    done: set[str] = set()
    open_ones: set[str] = set()

    def visit(name: str) -> bool:
        if name in done:
            return False
        if name in open_ones:
            return True
        open_ones.add(name)
        found = any(visit(edge.to) for edge in graph.node(name).edges)
        open_ones.discard(name)
        done.add(name)
        return found

    return visit(graph.start)


def _needed(node: Node) -> Iterator[str]:
    for use in node.uses:
        yield from (str(given.keys[0]) for given in use.arguments.values() if isinstance(given, Path))
    for edge in node.edges:
        yield from names_in(edge.when)


def _edges(graph: Graph) -> Iterator[str]:
    scope = scope_of(graph)
    for node in graph.nodes:
        for edge in node.edges:
            yield from (f"{node.id}: {words}" for words in check.complaints(edge.when, scope))
        for one, other in combinations(node.edges, 2):
            told = f"{node.id}: the edges to {one.to} and {other.to} overlap; make them exclude each other"
            yield from _refuted(conjunction(one.when, other.when), scope, told)
        if node.edges:
            told = f"{node.id}: no edge applies; add one for this case"
            yield from _refuted(negation(disjunction(*(edge.when for edge in node.edges))), scope, told)


def _refuted(condition: Expression, scope: Scope, told: str) -> Iterator[str]:
    found = never(condition, scope)
    if isinstance(found, Counterexample):
        yield f"{told} (where {_facts(found.request)})"
    elif not isinstance(found, Proved):
        yield f"{told} (undecided: {found.reason})"


def _facts(request: Request) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in sorted(request.context.items()))


def _ways(graph: Graph) -> Iterator[str]:
    taken = [way for way, conditions in paths(graph) if witness(graph, conditions) is not None]
    reached = {name for way in taken for name in way}
    yield from dict.fromkeys(words for way in taken for words in _unknown(graph, way))
    for node in graph.nodes:
        if node.id not in reached:
            yield f"no facts lead to {node.id}; remove it or mend the conditions on the way"
        wrong = [name for name in node.asks if graph.fact(name).source != USER]
        yield from (f"{node.id} asks the user for {name}, which a tool returns; call the tool" for name in wrong)
        if node.any_order and any(not graph.returned(use.tool) for use in node.uses):
            yield f"{node.id} has calls in any order that return nothing; only look-ups may be so"
    used = {use.tool for node in graph.nodes if node.id in reached for use in node.uses}
    for fact in graph.facts:
        if fact.source not in {USER, *used}:
            yield f"{fact.name} comes from {fact.source}, which no reachable node calls; remove one of them"
    for use in graph.idle:
        if use.tool in used:
            yield f"{use.tool} is called although it is declared idle; take it off that list"


def _unknown(graph: Graph, way: tuple[str, ...]) -> Iterator[str]:
    """Yield what a way uses before it is known."""
    known: set[str] = set()
    for name in way:
        node = graph.node(name)
        known |= set(node.asks)
        for use in node.uses:
            lacking = {str(it.keys[0]) for it in use.arguments.values() if isinstance(it, Path)} - known
            yield from (
                f"{name} calls {use.tool} with {fact} before it is known; ask for it" for fact in sorted(lacking)
            )
            known |= {fact.name for fact in graph.returned(use.tool)}
        lacking = {fact for edge in node.edges for fact in names_in(edge.when)} - known
        yield from (
            f"{name} decides by {fact} before it is known; ask for it or look it up" for fact in sorted(lacking)
        )


def witness(graph: Graph, conditions: tuple[Expression, ...]) -> dict[str, Json] | None:
    """Return facts with which a path is taken; None if it is proved that there are none."""
    found = solved(conditions, graph.facts, random.Random(0))  # noqa: S311 - reproducible on purpose
    if found is not None or not conditions:
        return found
    proved = satisfiable(conjunction(*conditions), scope_of(graph))
    if isinstance(proved, Unknown):
        return None
    return None if proved is None else dict(proved.context)
