"""Procedures in English: conditions, nodes, and the document that an agent with a static prompt reads at once."""

import json
from collections.abc import Mapping

from solon.tasks.guard.journeys.graph import Fact, Graph, Node, Use
from solon.verify.requests.expression import Among, Compare, Constant, Expression, Logic, Path, Scalar
from solon.verify.requests.syntax import write

_SIGNS = {
    "<": "is less than",
    "<=": "is at most",
    "==": "is",
    "!=": "is not",
    ">": "is more than",
    ">=": "is at least",
}


def english(condition: Expression, facts: Mapping[str, Fact]) -> str:  # noqa: PLR0911 - one case a variant
    """Return a condition in words; what has none stays in the language of conditions."""
    match condition:
        case Path(keys=(str(name),)):
            return f"{_words(name, facts)} is yes"
        case Logic(operator="not", terms=(Path(keys=(str(name),)),)):
            return f"{_words(name, facts)} is no"
        case Compare(operator=sign, left=Path(keys=(str(name),)), right=Constant(value=value)):
            return f"{_words(name, facts)} {_SIGNS[sign]} {shown(value)}"
        case Compare(operator=sign, left=Path(keys=(str(name),)), right=Path(keys=(str(other),))):
            return f"{_words(name, facts)} {_SIGNS[sign]} {_words(other, facts)}"
        case Among(term=Path(keys=(str(name),)), values=values):
            return f"{_words(name, facts)} is one of {', '.join(map(shown, values))}"
        case Logic(operator="and" | "or" as joined, terms=terms):
            return f" {joined} ".join(english(term, facts) for term in terms)
        case _:
            return write(condition)


def shown(value: Scalar) -> str:
    """Return a constant as it stands in a document."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _words(name: str, facts: Mapping[str, Fact]) -> str:
    return facts[name].words or name.replace("_", " ")


def call(use: Use) -> str:
    """Return a call as it is to be made."""
    inner = (
        f"{name}={shown(given.value) if isinstance(given, Constant) else given.keys[0]}"
        for name, given in use.arguments.items()
    )
    return f"{use.tool}({', '.join(inner)})"


def instructions(graph: Graph, node: Node) -> str:
    """Return one node in words."""
    facts = {fact.name: fact for fact in graph.facts}
    parts = [node.words]
    if node.asks:
        parts.append("Ask for " + " and ".join(f"{_words(name, facts)} ({name})" for name in node.asks) + ".")
    if node.uses:
        order = " in any order" if node.any_order and len(node.uses) > 1 else ""
        parts.append(
            f"Call {', then '.join(map(call, node.uses))}{order}.".replace(", then ", " and ")
            if order
            else f"Call {', then '.join(map(call, node.uses))}."
        )
    parts += [f"If {english(edge.when, facts)}, go on with {edge.to}." for edge in node.edges]
    if node.outcome:
        parts.append(f'End with "{node.outcome}".')
    return " ".join(parts)


def document(graph: Graph) -> str:
    """Return the whole procedure in words, a line a node, after the facts and the tools."""
    told = [f"- {fact.name}: {fact.words}{_kind(fact)}; from {fact.source}" for fact in graph.facts]
    tools = [f"- {name}({', '.join(parameters)})" for name, parameters in graph.tools.items()]
    nodes = [f"{node.id}: {instructions(graph, node)}" for node in graph.nodes]
    head = f"Procedure of {graph.title}; it begins with {graph.start}."
    return "\n".join([head, "", "Facts:", *told, "", "Tools:", *tools, "", "Steps:", *nodes])


def _kind(fact: Fact) -> str:
    choices = getattr(fact.shape, "choices", ())
    if choices:
        return f" ({', '.join(map(shown, choices))})"
    return {"number": " (a whole number)", "truth": " (yes or no)"}.get(type(fact.shape).__name__.lower(), "")
