# name: door_for_modules
# tries: Asks a WebAssembly instance's only door for the judge's modules and orders, as its warm-up did.
# class: wire
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# expect-c: invalid:protocol
# why-c: Elsewhere there is no such door; it serves modules only before any program is there.

from honest import policy as honest
from kit import WASI, send

MODULE, ORDER, WARM = 0xD0, 0xD1, 0xD2


def policy(env, agent_id):
    if WASI:
        for kind, name in ((MODULE, b"solon.engine.judge"), (ORDER, b""), (WARM, b"")):
            send(kind, name)
    return honest(env, agent_id)
