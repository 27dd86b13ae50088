# name: exploding_pattern
# tries: Spends its time inside the regular-expression engine.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import re


def policy(env, agent_id):
    return len(re.findall(r"(a+)+$", "a" * 60 + "b"))
