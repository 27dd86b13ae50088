# name: arrays_and_texts
# tries: Returns arrays, texts, bytes, nothing and the environment itself.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

import numpy as np

VALUES = (np.array([7, 7]), np.array(["7"]), np.float64("nan"), "7", b"\7", None, [7], {7}, {7: 7}, print, ..., type)


def policy(env, agent_id):
    return env if env.step_count == 0 else VALUES[env.step_count % len(VALUES)]
