"""The GRASP program that plans trips where an agent can carry little; data, see ``frame.py``."""

# ruff: noqa: F821, B905  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
CANDIDATES = 10  # nearest units that trips are made of


def ferry(world, limit, step_cost):
    """Return the actions of the trips that are worth most together; a trip fetches one unit or two."""
    home = distances(world, world.start)
    units = sorted((cell for cell in world.energy if cell in home), key=lambda cell: (home[cell], cell))[:CANDIDATES]
    trips = []
    for place, one in enumerate(units):
        trips.append((2 * home[one], (one,)))
        if limit > 1:
            steps = distances(world, one)
            trips += [(home[one] + steps[other] + home[other], (one, other)) for other in units[place + 1 :]]
    trips = [(worth(len(cells), moves, 1, step_cost), moves + len(cells) + 1, cells) for moves, cells in trips]
    trips = [trip for trip in trips if trip[0] > 0 and trip[1] <= ACTIONS]
    trips.sort(key=lambda trip: (-trip[0] / trip[1], trip[1]))
    actions = []
    for _, _, cells in chosen(trips):
        goals = [*cells, world.start]
        walk = [cell for goal, before in zip(goals, [world.start, *goals]) for cell in way(world, before, goal)]
        actions += carried_out(world, walk, cells)
    return actions


def chosen(trips):
    """Return the trips, no two for the same unit, that fit and are worth most together: branch and bound."""
    best, found = 0.0, []

    def extend(first, spare, value, taken):
        nonlocal best, found
        if value > best + 1e-9:
            best, found = value, taken
        for place in range(first, len(trips)):
            gain, spent, cells = trips[place]
            if value + spare * gain / spent <= best + 1e-9:
                return
            if spent <= spare and not any(cell in other[2] for other in taken for cell in cells):
                extend(place + 1, spare - spent, value + gain, [*taken, trips[place]])

    extend(0, ACTIONS, 0.0, [])
    return found
