# name: endless_clock
# tries: Asks the clock without end, so that most of its time is spent outside its own instructions.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import time


def policy(env, agent_id):
    while True:
        time.perf_counter()
