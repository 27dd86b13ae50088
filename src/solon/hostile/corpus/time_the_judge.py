# name: time_the_judge
# tries: Measures how long the judge takes between two questions, hoping that the time tells what the game has drawn.
# class: clock
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import time

from honest import policy as honest
from kit import reached

pauses = []


def policy(env, agent_id):
    pauses.append(time.perf_counter_ns())
    if min(pauses) != pauses[0] or any(pause < 0 for pause in pauses):
        reached("a clock that runs backwards")
    return honest(env, agent_id)
