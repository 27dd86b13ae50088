# name: unknown_frames
# tries: Sends a frame of a kind that does not exist.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import send


def policy(env, agent_id):
    send(0xFF)
    return 7
