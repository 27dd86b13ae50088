# name: fork_bomb
# tries: Starts processes without end and swallows every refusal.
# class: processes
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import os


def policy(env, agent_id):
    while True:
        try:
            os.fork()
        except BaseException:
            pass
