# name: early_reply
# tries: Answers the next question before it was asked, with the tag of this one and some guesses.
# class: wire
# expect: invalid:protocol
# twin: stand
# needs-wall: true
# expect-c: scored:same
# why-c: An instance is given the next question as the answer to its reply, so it cannot be early; it only stands still.

from kit import REPLY, send, tag


def policy(env, agent_id):
    if agent_id == env.n_agents - 1:
        actions = bytes([7] * env.n_agents)
        for guess in (tag(), tag() + 1 & 0xFFFFFFFF, 0):
            send(REPLY, actions, tag_=guess)
    return 7
