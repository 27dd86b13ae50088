# name: broken_interpreter
# tries: Overwrites the interpreter's own objects until it falls.
# class: exit
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true

import ctypes


def policy(env, agent_id):
    victim = int
    ctypes.memset(id(victim), 0xFF, 64)
    return victim(7) + int("7")
