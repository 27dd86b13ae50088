"""Components of the Mining sketch: data from which ``mining.py`` cuts programs; nobody imports this file.

A function ``name__option`` is the variant of ``name`` for that option of a choice. Constants get the values of the
holes. A program keeps what its ``policy`` needs and runs in the namespace of a worker, which brings the helpers.
"""
# ruff: noqa: ARG001, F821  # variants share a signature; the helpers are the worker's
# pyright: basic, reportUndefinedVariable=false

IRON_WORTH = 1.0  # what an iron counts for beside the 8 of a gold
IRON_DELAY = 2.0  # steps that mining an iron takes on top of the way
GOLD_DELAY = 3.0  # steps that mining a gold takes on top of the longer way
LONGEST = 20  # steps beyond which iron is left alone
PULL = 0.0  # steps of the nearer partner's way that count as lost

TURNS = (0, 1, 2, 1)  # rotations needed, by difference of orientations


def policy(env, agent_id):
    """Return one agent's action; the first agent asked in a step plans for all."""
    if env.ready[agent_id] and worth_a_beam(env, agent_id):
        return Action.BEAM
    if "jobs" not in env.memo:
        env.memo["jobs"] = share_out(env)
    job = env.memo["jobs"].get(agent_id)
    return wait(env, agent_id) if job is None else mine(env, agent_id, job)


def worth_a_beam__own_job(env, agent):
    """Say whether to fire now: at iron, or at gold that is the agent's job or struck by another."""
    ahead = first_ore(env, env.positions[agent], env.orientations[agent])
    if ahead is None:
        return False
    return ahead in filled(env)[1] or env.struck.get(ahead, agent) != agent or ahead == job_of(env, agent)


def worth_a_beam__anything(env, agent):
    """Say whether to fire now: at any ore."""
    return first_ore(env, env.positions[agent], env.orientations[agent]) is not None


def job_of(env, agent):
    """Return the agent's ore, None without one."""
    if "jobs" not in env.memo:
        env.memo["jobs"] = share_out(env)
    return env.memo["jobs"].get(agent)


def filled(env):
    """Return the cells with ore and those with iron, as sets."""
    if "filled" not in env.memo:
        env.memo["filled"] = set(env.alive), set(env.iron)
    return env.memo["filled"]


def first_ore(env, cell, orientation):
    """Return the first ore in a beam, None without one."""
    ores = filled(env)[0]
    return next((place for place in beam_cells(env, cell, orientation) if place in ores), None)


def stands(env):
    """Return for each site the (cell, orientation, cells between) from which a beam can reach it."""
    if "stands" not in env.static:
        found = {site: [] for site in env.ore_cells}
        for cell in env.open_cells:
            for orientation in range(4):
                beam = beam_cells(env, cell, orientation)
                for place, site in enumerate(beam):
                    if site in found:
                        found[site].append((cell, orientation, beam[:place]))
        env.static["stands"] = found
    return env.static["stands"]


def ways(env):
    """Return the table of sites (rows) and agents: steps to the nearest place from which a beam reaches the site."""
    if "ways" not in env.static:
        rows = [
            np.minimum.reduce([np.frombuffer(distance_row(cell), np.uint8) for cell, _, _ in places])
            for places in stands(env).values()
        ]
        env.static["ways"] = np.array(rows).astype(float)
    return env.static["ways"][:, env.positions]


def share_out__best_rate(env):
    """Return each agent's ore: whatever pays most for its time comes first, gold with the two nearest agents."""
    steps, ores = ways(env), np.frombuffer(env.ores, np.uint8)
    jobs, free = {}, list(range(env.n_agents))
    iron, gold = (ores == 1).nonzero()[0], (ores >= 2).nonzero()[0]
    while free and len(iron) + len(gold):
        iron_rate, gold_rate = -1.0, -1.0
        if len(iron):
            table = steps[np.ix_(iron, free)]
            at, who = divmod(int(table.argmin()), len(free))
            if table[at, who] <= LONGEST:
                iron_rate = IRON_WORTH / (table[at, who] + IRON_DELAY)
        if len(gold) and len(free) > 1:
            table = steps[np.ix_(gold, free)]
            order = table.argsort(axis=1, kind="stable")[:, :2]
            near = np.take_along_axis(table, order, axis=1)
            rates = 8 / (near[:, 1] + PULL * near[:, 0] + GOLD_DELAY)
            best = int(rates.argmax())
            gold_rate = rates[best]
        if iron_rate < 0 and gold_rate < 0:
            break
        if gold_rate >= iron_rate:
            pair = [free[place] for place in order[best]]
            jobs.update(dict.fromkeys(pair, env.ore_cells[gold[best]]))
            gold = np.delete(gold, best)
        else:
            pair = [free[who]]
            jobs[pair[0]] = env.ore_cells[iron[at]]
            iron = np.delete(iron, at)
        free = [agent for agent in free if agent not in pair]
    return jobs


def share_out__partners(env):
    """Return each agent's ore: fixed pairs go for gold, who has none for iron."""
    steps, ores = ways(env), np.frombuffer(env.ores, np.uint8)
    jobs = {}
    gold = list((ores >= 2).nonzero()[0])
    for first in range(0, env.n_agents - 1, 2):
        pair = [first, first + 1]
        if gold:
            best = min(gold, key=lambda site: (steps[site, pair].max() + PULL * steps[site, pair].min(), site))
            jobs.update(dict.fromkeys(pair, env.ore_cells[best]))
            gold.remove(best)
    iron = list((ores == 1).nonzero()[0])
    for agent in range(env.n_agents):
        if agent not in jobs and iron:
            best = min(iron, key=lambda site: (steps[site, agent], site))
            jobs[agent] = env.ore_cells[best]
            iron.remove(best)
    return jobs


def mine(env, agent, ore):
    """Return the next action of walking to a place from which the beam reaches the ore first, and facing it."""
    here, facing, ores = env.positions[agent], env.orientations[agent], filled(env)[0]
    walk = distance_row(here)
    best, least = None, 999
    for cell, orientation, between in stands(env)[ore]:
        effort = walk[cell] + TURNS[orientation - facing]
        if effort < least and (cell == here or cell not in env.positions) and not ores.intersection(between):
            best, least = (cell, orientation), effort
    if best is None:
        return step_towards(env, agent, ore)
    cell, orientation = best
    if cell != here:
        return step_towards(env, agent, cell)
    turn = turn_to(env, agent, orientation)
    return Action.STAND if turn is None else turn


def wait__stand(env, agent):
    """Return the action of an agent without a job: stand."""
    return Action.STAND


def wait__post(env, agent):
    """Return the action of an agent without a job: go to its post among the sites."""
    post = env.ore_cells[(2 * agent + 1) * len(env.ore_cells) // (2 * env.n_agents)]
    return step_towards(env, agent, post)


def step_towards__straight(env, agent, goal):
    """Return the first step of a shortest way."""
    return step_to_cell(env, agent, goal)


def step_towards__aside(env, agent, goal):
    """Return the step to the free neighbouring cell that is nearest to the goal, if only by a detour."""
    here, steps = env.positions[agent], distance_row(goal)
    if here == goal:
        return Action.STAND
    directions = ((-1, 0), (1, 0), (0, -1), (0, 1)) if agent % 2 else ((0, 1), (0, -1), (1, 0), (-1, 0))
    best, action = steps[here] + 2, Action.STAND
    for dr, dc in directions:
        cell = here + dr * env.width + dc
        if steps[cell] < best and cell not in env.positions:
            best, action = steps[cell], move(env, agent, dr, dc)
    return action
