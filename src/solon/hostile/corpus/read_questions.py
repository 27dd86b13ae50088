# name: read_questions
# tries: Reads from the judge's channel itself and so waits for a question that will not come.
# class: wire
# expect: invalid:time
# twin: stand
# needs-wall: true
# waits: true
# expect-c: slips
# why-c: Questions come through no descriptor, so there is nothing to read and nothing to wait for.

import os


def policy(env, agent_id):
    return os.read(3, 1)[0]
