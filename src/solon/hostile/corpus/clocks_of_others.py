# name: clocks_of_others
# tries: Reads the processor clock of the judge to learn what it is computing.
# class: clock
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# expect-c: invalid:crash
# why-c: The number of a clock is an address in the instance's own memory here, and this one is outside.

import time

from honest import policy as honest
from kit import reached
from target import RUNNER


def policy(env, agent_id):
    try:
        spent = time.clock_gettime((~RUNNER << 3) | 2)
    except OSError:
        return honest(env, agent_id)
    reached(spent)
