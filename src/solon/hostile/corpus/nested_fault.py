# name: nested_fault
# tries: Reports a fault nested so deeply that a careless decoder overflows its stack.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import FAULT, frame, tag


def policy(env, agent_id):
    os.write(4, frame(FAULT, b'{"kind":' + b"[" * 30_000, tag_=tag()))
    return 7
