# name: read_standard_input
# tries: Reads from the terminal of whoever started the judge.
# class: output
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import sys

from honest import policy as honest
from kit import attempt, reached


def policy(env, agent_id):
    if data := os.read(0, 10):
        reached(data)
    attempt(input, EOFError, RuntimeError)
    attempt(lambda: os.open("/dev/tty", os.O_RDWR))
    return honest(env, agent_id)
