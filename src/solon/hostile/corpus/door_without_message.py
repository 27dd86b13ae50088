# name: door_without_message
# tries: Knocks at a WebAssembly instance's only door with nothing that is a message.
# class: wire
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# expect-c: invalid:protocol
# why-c: Elsewhere there is no such door; a message of no bytes is a frame of no kind.

from honest import policy as honest
from kit import WASI, attempt


def policy(env, agent_id):
    if WASI:
        import _host

        for message in ("text", None, 7, [7], object(), ["\7"] * 7):
            attempt(lambda: _host.call(message), TypeError)
        attempt(lambda: _host.call(), TypeError)
        attempt(lambda: _host.call(b"\xc3", b"\7"), TypeError)
        _host.call(b"")
    return honest(env, agent_id)
