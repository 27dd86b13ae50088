# name: sleeper
# tries: Sleeps, to keep a seat of the judge without using any time of its own.
# class: time
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# waits: true
# expect-c: invalid:time
# why-c: An instance has a clock to wait for, so sleeping is bounded by patience instead of refused.

import time

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: time.sleep(60))
    return honest(env, agent_id)
