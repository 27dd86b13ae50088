"""Share the patches out, leave five apples in each of the large ones and two in the small ones until the end.

An agent stays in its own garden; it takes the nearest apple while more than the stock are live, and it steps aside
when another agent is in its way.
"""

STAND = 7
END = 980


def gardens(env):
    """Return the patches as lists of cells, large ones first."""
    if "gardens" not in env.static:
        left, found = set(env.apple_cells), []
        while left:
            patch, frontier = set(), {min(left)}
            while frontier:
                patch |= frontier
                frontier = {cell for cell in left - patch if any(near(env, cell, other) for other in frontier)}
            left -= patch
            found.append(sorted(patch))
        env.static["gardens"] = sorted(found, key=lambda patch: (-len(patch), patch))
    return env.static["gardens"]


def near(env, one, other):
    row, column = one // env.width - other // env.width, one % env.width - other % env.width
    return row**2 + column**2 <= 4


def policy(env, agent_id) -> int:
    if env.timeouts[agent_id]:
        return STAND
    garden = gardens(env)[agent_id % len(gardens(env))]
    live = [cell for cell in garden if cell in set(env.alive)]
    stock = 0 if env.step_count >= END else 5 if len(garden) > 6 else 2
    if len(live) > stock:
        return walk(env, agent_id, min(live, key=distance_row(env.positions[agent_id]).__getitem__))
    return STAND


def walk(env, agent, goal):
    """Return the action for the free neighbouring cell that is nearest to the goal."""
    here, steps = env.positions[agent], distance_row(goal)
    best, action = steps[here] + 2, STAND
    for dr, dc in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        cell = here + dr * env.width + dc
        if steps[cell] < best and cell not in env.positions:
            best, action = steps[cell], move(env, agent, dr, dc)
    return action
