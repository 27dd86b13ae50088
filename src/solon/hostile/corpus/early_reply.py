# name: early_reply
# tries: Answers the next question before it was asked, with the tag of this one and some guesses.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import REPLY, frame, tag


def policy(env, agent_id):
    if agent_id == env.n_agents - 1:
        actions = bytes([7] * env.n_agents)
        for guess in (tag(), tag() + 1 & 0xFFFFFFFF, 0):
            os.write(4, frame(REPLY, actions, tag_=guess))
    return 7
