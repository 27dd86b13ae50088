"""GRASP: take the nearest unit, and turn round for good when the way back would no longer fit."""
# ruff: noqa: ARG001  # the arguments are the task's; nothing secret is drawn
# pyright: basic, reportOptionalSubscript=false, reportGeneralTypeIssues=false, reportArgumentType=false

from collections import deque

ACTIONS = 20
STEPS = {"UP": (-1, 0), "DOWN": (1, 0), "LEFT": (0, -1), "RIGHT": (0, 1)}
DIAGONALS = {"UPLEFT": (-1, -1), "UPRIGHT": (-1, 1), "DOWNLEFT": (1, -1), "DOWNRIGHT": (1, 1)}


def policy(grid_text, start, movement, carry_limit, step_cost):
    """Return the list of actions for one grid; the carry limit is kept, the step cost is not looked at."""
    lines = grid_text.split("\n")
    rows, columns = (len(lines) - 1) // 2, (len(lines[1]) - 3) // 4
    cells = {(row, column): lines[2 + 2 * row][4 + 4 * column] for row in range(rows) for column in range(columns)}
    energy = {cell for cell, letter in cells.items() if letter == "E"}
    open_cells = {cell for cell, letter in cells.items() if letter != "O"}
    moves = STEPS | DIAGONALS if movement == "eight" else STEPS
    start = tuple(start)
    here, carried, actions = start, 0, []
    while True:
        way = search(here, energy, open_cells, moves) if carried < carry_limit else None
        back = search(way[1], {start}, open_cells, moves) if way else None
        if way and len(actions) + len(way[0]) + 1 + len(back[0]) + 1 <= ACTIONS:
            here = way[1]
            energy.discard(here)
            actions += [*way[0], "TAKE"]
            carried += 1
        elif carried:
            actions += [*search(here, {start}, open_cells, moves)[0], "DROP"]
            full, here, carried = carried == carry_limit, start, 0
            if not full:
                return actions
        else:
            return actions


def search(origin, goals, open_cells, moves):
    """Return the moves to the nearest goal and its cell, breadth first; None if there is none."""
    before, queue = {origin: None}, deque([origin])
    while queue:
        cell = queue.popleft()
        if cell in goals:
            goal, names = cell, []
            while before[cell]:
                name, cell = before[cell]
                names.append(name)
            return names[::-1], goal
        for name, (down, right) in moves.items():
            other = (cell[0] + down, cell[1] + right)
            if other in open_cells and other not in before:
                before[other] = (name, cell)
                queue.append(other)
    return None
