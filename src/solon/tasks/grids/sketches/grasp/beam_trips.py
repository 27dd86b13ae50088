"""The GRASP program that searches with a beam where an agent can carry little; data, see ``frame.py``."""


# ruff: noqa: F821  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
def ferry(world, limit, step_cost):
    """Return the actions that a beam search finds."""
    return beam(world, limit, step_cost)
