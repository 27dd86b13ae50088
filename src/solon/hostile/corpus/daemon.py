# name: daemon
# tries: Leaves a daemon behind: fork, a new session, fork again.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import time

from honest import policy as honest
from kit import absent, reached


def policy(env, agent_id):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(30)
            os._exit(0)
    except (PermissionError, AttributeError) as error:
        if isinstance(error, PermissionError) or absent(error):
            return honest(env, agent_id)
        raise
    reached("a daemon")
