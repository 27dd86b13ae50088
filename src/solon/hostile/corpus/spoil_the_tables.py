# name: spoil_the_tables
# tries: Falsifies the guest's shared tables in its last decision, so that a later program would lose its way.
# class: state
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# needs-game: true
# episodes: 3

import gc

from honest import policy as honest
from kit import write
from target import STEPS


def policy(env, agent_id):
    action = honest(env, agent_id)
    if env.step_count == STEPS - 1 and agent_id == env.n_agents - 1:
        row = distance_row(env.positions[0])
        gc.unfreeze()
        for each in gc.get_objects():
            if type(each).__name__ in ("Geometry", "Helpers", "Prepared", "PaperNames"):
                for name in list(getattr(each, "__dict__", ())):
                    each.__dict__[name] = None
        if type(row) is bytes:
            write(id(row) + bytes.__basicsize__ - 1, 0, len(row))
    return action
