"""The text that tells a proposer all it may know about a game."""

import re
import textwrap

from solon.contract import Metric
from solon.tasks.games.cleanup import CleanupRules
from solon.tasks.games.gathering import CommonsRules, GatheringRules
from solon.tasks.games.harvest import HarvestRules
from solon.tasks.games.kernel import Rules
from solon.tasks.games.maps import Map

_WIDTH = 110

_COMMON = """\
You write one Python function `policy(env, agent_id) -> int`. It is called once a step for each of the {n} agents; \
all agents run this same function{self_play}, and only `agent_id`, 0 to {last}, tells them apart. An episode has \
{steps} steps. Start cells and orientations are drawn anew for each episode.

# World

A grid of {height} rows and {width} columns; positions are (row, column), row 0 is the north edge. A cell number is \
row * {width} + column. An agent faces an orientation: 0 north (row - 1), 1 east (column + 1), 2 south, 3 west. \
{sharing} A move into a wall does nothing. {sight}

Actions, relative to the agent's orientation: 0 forward, 1 backward, 2 step left, 3 step right, 4 rotate left, \
5 rotate right, 6 tagging beam, 7 stand{clean_action}.

The map at the start (# wall, A apple, S spawn, . floor{water_legend}):

{drawing}

# Rules

Each step has four phases, in this order:
1. Timeouts count down.
2. Agents that are not in timeout act {order}, each action taking effect at once.
3. {growth}
4. Agents not in timeout take the apple on their cell, reward +1{tie}.

The tagging beam reaches {length} cells ahead and is {beam_width} wide; walls {walls}. {tagging}

A tagged agent {stays}, in timeout for {timeout} steps: it can neither act, take apples nor be hit.
"""

_SIGHT = """\
An agent sees a window only: its own row of cells and those up to {ahead} cells ahead, each as far as {sideways} cells \
to its left and right; nothing behind it. Walls do not block the view. Each agent runs in a process of its own, which \
is sent what that agent sees and nothing else, so agents share no variables."""
_SEEN = """\
- env.seen: cells in view, row-major. What is out of view is blank: an agent has position -1, row and column -1, \
orientation -1, hits -1 and timeout 255, so it counts as no opponent and distances to it are 255; an apple is not in \
env.alive and its timer is 255; a river cell is not in env.waste_cells
"""

_GATHERING_GROWTH = "An apple that was taken is back after {respawn} steps."
_COMMONS_GROWTH = (
    "Apples that were taken may grow again on their cell, one after the other in row-major order, with a probability "
    "by the number k of live apples within Chebyshev distance {radius}: {table}; a patch eaten bare stays bare."
)
_HARVEST_GROWTH = (
    "Apples that were taken may grow again on their cell, all at once, with a probability by the number k of live "
    "apples within Euclidean distance {radius} before: {table}; a patch eaten bare stays bare."
)
_CLEANUP_GROWTH = (
    "Waste and apples appear. Density d is waste cells / {river} river cells. While d < {depletion}, with probability "
    "{waste} one clean river cell without an agent becomes waste; then each missing apple whose cell holds no agent "
    "grows with probability {apple} * (1 - d / {depletion}). At d >= {depletion} neither appears (at the start {dirty} "
    "cells are waste, d = {density:.2f})."
)

