# name: promised_memory
# tries: Reserves far more memory than any machine has, without touching it.
# class: memory
# expect: invalid:memory
# twin: nearest_apple
# needs-wall: true

import sys

import numpy as np


def policy(env, agent_id):
    return int(np.empty(min(1 << 45, sys.maxsize // 16)).sum())
