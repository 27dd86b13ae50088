"""The Cleanup sketch: who cleans and when, where cleaners stand, who takes which apple, and what the others do.

Waste slows the growth of apples and cleaning costs harvest, so what counts is few cleaners who waste no step, and
harvesters who keep the number of ripe apples low, because a ripe apple keeps its cell from growing another.
"""

import textwrap
from collections.abc import Mapping
from functools import partial

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.games.maps import Map
from solon.tasks.games.sketches.cutter import cut

COMPONENTS = "cleanup_policy.py"
EPISODE_STEPS = 1000
LINE_LENGTH = 120

# Hole: {option: sentence for the docstring}; the first option is the default. Options differ between the holes, since
# each names its own variants of a function.
CHOICES: dict[str, dict[str, str]] = {
    "quota": {
        "constant": "The number of cleaners never changes.",
        "by_waste": "More agents clean while the river is dirty.",
    },
    "duty": {
        "rotating": "Cleaning duty goes round, so that every agent serves for the same time.",
        "fixed": "The same agents clean for the whole game.",
        "riverside": "Those nearest the river clean.",
    },
    "ending": {
        "ignored": "",
        "harvest_only": "Just before the end nobody cleans any more.",
    },
    "division": {
        "shared": "Cleaners choose one after the other from the whole river.",
        "zones": "The river is cut into one zone for each cleaner.",
    },
    "beams": {
        "westward": "They fire to the west only.",
        "all_round": "They fire in all directions.",
    },
    "waiting": {
        "in_place": "Without waste worth a clean they stay where they are.",
        "midway": "Without waste worth a clean they wait midway along their part of the bank.",
    },
    "targets": {
        "nearest": "Every harvester goes for its nearest apple.",
        "territory": "Every harvester takes the apples nearest its home row.",
        "matching": "Harvesters are matched with apples without conflict by the shortest ways.",
        "routes": "Apples are dealt out to harvesters by earliest arrival, along routes.",
    },
    "homes": {
        "by_number": "Homes are dealt out by agent number.",
        "by_row": "Homes are dealt out from north to south as the harvesters stand.",
    },
    "idle": {
        "stand": "Harvesters without an apple stand.",
        "aside": "Harvesters without an apple leave the orchard.",
        "at_home": "Harvesters without an apple wait at home.",
    },
    "path": {
        "rows_first": "",
        "columns_first": "",
        "longer_side": "",
        "over_apples": "",
    },
}


def sketch(board: Map, n_agents: int) -> Sketch:
    """Return the space of Cleanup programs for a map and a number of agents.

    Dedicated cleaners gain 0.02 of efficiency over rotating ones and cost 0.3 of equality (full map): a search for
    efficiency alone finds them, a search for welfare or for the worst-off agent does not.
    """
    river_rows = len({cell // board.width for cell in board.river})
    few, many = max(2, min(n_agents // 2, river_rows)), max(3, min(n_agents - 2, river_rows))
    numbers = (
        Hole("cleaners", min(3, few), 1, few, integer=True),
        Hole("waste_per_extra", 10, 4, max(12, len(board.river) // 5), integer=True),
        Hole("most_cleaners", min(5, many), 2, many, integer=True),
        Hole("rounds", 4, 1, 8, integer=True),
        Hole("end_of_cleaning", 970, 940, EPISODE_STEPS, integer=True),
        Hole("cleaning_price", 1.5, 0.0, 3.0),
        Hole("patience", 5.0, 0.5, 10.0),
        Hole("home_pull", 0.0, 0.0, 2.0),
    )
    choices = tuple(Hole(name, next(iter(sentences)), options=tuple(sentences)) for name, sentences in CHOICES.items())
    return Sketch((*numbers, *choices), partial(_render, n_agents))


def _render(n_agents: int, values: Mapping[str, HoleValue]) -> Program:
    """Cut the program for hole values from the components."""
    chosen = {name: str(values.get(name, next(iter(sentences)))) for name, sentences in CHOICES.items()}
    cleaners = min(int(values["cleaners"]), n_agents)
    constants = {name.upper(): str(values[name]) for name in ("waste_per_extra", "end_of_cleaning")}
    constants["CLEANERS"] = str(cleaners)
    constants["MOST_CLEANERS"] = str(min(max(int(values["most_cleaners"]), cleaners), n_agents))
    constants |= {name.upper(): f"{values[name]:.2f}" for name in ("cleaning_price", "patience", "home_pull")}
    constants["SHIFT_STEPS"] = str(max(1, EPISODE_STEPS // (n_agents * int(values["rounds"]))))
    return Program(files=(("policy.py", _describe(chosen) + cut(COMPONENTS, "policy", chosen, constants)),))


def _describe(chosen: Mapping[str, str]) -> str:
    """Return the docstring that says what the strategy is."""
    sentences = [CHOICES[name][option] for name, option in chosen.items()]
    strategy = textwrap.fill(" ".join(sentence for sentence in sentences if sentence), LINE_LENGTH)
    return f'"""Cleanup: some agents clean the river, the others harvest.\n\n{strategy}\n"""\n\n'
