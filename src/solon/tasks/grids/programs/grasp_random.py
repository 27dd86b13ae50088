"""GRASP: twenty actions at random, as the publication's random agent."""
# ruff: noqa: ARG001, S311  # the arguments are the task's; nothing secret is drawn
# pyright: basic

import random

MOVES = ("UP", "DOWN", "LEFT", "RIGHT")
DIAGONALS = ("UPLEFT", "UPRIGHT", "DOWNLEFT", "DOWNRIGHT")


def policy(grid_text, start, movement, carry_limit, step_cost):
    """Return twenty actions, each with the same probability."""
    moves = MOVES + DIAGONALS if movement == "eight" else MOVES
    return random.choices((*moves, "TAKE", "DROP"), k=20)
