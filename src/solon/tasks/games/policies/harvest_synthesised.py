"""Harvest: take apples so that others grow.

In every patch the apples that let most others grow are kept. Agents are matched with ripe apples by the shortest ways.
An agent without an apple stands. They walk around apples that are to be kept. Agents step aside for one another.
"""

SPARE = 0  # apples beyond the seed that must live before one is taken
END = 985  # step from which everything is taken
MOST_WAYS = 2000  # searches that are kept
# Row and column of the apples that are kept.
SEED = (
    (1, 1),
    (1, 3),
    (1, 21),
    (1, 22),
    (2, 1),
    (2, 7),
    (2, 9),
    (2, 14),
    (2, 16),
    (2, 21),
    (3, 8),
    (3, 15),
    (4, 7),
    (4, 9),
    (4, 14),
    (4, 16),
    (7, 2),
    (7, 4),
    (7, 19),
    (7, 21),
    (8, 3),
    (8, 20),
    (9, 2),
    (9, 4),
    (9, 19),
    (9, 21),
)


def policy(env, agent_id):
    """Return one agent's action; the first agent asked in a step plans for all."""
    if env.timeouts[agent_id]:
        return Action.STAND
    if "goals" not in env.memo:
        env.memo["goals"] = assign(env, env.alive if env.step_count >= END else ripe(env))
    goal = env.memo["goals"].get(agent_id)
    return walk(env, agent_id, rest(env, agent_id) if goal is None else goal)


def ripe(env):
    """Return the apples that may be taken: those that are no seed, in patches with as many live ones as seed."""
    alive = set(env.alive)
    seed = seeds(env)
    found = []
    for patch in patches(env):
        live = [cell for cell in patch if cell in alive]
        if len(live) > SPARE + sum(cell in seed for cell in patch):
            found += [cell for cell in live if cell not in seed]
    return found


def seeds(env):
    """Return the cells of the apples that are kept."""
    if "seeds" not in env.static:
        env.static["seeds"] = {row * env.width + column for row, column in SEED}
    return env.static["seeds"]


def disc(env):
    """Return for each apple cell the other ones within a Euclidean distance of 2."""
    if "disc" not in env.static:
        places = {cell: divmod(cell, env.width) for cell in env.apple_cells}
        env.static["disc"] = {
            cell: [other for other, (r, c) in places.items() if 0 < (r - row) ** 2 + (c - column) ** 2 <= 4]
            for cell, (row, column) in places.items()
        }
    return env.static["disc"]


def patches(env):
    """Return the patches, classes of apple cells linked by growth, large ones first."""
    if "patches" not in env.static:
        left, found = set(env.apple_cells), []
        while left:
            patch, frontier = set(), {min(left)}
            while frontier:
                patch |= frontier
                frontier = {other for cell in frontier for other in disc(env)[cell]} - patch
            left -= patch
            found.append(sorted(patch))
        env.static["patches"] = sorted(found, key=lambda patch: (-len(patch), patch))
    return env.static["patches"]


def active(env):
    """Return the agents that can act."""
    return [agent for agent in range(env.n_agents) if env.timeouts[agent] == 0]


def assign(env, cells):
    """Return the apple that each agent goes for: one each, so that the ways are shortest in all."""
    agents = active(env)
    rows = [distance_row(env.positions[agent]) for agent in agents]
    chosen = match([[row[cell] for cell in cells] for row in rows]) if cells and agents else []
    return {agent: cells[place] for agent, place in zip(agents, chosen) if place >= 0}


def rest(env, agent):
    """Return where an agent without an apple goes: it stays."""
    return env.positions[agent]


def walk(env, agent, goal):
    """Return the step to the free neighbouring cell that is nearest to the goal, if only by a detour."""
    here, steps = env.positions[agent], way(env, agent, goal)
    if here == goal:
        return Action.STAND
    ways = ((-1, 0), (1, 0), (0, -1), (0, 1)) if agent % 2 else ((0, 1), (0, -1), (1, 0), (-1, 0))
    best, action = steps[here] + 2, Action.STAND
    for dr, dc in ways:
        cell = here + dr * env.width + dc
        if steps[cell] < best and cell not in env.positions:
            best, action = steps[cell], move(env, agent, dr, dc)
    return action


def way(env, agent, goal):
    """Return the steps from every cell to the goal that do not lead over apples which are to be kept."""
    if env.step_count >= END:
        return distance_row(goal)
    if "kept" not in env.memo:
        env.memo["kept"] = frozenset(env.alive).difference(ripe(env))
    key = (goal, env.memo["kept"])
    known = env.static.setdefault("ways", {})
    if key not in known:
        if len(known) > MOST_WAYS:
            known.clear()
        known[key] = search(env, *key)
    steps = known[key]
    return steps if steps[env.positions[agent]] < 255 else distance_row(goal)


def search(env, goal, kept):
    """Return the steps from every cell to the goal around the cells that are kept; 255 where there is no way."""
    if "open" not in env.static:
        env.static["open"] = frozenset(env.open_cells)
    free = (env.static["open"] - kept) | {goal}
    steps = [255] * (env.height * env.width)
    steps[goal] = 0
    frontier = [goal]
    for cell in frontier:
        for other in (cell - env.width, cell + env.width, cell - 1, cell + 1):
            if other in free and steps[other] == 255:
                steps[other] = steps[cell] + 1
                frontier.append(other)
    return steps
