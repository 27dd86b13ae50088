"""Share the apples out: each agent collects in a run of apple cells of its own and waits in the middle of it."""

STAND = 7


def share_out(env):
    """Cut the apple cells, row by row, into one run an agent; the nearest pairs of agent and run go first."""
    share, extra = divmod(len(env.apple_cells), env.n_agents)
    runs = []
    start = 0
    for number in range(env.n_agents):
        end = start + share + (number < extra)
        runs.append(env.apple_cells[start:end])
        start = end
    pairs = []
    for agent, cell in enumerate(env.positions):
        steps = distance_row(cell)
        for number, run in enumerate(runs):
            pairs.append((min((steps[apple] for apple in run), default=255), agent, number))
    chosen = {}
    for _, agent, number in sorted(pairs):
        if agent not in chosen and number not in chosen.values():
            chosen[agent] = number
    return {agent: runs[number] for agent, number in chosen.items()}


def middle(env, run):
    rows, columns = zip(*(divmod(cell, env.width) for cell in run))
    return round(sum(rows) / len(run)) * env.width + round(sum(columns) / len(run))


def policy(env, agent_id) -> int:
    if env.timeouts[agent_id]:
        return STAND
    if "runs" not in env.static:
        env.static["runs"] = share_out(env)
    run = env.static["runs"][agent_id]
    if "alive" not in env.memo:
        env.memo["alive"] = set(env.alive)
    ripe = [cell for cell in run if cell in env.memo["alive"]]
    if ripe:
        return step_to(env, agent_id, ripe)
    return step_to_cell(env, agent_id, middle(env, run)) if run else STAND
