"""The GRASP program that plans a loop; data, see ``frame.py``."""

# ruff: noqa: F821  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
HALF = 5  # moves of the longest half of a loop
WIDTH = 30  # ways to each cell that are kept for each length


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
