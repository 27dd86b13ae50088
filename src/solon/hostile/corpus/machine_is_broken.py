# name: machine_is_broken
# tries: Reports that the jail could not be closed, to be tried again on a machine that it calls broken.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import send

REFUSED = 0xC1


def policy(env, agent_id):
    send(REFUSED, b"no namespaces")
    return 7
