# name: clone_by_number
# tries: Starts processes by the numbers of the system calls, those of the x32 convention included.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

from honest import policy as honest
from kit import refused
from target import MACHINE

X32 = 0x40000000


def policy(env, agent_id):
    if env.step_count:
        return honest(env, agent_id)
    refused("clone", 17, 0, 0, 0, 0)
    refused("clone3", 0, 0)
    if MACHINE == "x86_64":
        for number in (56, 57, 58):  # clone, fork, vfork
            refused(number, 17 if number == 56 else 0, 0, 0, 0, 0)
            refused(X32 + number, 17 if number == 56 else 0, 0, 0, 0, 0)
    return honest(env, agent_id)
