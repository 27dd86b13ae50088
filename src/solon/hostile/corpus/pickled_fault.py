# name: pickled_fault
# tries: Sends a pickle that runs a command when it is loaded.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os
import pickle

from kit import FAULT, frame, tag
from target import DROPS, TOKEN


class Command:
    def __reduce__(self):
        return os.system, (f"touch {DROPS[0]}/{TOKEN}",)


def policy(env, agent_id):
    os.write(4, frame(FAULT, pickle.dumps(Command()), tag_=tag()))
    return 7
