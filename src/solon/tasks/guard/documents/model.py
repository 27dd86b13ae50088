"""A policy document before it is worded: decision trees, manners, facts to be recited; and what it makes of a case.

The machine here knows nothing of the wording; the wording is made from the same trees elsewhere. Four categories of
items, as in CAP-CPT: factual, behavioural, simple conditional and complex conditional.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from solon.contract import Value
from solon.tasks.guard.journeys.graph import START, Edge, Fact, Graph, Invocation, Node, Use, names_in, paths, standing
from solon.tasks.guard.journeys.scenario import Database
from solon.verify.requests.expression import Compare, Constant, Expression, Path
from solon.verify.requests.request import Json
from solon.verify.requests.schema import Text

Category = Literal["factual", "behavioural", "simple", "complex"]
CATEGORIES: Final[tuple[Category, ...]] = ("factual", "behavioural", "simple", "complex")
QUESTION: Final = "question"
CUSTOMER: Final = Fact("customer", Text(), words="the customer number", form="K#####")
Case = dict[str, Json]


class Manner(Value, frozen=True):
    """A rule of behaviour: before, or after, each call of a tool another call is made."""

    id: str
    when: Literal["before", "after"]
    tool: str
    use: Use


class Item(Value, frozen=True):
    """Something that can be asked for and is to be answered as it is written."""

    id: str
    topic: str
    value: int


class Document(Value, frozen=True):
    """All that a document says; the ids of nodes are the numbers of its clauses."""

    number: int
    level: int
    tasks: tuple[Graph, ...]
    manners: tuple[Manner, ...] = ()
    items: tuple[Item, ...] = ()
    idle: tuple[str, ...] = ()  # tools that are declared and never right

    def task(self, name: str) -> Graph:
        """Return the tree of a task. Raises KeyError."""
        found = next((graph for graph in self.tasks if graph.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all tasks, the question about items included."""
        return (*((QUESTION,) if self.items else ()), *(graph.name for graph in self.tasks))

    def facts(self, name: str) -> tuple[Fact, ...]:
        """Return what is known of a case of a task."""
        if name == QUESTION:
            return (CUSTOMER, Fact("topic", Text(tuple(item.topic for item in self.items)), words="the topic"))
        return self.task(name).facts


class Answer(Value, frozen=True):
    """What is to be done in a case, and the clauses that say so, in the order in which they are read."""

    calls: tuple[Invocation, ...]
    clauses: tuple[str, ...]
    category: Category


class Query(Value, frozen=True):
    """A case with its gold trace; the hash is that of the database after the trace."""

    case: Case
    answer: Answer
    trace: tuple[Invocation, ...]
    reasons: tuple[str, ...]  # each names a clause and what was found there; for targets, never for prompts
    state: str


def ask(name: str) -> Invocation:
    """Return the answer to a case that lacks a fact."""
    return Invocation("ask", {"fact": name})


def decide(document: Document, case: Mapping[str, Json]) -> Answer:
    """Return what the document makes of a case. Raises KeyError for a task that it does not know."""
    name = str(case["task"])
    if name == QUESTION:
        item = next((item for item in document.items if item.topic == case.get("topic")), None)
        if item is None:
            return Answer((ask("topic"),), ("F",), "factual")
        return Answer((Invocation("answer", {"value": item.value}),), (item.id,), "factual")
    graph = document.task(name)
    here = standing(graph, START, {key: value for key, value in case.items() if key != "task"})
    clauses = way_to(graph, here.node.id)
    depth = len(clauses) - 1
    category: Category = "complex" if depth > 1 else "simple"
    if here.missing:
        return Answer((ask(here.missing[0]),), clauses, category)
    calls: list[Invocation] = []
    manners: list[str] = []
    for use in here.node.uses:
        before = [manner for manner in document.manners if manner.tool == use.tool and manner.when == "before"]
        after = [manner for manner in document.manners if manner.tool == use.tool and manner.when == "after"]
        calls += [manner.use.invoked(case) for manner in before]
        calls.append(use.invoked(case))
        calls += [manner.use.invoked(case) for manner in after]
        manners += [manner.id for manner in (*before, *after)]
    if manners:
        category = "behavioural"
    return Answer(tuple(calls), (*clauses, *manners), category)


def way_to(graph: Graph, name: str) -> tuple[str, ...]:
    """Return the clauses from a task's first one to another; ids are numbers, so that each is the next one's prefix."""
    parts = name.split(".")
    whole = [".".join(parts[: length + 1]) for length in range(len(parts))]
    return tuple(whole[whole.index(graph.start) :])


def ask_order(node: Node) -> tuple[str, ...]:
    """Return the facts that a node decides by or needs for its calls, in order."""
    needed = [str(it.keys[0]) for use in node.uses for it in use.arguments.values() if isinstance(it, Path)]
    return tuple(dict.fromkeys(needed))


def traced(document: Document, case: Case) -> Query:
    """Return a case with its gold trace, the reasons and the database after it."""
    answer = decide(document, case)
    look_up = Invocation("read_customer", {"customer": case.get("customer")})
    trace = (look_up, *answer.calls)
    return Query(case, answer, trace, _reasons(document, case, answer), replayed(case, trace))


def replayed(case: Mapping[str, Json], trace: tuple[Invocation, ...]) -> str:
    """Return the hash of a fresh database after a trace."""
    database = Database({"customer": case.get("customer")})
    for call in trace:
        if call.tool not in ("ask", "answer"):
            database.write(call)
    return database.digest


def _reasons(document: Document, case: Mapping[str, Json], answer: Answer) -> tuple[str, ...]:
    if case["task"] == QUESTION:
        return (f"{answer.clauses[0]} gives the value for the topic",)
    graph = document.task(str(case["task"]))
    found: list[str] = []
    for one, other in pairwise(answer.clauses):
        edge = next((edge for edge in _edges(graph, one) if edge.to == other), None)
        if edge is not None:
            found.append(f"{one}: {names_in(edge.when)[0]} is {case.get(names_in(edge.when)[0])!r}, so {other} applies")
    ends = "; ".join(map(str, answer.calls))
    return (*found, f"{answer.clauses[-1]}: {ends}")


def _edges(graph: Graph, name: str) -> tuple[Edge, ...]:
    try:
        return graph.node(name).edges
    except KeyError:  # a manner, which is no node
        return ()


Leaf = tuple[str, str, tuple[Expression, ...]]
"""The task, the clause and the conditions of an end of a document."""


def leaves(document: Document) -> tuple[Leaf, ...]:
    """Return every end of a document, items included."""
    return _leaves(Same(document))


class Same:
    """A document as a key of a cache, by identity."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.document is self.document


@lru_cache(maxsize=64)
def _leaves(same: Same) -> tuple[Leaf, ...]:
    document = same.document
    topic = Path("ctx", ("topic",))
    items = [(QUESTION, item.id, (Compare("==", topic, Constant(item.topic)),)) for item in document.items]
    trees = [(graph.name, way[-1], conditions) for graph in document.tasks for way, conditions in paths(graph)]
    return (*items, *trees)
