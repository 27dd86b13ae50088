# name: nested_fault
# tries: Reports a fault nested so deeply that a careless decoder overflows its stack.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import FAULT, send


def policy(env, agent_id):
    send(FAULT, b'{"kind":' + b"[" * 30_000)
    return 7
