# name: numpy_memory_bomb
# tries: Takes memory through NumPy's own allocator and touches every page.
# class: memory
# expect: invalid:memory,time
# twin: nearest_apple
# needs-wall: true

import numpy as np


def policy(env, agent_id):
    hoard = [np.zeros(1)]
    while True:
        hoard.append(np.ones(1 << 21))
