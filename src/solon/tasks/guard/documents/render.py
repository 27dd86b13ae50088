"""The four wordings of a document: flat rules, nested clauses, definitions and annexes, and all of it dispersed.

1  a rule for each case: all conditions in one sentence
2  numbered clauses that lead to one another
3  as 2, but conditions are defined terms and what is done stands in an annex
4  as 3, with parts in any order, several ways to say the same, "in all other cases", and clauses without force
"""

import random
from collections.abc import Mapping, Sequence

from solon.tasks.guard.documents.model import QUESTION, Document
from solon.tasks.guard.journeys.graph import Fact, Graph, Node, names_in, paths
from solon.tasks.guard.journeys.words import call, shown
from solon.verify.requests.expression import Among, Compare, Constant, Expression, Logic, Path
from solon.verify.requests.schema import Number, Text

_PLAIN = {"<=": ("is at most",), ">": ("is more than",), "==": ("is",)}
_VARIED = {
    "<=": ("is at most", "does not exceed", "is no more than"),
    ">": ("is more than", "exceeds", "is greater than"),
    "==": ("is", "reads", "is given as"),
}
_AMONG = ("is one of", "is either of", "belongs to")
_GO = ("see {to}", "clause {to} applies", "go on with {to}")


def rendered(document: Document, wording: int) -> str:
    """Return the text of a document in one of the four wordings; deterministic. Raises ValueError."""
    if wording not in (1, 2, 3, 4):
        raise ValueError(f"wording must be one of 1, 2, 3, 4, got {wording}")
    return _Writer(document, wording).text()


class _Writer:
    def __init__(self, document: Document, wording: int) -> None:
        self._document, self._wording = document, wording
        self._dice = random.Random(f"wording/{wording}/{document.number}")  # noqa: S311 - reproducible on purpose
        self._facts: Mapping[str, Fact] = {fact.name: fact for graph in document.tasks for fact in graph.facts}
        self._terms: dict[str, str] = {}
        self._measures: dict[str, str] = {}

    def text(self) -> str:
        """Return the whole text, parts apart by empty lines."""
        sections = [self._section(graph) for graph in self._document.tasks]
        parts = [*sections, self._manners(), self._items()]
        if self._wording >= 3:
            terms = [f"{name}: {words}." for words, name in self._terms.items()]
            measures = [f"{name}: {words}." for words, name in self._measures.items()]
            parts += [["# Terms", *self._mixed(terms)], ["# Measures", *self._mixed(measures)]]
        if self._wording == 4:
            self._dice.shuffle(parts)
        return "\n\n".join("\n".join(part) for part in [self._head(), *parts] if part) + "\n"

    def _mixed(self, lines: Sequence[str]) -> list[str]:
        return self._dice.sample(lines, len(lines)) if self._wording == 4 else list(lines)

    def _head(self) -> list[str]:
        used = [graph.tools for graph in self._document.tasks]
        tools = {name: parameters for each in used for name, parameters in each.items()}
        tools |= {manner.use.tool: tuple(manner.use.arguments) for manner in self._document.manners}
        if self._document.items:
            tools["answer"] = ("value",)
        tools |= dict.fromkeys(self._document.idle, ("customer",))
        facts = [f"- {fact.name}: {fact.words}{_kind(fact)}" for fact in self._facts.values()]
        if self._document.items:
            facts.append("- topic: the topic")
        listed = [f"- {name}({', '.join(parameters)})" for name, parameters in sorted(tools.items())]
        return [f"# Policy {self._document.number}", "", "Facts:", *facts, "", "Tools:", *listed]

    def _section(self, graph: Graph) -> list[str]:
        lines = [f"# Section {graph.start}: {graph.name}"]
        if self._wording == 1:
            for way, conditions in paths(graph):
                words = ", and ".join(map(self._condition, conditions))
                lines.append(f"{way[-1]} If {words}: {self._deed(graph.node(way[-1]))}.")
            return lines
        clauses = [self._clause(node) for node in graph.nodes]
        if self._wording == 4:
            clauses.append(f"{graph.start}.9 (repealed) If the amount is at most 5: call close_case(customer).")
        return lines + self._mixed(clauses)

    def _clause(self, node: Node) -> str:
        if not node.edges:
            return f"{node.id} {self._measure(node)}."
        parts: list[str] = []
        for place, edge in enumerate(node.edges):
            to = self._way(edge.to)
            if self._wording == 4 and place == len(node.edges) - 1:
                parts.append(f"In all other cases {to}.")
            elif self._wording == 4 and self._dice.random() < 0.4:
                parts.append(f"{to[0].upper()}{to[1:]} where {self._term(edge.when)}.")
            else:
                parts.append(f"If {self._term(edge.when)}, {to}.")
        # who asks for what is missing must be told by which fact a clause decides
        decides = self._facts[names_in(node.edges[0].when)[0]].words
        return f"{node.id} This depends on {decides}. {' '.join(parts)}"

    def _way(self, to: str) -> str:
        return self._dice.choice(_GO if self._wording == 4 else _GO[:1]).format(to=to)

    def _term(self, condition: Expression) -> str:
        words = self._condition(condition)
        if self._wording < 3:
            return words
        name = self._terms.setdefault(words, f"T{len(self._terms) + 1}")
        return f"{name} holds"

    def _measure(self, node: Node) -> str:
        deed = self._deed(node)
        if self._wording < 3:
            return deed[0].upper() + deed[1:]
        return f"Take measure {self._measures.setdefault(deed, f'M{len(self._measures) + 1}')}"

    @staticmethod
    def _deed(node: Node) -> str:
        return f"call {', then '.join(map(call, node.uses))}"

    def _condition(self, condition: Expression) -> str:
        signs = _VARIED if self._wording == 4 else _PLAIN
        match condition:
            case Path(keys=(str(name),)):
                return f"{self._facts[name].words} is yes"
            case Logic(operator="not", terms=(Path(keys=(str(name),)),)):
                return f"{self._facts[name].words} is no"
            case Compare(operator=sign, left=Path(keys=(str(name),)), right=Constant(value=value)):
                return f"{self._facts[name].words} {self._dice.choice(signs[sign])} {shown(value)}"
            case Among(term=Path(keys=(str(name),)), values=values):
                verb = self._dice.choice(_AMONG if self._wording == 4 else _AMONG[:1])
                return f"{self._facts[name].words} {verb} {', '.join(map(shown, values))}"
            case Logic(operator="and", terms=terms):
                return " and ".join(map(self._condition, terms))
            case _:
                raise ValueError(f"{condition} has no words; generate other conditions")

    def _manners(self) -> list[str]:
        if not self._document.manners:
            return []
        lines = [
            f"{it.id} {it.when.capitalize()} each call of {it.tool}, call {call(it.use)}."
            for it in self._document.manners
        ]
        return ["# Manners", *self._mixed(lines)]

    def _items(self) -> list[str]:
        if not self._document.items:
            return []
        lines = [f"{item.id} The {item.topic}: {item.value}." for item in self._document.items]
        told = (
            f'A case of the task "{QUESTION}" with a topic is answered by call answer(value) with the value given here.'
        )
        return ["# Facts to be told", told, *self._mixed(lines)]


def _kind(fact: Fact) -> str:
    match fact.shape:
        case Text(choices=choices) if choices:
            return f" ({', '.join(map(shown, choices))})"
        case Number(least=least, most=most):
            return f" (a whole number from {least} to {most})"
        case Text():
            return " (a text)"
        case _:
            return " (yes or no)"
