"""The greedy GRASP program where an agent can carry little; data, see ``frame.py``."""


# ruff: noqa: ARG001, F821  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
def ferry(world, limit, step_cost):
    """Return the actions of an agent that takes the nearest unit and goes home whenever it can carry no more."""
    return gather(world, world.energy, limit)
