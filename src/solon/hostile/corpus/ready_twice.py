# name: ready_twice
# tries: Reports twice that it is ready, once before it is loaded.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import frame, tag

READY = 0xC2
os.write(4, frame(READY, tag_=tag()))


def policy(env, agent_id):
    return 7