_ATTRIBUTES = """\

# What `env` offers (read-only; a fresh snapshot each step)

Plain Python, fast:
- env.positions, env.orientations, env.timeouts, env.hits: lists of {n} integers; positions are cell numbers
- env.alive: cells with a live apple, row-major; env.apple_cells: all {apples} apple cells; env.timers: per apple cell
- env.open_cells: walkable cells; env.river_cells and env.waste_cells{no_river}; env.step_count: steps played
- env.memo: a dict emptied each step, to share work between agents; env.static: a dict kept for the episode, for \
what depends on the map alone{memory}
{seen}
Arrays and numbers:
- env.agent_pos ({n}, 2), env.agent_orient ({n},), env.agent_timeout ({n},), env.agent_beam_hits ({n},)
- env.apple_alive ({apples},), env.apple_pos ({apples}, 2), env.apple_timer ({apples},)
- env.walls ({height}, {width}){waste}
- env.height, env.width, env.n_agents, env.n_apples, env.beam_length, env.beam_width, env.hits_to_tag, \
env.timeout_steps, env.apple_respawn_time
{pairs}
# Functions in scope, besides builtins, `np` and `deque`

- distance(a, b): steps between two cells (255 = unreachable); distance_row(a): bytes, the distance from a to each cell
- field_to(env, cells): bytes, for each cell the distance to the nearest of `cells`
- step_to(env, agent, cells), step_to_cell(env, agent, cell): action that starts a shortest path (7 if there or none)
- step_along(env, agent, field): action that descends a field
- move(env, agent, dr, dc): action for a unit step in map directions
- turn_to(env, agent, orientation): action that turns towards an orientation, None when facing it
- beam_cells(env, cell, orientation): cells of a beam
- opponents_in_beam(env, agent): ids of the agents that a tagging beam would hit now
{clean_helpers}- match(costs): minimum-cost assignment of rows to columns, a list with -1 for unmatched rows
- Action{clean_names}, Orientation, get_opponents, bfs_nearest_apple, bfs_to_target_set, bfs_toward, \
direction_to_action, greedy_action, exploitative_action

You may import array, bisect, collections, copy, dataclasses, enum, fractions, functools, heapq, itertools, math, \
operator, random, re, statistics, string, time, typing and numpy. `random` and `np.random` are seeded.

# Example

```python
{example}```

# Not allowed

No files, network, processes or threads; they are out of reach. Assigning to `env` raises. What a policy raises, or \
returns instead of an integer from 0 to {top}, counts as a slip: that agent stands still for the step. A program that \
runs too long, uses too much memory or does not compile is invalid.

# Objective

{objective} All metrics:
{metrics}

Answer with one complete Python program that defines `policy(env, agent_id)`.
"""

_EXAMPLE_HARVEST = """\
def policy(env, agent_id):
    if env.timeouts[agent_id]:
        return Action.STAND
    return step_to(env, agent_id, env.alive)
"""

_EXAMPLE_CLEAN = """\
def policy(env, agent_id):
    if env.timeouts[agent_id]:
        return CleanupAction.STAND
    if agent_id < 2 and env.waste_cells:
        here, facing = env.positions[agent_id], env.orientations[agent_id]
        if clean_gain(env, here, facing) > 0:
            return CleanupAction.CLEAN
        return step_to(env, agent_id, env.waste_cells)
    return step_to(env, agent_id, env.alive)
"""


def example(rules: Rules) -> str:
    """Return the working example that the brief shows."""
    return _EXAMPLE_CLEAN if isinstance(rules, CleanupRules) else _EXAMPLE_HARVEST


def draw(board: Map) -> str:
    """Return the map as text, one character a cell."""
    layers = (
        (board.walls, "#"),
        (board.river, "r"),
        (board.polluted, "w"),
        (board.stream, "~"),
        (board.spawns, "S"),
        (board.apples, "A"),
    )
    cells = ["."] * board.size
    for members, mark in layers:
        for cell in members:
            cells[cell] = mark
    width = board.width
    return "\n".join("".join(cells[row * width : (row + 1) * width]) for row in range(board.height))


