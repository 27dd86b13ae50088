"""As many cleaners as the waste calls for, the rest collect apples; one plan a step for all agents.

The agents nearest the river clean: each in a stretch of rows of its own, at the place and orientation where a beam
removes most waste for the time it takes to get there. The others are matched to apples at the least total distance,
and who is left over waits spread over the orchard. Without a live apple everybody cleans.
"""

STAND = 7
CLEAN = 8
QUOTAS = ((50, 6), (35, 5), (20, 4), (10, 3), (2, 2), (0, 1))  # more waste than this: this many cleaners


def river_field(env):
    if "river" not in env.static:
        env.static["river"] = field_to(env, env.river_cells)
    return env.static["river"]


def clean(env, agent, top, bottom):
    """Act for a cleaner of the river's rows top..bottom - 1, or of the whole river when these are clean."""
    gains = clean_gains(env)
    width = env.width
    if not gains[:, top * width : bottom * width].any():
        top, bottom = 0, env.height
    here = env.positions[agent]
    facing = env.orientations[agent]
    effort = np.frombuffer(distance_row(here), np.uint8)[top * width : bottom * width] + np.float64(1)
    worth = gains[:, top * width : bottom * width] / effort
    worth[facing] *= 1.2  # a turn costs a step too
    orientation, place = divmod(int(worth.argmax()), (bottom - top) * width)
    place += top * width
    if here != place:
        return step_to_cell(env, agent, place)
    turn = turn_to(env, agent, orientation)
    return CLEAN if turn is None else turn


def plan(env):
    """Return the action of every agent."""
    actions = [STAND] * env.n_agents
    active = [agent for agent in range(env.n_agents) if not env.timeouts[agent]]
    waste = len(env.waste_cells)
    quota = next((cleaners for least, cleaners in QUOTAS if waste > least), 0)
    if waste and not env.alive:
        quota = len(active)
    to_river = river_field(env)
    active.sort(key=lambda agent: to_river[env.positions[agent]])

    cleaners = sorted(active[:quota], key=lambda agent: env.positions[agent])
    if cleaners:
        first, last = env.river_cells[0] // env.width, env.river_cells[-1] // env.width + 1
        cuts = [first + (last - first) * rank // quota for rank in range(quota + 1)]
        for rank, agent in enumerate(cleaners):
            actions[agent] = clean(env, agent, cuts[rank], cuts[rank + 1])

    collectors = sorted(active[quota:])
    rows = [distance_row(env.positions[agent]) for agent in collectors]
    targets = match([[row[cell] for cell in env.alive] for row in rows])
    for rank, (agent, target) in enumerate(zip(collectors, targets)):
        if target >= 0:
            actions[agent] = step_to_cell(env, agent, env.alive[target])
        else:
            post = (2 * rank + 1) * len(env.apple_cells) // (2 * len(collectors))
            actions[agent] = step_to_cell(env, agent, env.apple_cells[post])
    return actions


def policy(env, agent_id) -> int:
    if "plan" not in env.memo:
        env.memo["plan"] = plan(env)
    return env.memo["plan"][agent_id]
