# name: unknown_fault
# tries: Reports a fault of a kind that does not exist, with fields that no fault has.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import FAULT, frame, tag


def policy(env, agent_id):
    os.write(4, frame(FAULT, b'{"kind": "triumph", "message": "", "metrics": {"efficiency": 1e9}}', tag_=tag()))
    return 7
