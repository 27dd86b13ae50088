"""The GRASP program that keeps the most promising beginnings; data, see ``frame.py``."""

# ruff: noqa: C901, F821  # the parts of one program, cut and joined
# pyright: basic, reportUndefinedVariable=false
# ----
BEAM = 30  # beginnings that are kept for each number of actions
NEARBY = 0.2  # units that a unit beside the agent counts for
BANKED = 0.1  # what a unit counts for in addition once it is dropped


def collect(world, step_cost):
    """Return the actions that a beam search finds."""
    return beam(world, ACTIONS, step_cost)


def beam(world, limit, step_cost):
    """Return the actions of the best complete plan among the most promising beginnings.

    A beginning is (promise, cell, units met as bits, carried, banked, moves, actions as a chain).
    """
    home = distances(world, world.start)
    stages = [{} for _ in range(ACTIONS + 1)]
    stages[0][world.start, 0, 0, 0] = (0.0, 0, 0, None)
    best, plan = 0.0, None
    for spent in range(ACTIONS):
        ranked = sorted(stages[spent].items(), key=lambda item: -item[1][0])[:BEAM]
        for (cell, taken, carried, banked), (_, moves, drops, chain) in ranked:
            following = []
            for other, action in world.near[cell].items():
                following.append((other, taken, carried, banked, moves + 1, drops, [action]))
                if other in world.energy and not taken >> other & 1 and carried < limit:
                    taken_too = taken | 1 << other
                    following.append((other, taken_too, carried + 1, banked, moves + 1, drops, [action, "TAKE"]))
            if cell == world.start and carried:
                following.append((cell, taken, 0, banked + carried, moves, drops + 1, ["DROP"]))
            for cell_, taken_, carried_, banked_, moves_, drops_, actions in following:
                then = spent + len(actions)
                if then + home[cell_] + (carried_ > 0) > ACTIONS:
                    continue
                value = worth(banked_, moves_, drops_, step_cost)
                if value > best:
                    best, plan = value, (chain, actions)
                nearby = sum(other in world.energy and not taken_ >> other & 1 for other in world.near[cell_])
                promise = worth(banked_ + carried_, moves_, drops_, step_cost) + NEARBY * nearby + BANKED * banked_
                key = (cell_, taken_, carried_, banked_)
                if key not in stages[then] or stages[then][key][0] < promise:
                    stages[then][key] = (promise, moves_, drops_, (chain, actions))
    found = []
    while plan:
        plan, actions = plan
        found = actions + found
    return found
