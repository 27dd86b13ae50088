"""The Cleanup sketch: who cleans and when, where cleaners stand, who takes which apple, and what the others do.

The components are in ``cleanup_policy.py``; a program is cut from them: the chosen variants, what they call, and the
constants that they use. Nothing else is left in its source.
"""

import ast
import re
import textwrap
from collections.abc import Mapping
from functools import cache, partial
from importlib import resources

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.games.maps import Map

EPISODE_STEPS = 1000
LINE_LENGTH = 120

# Choice: (function of the component file, {option: sentence for the docstring}); the first option is the default.
CHOICES: dict[str, tuple[str, dict[str, str]]] = {
    "quota": (
        "quota",
        {
            "constant": "The number of cleaners never changes.",
            "by_waste": "More agents clean while the river is dirty.",
        },
    ),
    "duty": (
        "on_duty",
        {
            "rotating": "Cleaning duty goes round, so that every agent serves for the same time.",
            "fixed": "The same agents clean for the whole game.",
            "nearest": "Those nearest the river clean.",
        },
    ),
    "ending": (
        "choose_cleaners",
        {
            "ignored": "",
            "harvest_only": "Just before the end nobody cleans any more.",
        },
    ),
    "division": (
        "divide_river",
        {
            "shared": "Cleaners choose one after the other from the whole river.",
            "zones": "The river is cut into one zone for each cleaner.",
        },
    ),
    "beams": (
        "orientations",
        {
            "west": "They fire to the west only.",
            "all": "They fire in all directions.",
        },
    ),
    "waiting": (
        "await_waste",
        {
            "stand": "Without waste worth a clean they stay where they are.",
            "midway": "Without waste worth a clean they wait midway along their part of the bank.",
        },
    ),
    "targets": (
        "assign_apples",
        {
            "nearest": "Every harvester goes for its nearest apple.",
            "territory": "Every harvester takes the apples nearest its home row.",
            "matching": "Harvesters are matched with apples without conflict by the shortest ways.",
            "routes": "Apples are dealt out to harvesters by earliest arrival, along routes.",
        },
    ),
    "homes": (
        "order",
        {
            "by_number": "Homes are dealt out by agent number.",
            "by_row": "Homes are dealt out from north to south as the harvesters stand.",
        },
    ),
    "idle": (
        "rest",
        {
            "stand": "Harvesters without an apple stay.",
            "aside": "Harvesters without an apple leave the orchard.",
            "at_home": "Harvesters without an apple wait at home.",
        },
    ),
    "path": (
        "step_towards",
        {
            "rows_first": "",
            "columns_first": "",
            "longer_side": "",
            "over_apples": "",
        },
    ),
}


def sketch(game_map: Map, n_agents: int) -> Sketch:
    """Return the space of Cleanup programs for a map and a number of agents."""
    numbers = (
        Hole("cleaners", 3, 1, max(2, n_agents // 2), integer=True),
        Hole("waste_per_extra", 10, 4, max(12, len(game_map.river) // 5), integer=True),
        Hole("most_cleaners", 5, 2, max(3, n_agents - 2), integer=True),
        Hole("rounds", 4, 1, 8, integer=True),
        Hole("last_cleaning_step", 970, 940, EPISODE_STEPS, integer=True),
        Hole("cleaning_price", 1.5, 0.0, 3.0),
        Hole("patience", 5.0, 0.5, 10.0),
        Hole("home_pull", 0.0, 0.0, 2.0),
    )
    choices = tuple(
        Hole(name, next(iter(sentences)), options=tuple(sentences)) for name, (_, sentences) in CHOICES.items()
    )
    return Sketch((*numbers, *choices), partial(_render, n_agents))


def _render(n_agents: int, values: Mapping[str, HoleValue]) -> Program:
    """Cut the program for hole values from the components."""
    chosen = {function: str(values[name]) for name, (function, _) in CHOICES.items()}
    constants = {
        "CLEANERS": values["cleaners"],
        "WASTE_PER_EXTRA": values["waste_per_extra"],
        "MOST_CLEANERS": values["most_cleaners"],
        "SHIFT_STEPS": EPISODE_STEPS // (n_agents * int(values["rounds"])),
        "LAST_CLEANING_STEP": values["last_cleaning_step"],
        "CLEANING_PRICE": round(float(values["cleaning_price"]), 2),
        "PATIENCE": round(float(values["patience"]), 2),
        "HOME_PULL": round(float(values["home_pull"]), 2),
    }
    source = _describe(values) + _cut(chosen, constants)
    return Program(files=(("policy.py", source),))


def _describe(values: Mapping[str, HoleValue]) -> str:
    """Return the docstring that says what the chosen strategy is."""
    sentences = [sentences[str(values[name])] for name, (_, sentences) in CHOICES.items()]
    strategy = " ".join(sentence for sentence in sentences if sentence)
    return f'"""Cleanup: some agents clean the river, the others harvest.\n\n{textwrap.fill(strategy, LINE_LENGTH)}\n"""\n\n'


def _cut(chosen: Mapping[str, str], constants: Mapping[str, HoleValue]) -> str:
    """Return the source of ``policy`` and of all that it needs, in the order of the component file."""
    parts: dict[str, tuple[str, frozenset[str]]] = {}
    for name, option, text, uses in _components():
        if option in {"", chosen.get(name, "")}:
            parts[name] = (text, uses)
    needed, waiting = set[str](), ["policy"]
    while waiting:
        name = waiting.pop()
        if name in parts and name not in needed:
            needed.add(name)
            waiting.extend(parts[name][1])
    kept = [name for name in parts if name in needed]
    assignments = [
        re.sub(r"= \S+", f"= {constants[name]!r}", parts[name][0], count=1) if name in constants else parts[name][0]
        for name in kept
        if name.isupper()
    ]
    functions = [parts[name][0] for name in kept if not name.isupper()]
    return "\n".join(assignments) + "\n\n\n" + "\n\n\n".join(functions) + "\n"


@cache
def _components() -> tuple[tuple[str, str, str, frozenset[str]], ...]:
    """Return (name, option, text, names used) of every constant and function of the component file."""
    source = resources.files(__package__).joinpath("cleanup_policy.py").read_text("utf-8")
    lines = source.splitlines()
    found: list[tuple[str, str, str, frozenset[str]]] = []
    for node in ast.parse(source).body:
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        uses = frozenset(used.id for used in ast.walk(node) if isinstance(used, ast.Name))
        if isinstance(node, ast.FunctionDef):
            name, _, option = node.name.partition("__")
            found.append((name, option, text.replace(node.name, name, 1), uses))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.append((node.targets[0].id, "", text, uses))
    return tuple(found)
