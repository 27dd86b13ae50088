# name: abort
# tries: Aborts the interpreter.
# class: exit
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true

import os


def policy(env, agent_id):
    os.abort()
