# name: unlock_arrays
# tries: Makes the read-only arrays writable by flags, views, bases and casts.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

import numpy as np

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    for array in (env.agent_pos, env.apple_alive, env.agent_timeout, env.walls):
        attempt(lambda: array.setflags(write=True), ValueError)
        attempt(lambda: array.view().setflags(write=True), ValueError)
        attempt(lambda: np.copyto(array, 1), ValueError)
        attempt(lambda: memoryview(array).cast("B").__setitem__(0, 1), TypeError)
        strided = np.lib.stride_tricks.as_strided(array)
        attempt(lambda: strided.__setitem__(..., 1), ValueError)
    return honest(env, agent_id)
