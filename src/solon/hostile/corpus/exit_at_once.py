# name: exit_at_once
# tries: Ends its process without any cleaning up, with the code of success.
# class: exit
# expect: invalid:crash
# twin: nearest_apple
# needs-wall: true

import os


def policy(env, agent_id):
    os._exit(0)
