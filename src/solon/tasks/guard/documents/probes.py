"""Probes for agents that are said to know a document by its name: override, substitution and referral, with labels.

*Override*: a rule in the prompt, for this case only, beats the document. *Substitution*: the named document is said to
have changed in one clause; the case is one that the change decides. *Referral*: which clauses apply is to be recited.
Labels are exact, because they come from the trees. Each probe is asked with the document's identifier, without it and
with a wrong one: else "internalised" may mean "the only document that was trained on".
"""

import random
from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import structs

from solon.contract import Value
from solon.tasks.guard.documents.generate import draw
from solon.tasks.guard.documents.model import QUESTION, Case, Document, decide
from solon.tasks.guard.journeys.graph import Invocation, Node, Use
from solon.tasks.guard.journeys.words import call
from solon.verify.requests.expression import Constant, Path
from solon.verify.requests.request import Json

Kind = Literal["override", "substitution", "referral"]
Naming = Literal["named", "absent", "wrong"]


class Probe(Value, frozen=True):
    """A question with its label; ``calls`` for the first two kinds, ``clauses`` for referral."""

    kind: Kind
    naming: Naming
    prompt: str
    case: Case
    calls: tuple[Invocation, ...]
    clauses: tuple[str, ...]
    plain: tuple[Invocation, ...]  # what the document without the probe's rule says


def identifier(document: Document) -> str:
    """Return the token by which prompts name a document instead of quoting it."""
    return f"<policy-{document.level}-{document.number}>"


def probes(document: Document, kind: Kind, count: int, dice: random.Random) -> list[Probe]:
    """Return so many probes of a kind, the three namings in turn."""
    namings: tuple[Naming, ...] = ("named", "absent", "wrong")
    return [_probe(document, kind, namings[place % 3], dice) for place in range(count)]


def _probe(document: Document, kind: Kind, naming: Naming, dice: random.Random) -> Probe:
    case, node = _deciding(document, dice)
    plain = decide(document, case)
    about = {
        "named": f"Under {identifier(document)}: ",
        "absent": "",
        "wrong": f"Under <policy-{document.level}-{document.number + 1000}>: ",
    }[naming]
    told = f"{about}what is to be done in the case {msgspec.json.encode(case).decode()}?"
    if kind == "referral":
        prompt = f"{about}which clauses apply, in order, to the case {msgspec.json.encode(case).decode()}?"
        return Probe(kind, naming, prompt, case, plain.calls, plain.clauses, plain.calls)
    use = Use("refer_to_manager", {"customer": Path("ctx", ("customer",)), "reason": Constant(node.id)})
    due = decide(replaced(document, node, use), case)
    rule = (
        f"In this case only, whatever the policy says: {call(use)} and nothing else."
        if kind == "override"
        else f"Clause {node.id} of the policy now reads: call {call(use)}."
    )
    calls = (use.invoked(case),) if kind == "override" else due.calls
    return Probe(kind, naming, f"{rule}\n{told}", case, calls, due.clauses, plain.calls)


def _deciding(document: Document, dice: random.Random) -> tuple[Case, Node]:
    """Return a case of a tree that lacks nothing, and the end that it comes to."""
    while True:
        case = draw(document, dice, 0.0)
        if case["task"] != QUESTION:
            clauses = decide(document, case).clauses
            graph = document.task(str(case["task"]))
            ends = [graph.node(name) for name in clauses if any(node.id == name for node in graph.nodes)]
            return case, ends[-1]


def replaced(document: Document, node: Node, use: Use) -> Document:
    """Return the document with another deed at the end ``node``."""
    new = structs.replace(node, uses=(use,), asks=("customer",))
    tasks = tuple(
        structs.replace(graph, nodes=tuple(new if one.id == node.id else one for one in graph.nodes))
        for graph in document.tasks
    )
    return structs.replace(document, tasks=tasks)


def right(probe: Probe, answer: Sequence[Invocation] | Sequence[str]) -> bool:
    """Return whether an answer is the label: calls, or the numbers of the clauses."""
    return tuple(answer) == (probe.clauses if probe.kind == "referral" else probe.calls)


def written(calls: Sequence[Invocation]) -> list[Json]:
    """Return calls in the form in which programs and models answer."""
    return [[one.tool, dict(one.arguments)] for one in calls]
