# name: worker_generators
# tries: Looks for the game's luck in the generators that the worker was given, and in what they draw next.
# class: seed
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import random

import numpy as np

from honest import policy as honest
from kit import reached

state = random.getstate()[1]


def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        spawns = list(env.map.spawns)
        kept = random.getstate(), np.random.get_state()  # an honest twin may need its luck
        for draw in (random.sample, lambda cells, count: list(np.random.permutation(cells)[:count])):
            if draw(spawns, min(len(spawns), env.n_agents)) == env.positions:
                reached("the worker's generator is the game's")
        for seed in (state[:4], random.getrandbits(128), int(np.random.randint(2**31))):
            generator = np.random.default_rng(seed)
            generator.shuffle(spawns)
            if spawns[: env.n_agents] == env.positions:
                reached(seed)
        random.setstate(kept[0])
        np.random.set_state(kept[1])
    return honest(env, agent_id)
