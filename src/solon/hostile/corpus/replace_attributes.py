# name: replace_attributes
# tries: Puts forged arrays in the place of the snapshot's attributes, past its refusal.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import numpy as np

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: setattr(env, "apple_alive", np.ones(env.n_apples, bool)), AttributeError)
    attempt(lambda: delattr(env, "payload"), AttributeError)
    action = honest(env, agent_id)
    if agent_id == env.n_agents - 1:
        object.__setattr__(env, "apple_alive", np.ones(env.n_apples, bool))
        env.__dict__["payload"] = bytes(len(env.payload))
        env.__dict__["agent_timeout"] = np.full(env.n_agents, 99)
    return action
