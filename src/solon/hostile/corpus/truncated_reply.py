# name: truncated_reply
# tries: Sends half a reply and leaves, so that the judge waits for the rest.
# class: wire
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true

import os

from kit import REPLY, frame, tag


def policy(env, agent_id):
    os.write(4, frame(REPLY, b"\7\7", tag_=tag(), length=env.n_agents))
    os._exit(0)
