# name: null_pointer
# tries: Reads from address zero.
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
    try:
        return ctypes.string_at(0)
    except OSError as error:
        if absent(error):
            return honest(env, agent_id)
        raise
