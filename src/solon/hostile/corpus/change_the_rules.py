# name: change_the_rules
# tries: Rewrites the constants of the environment's class: no tags, long beams, few agents, no walls.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# needs-game: true

import numpy as np

from honest import policy as honest
from target import STEPS


def policy(env, agent_id):
    action = honest(env, agent_id)
    if agent_id == env.n_agents - 1 and env.step_count == STEPS - 1:
        for name, value in {"hits_to_tag": 10**6, "beam_length": 99, "timeout_steps": 0, "n_agents": 1}.items():
            setattr(type(env), name, value)
        type(env).walls = np.zeros((env.height, env.width), bool)
        type(env).step = lambda *_: [1e9] * 10
    return action
