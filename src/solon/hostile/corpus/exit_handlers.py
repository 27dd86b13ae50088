# name: exit_handlers
# tries: Registers handlers that would write a result when its process ends.
# class: exit
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import atexit
import weakref

from honest import policy as honest
from target import DROPS, TOKEN


def leave():
    open(f"{DROPS[0]}/{TOKEN}", "w").write("1e9")


atexit.register(leave)
weakref.finalize(honest, leave)
policy = honest
