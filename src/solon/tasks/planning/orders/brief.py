"""The text that tells a proposer all it may know about paragraphs of orders."""

import textwrap
from collections.abc import Iterable, Sequence

from solon.contract import Metric
from solon.tasks.planning.orders import grammar
from solon.tasks.planning.orders.cases import Case
from solon.tasks.planning.orders.oracle import MOST_CALLS

_WIDTH = 110

EXAMPLE = """\
def policy(text, tools, memory):
    done = [name for name, start, reply in memory["log"]]
    left = [tool for tool in tools if tool not in done]
    left.sort(key=lambda tool: text.lower().find(tool.replace("_", " ")))
    return left[0] if left else None
"""

_TIMED_EXAMPLE = """\
def policy(text, tools, memory):
    log = memory["log"]
    done = [name for name, start, hours in log]
    left = [tool for tool in tools if tool not in done]
    now = max((start + hours for name, start, hours in log), default=0)
    return (left[0], now) if left else None
"""

_TEXT = """\
You write one Python function `policy(text, tools, memory)` that acts as an agent: it reads a paragraph that orders \
activities and carries each of them out once, by calling its tool, in an order that keeps everything that is said.

# Rules

A case is a paragraph about {actions} activities. There is a tool for each activity, named like it in small letters \
with underscores. {time} Nobody reads what the function thinks: only the calls count. An episode is {cases} cases, \
one after the other.

# What the function gets

- text: the paragraph
- tools: the names of the tools, in alphabetical order
- memory: a dict that keeps what you put there, empty at the start of each case; memory["log"] lists the calls so far \
as (name, start, reply){reply}

It is called again and again and returns {call}, a list of such calls that are carried out at once, or None when \
it has finished. The tool "wait" does nothing. At most {most} calls a case. A wrong order, an activity left out, an \
unknown tool, a tool used twice or a call that is none fails the case.

# The language

A paragraph is made of sentences, a sentence of clauses joined by ";", "and", "but", "yet", "while" or "whereas". A \
clause orders one to three activities before or after others; a relative clause ("which ...") orders the one activity \
before it. The phrases:

{lexicon}

# A case

{sample}

Its tools: {tools}

# Example of a program

```python
{example}```

You may import array, bisect, collections, copy, dataclasses, enum, fractions, functools, heapq, itertools, math, \
operator, random, re, statistics, string, time, typing and numpy. No files, network, processes or threads.

# Objective

Maximise success: the share of cases without an error. All metrics:
{metrics}

Answer with one complete Python program that defines `policy(text, tools, memory)`.
"""

_PLAIN = "The order of the calls is judged."
_TIMED = (
    "Each activity takes some hours, and the tool tells how many only when it is called with the hour at which it "
    "starts. One at a time: none may start before the one before has ended. Clock times may be stated too. "
    'The tool "restart" forgets all calls so that you can plan anew with the hours that you have learnt.'
)


def brief(sample: Case, cases: int, metrics: Sequence[Metric]) -> str:
    """Return the complete system prompt; the sample is of a seed that nobody is judged on."""
    timed = sample.extended
    text = _TEXT.format(
        actions=sample.actions,
        cases=cases,
        time=_TIMED if timed else _PLAIN,
        reply="; the reply is the hours that it took" if timed else '; start is None and the reply "done"',
        call="one call as (name, start)" if timed else "one call as a tool's name",
        most=MOST_CALLS,
        lexicon="\n".join(_lexicon(timed=timed)),
        sample=sample.text,
        tools=", ".join(sample.tools),
        example=_TIMED_EXAMPLE if timed else EXAMPLE,
        metrics="\n".join(f"- {metric.name}: {metric.meaning}" for metric in metrics),
    )
    return "\n".join(_wrap(line) for line in text.split("\n"))


def _lexicon(*, timed: bool) -> Iterable[str]:
    for kind in ("before", "after"):
        verbs = ", ".join("/".join(pair) for pair in grammar.VERBS[kind])
        yield f"- verbs that mean {kind}: {verbs}"
        yield f"- prepositions that mean {kind}: {', '.join(grammar.PREPOSITIONS[kind])}"
        yield f"- conjunctions that mean {kind}: {', '.join(grammar.CONJUNCTIONS[kind])}"
    yield f"- verbs without an order: {', '.join('/'.join(pair) for pair in grammar.NEUTRAL)}"
    if timed:
        yield f"- not before an hour: {', '.join(grammar.EARLIEST)}"
        yield f"- over by an hour: {', '.join(grammar.LATEST)}"


def _wrap(line: str) -> str:
    indent = "  " if line.startswith("- ") else ""
    return line if len(line) <= _WIDTH else textwrap.fill(line, _WIDTH, subsequent_indent=indent)
