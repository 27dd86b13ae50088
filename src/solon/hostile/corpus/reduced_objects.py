# name: reduced_objects
# tries: Returns objects that run a command when a careless judge pickles or copies them.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

import os

from target import DROPS, TOKEN


class Command:
    def __reduce__(self):
        return os.system, (f"touch {DROPS[0]}/{TOKEN}",)

    __getstate__ = __copy__ = __reduce__
    __deepcopy__ = lambda self, memo: self.__reduce__()


def policy(env, agent_id):
    return Command()