def write(  # what a text depends on
    board: Map,
    n_agents: int,
    steps: int,
    rules: Rules,
    metrics: tuple[Metric, ...],
    window: tuple[int, int] | None = None,
) -> str:
    """Return the complete system prompt of a game; ``window`` is how far agents see ahead and sideways, if not all."""
    cleanup = isinstance(rules, CleanupRules)
    objective = next(metric for metric in metrics if metric.role == "objective")
    world = _COMMON.format(
        n=n_agents,
        last=n_agents - 1,
        steps=steps,
        height=board.height,
        width=board.width,
        sharing="A cell holds one agent: moving onto an agent does nothing."
        if rules.exclusive_cells
        else "Several agents may share a cell; agents never block each other.",
        clean_action=", 8 cleaning beam" if cleanup else "",
        self_play="" if window else " (self-play)",
        sight=_SIGHT.format(ahead=window[0], sideways=window[1]) if window else "Everybody sees the whole grid.",
        water_legend=", w river with waste, r clean river, ~ stream" if cleanup else "",
        drawing=draw(board),
        order="in a random order" if rules.fair_order else "in index order",
        growth=_growth(board, rules),
        tie="" if rules.fair_order else " (the lower index wins a tie)",
        length=rules.beam_length,
        beam_width=rules.beam_width,
        walls="stop it" if rules.walls_stop_beams else "do not stop it",
        tagging=_tagging(rules),
        timeout=rules.timeout_steps,
        stays="goes to a free start cell" if isinstance(rules, HarvestRules) else "stays where it is",
    )
    text = world + _ATTRIBUTES.format(
        n=n_agents,
        apples=len(board.apples),
        height=board.height,
        width=board.width,
        no_river=": cells" if cleanup else ": empty in this game",
        waste=f", env.waste ({board.height}, {board.width})" if cleanup else "",
        memory="; both belong to one agent" if window else "",
        seen=_SEEN if window else "",
        pairs="- env.river_cells_list, env.river_cells_set, env.stream_cells_set hold (row, column) pairs\n"
        if cleanup
        else "",
        clean_helpers="- clean_gain(env, cell, orientation): waste cells that a cleaning beam from there would remove\n"
        "- clean_gains(env): the same for all, an array (4, height * width)\n"
        if cleanup
        else "",
        clean_names=", CleanupAction" if cleanup else "",
        example=example(rules),
        top=8 if cleanup else 7,
        objective=f"Maximise {objective.name}: {objective.meaning}.",
        metrics="\n".join(f"- {metric.name}: {metric.meaning}" for metric in metrics),
    )
    return "\n".join(wrap(line) for line in text.split("\n"))


_HEADINGS = {
    "World": "world",
    "Rules": "rules",
    "What `env` offers": "attributes",
    "Functions in scope": "functions",
    "Example": "example",
    "Not allowed": "limits",
    "Objective": "objective",
}


def sections(text: str) -> dict[str, str]:
    """Return the parts of a brief by name, split at its headings; joined in this order they are the brief."""
    starts = "|".join(map(re.escape, _HEADINGS))
    parts = re.split(rf"^(?=# (?:{starts}))", text, flags=re.MULTILINE)
    return {_section(part): part for part in parts if part}


def _section(part: str) -> str:
    heading = part.partition("\n")[0].removeprefix("# ")
    return next((name for start, name in _HEADINGS.items() if heading.startswith(start)), "role")


def wrap(line: str) -> str:
    """Break a long line, with the indent of its list mark."""
    if len(line) <= _WIDTH:
        return line
    mark, _, _ = line.partition(" ")
    indent = " " * (len(mark) + 1) if mark in {"-", "1.", "2.", "3.", "4."} else ""
    return textwrap.fill(line, _WIDTH, subsequent_indent=indent)


def _tagging(rules: Rules) -> str:
    hits = "One hit tags." if rules.hits_to_tag == 1 else f"{rules.hits_to_tag} hits tag."
    if isinstance(rules, CleanupRules):
        return (
            f"Firing it costs {rules.fire_cost:g}, each agent hit loses {rules.hit_penalty:g}. {hits} The cleaning "
            f"beam has the same cells, costs {rules.clean_cost:g} and removes all waste in them."
        )
    return f"Firing is free. {hits}"


def _growth(board: Map, rules: Rules) -> str:
    if isinstance(rules, CleanupRules):
        return _CLEANUP_GROWTH.format(
            river=len(board.river),
            depletion=rules.depletion,
            waste=rules.waste_chance,
            apple=rules.apple_chance,
            dirty=len(board.polluted),
            density=len(board.polluted) / len(board.river),
        )
    if isinstance(rules, HarvestRules):
        last = len(rules.growth) - 1
        table = ", ".join(f"{chance:g} for {k}" for k, chance in enumerate(rules.growth[:-1]))
        table = f"{table}, {rules.growth[-1]:g} for {last} and more"
        return _HARVEST_GROWTH.format(radius=rules.radius, table=table)
    if isinstance(rules, CommonsRules):
        last = len(rules.growth) - 1
        table = ", ".join(f"{chance:g} for {k}" for k, chance in enumerate(rules.growth[:-1]))
        return _COMMONS_GROWTH.format(radius=rules.radius, table=f"{table}, {rules.growth[-1]:g} for {last} and more")
    if isinstance(rules, GatheringRules):
        return _GATHERING_GROWTH.format(respawn=rules.respawn_time)
    raise TypeError(f"no game has rules of type {type(rules).__name__}")
