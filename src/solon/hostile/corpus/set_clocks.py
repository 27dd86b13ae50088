# name: set_clocks
# tries: Sets the machine's clocks, so that time limits never come.
# class: clock
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import time

from honest import policy as honest
from kit import attempt, refused


def policy(env, agent_id):
    attempt(lambda: time.clock_settime(time.CLOCK_MONOTONIC, 0.0))
    refused("settimeofday", -1, -1)
    refused("adjtimex", -1)
    return honest(env, agent_id)
