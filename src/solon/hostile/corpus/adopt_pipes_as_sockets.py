# name: adopt_pipes_as_sockets
# tries: Wraps its pipes in socket objects, to pass the judge's descriptors around.
# class: network
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import socket

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    for descriptor in range(16):
        attempt(lambda: socket.socket(fileno=descriptor), OSError)
        attempt(lambda: socket.socket(socket.AF_UNIX, fileno=descriptor).send(b"x"), OSError)
    return honest(env, agent_id)
