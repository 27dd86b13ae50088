"""The Gathering sketch: nearest apples, conflict-free matching or a timetable of planned lines.

An apple is back 25 steps after it was taken. Matching sends agents to apples that are there or about to return,
within territories if wanted; the timetable lets agents follow one another at that distance on closed walks that
``gathering_planner`` finds for the map, so that every apple on them is taken the moment it is back.
"""

import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from string import ascii_letters

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.games.maps import Map
from solon.tasks.games.sketches.cutter import cut
from solon.tasks.games.sketches.gathering_planner import Line, plan_lines, plan_regions

RESPAWN_STEPS = 25
LINE_LENGTH = 120
MOVES_PER_LINE = 50
COMPONENTS = "gathering_policy.py"
NEGLIGIBLE = 0.05  # weights below this are left out of a program

# Choice: {option: sentence for the docstring}; the first option is the default.
RULES = {
    "matching": "Agents are matched with apples that are there or soon back, at the least total cost.",
    "nearest": "Every agent goes for the apple that is there or soon back and costs it least.",
    "timetable": "Agents follow one another on closed lines, so that each comes to an apple when it is just back.",
}
TERRITORIES = {
    "shared": "",
    "regions": "Every agent has a region of neighbouring apples and seldom strays from it.",
}
IDLING = {
    "stand": "An agent without an apple stands.",
    "soonest": "An agent without an apple goes where the next one can be had soonest.",
    "patrol": "An agent without an apple patrols a closed line.",
}
BOARDING = {
    "straight": "At the start, agents go straight to where they can join the timetable first.",
    "gathering": "At the start, agents take apples on the way to where they can join the timetable first.",
}


def sketch(board: Map, n_agents: int) -> Sketch:
    """Return the space of Gathering programs for a map and a number of agents."""
    holes = (
        _choice("rule", RULES),
        _choice("territory", TERRITORIES),
        _choice("idle", IDLING),
        _choice("boarding", BOARDING),
        Hole("horizon", 5, 0, RESPAWN_STEPS, integer=True),
        Hole("wait_weight", 0.0, 0.0, 2.0),
        Hole("crowd_weight", 0.0, -1.0, 1.0),
        Hole("crowd_radius", 3, 1, 8, integer=True),
        Hole("stray_cost", 10.0, 0.0, 40.0),
        Hole("lines", 2, 1, max(2, n_agents), integer=True),
        Hole("headway", RESPAWN_STEPS, 15, 40, integer=True),
        Hole("offset", 0, 0, RESPAWN_STEPS - 1, integer=True),
        Hole("balance", 0.5, 0.0, 1.0),
        Hole("planner_effort", 20, 5, 500, integer=True),
        Hole("planner_seed", 0, 0, 999, integer=True),
    )
    return Sketch(holes, partial(_render, board, n_agents))


def _choice(name: str, sentences: Mapping[str, str]) -> Hole:
    return Hole(name, next(iter(sentences)), options=tuple(sentences))


def _render(board: Map, n_agents: int, values: Mapping[str, HoleValue]) -> Program:
    """Plan regions or lines if the program needs them, and cut it from the components."""
    chosen = {name: str(values[name]) for name in ("rule", "territory", "idle", "boarding")}
    roams = chosen["rule"] != "timetable"
    chosen["waiting"] = "dear" if float(values["wait_weight"]) >= NEGLIGIBLE else "cheap"
    chosen["crowds"] = "matter" if abs(float(values["crowd_weight"])) >= NEGLIGIBLE else "ignored"
    planning = {
        "balance": round(float(values["balance"]), 2),
        "effort": int(values["planner_effort"]),
        "seed": int(values["planner_seed"]),
    }
    constants = {name.upper(): str(values[name]) for name in ("horizon", "crowd_radius", "headway", "offset")}
    constants |= {name.upper(): f"{values[name]:.2f}" for name in ("wait_weight", "crowd_weight", "stray_cost")}
    if roams and chosen["territory"] == "regions":
        constants["REGIONS"] = _draw_regions(board, plan_regions(board, min(n_agents, len(ascii_letters)), **planning))
    if not roams or chosen["idle"] == "patrol":
        lines = plan_lines(board, n_agents, count=int(values["lines"]), headway=int(values["headway"]), **planning)
        constants["LINES"] = _print_lines(board, lines)
    return Program(files=(("policy.py", _describe(chosen) + cut(COMPONENTS, "policy", chosen, constants)),))


def _describe(chosen: Mapping[str, str]) -> str:
    """Return the docstring that says what the strategy is."""
    roaming = (TERRITORIES[chosen["territory"]], IDLING[chosen["idle"]])
    rest = (BOARDING[chosen["boarding"]],) if chosen["rule"] == "timetable" else roaming
    strategy = " ".join(sentence for sentence in (RULES[chosen["rule"]], *rest) if sentence)
    title = f"Gathering: collect apples that are back {RESPAWN_STEPS} steps after they were taken."
    return f'"""{title}\n\n{textwrap.fill(strategy, LINE_LENGTH)}\n"""\n\n'


def _draw_regions(board: Map, regions: Sequence[Sequence[int]]) -> str:
    """Return a drawing of the map as a string literal: walls, floor, and apples as the letters of their regions."""
    marks = {apple: ascii_letters[number] for number, region in enumerate(regions) for apple in region}
    marks |= dict.fromkeys(board.walls, "#")
    cells = "".join(marks.get(cell, ".") for cell in range(board.size))
    return '"""\n' + "\n".join(textwrap.wrap(cells, board.width)) + '\n"""'


def _print_lines(board: Map, lines: Sequence[Line]) -> str:
    """Return the lines as a tuple literal: row, column, agents and one letter a step."""
    ways = {-board.width: "N", 1: "E", board.width: "S", -1: "W", 0: "."}
    text = "(\n"
    for line in lines:
        row, column = divmod(line.cells[0], board.width)
        moves = "".join(ways[there - here] for here, there in pairwise((*line.cells, line.cells[0])))
        text += f"    (\n        {row},\n        {column},\n        {line.agents},\n"
        text += "".join(f'        "{part}"\n' for part in textwrap.wrap(moves, MOVES_PER_LINE))
        text = text.removesuffix("\n") + ",\n    ),\n"
    return text + ")"
