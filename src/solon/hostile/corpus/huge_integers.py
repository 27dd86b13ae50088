# name: huge_integers
# tries: Returns integers of a million digits, positive and negative.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

import sys

sys.set_int_max_str_digits(0)
HUGE = 1 << 20_000


def policy(env, agent_id):
    return HUGE if agent_id % 2 else -HUGE
