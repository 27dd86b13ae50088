# name: connect_home
# tries: Connects to a door that the judge keeps open on this machine.
# class: network
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import socket

from honest import policy as honest
from kit import attempt
from target import TCP_PORT, UDP_PORT


def policy(env, agent_id):
    if env.step_count:
        return honest(env, agent_id)
    attempt(lambda: socket.socket().connect(("127.0.0.1", TCP_PORT)))
    attempt(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"seed?", ("127.0.0.1", UDP_PORT)))
    return honest(env, agent_id)
