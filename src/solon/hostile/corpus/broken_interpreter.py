# name: broken_interpreter
# tries: Overwrites the interpreter's own objects until it falls.
# class: exit
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true
# expect-c: scored:same
# why-c: There are no foreign functions, so no memory but that of its own objects can be touched.

import ctypes

from honest import policy as honest
from kit import absent


def policy(env, agent_id):
    victim = int
    try:
        ctypes.memset(id(victim), 0xFF, 64)
    except OSError as error:
        if absent(error):
            return honest(env, agent_id)
        raise
    return victim(7) + int("7")
