# name: door_for_megabytes
# tries: Pushes sixty-four megabytes through a WebAssembly instance's only door, for the judge to keep.
# class: wire
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# expect-c: invalid:protocol
# why-c: Elsewhere there is no such door; what comes through it has the caps of the wire.

from honest import policy as honest
from kit import NOTE, WASI, send


def policy(env, agent_id):
    if WASI:
        send(NOTE, bytes(1 << 26))
    return honest(env, agent_id)
