"""The words about the levels of MiniGrid that a proposer reads: brief, simple plan, stages of a curriculum."""

from typing import Final

ENDS: Final = {
    "door": "The level is solved when the locked door opens.",
    "goal": "The level is solved when the agent steps on the goal.",
    "box": "The level is solved when the agent picks up the box.",
}

_INTERFACE: Final = """\
Write a Python function policy(grid, direction) -> list of actions. It is called once for each instance, sees the whole
grid and returns all actions of the episode beforehand; they are carried out one after the other. One function must do
for any instance of the level. The standard library and NumPy may be imported; there are no files and no network.

grid is a list of rows of cell names: "wall", "empty", "agent", "goal", a key such as "yellow key", a box such as
"red box", a door such as "locked yellow door". Colours vary. direction is where the agent looks at first: "right",
"down", "left" or "up".

Actions, each one step: LEFT and RIGHT turn by a quarter. MOVE goes to the cell ahead if it is empty, the goal or an
open door. PICKUP takes the key or box ahead if the hands are empty. DROP puts what is carried into the empty cell
ahead. UNLOCK opens a locked door ahead with the key of its colour in hand; the key stays in hand, and the same action
shuts an open door. An action that is impossible uses its step and changes nothing. So does any other word, which
counts as a failed decision; a function that raises or returns no list does nothing at all.
"""

_AIM: Final = """
{ends} The reward is then 1 - 0.9 * steps / {limit}.
Without a solution after {limit} steps, or at the end of the list, it is 0. A shorter list is better.

An instance, one row a line:

{instance}
with direction "{direction}"; a list that solves it:

{solution}
"""

_FORM: Final = """
The form of a program:

```python
def policy(grid, direction):
    row, column = next((r, c) for r, line in enumerate(grid) for c, name in enumerate(line) if name == "agent")
    return ["MOVE", "LEFT"]
```
"""

BRIEF: Final = _INTERFACE + _AIM + _FORM

OPENING: Final = (
    _INTERFACE
    + """
The task is told in stages, its simplest form first. An instance, one row a line:

{instance}
with direction "{direction}".
"""
    + _FORM
)
"""The brief without an aim: stages bring it."""

PSEUDOCODE: Final = """\
find the key; go to a cell beside it by breadth-first search over the empty cells, turn to it, PICKUP
go to a cell beside the locked door in the same way, turn to it, UNLOCK
if there is a goal: go through the door and onto the goal in the same way
if there is a box: turn to an empty cell, DROP the key, go to a cell beside the box, turn to it, PICKUP"""
"""A plan that works and is not the shortest."""

_BEYOND: Final = {
    "door": (),
    "goal": ("Update your program: behind the open door, go on to the goal and step on it.",),
    "box": (
        "Update your program: behind the open door, go to the box and turn to it.",
        "Update your program: the box needs empty hands, so put the key down before, where it is not in the way.",
    ),
}


def stages(ends: str, limit: int) -> tuple[str, ...]:
    """Return the subgoals of a level, one a turn, and at last that steps count."""
    return (
        "Begin with the simplest form of the task: go to the key, turn to it and pick it up.",
        "Update your program: then go to the locked door, turn to it and open it.",
        *_BEYOND[ends],
        (
            "Update your program: every turn and every action is a step, and the fewer steps, the higher the reward: "
            f"1 - 0.9 * steps / {limit}, and 0 without a solution after {limit} steps."
        ),
    )
