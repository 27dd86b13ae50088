# name: read_clocks
# tries: Reads every clock, to tell one run, one seed or one judge from another.
# class: clock
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import time

from honest import policy as honest

NAMES = ("time_ns", "monotonic_ns", "perf_counter_ns", "process_time_ns")


def policy(env, agent_id):
    env.memo[agent_id] = [getattr(time, name)() for name in NAMES]
    return honest(env, agent_id)
