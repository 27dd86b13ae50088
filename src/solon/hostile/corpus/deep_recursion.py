# name: deep_recursion
# tries: Calls itself until something gives way.
# class: memory
# expect: invalid:memory,crash,time
# twin: nearest_apple
# needs-wall: true

import sys

sys.setrecursionlimit(2**31 - 1)


def policy(env, agent_id):
    return policy(env, agent_id)
