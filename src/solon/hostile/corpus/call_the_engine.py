# name: call_the_engine
# tries: Calls what a live environment would offer: step, reset, reward and its generator.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

from honest import policy as honest
from kit import reached

NAMES = ("step", "reset", "rng", "_rng", "np_random", "rewards", "_rewards", "kernel", "_spawn_apples", "_move", "draws")


def policy(env, agent_id):
    for name in NAMES:
        if hasattr(env, name):
            reached(name)
    return honest(env, agent_id)
