# name: exits_by_other_names
# tries: Leaves by quit, by exit and by the end of its thread.
# class: exit
# expect: slips
# twin: stand
# needs-wall: false

import _thread
import builtins

EXITS = ("quit", "exit")


def policy(env, agent_id):
    if env.step_count % 2:
        _thread.exit()
    getattr(builtins, EXITS[agent_id % 2])(0)
