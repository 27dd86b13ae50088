"""The text that tells a proposer all it may know about Mining."""

from solon.contract import Metric
from solon.tasks.games.brief import draw, wrap
from solon.tasks.games.maps import Map
from solon.tasks.games.mining import MiningRules

EXAMPLE = """\
def policy(env, agent_id):
    here, facing = env.positions[agent_id], env.orientations[agent_id]
    ahead = ore_ahead(env, here, facing)
    if ahead in env.iron or ahead in env.gold:
        return Action.BEAM
    turns = [way for way in range(4) if ore_ahead(env, here, way) in env.iron]
    if turns:
        return turn_to(env, agent_id, turns[0])
    return step_to(env, agent_id, env.iron)


def ore_ahead(env, cell, orientation):
    filled = set(env.alive)
    return next((place for place in beam_cells(env, cell, orientation) if place in filled), None)
"""

_TEXT = """\
You write one Python function `policy(env, agent_id) -> int`. It is called once a step for each of the {n} agents; \
all agents run this same function{self_play}, and only `agent_id`, 0 to {last}, tells them apart. An episode has \
{steps} steps. Start cells and orientations are drawn anew for each episode.

# World

A grid of {height} rows and {width} columns; positions are (row, column), row 0 is the north edge. A cell number is \
row * {width} + column. An agent faces an orientation: 0 north (row - 1), 1 east (column + 1), 2 south, 3 west. \
{sharing} A move into a wall does nothing. {sight}

Actions, relative to the agent's orientation: 0 forward, 1 backward, 2 step left, 3 step right, 4 rotate left, \
5 rotate right, 6 mining beam, 7 stand.

The map (# wall, o ore site, S spawn, . floor):

{drawing}

# Rules

Each step has three phases, in this order:
1. Struck gold whose time has run out is whole again.
2. Agents act {order}, each action taking effect at once.
3. On each empty ore site without an agent, iron appears with probability {iron_chance:g}, gold with {gold_chance:g}. \
At the start all sites are empty.

The mining beam reaches {length} cells ahead in a straight line and works on the first ore there; {walls}, agents do \
not stop it, and nobody is harmed. After a beam an agent's next one works {rest} steps later at the earliest; until \
then action 6 does nothing.
- Iron is mined by one beam: reward +{iron:g}, the site is empty.
- Gold takes two agents. The first beam strikes it; if a beam of another agent reaches it within {window} steps, that \
step included (in the same step, or up to {later} steps later), both get +{gold:g} and the site is empty. Else it is \
whole again.

Agents may walk over ore. An agent on a site keeps ore from appearing there.

# What `env` offers (read-only; a fresh snapshot each step)

Plain Python, fast:
- env.positions, env.orientations: lists of {n} integers; positions are cell numbers
- env.ready: for each agent whether its beam works in this step; env.hits: steps of rest left
- env.iron, env.gold: cells with iron and with gold, row-major; env.alive: cells with any ore
- env.struck: a dict from cells with struck gold to the agent that struck it
- env.ores: state of each site: 0 empty, 1 iron, 2 gold, 3 + i gold that agent i struck; env.timers: per site, more \
than 1 while another agent can still finish the gold in this step
- env.ore_cells: all {sites} sites; env.open_cells: walkable cells; env.step_count: steps played
- env.memo: a dict emptied each step, to share work between agents; env.static: a dict kept for the episode, for what \
depends on the map alone{memory}
{seen}
Arrays and numbers:
- env.agent_pos ({n}, 2), env.agent_orient ({n},), env.walls ({height}, {width})
- env.height, env.width, env.n_agents, env.beam_length

# Functions in scope, besides builtins, `np` and `deque`

- distance(a, b): steps between two cells (255 = unreachable); distance_row(a): bytes, the distance from a to each cell
- field_to(env, cells): bytes, for each cell the distance to the nearest of `cells`
- step_to(env, agent, cells), step_to_cell(env, agent, cell): action that starts a shortest path (7 if there or none)
- step_along(env, agent, field): action that descends a field
- move(env, agent, dr, dc): action for a unit step in map directions
- turn_to(env, agent, orientation): action that turns towards an orientation, None when facing it
- beam_cells(env, cell, orientation): cells of a beam, nearest first
- match(costs): minimum-cost assignment of rows to columns, a list with -1 for unmatched rows
- Action, Orientation

You may import array, bisect, collections, copy, dataclasses, enum, fractions, functools, heapq, itertools, math, \
operator, random, re, statistics, string, time, typing and numpy. `random` and `np.random` are seeded.

# Example

```python
{example}```

# Not allowed

No files, network, processes or threads; they are out of reach. Assigning to `env` raises. What a policy raises, or \
returns instead of an integer from 0 to 7, counts as a slip: that agent stands still for the step. A program that runs \
too long, uses too much memory or does not compile is invalid.

# Objective

Maximise {objective}: {meaning}. All metrics:
{metrics}

Answer with one complete Python program that defines `policy(env, agent_id)`.
"""

_SIGHT = """\
An agent sees a window only: its own row of cells and those up to {ahead} cells ahead, each as far as {sideways} cells \
to its left and right; nothing behind it. Walls do not block the view. Each agent runs in a process of its own, which \
is sent what that agent sees and nothing else, so agents share no variables."""
_SEEN = """\
- env.seen: cells in view, row-major. An agent out of view has position, orientation and hits -1; a site out of view \
looks empty
"""


def write(  # what a text depends on
    board: Map,
    n_agents: int,
    steps: int,
    rules: MiningRules,
    metrics: tuple[Metric, ...],
    window: tuple[int, int] | None = None,
) -> str:
    """Return the complete system prompt; ``window`` is how far agents see ahead and sideways, if not all."""
    objective = next(metric for metric in metrics if metric.role == "objective")
    text = _TEXT.format(
        n=n_agents,
        last=n_agents - 1,
        steps=steps,
        height=board.height,
        width=board.width,
        self_play="" if window else " (self-play)",
        sight=_SIGHT.format(ahead=window[0], sideways=window[1]) if window else "Everybody sees the whole grid.",
        sharing="A cell holds one agent: moving onto an agent does nothing."
        if rules.exclusive_cells
        else "Several agents may share a cell; agents never block each other.",
        drawing=draw(board).replace("A", "o"),
        order="in a random order" if rules.fair_order else "in index order",
        length=rules.beam_length,
        walls="walls stop it" if rules.walls_stop_beams else "walls do not stop it",
        rest=rules.rest,
        iron=rules.iron_reward,
        gold=rules.gold_reward,
        iron_chance=rules.iron_chance,
        gold_chance=rules.gold_chance,
        window=rules.window,
        later=rules.window - 1,
        sites=len(board.apples),
        memory="; both belong to one agent" if window else "",
        seen=_SEEN if window else "",
        example=EXAMPLE,
        objective=objective.name,
        meaning=objective.meaning,
        metrics="\n".join(f"- {metric.name}: {metric.meaning}" for metric in metrics),
    )
    return "\n".join(wrap(line) for line in text.split("\n"))
