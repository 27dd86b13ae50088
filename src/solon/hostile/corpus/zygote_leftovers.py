# name: zygote_leftovers
# tries: Uses the zygote's objects that it inherited: its control channel, its handles, its last order.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import gc

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        gc.unfreeze()
        for each in gc.get_objects():
            if type(each).__name__ == "Zygote":
                attempt(lambda: each._control.send(b"x"), OSError)
                attempt(lambda: each.fork(3, 4), OSError, AssertionError)
                attempt(each.end_all, OSError) if each._workers else None
    return honest(env, agent_id)
