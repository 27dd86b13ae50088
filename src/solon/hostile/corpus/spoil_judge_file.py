# name: spoil_judge_file
# tries: Overwrites, moves, truncates and deletes a file of the judge.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import os

from honest import policy as honest
from kit import WASI, attempt
from target import SECRET_FILE, TOKEN


def policy(env, agent_id):
    attempt(lambda: open(SECRET_FILE, "w"))
    attempt(lambda: os.truncate(SECRET_FILE, 0))
    if WASI:
        os.chmod(SECRET_FILE, 0o777)  # says yes for any path and does nothing; the judge looks at the mode
    else:
        attempt(lambda: os.chmod(SECRET_FILE, 0o777))
    attempt(lambda: os.link(SECRET_FILE, f"{SECRET_FILE}.{TOKEN}"))
    attempt(lambda: os.rename(SECRET_FILE, f"{SECRET_FILE}.{TOKEN}"))
    attempt(lambda: os.unlink(SECRET_FILE))
    return honest(env, agent_id)
