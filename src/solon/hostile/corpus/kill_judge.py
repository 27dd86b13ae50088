# name: kill_judge
# tries: Ends or stops the judge and its zygote, so that they cannot count.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import signal

from honest import policy as honest
from kit import attempt, refused
from target import RUNNER, ZYGOTES


def policy(env, agent_id):
    if env.step_count:
        return honest(env, agent_id)
    for number in [RUNNER, *ZYGOTES]:
        for which in (signal.SIGSTOP, signal.SIGINT, signal.SIGKILL):
            attempt(lambda: os.kill(number, which))
        attempt(lambda: os.pidfd_open(number))
        refused("tgkill", number, number, 9)
    return honest(env, agent_id)
