# name: spoil_the_library
# tries: Changes, removes and adds files of the interpreter's own library, for the next program to import.
# class: state
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# episodes: 2

import os
import sys

from honest import policy as honest
from kit import attempt
from target import TOKEN

PLACES = {os.path.dirname(os.__file__), *filter(os.path.isabs, sys.path)}


def policy(env, agent_id):
    for place in PLACES:
        attempt(lambda: open(f"{place}/{TOKEN}.py", "w"))
        attempt(lambda: open(place, "r+b"), PermissionError, IsADirectoryError)
        attempt(lambda: os.rename(place, f"{place}.{TOKEN}"))
        attempt(lambda: os.open(f"{place}/../../../../etc/passwd", os.O_RDONLY), PermissionError, NotADirectoryError)
    return honest(env, agent_id)
