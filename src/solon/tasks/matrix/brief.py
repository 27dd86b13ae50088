"""The text that tells a proposer all it may know about a repeated game."""

import textwrap
from collections.abc import Sequence

from solon.contract import Metric
from solon.tasks.matrix.payoffs import MOVES, Game

_WIDTH = 110

EXAMPLE = """\
def policy(history, memory):
    if not history:
        return C
    mine, theirs = history[-1]
    return theirs
"""

_TEXT = """\
You write one Python function `policy(history, memory) -> move` that plays a repeated game of two: the {title}.

# Rules

In every round both players choose, at the same time and without talking, C (cooperate) or D (defect). Payoffs of a \
round, to the one who plays the row:

{table}

{dilemma} A match has {rounds} rounds. {noise}

An episode is one match against each of these {count} opponents, all at the same time, round by round: {opponents}. \
Their order is drawn anew for each episode, and nobody tells you which is which. They see what both played in their \
match and nothing else.

# What the function gets

- history: the rounds of this match so far, a list of pairs (my move, their move) as they were played, oldest first; \
empty in the first round, so len(history) is the number of rounds played
- memory: a dict of this match that keeps what you put there; empty in the first round
- names in scope: C = 0, D = 1, ROUNDS = {rounds}, NOISE = {noise_level:g}, PAYOFFS[mine][theirs]: what I gain

The function returns C or D. It is asked for all matches of a round, one after the other. Module-level variables keep \
their values within the episode.

You may import array, bisect, collections, copy, dataclasses, enum, fractions, functools, heapq, itertools, math, \
operator, random, re, statistics, string, time, typing and numpy. `random` and `np.random` are seeded.

# Example

```python
{example}```

# Not allowed

No files, network, processes or threads; they are out of reach. What the function raises, or returns instead of 0 or \
1, counts as a slip: C is played. A program that runs too long, uses too much memory or does not compile is invalid.

# Objective

Maximise score: mean payoff per round over all matches. All metrics:
{metrics}

Answer with one complete Python program that defines `policy(history, memory)`.
"""


def write(game: Game, rounds: int, noise: float, opponents: Sequence[str], metrics: Sequence[Metric]) -> str:
    """Return the complete system prompt of a repeated game."""
    rows = [f"|   | they {' | they '.join(MOVES)} |", "|---|---|---|"]
    rows += [f"| I {MOVES[mine]} | {' | '.join(f'{value:g}' for value in game.payoffs[mine])} |" for mine in (0, 1)]
    noisy = f"Every chosen move, yours and theirs, is turned into the other one with probability {noise:g}."
    text = _TEXT.format(
        title=game.title,
        table="\n".join(rows),
        dilemma=game.dilemma,
        rounds=rounds,
        noise=noisy if noise else "Every move is played as it was chosen.",
        noise_level=noise,
        count=len(opponents),
        opponents=", ".join(name.replace("_", " ") for name in opponents),
        example=EXAMPLE,
        metrics="\n".join(f"- {metric.name}: {metric.meaning}" for metric in metrics),
    )
    return "\n".join(_wrap(line) for line in text.split("\n"))


def _wrap(line: str) -> str:
    indent = "  " if line.startswith("- ") else ""
    return line if len(line) <= _WIDTH else textwrap.fill(line, _WIDTH, subsequent_indent=indent)
