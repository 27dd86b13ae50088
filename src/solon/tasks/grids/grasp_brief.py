"""The words about GRASP that a proposer reads: the brief, the reference pseudocode and the stages of the curriculum."""

from typing import Final

from solon.tasks.grids.grasp_world import ACTIONS, UNLIMITED, Instance, Scoring, text

_BRIEF: Final = """\
Write a Python function policy(grid_text, start, movement, carry_limit, step_cost) that plans for an agent on a grid. \
It is called once for each instance and returns the whole list of actions, at most {actions}; they are carried out \
one after the other, and what comes after the {actions}th is cut off. One function must do for every instance. The \
standard library and NumPy may be imported; there are no files and no network.

# Rules

- A cell is empty, holds one unit of energy (E), is an obstacle (O), or is where the agent starts (A, without energy).
- Moves: {moves}. A move off the grid or onto an obstacle fails. A diagonal move looks at its target alone.
- TAKE: the agent picks up one unit from its cell, if one lies there and it carries fewer than its limit.
- DROP: the agent puts all that it carries into its cell. Energy may be dropped and taken anywhere.
- An action that fails changes nothing and uses one of the {actions}.
- What counts in the end is the energy that lies in the start cell, less what the actions cost. Carried energy is \
worth nothing.
- {cost}

# Arguments

- grid_text: the grid as below. Row i stands on line 2 + 2 * i, its column j at character 4 + 4 * j. Most grids have \
11 rows and 11 columns; read the numbers off the text.
- start: [row, column] of the agent.
- movement: "four" or "eight".
- carry_limit: how many units the agent can carry, {unlimited} for no limit. Here: {limits}.
- step_cost: what is charged for {charged}. Here: {costs}.

A list holds names of moves, "TAKE" and "DROP". Whoever raises or returns no list gets nothing for that instance.

# An instance

start = {start}

{grid}

# The form of a program

```python
def policy(grid_text, start, movement, carry_limit, step_cost):
    lines = grid_text.split("\\n")
    rows, columns = (len(lines) - 1) // 2, (len(lines[1]) - 3) // 4
    cells = [[lines[2 + 2 * row][4 + 4 * column] for column in range(columns)] for row in range(rows)]
    return ["UP", "TAKE", "DOWN", "DROP"]
```

# Objective

Maximise the mean over instances that you have not seen. They are drawn from {kinds}.
"""

_MOVES: Final = {
    "four": "UP, DOWN, LEFT, RIGHT",
    "eight": "UP, DOWN, LEFT, RIGHT, UPLEFT, UPRIGHT, DOWNLEFT, DOWNRIGHT",
    "both": "UP, DOWN, LEFT, RIGHT; where movement is eight, also UPLEFT, UPRIGHT, DOWNLEFT, DOWNRIGHT",
}
_CHARGED: Final = {
    "moves": ("each move that takes place", "Each move that takes place costs step_cost."),
    "all-actions": ("each action carried out", "Each action that is carried out costs step_cost, also one that fails."),
    "published": (
        "the whole list, four or eight times",
        "The list costs step_cost times the number of directions, whatever is done (a fault of the published scorer).",
    ),
}


def brief(instance: Instance, movement: str, limits: str, costs: str, scoring: Scoring, kinds: str) -> str:
    """Return the complete system prompt."""
    charged, cost = _CHARGED[scoring]
    return _BRIEF.format(
        actions=ACTIONS,
        moves=_MOVES[movement],
        cost=cost,
        charged=charged,
        unlimited=UNLIMITED,
        limits=limits,
        costs=costs,
        start=list(instance.place(instance.start)),
        grid=text(instance),
        kinds=kinds,
    )


_OPENING: Final = """\
Write a Python function policy(grid_text, start, movement, carry_limit, step_cost) that plans for an agent on a grid. \
It is called once for each instance and returns the whole list of actions; they are carried out one after the other. \
One function must do for every instance. The standard library and NumPy may be imported; there are no files and no \
network. The task is told in stages, its simplest form first.

# Rules of the simplest form

- A cell is empty, holds one unit of energy (E), or is where the agent starts (A, without energy).
- Moves: {moves}. A move off the grid fails and changes nothing.
- TAKE: the agent picks up one unit from its cell, if one lies there.
- DROP: the agent puts all that it carries into its cell. Energy may be dropped and taken anywhere.
- What counts is the energy that lies in the start cell in the end. Carried energy is worth nothing.

# Arguments

- grid_text: the grid as below. Row i stands on line 2 + 2 * i, its column j at character 4 + 4 * j. Most grids have \
11 rows and 11 columns; read the numbers off the text.
- start: [row, column] of the agent.
- movement, carry_limit, step_cost: leave them aside until a stage speaks of them.

A list holds names of moves, "TAKE" and "DROP". Whoever raises or returns no list gets nothing for that instance.

# An instance

start = {start}

{grid}
"""


def opening(instance: Instance) -> str:
    """Return the brief of the simplest form of the task, with an instance of that form."""
    return _OPENING.format(moves=_MOVES["four"], start=list(instance.place(instance.start)), grid=text(instance))


def stages(scoring: Scoring) -> tuple[str, ...]:
    """Return the constraints one a turn; the arguments of the function are the same from the first turn on."""
    return (
        "Begin with the simplest form of the task.",
        (
            f"Update your program: at most {ACTIONS} actions are carried out, what comes after them is cut off, and an "
            "action that fails is one of them. The energy must lie in the start cell by then."
        ),
        f'Update your program: movement is "four" or "eight". Where it is "eight" the moves are {_MOVES["eight"]}.',
        (
            "Update your program: the agent may carry no more than carry_limit units at once, and TAKE fails beyond "
            f"that; {UNLIMITED} stands for no limit."
        ),
        (
            f"Update your program: {_CHARGED[scoring][1]} It is taken off the energy in the start cell, so that some "
            "energy is not worth its way."
        ),
        (
            "Update your program: a cell may be an obstacle (O). A move onto it fails, a diagonal move looks at its "
            "target alone, and not every cell can be reached."
        ),
    )


def rules(told: str) -> str:
    """Return the rules alone, out of a brief."""
    _, heading, rest = told.partition("# Rules")
    return f"{heading}{rest.partition('# Arguments')[0]}"


def instance(it: Instance) -> str:
    """Return one instance as it is asked about: its settings and its grid."""
    return (
        f"The agent starts at row {it.place(it.start)[0]}, column {it.place(it.start)[1]}; movement "
        f"{it.movement!r}, carry limit {it.carry_limit}, step cost {it.step_cost:g}; rows and "
        f"columns are counted from 0. At most {ACTIONS} actions are carried out.\n\n{text(it)}"
    )


PSEUDOCODE: Final = """\
repeat:
    find the nearest cell with energy by breadth-first search
    if going there, taking it, and going back to the start to drop everything no longer fits into the actions left:
        go back to the start by a shortest way, drop everything, and stop
    go there by a shortest way and take the energy"""
"""The greedy agent that is to be extended."""
