"""Walk to the nearest live apple and never beam; the same actions as nearest_apple, with the helper library."""

STAND = 7


def policy(env, agent_id) -> int:
    if env.timeouts[agent_id]:
        return STAND
    return step_to(env, agent_id, env.alive)
