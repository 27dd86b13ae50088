# name: oversized_reply
# tries: Announces a reply of many megabytes, so that the judge runs out of memory.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import REPLY, send


def policy(env, agent_id):
    send(REPLY, b"7" * 60_000, length=2**32 - 1)
    return 7
