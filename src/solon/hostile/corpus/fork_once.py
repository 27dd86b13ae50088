# name: fork_once
# tries: Starts one process that would go on after the episode.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: os.fork())
    attempt(lambda: os.forkpty(), OSError)
    return honest(env, agent_id)
