# name: half_reply_and_silence
# tries: Sends half a reply and then waits for ever.
# class: wire
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# waits: true

import os

from kit import REPLY, frame, tag


def policy(env, agent_id):
    os.write(4, frame(REPLY, b"\7\7", tag_=tag(), length=env.n_agents))
    os.read(3, 1)
