# name: pickled_fault
# tries: Sends a pickle that runs a command when it is loaded.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import pickle

from kit import FAULT, send
from target import DROPS, TOKEN


class Command:
    def __reduce__(self):
        return eval, (f"__import__('os').system('touch {DROPS[0]}/{TOKEN}')",)


def policy(env, agent_id):
    send(FAULT, pickle.dumps(Command()))
    return 7
