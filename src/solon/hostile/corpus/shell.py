# name: shell
# tries: Runs a command through a shell, by every function that can.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os
import subprocess

from honest import policy as honest
from kit import attempt
from target import DROPS, TOKEN

COMMAND = f"touch {DROPS[0]}/{TOKEN}"


def run():
    assert os.system(COMMAND) == 0  # it tells a refusal by its code only


def policy(env, agent_id):
    attempt(lambda: subprocess.run(COMMAND, shell=True))
    attempt(lambda: os.popen(COMMAND).read())
    attempt(lambda: os.posix_spawn("/bin/sh", ["sh", "-c", COMMAND], {}))
    attempt(run, AssertionError)
    return honest(env, agent_id)
