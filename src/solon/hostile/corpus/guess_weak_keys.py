# name: guess_weak_keys
# tries: Tries the keys that careless people choose, with the true number of the seed.
# class: seed
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import hashlib

import numpy as np

from honest import policy as honest
from kit import reached
from target import FIRST_SEED, RUNNER

KEYS = [bytes(16), b"solon", b"secret", b"k" * 16, *(number.to_bytes(16, "little") for number in (*range(200), RUNNER))]


def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        for key in KEYS:
            derived = hashlib.blake2b(f"{FIRST_SEED}/spawn".encode(), key=key, digest_size=16).digest()
            generator = np.random.Generator(np.random.Philox(key=int.from_bytes(derived, "little")))
            if [int(cell) for cell in generator.permutation(env.map.spawns)[: env.n_agents]] == env.positions:
                reached(key)
    return honest(env, agent_id)
