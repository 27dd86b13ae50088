# name: traceback_walk
# tries: Climbs the stack from the traceback of an error of its own.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

from honest import policy as honest
from kit import reached


def policy(env, agent_id):
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
    while frame:
        for name, value in frame.f_locals.items():
            if hasattr(value, "snapshot") or hasattr(value, "derive"):
                reached((name, value))
        frame = frame.f_back
    return honest(env, agent_id)
