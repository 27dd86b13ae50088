# name: proc_self
# tries: Reads and writes its own memory, maps and descriptors through /proc.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import os

from honest import policy as honest
from kit import attempt

NAMES = ("mem", "maps", "environ", "cmdline", "status", "stat", "cgroup", "mountinfo", "fdinfo/4")


def policy(env, agent_id):
    for name in NAMES:
        attempt(lambda: open(f"/proc/self/{name}", "rb").readable())
    attempt(lambda: open("/proc/self/mem", "r+b"))
    attempt(lambda: os.listdir("/proc/self/fd"))
    attempt(lambda: os.readlink("/proc/self/exe"))
    return honest(env, agent_id)
