"""The agents that come with Solon, and copies of the reader with one planted cause of failure each."""

from collections.abc import Collection
from importlib import resources
from typing import Final

from solon.contract import Program
from solon.tasks.planning.orders import grammar
from solon.tasks.planning.orders.cases import tool
from solon.tasks.planning.orders.topics import NEUTRAL, TOPICS

STYLES: Final = ("one call at a time", "plan first")
CAUSES: Final = ("probability", "terminal", "topic", "structure", "constraint")
"""Root causes, in the order in which mutations look for them."""

NOISES: Final = ("timeout", "act error", "action lost", "order error", "parameter error")

_MISREAD: Final = (
    "precedes", "precede", "comes ahead of", "come ahead of", "follows", "follow",
    "has to wait for", "have to wait for", "ahead of", "in the wake of", "once", "prior to the time when",
)  # fmt: skip
_TOPICS: Final = tuple(sorted(topic for topic in TOPICS if topic != NEUTRAL))[::2]


def reader(
    cause: str = "", rate: float = 0.0, style: str = STYLES[0], *, misread: Collection[str] = frozenset()
) -> Program:
    """Return the agent that reads the paragraph, with a planted cause of failure or a rate of one kind of error.

    Phrases of ``misread`` mean to it the contrary of what they say, in lower case, every form of them by itself.

    Raises ValueError for an unknown cause, style or a rate that is none.
    """
    if cause not in ("", *CAUSES, *NOISES) or style not in STYLES or not 0 <= rate <= 1:
        raise ValueError(f"cause must be one of {', '.join((*CAUSES, *NOISES))} and rate lie in 0..1; see STYLES")
    words: Collection[str] = _MISREAD if cause == "terminal" else ()
    if cause == "topic":
        words = [tool(name) for topic in _TOPICS for name in TOPICS[topic]]
    words = {*words, *misread}
    fault = f"CAUSE = {cause!r}\nRATE = {rate!r}\nSTYLE = {style!r}\nWORDS = frozenset({sorted(words)!r})\n"
    return Program(files=(("policy.py", _source("reader")), ("lexicon.py", lexicon()), ("fault.py", fault)))


def shipped(name: str) -> Program:
    """Return one of the agents that do not read: random or text_order."""
    return Program(files=(("policy.py", _source(name)),))


def lexicon() -> str:
    """Return the phrases of the grammar as a Python file."""
    tables = {
        "VERBS": grammar.VERBS,
        "NEUTRAL": grammar.NEUTRAL,
        "PREPOSITIONS": grammar.PREPOSITIONS,
        "CONJUNCTIONS": grammar.CONJUNCTIONS,
        "EARLIEST": grammar.EARLIEST,
        "LATEST": grammar.LATEST,
    }
    return "".join(f"{name} = {table!r}\n" for name, table in tables.items())


def _source(name: str) -> str:
    return resources.files("solon.tasks.planning.orders").joinpath("programs", f"{name}.py").read_text("utf-8")
