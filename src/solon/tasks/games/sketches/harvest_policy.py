"""Components of the Harvest sketch: data from which ``harvest.py`` cuts programs; nobody imports this file.

A function ``name__option`` is the variant of ``name`` for that option of a choice. Constants get the values of the
holes. A program keeps what its ``policy`` needs and runs in the namespace of a worker, which brings the helpers.
"""
# ruff: noqa: ARG001, B905, F821  # variants share a signature; the helpers are the worker's
# pyright: basic, reportUndefinedVariable=false

NEIGHBOURS = 3  # live neighbours that an apple must leave behind
STOCK = 4  # apples that a patch keeps
SPARE = 0  # apples beyond the seed that must live before one is taken
END = 985  # step from which everything is taken
STRAY = 6.0  # steps that an apple of another garden seems farther away
FIRST_GARDEN = 0  # garden of agent 0
MOST_WAYS = 2000  # searches that are kept
SEED = ()  # Row and column of the apples that are kept.


def policy(env, agent_id):
    """Return one agent's action; the first agent asked in a step plans for all."""
    if env.timeouts[agent_id]:
        return Action.STAND
    if "goals" not in env.memo:
        env.memo["goals"] = assign(env, env.alive if env.step_count >= END else ripe(env))
    goal = env.memo["goals"].get(agent_id)
    return walk(env, agent_id, rest(env, agent_id) if goal is None else goal)


def ripe__by_neighbours(env):
    """Return the apples that may be taken: those with enough live neighbours."""
    alive = set(env.alive)
    return [cell for cell in env.alive if sum(other in alive for other in disc(env)[cell]) >= NEIGHBOURS]


def ripe__by_count(env):
    """Return the apples that may be taken: those beyond the stock of their patch, the least useful first."""
    alive = set(env.alive)
    found = []
    for patch in patches(env):
        live = [cell for cell in patch if cell in alive]
        live.sort(key=lambda cell: len(disc(env)[cell]))
        found += live[: max(0, len(live) - STOCK * len(patch) // 13)]
    return found


def ripe__chosen(env):
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


def garden(env, agent):
    """Return the agent's own patch."""
    return patches(env)[(FIRST_GARDEN + agent) % len(patches(env))]


def active(env):
    """Return the agents that can act."""
    return [agent for agent in range(env.n_agents) if env.timeouts[agent] == 0]


def assign__nearest(env, cells):
    """Return the apple that each agent goes for: its own nearest, whoever else wants it."""
    if not cells:
        return {}
    return {agent: min(cells, key=distance_row(env.positions[agent]).__getitem__) for agent in active(env)}


def assign__matching(env, cells):
    """Return the apple that each agent goes for: one each, so that the ways are shortest in all."""
    agents = active(env)
    rows = [distance_row(env.positions[agent]) for agent in agents]
    chosen = match([[row[cell] for cell in cells] for row in rows]) if cells and agents else []
    return {agent: cells[place] for agent, place in zip(agents, chosen) if place >= 0}


def assign__gardens(env, cells):
    """Return the apple that each agent goes for: one each, those of other gardens seem farther away."""
    agents = active(env)
    costs = []
    for agent in agents:
        steps, own = distance_row(env.positions[agent]), set(garden(env, agent))
        costs.append([steps[cell] + (0.0 if cell in own else STRAY) for cell in cells])
    chosen = match(costs) if cells and agents else []
    return {agent: cells[place] for agent, place in zip(agents, chosen) if place >= 0}


def rest__stand(env, agent):
    """Return where an agent without an apple goes: it stays."""
    return env.positions[agent]


def rest__home(env, agent):
    """Return where an agent without an apple goes: to the place nearest its garden where no apple grows."""
    own = garden(env, agent)
    key = ("home", own[0])
    if key not in env.static:
        bare = set(env.open_cells).difference(env.apple_cells)
        env.static[key] = min(bare, key=lambda cell: (sum(distance(cell, apple) for apple in own), cell))
    return env.static[key]


def walk__never(env, agent, goal):
    """Return the first step of a shortest way."""
    return step_along(env, agent, way(env, agent, goal))


def walk__aside(env, agent, goal):
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


def way__straight(env, agent, goal):
    """Return the steps from every cell to the goal."""
    return distance_row(goal)


def way__around(env, agent, goal):
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
