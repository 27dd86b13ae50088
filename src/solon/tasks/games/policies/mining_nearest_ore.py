"""Mine whatever ore is nearest; gold comes when somebody else happens to do the same."""


def policy(env, agent_id) -> int:
    here, facing = env.positions[agent_id], env.orientations[agent_id]
    for way in (facing, (facing + 1) % 4, (facing + 3) % 4, (facing + 2) % 4):
        if first_ore(env, here, way) is not None:
            turn = turn_to(env, agent_id, way)
            return Action.BEAM if turn is None else turn
    return walk(env, agent_id, env.alive)


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
