"""The Harvest sketch: which apples are left as seed, who takes which of the others, and when the seed goes too.

An apple grows where enough others live near it, so what counts is a stock that makes the most births, and hands near
enough to take every other apple soon, because it keeps its own cell from bearing again.
"""

import textwrap
from collections.abc import Mapping
from functools import partial

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.games.harvest import HarvestRules, best_stocks
from solon.tasks.games.maps import Map
from solon.tasks.games.sketches.cutter import cut

COMPONENTS = "harvest_policy.py"
LINE_LENGTH = 120

# Hole: {option: sentence for the docstring}; the first option is the default. Options differ between the holes, since
# each names its own variants of a function.
CHOICES: dict[str, dict[str, str]] = {
    "keeping": {
        "by_neighbours": "Only apples with enough live neighbours are taken.",
        "by_count": "A patch keeps a number of apples, whichever they are.",
        "chosen": "In every patch the apples that let most others grow are kept.",
    },
    "sharing": {
        "nearest": "Every agent goes for its nearest ripe apple.",
        "matching": "Agents are matched with ripe apples by the shortest ways.",
        "gardens": "Every agent keeps to a patch of its own while it bears.",
    },
    "idle": {
        "stand": "An agent without an apple stands.",
        "home": "An agent without an apple waits beside its patch.",
    },
    "path": {
        "straight": "",
        "around": "They walk around apples that are to be kept.",
    },
    "yielding": {
        "never": "",
        "aside": "Agents step aside for one another.",
    },
}


def sketch(board: Map, n_agents: int) -> Sketch:
    """Return the space of Harvest programs for a map and a number of agents."""
    numbers = (
        Hole("neighbours", 3, 0, 8, integer=True),
        Hole("stock", 4, 0, 9, integer=True),
        Hole("spare", 0, 0, 4, integer=True),
        Hole("end", 985, 900, 1000, integer=True),
        Hole("stray", 6.0, 0.0, 30.0),
        Hole("first_garden", 0, 0, 9, integer=True),
    )
    choices = tuple(Hole(name, next(iter(sentences)), options=tuple(sentences)) for name, sentences in CHOICES.items())
    return Sketch((*numbers, *choices), partial(_render, board, n_agents))


def _render(board: Map, n_agents: int, values: Mapping[str, HoleValue]) -> Program:
    """Cut the program for hole values from the components."""
    del n_agents  # the program asks the environment
    chosen = {name: str(values[name]) for name in CHOICES}
    constants = {
        name.upper(): str(int(values[name])) for name in ("neighbours", "stock", "spare", "end", "first_garden")
    }
    constants["STRAY"] = f"{float(values['stray']):.1f}"
    if chosen["keeping"] == "chosen":
        rules = HarvestRules()
        stocks = best_stocks(board, rules.radius, rules.growth)
        cells = sorted(divmod(board.apples[apple], board.width) for _, stock in stocks for apple in stock)
        listed = textwrap.fill(
            ", ".join(map(str, cells)), LINE_LENGTH - 4, initial_indent="    ", subsequent_indent="    "
        )
        constants["SEED"] = f"(\n{listed},\n)"
    return Program(files=(("policy.py", _describe(chosen) + cut(COMPONENTS, "policy", chosen, constants)),))


def _describe(chosen: Mapping[str, str]) -> str:
    """Return the docstring that says what the strategy is."""
    sentences = [CHOICES[name][option] for name, option in chosen.items()]
    strategy = textwrap.fill(" ".join(sentence for sentence in sentences if sentence), LINE_LENGTH)
    return f'"""Harvest: take apples so that others grow.\n\n{strategy}\n"""\n\n'
