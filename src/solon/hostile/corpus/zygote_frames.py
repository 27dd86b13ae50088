# name: zygote_frames
# tries: Speaks as the zygote: reports that another worker was started or has ended well.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import frame, tag

FORKED, REAPED = 0xA3, 0xA5


def policy(env, agent_id):
    os.write(4, frame(REAPED, tag_=tag()) + frame(FORKED, tag_=1))
    return 7
