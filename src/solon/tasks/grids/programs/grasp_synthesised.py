"""GRASP, found by the offline search: walks the best loop, found by joining two halves."""

# ruff: noqa: ARG001, PYI024  # the arguments are the task's
# pyright: basic

import collections

ACTIONS = 20  # that are carried out
MOVE_COST = 1  # how often the step cost is charged for a move
OTHER_COST = 0  # and for every other action
World = collections.namedtuple("World", "near energy start columns")
STEPS = [("UP", -1, 0), ("DOWN", 1, 0), ("LEFT", 0, -1), ("RIGHT", 0, 1)]
DIAGONALS = [("UPLEFT", -1, -1), ("UPRIGHT", -1, 1), ("DOWNLEFT", 1, -1), ("DOWNRIGHT", 1, 1)]
HALF = 8  # moves of the longest half of a loop
WIDTH = 33  # ways to each cell that are kept for each length


def policy(grid_text, start, movement, carry_limit, step_cost):
    """Return the list of actions for one grid."""
    world = read(grid_text, start, movement)
    return collect(world, step_cost)


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


def collect(world, step_cost):
    """Return the actions of the best loop: two ways from the start to the same cell, one of them walked back.

    A loop of n moves leaves ACTIONS - n - 1 takes and meets at most n - 1 cells beside the start.
    """
    ways, best, loop = [{world.start: {0: None}}], 0.0, None

    def most(moves):
        return min(moves - 1, ACTIONS - 1 - moves)

    lengths = range(2, min(2 * HALF, ACTIONS - 2) + 1)
    for moves in sorted(lengths, key=lambda moves: -worth(most(moves), moves, 1, step_cost)):
        if worth(most(moves), moves, 1, step_cost) <= best:
            break
        while len(ways) <= (moves + 1) // 2:
            ways.append(longer(world, ways[-1]))
        least = next(units for units in range(ACTIONS) if worth(units, moves, 1, step_cost) > best)
        found = joined(ways[(moves + 1) // 2], ways[moves // 2], least, most(moves))
        if found:
            units, *halves = found
            best, loop = worth(units, moves, 1, step_cost), (moves, units, halves)
    if loop is None:
        return []
    moves, units, (cell, one, other) = loop
    there = traced(world, ways[: (moves + 1) // 2 + 1], cell, one)
    back = traced(world, ways[: moves // 2 + 1], cell, other)
    walk = there[1:] + back[-2::-1]
    wanted = [cell for cell in dict.fromkeys(walk) if cell in world.energy][:units]
    return carried_out(world, walk, wanted)


def longer(world, ways):
    """Return the ways one move longer: for each cell, the sets of units met (as bits) and the cell before."""
    grown = {}
    for cell, met in ways.items():
        for other in world.near[cell]:
            bit = 1 << other if other in world.energy else 0
            there = grown.setdefault(other, {})
            for units in met:
                there.setdefault(units | bit, cell)
    for cell, met in grown.items():
        richest = sorted(met, key=int.bit_count, reverse=True)[:WIDTH]
        grown[cell] = {units: met[units] for units in richest}
    return grown


def joined(ways, others, least, most):
    """Return the most units, at least ``least``, that two ways to one cell meet together, the cell and both sets."""
    best = None
    for cell, met in ways.items():
        partners = [(other, other.bit_count()) for other in others.get(cell, ())]
        for units in met:
            if not partners or units.bit_count() + partners[0][1] < least:
                break
            for other, count in partners:
                if units.bit_count() + count < least:
                    break
                together = (units | other).bit_count()
                if together >= least:
                    best, least = (min(together, most), cell, units, other), together + 1
                    if least > most:
                        return best
    return best


def traced(world, ways, cell, units):
    """Return the cells of a way, from the start on."""
    cells = [cell]
    for length in range(len(ways) - 1, 0, -1):
        before = ways[length][cell][units]
        bit = 1 << cell if cell in world.energy else 0
        units = units if units in ways[length - 1][before] else units & ~bit
        cell = before
        cells.append(cell)
    return cells[::-1]
