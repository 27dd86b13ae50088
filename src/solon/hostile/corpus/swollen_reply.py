# name: swollen_reply
# tries: Sends sixteen honest megabytes where a few bytes are due.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import solon.sandbox.wire as wire

from kit import REPLY, frame, tag


def policy(env, agent_id):
    wire.write_all(4, frame(REPLY, bytes(1 << 24), tag_=tag()))
    return 7
