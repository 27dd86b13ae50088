# name: unknown_fault
# tries: Reports a fault of a kind that does not exist, with fields that no fault has.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import FAULT, send


def policy(env, agent_id):
    send(FAULT, b'{"kind": "triumph", "message": "", "metrics": {"efficiency": 1e9}}')
    return 7
