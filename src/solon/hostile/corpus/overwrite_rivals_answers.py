# name: overwrite_rivals_answers
# tries: Finds the buffer of answers on the stack and makes all agents before it stand still: in self-play they are its own.
# class: state
# expect: scored:no-gain
# twin: nearest_apple
# needs-wall: true
# needs-game: true

import sys

from honest import policy as honest


def policy(env, agent_id):
    action = honest(env, agent_id)
    answers = sys._getframe(1).f_locals["reply"]
    for other in range(agent_id):
        answers[other] = 7
    return action
