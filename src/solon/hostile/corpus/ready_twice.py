# name: ready_twice
# tries: Reports twice that it is ready, once before it is loaded.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import send

READY = 0xC2
send(READY)


def policy(env, agent_id):
    return 7
