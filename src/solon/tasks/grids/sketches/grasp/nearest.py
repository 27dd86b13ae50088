"""The greedy GRASP program; data, see ``frame.py``."""


# ruff: noqa: ARG001, F821  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
def collect(world, step_cost):
    """Return the actions of an agent that always takes the nearest unit, if the way back still fits."""
    return gather(world, world.energy, ACTIONS)
