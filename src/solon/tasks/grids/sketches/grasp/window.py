"""The GRASP program that goes where most energy lies; data, see ``frame.py``."""

# ruff: noqa: ARG001, F821  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
WINDOW = 3  # rows and columns of a window
AWAY = 0.5  # units that a step of the way there and back counts for


def collect(world, step_cost):
    """Return the actions of an agent that gathers in the window with most energy for its distance, else nearby."""
    home = distances(world, world.start)
    best, chosen = 0.0, world.energy
    for corner in range(len(world.near)):
        row, column = divmod(corner, world.columns)
        window = {
            r * world.columns + c
            for r in range(row, row + WINDOW)
            for c in range(column, min(column + WINDOW, world.columns))
        }
        units = window & world.energy & home.keys()
        if units:
            value = min(len(units), ACTIONS // 2 - 1) - AWAY * min(home[cell] for cell in units)
            if value > best:
                best, chosen = value, units
    return gather(world, chosen, ACTIONS)
