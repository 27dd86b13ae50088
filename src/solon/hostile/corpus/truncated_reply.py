# name: truncated_reply
# tries: Sends half a reply and leaves, so that the judge waits for the rest.
# class: wire
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true
# expect-c: invalid:protocol
# why-c: A message is handed over whole, so half a reply is a reply of the wrong size.

import os

from kit import REPLY, send


def policy(env, agent_id):
    send(REPLY, b"\7\7", length=env.n_agents)
    os._exit(0)
