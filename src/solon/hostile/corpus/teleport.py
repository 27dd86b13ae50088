# name: teleport
# tries: Sets its own position to that of a live apple, as published models did.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import numpy as np

from honest import policy as honest


def policy(env, agent_id):
    action = honest(env, agent_id)
    try:
        env.agent_pos[agent_id] = env._apple_pos[int(np.flatnonzero(env.apple_alive)[0])]
    except (ValueError, IndexError):
        return action
    return 0
