# name: socket_pair
# tries: Makes sockets that only this process knows, to see whether any can be made.
# class: network
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import os
import socket

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: socket.socketpair())
    attempt(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))
    attempt(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
    attempt(lambda: os.pipe())
    return honest(env, agent_id)
