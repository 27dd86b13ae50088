# name: replace_itself
# tries: Executes another program in its place, which the filter would not know.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import sys

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: os.execv(sys.executable, [sys.executable, "-c", "pass"]))
    attempt(lambda: os.execve("/bin/sh", ["sh", "-c", "true"], {}))
    return honest(env, agent_id)
