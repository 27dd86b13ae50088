"""What all GRASP programs share; data from which ``grasp_sketch.py`` puts programs together; nobody imports it."""

# ruff: noqa: F821, PYI024  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
import collections

ACTIONS = 20  # that are carried out
MOVE_COST = 1  # how often the step cost is charged for a move
OTHER_COST = 0  # and for every other action

World = collections.namedtuple("World", "near energy start columns")

STEPS = [("UP", -1, 0), ("DOWN", 1, 0), ("LEFT", 0, -1), ("RIGHT", 0, 1)]
DIAGONALS = [("UPLEFT", -1, -1), ("UPRIGHT", -1, 1), ("DOWNLEFT", 1, -1), ("DOWNRIGHT", 1, 1)]


def policy(grid_text, start, movement, carry_limit, step_cost):
    """Return the list of actions for one grid."""
    world = read(grid_text, start, movement)
    if carry_limit < ACTIONS:  # only load=any
        return ferry(world, carry_limit, step_cost)  # only load=any
    return ferry(world, carry_limit, step_cost)  # only load=limited
    return collect(world, step_cost)  # only load=free any


def read(grid_text, start, movement):
    """Return the grid: for each cell its neighbours by action, the cells with energy, the start."""
    lines = grid_text.split("\n")
    rows, columns = (len(lines) - 1) // 2, (len(lines[1]) - 3) // 4
    letters = "".join(lines[2 + 2 * row][4::4][:columns] for row in range(rows))
    near = []
    for row in range(rows):
        for column in range(columns):
            near.append({})
            for action, down, right in STEPS + (DIAGONALS if movement == "eight" else []):
                r, c = row + down, column + right
                if 0 <= r < rows and 0 <= c < columns and letters[r * columns + c] != "O":
                    near[-1][r * columns + c] = action
    energy = {cell for cell, letter in enumerate(letters) if letter == "E"}
    return World(near, energy, start[0] * columns + start[1], columns)


def worth(units, moves, drops, step_cost):
    """Return what units in the start cell are worth after so many moves and drops."""
    return units - step_cost * (MOVE_COST * moves + OTHER_COST * (units + drops))


def distances(world, origin):
    """Return the steps from a cell to every cell that can be reached."""
    steps, queue = {origin: 0}, collections.deque([origin])
    while queue:
        cell = queue.popleft()
        for other in world.near[cell]:
            if other not in steps:
                steps[other] = steps[cell] + 1
                queue.append(other)
    return steps


def way(world, origin, goal):
    """Return the cells of a shortest way, without the origin."""
    steps, cells = distances(world, goal), [origin]
    while cells[-1] != goal:
        cells.append(min(world.near[cells[-1]], key=lambda cell: steps.get(cell, 999)))
    return cells[1:]


def carried_out(world, walk, wanted):
    """Return the actions of a walk from the start that takes each wanted unit when it is first met."""
    here, wanted, actions = world.start, set(wanted), []
    for cell in walk:
        actions.append(world.near[here][cell])
        here = cell
        if cell in wanted:
            wanted.discard(cell)
            actions.append("TAKE")
    return [*actions, "DROP"]
