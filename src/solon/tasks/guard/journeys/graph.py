"""One form for decision trees and standard operating procedures: nodes that ask and call, edges with conditions.

At a node an agent asks for the facts it names, makes its calls in order (in any order where the node says so) and
takes the one edge whose condition is true. A node without edges is an end with an outcome. Conditions are those of
``solon.verify.requests`` over the facts of the conversation (``ctx.NAME``). One failed call ends a procedure: nothing
may be called after it, and the conversation is handed over. Source: JourneyBench; where
it leaves something open (retries, commuting calls) the rule here is ours.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, Literal

from solon.contract import Value
from solon.verify.requests.evaluate import evaluate, mentioned
from solon.verify.requests.expression import Constant, Expression, Path, walk
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Field, Number, Record, Text, Truth

Outcome = Literal["done", "refused", "handed over"]
Given = Path | Constant
Facts = Mapping[str, Json]
Shape = Text | Number | Truth
START: Final = "start"
USER: Final = "user"


class Fact(Value, frozen=True):
    """Something that the user tells or a tool returns; ``form`` makes samples of free texts, ``#`` is a digit."""

    name: str
    shape: Shape
    source: str = USER  # or the tool that returns it
    words: str = ""
    form: str = ""


class Use(Value, frozen=True):
    """A call to be made: parameters are facts or constants."""

    tool: str
    arguments: dict[str, Given] = {}

    def invoked(self, facts: Facts) -> "Invocation":
        """Return the call with the values of the facts; what is not known is null."""
        return Invocation(
            self.tool,
            {
                name: given.value if isinstance(given, Constant) else facts.get(str(given.keys[0]))
                for name, given in self.arguments.items()
            },
        )


class Invocation(Value, frozen=True):
    """A call that is made, or was."""

    tool: str
    arguments: dict[str, Json] = {}

    def __str__(self) -> str:
        return f"{self.tool}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"


class Edge(Value, frozen=True):
    """Where to go on if a condition is true."""

    when: Expression
    to: str


class Node(Value, frozen=True):
    """One step of a procedure; an end has an outcome and no edges."""

    id: str
    words: str = ""
    asks: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    any_order: bool = False
    edges: tuple[Edge, ...] = ()
    outcome: Outcome | Literal[""] = ""


class Graph(Value, frozen=True):
    """A procedure; ``idle`` are tools that are offered and never right."""

    name: str
    title: str
    start: str
    facts: tuple[Fact, ...]
    nodes: tuple[Node, ...]
    idle: tuple[Use, ...] = ()

    def node(self, name: str) -> Node:
        """Return a node by its id. Raises KeyError."""
        return _indexed(_Same(self))[0][name]

    def fact(self, name: str) -> Fact:
        """Return a fact by name. Raises KeyError."""
        return _indexed(_Same(self))[1][name]

    @property
    def tools(self) -> dict[str, tuple[str, ...]]:
        """Names of all tools with those of their parameters, in order of appearance."""
        uses = [use for node in self.nodes for use in node.uses] + list(self.idle)
        return {use.tool: tuple(use.arguments) for use in uses}

    def returned(self, tool: str) -> tuple[Fact, ...]:
        """Return the facts that a tool returns."""
        return tuple(fact for fact in self.facts if fact.source == tool)

    def record(self, *, required: bool = False) -> Record:
        """Return the facts as the types of a session's facts."""
        return Record({fact.name: Field(fact.shape, required=required) for fact in self.facts})


class Standing(Value, frozen=True):
    """Where a procedure stands: what is asked for first, which calls are right now, or the outcome."""

    node: Node
    missing: tuple[str, ...] = ()
    uses: tuple[tuple[int, Use], ...] = ()  # with their places in the node
    mask: int = 0  # bits of the calls of the node that are made
    outcome: str = ""

    def after(self, place: int) -> str:
        """Return the position after one of the calls."""
        return position(self.node.id, self.mask | 1 << place)


def position(node: str, mask: int) -> str:
    """Return the name of a position: a node and which of its calls are made."""
    return f"{node}:{mask}"


def standing(graph: Graph, at: str, facts: Facts) -> Standing:
    """Return where a procedure stands after its last successful call; edges are taken as far as the facts go."""
    if at == START:
        node, mask = graph.node(graph.start), 0
    else:
        name, _, bits = at.rpartition(":")
        node, mask = graph.node(name), int(bits)
    request = Request("", context=dict(facts))
    while True:
        missing = tuple(name for name in node.asks if facts.get(name) is None)
        left = tuple((place, use) for place, use in enumerate(node.uses) if not mask >> place & 1)
        if missing:
            return Standing(node, missing, mask=mask)
        if left:
            return Standing(node, uses=left if node.any_order else left[:1], mask=mask)
        if not node.edges:
            return Standing(node, mask=mask, outcome=node.outcome)
        to = next((edge.to for edge in node.edges if evaluate(edge.when, request) is True), None)
        if to is None:
            needed = dict.fromkeys(name for edge in node.edges for name in names_in(edge.when))
            return Standing(node, tuple(name for name in needed if facts.get(name) is None), mask=mask)
        node, mask = graph.node(to), 0


def names_in(condition: Expression) -> tuple[str, ...]:
    """Return the names of the facts that a condition speaks of, in order."""
    found = (path for part in walk(condition) for path in mentioned(part) if path.root == "ctx")
    return tuple(dict.fromkeys(str(path.keys[0]) for path in found))


def paths(graph: Graph) -> Iterator[tuple[tuple[str, ...], tuple[Expression, ...]]]:
    """Yield every path from the start to an end with its conditions, breadth first."""
    front: list[tuple[tuple[str, ...], tuple[Expression, ...]]] = [((graph.start,), ())]
    while front:
        following: list[tuple[tuple[str, ...], tuple[Expression, ...]]] = []
        for way, conditions in front:
            node = graph.node(way[-1])
            if not node.edges:
                yield way, conditions
            following += [((*way, edge.to), (*conditions, edge.when)) for edge in node.edges]
        front = following


class _Same:
    """A graph as a key of a cache, by identity: comparing whole graphs would cost more than looking up."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __hash__(self) -> int:
        return id(self.graph)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.graph is self.graph


@lru_cache(maxsize=256)
def _indexed(same: _Same) -> tuple[dict[str, Node], dict[str, Fact]]:
    graph = same.graph
    return {node.id: node for node in graph.nodes}, {fact.name: fact for fact in graph.facts}
