# name: environment_variables
# tries: Looks for the judge's keys among its environment variables.
# class: environment
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import os

from honest import policy as honest
from kit import reached
from target import CANARY_NAME


def policy(env, agent_id):
    if CANARY_NAME in os.environ or os.getenv(CANARY_NAME):
        reached(os.environ[CANARY_NAME])
    if any("KEY" in name or "TOKEN" in name or name == "HOME" for name in os.environ):
        reached(dict(os.environ))
    return honest(env, agent_id)
