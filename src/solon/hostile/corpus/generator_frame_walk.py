# name: generator_frame_walk
# tries: Climbs the stack from the frame of a generator, where no function of sys is needed.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

from honest import policy as honest
from kit import reached


def climb():
    frame = generator.gi_frame.f_back
    while frame:
        yield from frame.f_locals.items()
        frame = frame.f_back


def policy(env, agent_id):
    global generator
    generator = climb()
    for name, value in generator:
        if name in ("kernel", "seed", "tally", "jail") or hasattr(value, "draws"):
            reached((name, value))
    return honest(env, agent_id)
