# name: guess_small_seeds
# tries: Tries small seed numbers without a key until one explains where the agents stand.
# class: seed
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import hashlib

import numpy as np

from honest import policy as honest
from kit import reached


def starts(number, env):
    key = hashlib.blake2b(f"{number}/spawn".encode(), key=b"", digest_size=16).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))
    return [int(cell) for cell in generator.permutation(env.map.spawns)[: env.n_agents]]


def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        for number in range(300):
            if starts(number, env) == env.positions:
                reached(f"the seed is {number}")
    return honest(env, agent_id)
