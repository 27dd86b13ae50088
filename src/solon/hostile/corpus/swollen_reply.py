# name: swollen_reply
# tries: Sends sixteen honest megabytes where a few bytes are due.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import REPLY, send


def policy(env, agent_id):
    send(REPLY, bytes(1 << 24))
    return 7
