# name: own_signal
# tries: Sends itself the signals that end a process.
# class: exit
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import signal

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: os.kill(os.getpid(), signal.SIGKILL))
    attempt(lambda: os.kill(os.getpid(), signal.SIGSTOP))
    return honest(env, agent_id)
