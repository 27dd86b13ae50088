"""Agents as programs: the procedure of a domain turned into Python, an agent that reads the current node, a random one.

The first carries a table of the whole procedure and keeps track by itself (a static prompt); the second does what the
observation says is next (a dynamic prompt). Both can be made noisy: at each decision, with some probability, a random
tool of those it sees is called instead.
"""

from collections.abc import Mapping
from typing import Final

from solon.contract import Program
from solon.tasks.guard.journeys.graph import Graph, Node
from solon.verify.requests.expression import Among, Compare, Constant, Expression, Logic, Path

_HEAD: Final = '''\
"""An agent that follows a procedure by its own table; see the nodes below."""

import random

NODES = {}


def known(name):
    return ("fact", name)


def value(given, facts):
    return facts[given[1]] if type(given) is tuple else given


def holds(when, facts):
    try:
        return when(facts)
    except (KeyError, TypeError):
        return True  # what it does not know does not stop it


def node(asks=(), calls=(), edges=(), outcome="", any_order=False):
    return {"asks": asks, "calls": calls, "edges": edges, "outcome": outcome}


'''

_STATIC: Final = """

START = {start!r}
ON_ERROR = {error!r}
ON_MISSING = {missing!r}
CORRECTIONS = {corrections!r}
ON_BLOCKED = {blocked!r}
NOISE = {noise!r}


def policy(observation, memory):
    facts, done = memory.setdefault("facts", {{}}), memory.setdefault("done", [])
    lacking = memory.setdefault("lacking", set())
    for name, told in observation["told"].items():
        if told is None:
            lacking.add(name)
        elif CORRECTIONS == "last" or name not in facts:
            facts[name] = told
    result = observation["result"]
    if result is not None and memory.get("due"):
        if result["ok"] or ON_ERROR == "go on":
            done.append(memory["due"])
            facts.update(result["facts"])
        elif ON_ERROR == "hand over":
            memory["failed"] = True
    if observation["blocked"] and ON_BLOCKED == "hand over":
        memory["failed"] = True
    memory["due"] = None
    if memory.get("failed"):
        return "end", "handed over"
    if random.random() < NOISE and observation["tools"]:
        tool = random.choice(sorted(observation["tools"]))
        return "call", tool, {{name: facts.get(name, "?") for name in observation["tools"][tool]}}
    at = START
    while True:
        here = NODES[at]
        for name in here["asks"]:
            if name in lacking and ON_MISSING == "hand over":
                return "end", "handed over"
            if name in lacking and ON_MISSING == "make up":
                facts.setdefault(name, "unknown")
            if name not in facts:
                return "ask", name
        for place, (tool, arguments) in enumerate(here["calls"]):
            if (at, place) not in done:
                memory["due"] = at, place
                return "call", tool, {{name: value(given, facts) for name, given in arguments.items()}}
        if here["outcome"]:
            return "end", here["outcome"]
        to = next((to for when, to in here["edges"] if holds(when, facts)), None)
        if to is None:
            return "end", "handed over"
        at = to
"""

_DYNAMIC: Final = '''\
"""An agent that does what the current node says; the orchestrator keeps track of the procedure."""

import random

NOISE = {noise!r}


def policy(observation, memory):
    step, facts = observation["step"], observation["facts"]
    lacking = memory.setdefault("lacking", set())
    lacking.update(name for name, told in observation["told"].items() if told is None)
    if random.random() < NOISE and observation["tools"]:
        tool = random.choice(sorted(observation["tools"]))
        return "call", tool, {{name: facts.get(name, "?") for name in observation["tools"][tool]}}
    if step["ask"]:
        name = step["ask"][0]
        return ("end", "handed over") if name in lacking else ("ask", name)
    if step["calls"]:
        call = step["calls"][0]
        given = call["arguments"]
        return "call", call["tool"], {{
            name: facts[it["fact"]] if "fact" in it else it["is"] for name, it in given.items()
        }}
    return "end", step["outcome"]
'''

RANDOM: Final = '''\
"""An agent that does anything."""

import random


def policy(observation, memory):
    facts = memory.setdefault("facts", {})
    facts.update({name: told for name, told in observation["told"].items() if told is not None})
    deed = random.choice(("ask", "call", "call", "end"))
    if deed == "end" and observation["turn"] > 3:
        return "end", random.choice(("done", "refused", "handed over"))
    tools = observation["tools"]
    names = sorted({name for parameters in tools.values() for name in parameters})
    if deed == "call" and tools:
        tool = random.choice(sorted(tools))
        return "call", tool, {name: facts.get(name, "?") for name in tools[tool]}
    return ("ask", random.choice(names)) if names else ("say", "One moment, please.")
'''

HABITS: Final[dict[str, str | float]] = {
    "error": "hand over",
    "missing": "hand over",
    "corrections": "last",
    "blocked": "try again",
    "noise": 0.0,
}


def program(source: str) -> Program:
    """Return the program of one file."""
    return Program(files=(("policy.py", source),))


def static(graph: Graph, habits: Mapping[str, object] = HABITS, changed: Mapping[str, str] | None = None) -> Program:
    """Return an agent that carries the whole procedure; ``changed`` replaces lines of nodes."""
    changed = changed or {}
    lines = [changed.get(node.id) or line(node) for node in graph.nodes]
    return program(_HEAD + "\n".join(lines) + "\n" + _STATIC.format(start=graph.start, **{**HABITS, **habits}))


def dynamic(noise: float = 0.0) -> Program:
    """Return an agent that follows the node that it is shown."""
    return program(_DYNAMIC.format(noise=noise))


def line(node: Node) -> str:
    """Return the line of a node in the table of a static agent."""
    calls = [
        f"({use.tool!r}, {{{', '.join(_given(name, it) for name, it in use.arguments.items())}}})" for use in node.uses
    ]
    edges = [f"(lambda f: {python(edge.when)}, {edge.to!r})" for edge in node.edges]
    parts = [f"asks={list(node.asks)!r}"] if node.asks else []
    parts += [f"calls=[{', '.join(calls)}]"] if calls else []
    parts += [f"edges=[{', '.join(edges)}]"] if edges else []
    parts += [f"outcome={node.outcome!r}"] if node.outcome else []
    return f"NODES[{node.id!r}] = node({', '.join(parts)})"


def _given(name: str, given: Path | Constant) -> str:
    return f"{name!r}: {given.value!r}" if isinstance(given, Constant) else f"{name!r}: known({given.keys[0]!r})"


def python(condition: Expression, subject: str = "f") -> str:
    """Return a condition on known facts as a Python expression over a dict of them. Raises ValueError."""
    match condition:
        case Constant(value=value):
            return repr(value)
        case Path(root="ctx", keys=(str(name),)):
            return f"{subject}[{name!r}]"
        case Compare(operator=sign, left=left, right=right):
            return f"{python(left, subject)} {sign} {python(right, subject)}"
        case Among(term=term, values=values):
            return f"{python(term, subject)} in {values!r}"
        case Logic(operator="not", terms=(inner,)):
            return f"not {_bracketed(inner, subject)}"
        case Logic(operator=joined, terms=terms):
            return f" {joined} ".join(_bracketed(term, subject) for term in terms)
        case _:
            raise ValueError(f"{condition} has no form in Python here; write it with comparisons")


def _bracketed(condition: Expression, subject: str) -> str:
    text = python(condition, subject)
    return f"({text})" if isinstance(condition, Logic) and condition.operator != "not" else text
