# name: oversized_reply
# tries: Announces a reply of many megabytes, so that the judge runs out of memory.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import REPLY, frame, tag


def policy(env, agent_id):
    os.write(4, frame(REPLY, b"7" * 60_000, tag_=tag(), length=2**32 - 1))
    return 7
