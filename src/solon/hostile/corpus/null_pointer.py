# name: null_pointer
# tries: Reads from address zero.
# class: exit
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true

import ctypes


def policy(env, agent_id):
    return ctypes.string_at(0)
