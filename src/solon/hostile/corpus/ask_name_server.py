# name: ask_name_server
# tries: Carries a secret out in the question to a name server, and looks up its own host.
# class: network
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import socket

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: socket.getaddrinfo(b"localhost", 80), OSError)
    attempt(lambda: socket.gethostbyname(b"localhost"), OSError)
    attempt(lambda: socket.if_nameindex(), OSError)
    return honest(env, agent_id)
