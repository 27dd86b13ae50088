# name: unknown_frames
# tries: Sends a frame of a kind that does not exist.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import frame, tag


def policy(env, agent_id):
    os.write(4, frame(0xFF, tag_=tag()))
    return 7
