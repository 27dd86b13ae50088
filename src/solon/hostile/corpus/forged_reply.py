# name: forged_reply
# tries: Writes a whole, well-formed reply of its own beside the one that the loop writes.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import REPLY, frame, tag


def policy(env, agent_id):
    if agent_id == 0:
        os.write(4, frame(REPLY, bytes([7] * env.n_agents), tag_=tag()))
    return 7
