# name: read_questions
# tries: Reads from the judge's channel itself and so waits for a question that will not come.
# class: wire
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# waits: true

import os


def policy(env, agent_id):
    return os.read(3, 1)[0]
