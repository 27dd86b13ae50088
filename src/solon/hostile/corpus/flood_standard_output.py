# name: flood_standard_output
# tries: Prints megabytes in every step, by every road to standard output.
# class: output
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import sys

from honest import policy as honest


def policy(env, agent_id):
    print("x" * 10_000, flush=True)
    sys.__stdout__.write("y" * 10_000)
    os.write(1, b"z" * 10_000)
    return honest(env, agent_id)
