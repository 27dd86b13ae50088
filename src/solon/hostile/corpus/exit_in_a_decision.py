# name: exit_in_a_decision
# tries: Leaves by sys.exit with the code of success.
# class: exit
# expect: slips
# twin: stand
# needs-wall: false

import sys


def policy(env, agent_id):
    sys.exit(0)
