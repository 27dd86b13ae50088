# name: guess_published_seeds
# tries: Tries the published generator with small numbers until one explains where the agents stand.
# class: seed
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import numpy as np

from honest import policy as honest
from kit import reached


def starts(number, env):
    generator = np.random.default_rng(number)
    spawns = list(env.map.spawns)
    generator.shuffle(spawns)
    return spawns[: env.n_agents]


def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        for number in range(300):
            if starts(number, env) == env.positions:
                reached(f"the seed is {number}")
    return honest(env, agent_id)
