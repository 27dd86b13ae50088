"""A short way to write procedures down by hand: texts for conditions and calls, read by the parsers that exist."""

import ast

from solon.tasks.guard.journeys.graph import USER, Edge, Fact, Given, Node, Outcome, Use
from solon.verify.requests.expression import Constant, Path
from solon.verify.requests.schema import Number, Text, Truth
from solon.verify.requests.syntax import read


class WrongCall(ValueError):
    """Raised for a text that is no call; one sentence with the remedy."""


def text(name: str, words: str, *choices: str, source: str = USER, form: str = "") -> Fact:
    """Return a fact that is a text."""
    return Fact(name, Text(choices), source, words, form)


def number(name: str, words: str, least: int, most: int, source: str = USER) -> Fact:
    """Return a fact that is a whole number."""
    return Fact(name, Number(whole=True, least=least, most=most), source, words)


def truth(name: str, words: str, source: str = USER) -> Fact:
    """Return a fact that is true or false."""
    return Fact(name, Truth(), source, words)


def use(written: str) -> Use:
    """Read a call such as ``book(phone, slot, kind="visit")``: bare names are facts. Raises WrongCall."""
    call = ast.parse(written, mode="eval").body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise WrongCall(f"{written!r} is no call; write tool(fact, name='constant')")
    arguments: dict[str, Given] = {}
    for part in call.args:
        if not isinstance(part, ast.Name):
            raise WrongCall(f"{written!r} has a constant without a name; write name=constant")
        arguments[part.id] = Path("ctx", (part.id,))
    for keyword in call.keywords:
        value = keyword.value
        if isinstance(value, ast.Name):
            arguments[str(keyword.arg)] = Path("ctx", (value.id,))
        else:
            constant: object = ast.literal_eval(value)
            if not isinstance(constant, bool | int | str):
                raise WrongCall(f"{written!r} has a constant that is no text, number or truth value")
            arguments[str(keyword.arg)] = Constant(constant)
    return Use(call.func.id, arguments)


def step(
    name: str, words: str, *edges: str, asks: str = "", calls: tuple[str, ...] = (), any_order: bool = False
) -> Node:
    """Return a node that goes on; an edge is ``CONDITION -> NODE``."""
    parts = [edge.rpartition(" -> ") for edge in edges]
    ways = tuple(Edge(read(condition), to) for condition, _, to in parts)
    return Node(name, words, tuple(asks.split()), tuple(map(use, calls)), any_order, ways)


def end(name: str, outcome: Outcome, words: str, *calls: str, asks: str = "", any_order: bool = False) -> Node:
    """Return a node at which a procedure ends."""
    return Node(name, words, tuple(asks.split()), tuple(map(use, calls)), any_order, (), outcome)
