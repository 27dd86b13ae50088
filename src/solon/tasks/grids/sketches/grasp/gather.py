"""Greedy gathering, used by several GRASP programs; data, see ``frame.py``."""

# ruff: noqa: F821  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
CROWD = 0.0  # steps that a unit with one more unit beside it may be farther away
HOMEWARD = 0.0  # steps that a unit nearer by one to the start may be farther away


def gather(world, wanted, limit):
    """Return the actions of an agent that takes the best unit next while the way back still fits."""
    home, left = distances(world, world.start), set(wanted) & distances(world, world.start).keys()
    actions, here, carried = [], world.start, 0
    while True:
        steps = distances(world, here)
        spare = ACTIONS - len(actions)
        fitting = [cell for cell in left if steps[cell] + home[cell] + 2 <= spare] if carried < limit else []
        if fitting:
            goal = min(fitting, key=lambda cell: (effort(world, cell, steps, home, left), cell))
        elif carried:
            goal = world.start
        else:
            return actions
        for cell in way(world, here, goal):
            actions.append(world.near[here][cell])
            here = cell
        actions.append("TAKE" if fitting else "DROP")
        carried = carried + 1 if fitting else 0
        left.discard(goal)


def effort(world, cell, steps, home, left):
    """Return the steps to a unit, less what speaks for it."""
    crowd = sum(other in left for other in world.near[cell])
    return steps[cell] - CROWD * crowd + HOMEWARD * home[cell]
