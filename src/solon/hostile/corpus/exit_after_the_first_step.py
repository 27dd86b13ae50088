# name: exit_after_the_first_step
# tries: Plays one step honestly and is gone when the second question comes.
# class: exit
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true

import os

from honest import policy as honest


def policy(env, agent_id):
    if env.step_count == 1:
        os._exit(0)
    return honest(env, agent_id)
