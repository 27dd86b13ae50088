# name: trace_functions
# tries: Installs trace, profile and audit functions to see what the worker's loop does between two questions.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import sys

from honest import policy as honest
from kit import reached

seen = []


def watch(frame, event, argument):
    seen.append(frame.f_code.co_name)
    return watch


def policy(env, agent_id):
    sys.settrace(watch)
    sys.setprofile(watch)
    if env.step_count == 0 and agent_id == 0:
        sys.addaudithook(lambda *event: seen.append(event[0]))
    if {"snapshot", "evaluate"} & set(seen):
        reached(seen)
    try:
        return honest(env, agent_id)
    finally:
        sys.settrace(None)
        sys.setprofile(None)
