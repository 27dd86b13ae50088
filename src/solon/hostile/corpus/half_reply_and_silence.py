# name: half_reply_and_silence
# tries: Sends half a reply and then waits for ever.
# class: wire
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# waits: true
# expect-c: invalid:protocol
# why-c: A message is handed over whole, so half a reply is a reply of the wrong size.

import os

from kit import REPLY, send


def policy(env, agent_id):
    send(REPLY, b"\7\7", length=env.n_agents)
    os.read(3, 1)
