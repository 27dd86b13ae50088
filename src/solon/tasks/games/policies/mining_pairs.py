"""Agents 0 and 1, 2 and 3, ... are partners: they go for the gold that is nearest to both and strike it together.

Each pair has gold of its own, iron that comes into the beam on the way is taken, and without gold everybody mines iron.
"""


def policy(env, agent_id) -> int:
    here, facing = env.positions[agent_id], env.orientations[agent_id]
    if "targets" not in env.memo:
        env.memo["targets"] = share_out(env)
    target = env.memo["targets"].get(agent_id // 2)
    wanted = set(env.iron) if target is None else {target}
    ahead = first_ore(env, here, facing)
    if env.ready[agent_id] and ahead is not None and (ahead in wanted or ahead in env.iron):
        return Action.BEAM
    for way in range(4):
        if first_ore(env, here, way) in wanted:
            turn = turn_to(env, agent_id, way)
            return Action.STAND if turn is None else turn
    return walk(env, agent_id, sorted(wanted))


def share_out(env):
    """Return a gold for each pair, as far as there is some."""
    found = {}
    for pair in range(env.n_agents // 2):
        one, other = (distance_row(env.positions[2 * pair + side]) for side in (0, 1))
        free = [gold for gold in env.gold if gold not in found.values()]
        if free:
            found[pair] = min(free, key=lambda gold: max(one[gold], other[gold]))
    return found


def walk(env, agent, cells):
    """Step towards the nearest of the cells; at random when there already or when somebody is in the way."""
    here = env.positions[agent]
    action = step_to(env, agent, cells)
    if cells and (action == Action.STAND or ahead(env, here, env.orientations[agent], action) in env.positions):
        return int(np.random.randint(4))
    return action


def ahead(env, cell, orientation, action):
    """Return the cell that a move leads to."""
    way = (orientation + (0, 2, 3, 1)[action]) % 4
    return cell + (-env.width, 1, env.width, -1)[way]


def first_ore(env, cell, orientation):
    filled = set(env.alive)
    return next((place for place in beam_cells(env, cell, orientation) if place in filled), None)
