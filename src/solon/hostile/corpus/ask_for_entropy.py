# name: ask_for_entropy
# tries: Asks the kernel for randomness, so that no second run would be like the first.
# class: seed
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import secrets
import uuid

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: os.urandom(8), OSError, NotImplementedError)
    attempt(lambda: os.getrandom(8))
    attempt(lambda: secrets.token_bytes(8), OSError, NotImplementedError)
    return honest(env, agent_id)
