"""A procedure as rules of the guard: the monitor then accepts exactly the call sequences that the procedure allows.

State is the position after the last call that succeeded, and the last one that was tried; as long as they differ a
call has failed, and nothing more is allowed. Facts come from the session: what the user said and what tools returned.
"""

from collections.abc import Iterator

from solon.tasks.guard.journeys.graph import START, Graph, Node, Use, position
from solon.tasks.guard.policy import Assignment, Fallback, PolicySet, Rule
from solon.verify.requests.expression import (
    TRUE,
    Compare,
    Constant,
    Expression,
    Path,
    Present,
    conjunction,
)
from solon.verify.requests.schema import Field, Number, Record, Text, Tool, Truth

_AT, _TRIED = Path("st", ("at",)), Path("st", ("tried",))


def compiled(graph: Graph) -> PolicySet:
    """Return the policy that allows a call if and only if the procedure stands where it is right."""
    rules: list[Rule] = []
    places = list(dict.fromkeys(_positions(graph)))
    for at in places:
        for use, then, condition in _following(graph, at):
            rules.append(_rule(f"{at} to {then}", use, at, then, condition))
    state = Field(Text(tuple(places)), required=True, defaulted=True, default=START)
    return PolicySet(
        tools=tuple(tools(graph)),
        rules=tuple(rules),
        fallback=Fallback("halt"),
        context=graph.record(),
        state=Record({"at": state, "tried": state}),
        name=graph.name,
    )


def tools(graph: Graph) -> Iterator[Tool]:
    """Yield the tools of a procedure with the types of their parameters."""
    for name in graph.tools:
        uses = [use for node in graph.nodes for use in node.uses if use.tool == name]
        uses += [use for use in graph.idle if use.tool == name]
        fields = {
            parameter: Field(_shape(graph, given), required=True) for parameter, given in uses[0].arguments.items()
        }
        yield Tool(name, Record(fields))


def _shape(graph: Graph, given: Path | Constant) -> Text | Number | Truth:
    if isinstance(given, Constant):
        return (
            Truth() if isinstance(given.value, bool) else Text() if isinstance(given.value, str) else Number(whole=True)
        )
    shape = graph.fact(str(given.keys[0])).shape
    return Number(whole=True) if isinstance(shape, Number) else Text() if isinstance(shape, Text) else shape


def _positions(graph: Graph) -> Iterator[str]:
    yield START
    for node in graph.nodes:
        count = len(node.uses)
        masks = range(1, 1 << count) if node.any_order else ((1 << made) - 1 for made in range(1, count + 1))
        yield from (position(node.id, mask) for mask in masks)


def _following(graph: Graph, at: str) -> Iterator[tuple[Use, str, Expression]]:
    """Yield the calls that can be next, where they lead, and what must be true of the facts for it."""
    name, _, bits = at.rpartition(":")
    start = graph.start if at == START else name
    pending: list[tuple[Node, int, Expression]] = [(graph.node(start), 0 if at == START else int(bits), TRUE)]
    while pending:
        node, mask, condition = pending.pop()
        there = conjunction(condition, *(Present(Path("ctx", (name,))) for name in node.asks))
        left = [(place, use) for place, use in enumerate(node.uses) if not mask >> place & 1]
        for place, use in left if node.any_order else left[:1]:
            yield use, position(node.id, mask | 1 << place), there
        if not left:
            pending += [(graph.node(edge.to), 0, conjunction(there, edge.when)) for edge in node.edges]


def _rule(name: str, use: Use, at: str, then: str, condition: Expression) -> Rule:
    equal = [Compare("==", Path("arg", (name,)), given) for name, given in use.arguments.items()]
    stands = (Compare("==", _AT, Constant(at)), Compare("==", _TRIED, Constant(at)))
    updates = (Assignment("at", Constant(then)), Assignment("tried", Constant(then), on="attempt"))
    return Rule(name, "allow", use.tool, conjunction(*stands, condition, *equal), updates=updates)
