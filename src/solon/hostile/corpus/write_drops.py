# name: write_drops
# tries: Leaves files in the working folder, the temporary folder, the package and shared memory.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import os

from honest import policy as honest
from kit import attempt
from target import DROPS, TOKEN


def policy(env, agent_id):
    for folder in DROPS:
        path = f"{folder}/{TOKEN}-{agent_id}"
        attempt(lambda: open(path, "w").write("result: 1e9"))
        attempt(lambda: os.mkdir(path + ".folder"))
        attempt(lambda: os.mkfifo(path + ".pipe"))
        attempt(lambda: os.symlink("/etc", path + ".link"))
    return honest(env, agent_id)
