# name: slow_drip
# tries: Uses a little time in each decision, so that no single one is long.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import time


def policy(env, agent_id):
    until = time.process_time() + 0.004
    while time.process_time() < until:
        pass
    return 7
