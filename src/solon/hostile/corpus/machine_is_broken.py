# name: machine_is_broken
# tries: Reports that the jail could not be closed, to be tried again on a machine that it calls broken.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os

from kit import frame, tag

REFUSED = 0xC1


def policy(env, agent_id):
    os.write(4, frame(REFUSED, b"no namespaces", tag_=tag()))
    return 7
