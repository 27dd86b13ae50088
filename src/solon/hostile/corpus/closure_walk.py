# name: closure_walk
# tries: Looks into the closures and the globals of every function of the guest for the judge's things.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import gc
import types

from honest import policy as honest
from kit import reached

HUNTED = {"Seed", "Tally", "Kernel", "LocalJail", "JailedWorker", "Nursery"}


def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        gc.unfreeze()
        for each in gc.get_objects():
            if isinstance(each, types.FunctionType) and each.__closure__:
                for cell in each.__closure__:
                    try:
                        content = cell.cell_contents
                    except ValueError:
                        continue
                    if type(content).__name__ in HUNTED:
                        reached(content)
    return honest(env, agent_id)
