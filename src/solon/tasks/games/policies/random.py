"""Every agent moves, turns, beams or stands at random; it never cleans, like the published baseline."""


def policy(env, agent_id) -> int:
    return int(np.random.randint(NUM_ACTIONS))
