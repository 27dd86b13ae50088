# name: clone_the_future
# tries: Copies the environment and plays the copy ahead, to see what chance will bring.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import copy

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: copy.copy(env).step([7] * env.n_agents), AttributeError)
    attempt(lambda: type(env)(env.payload).reset(), AttributeError)
    return honest(env, agent_id)
