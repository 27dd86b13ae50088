# name: environment_of_others
# tries: Reads the environment, the command line and the memory of the judge and its zygote.
# class: environment
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

from honest import policy as honest
from kit import attempt
from target import RUNNER, ZYGOTES


def policy(env, agent_id):
    if env.step_count:
        return honest(env, agent_id)
    for number in [RUNNER, *ZYGOTES]:
        for name in ("environ", "cmdline", "maps", "root/etc/passwd"):
            attempt(lambda: open(f"/proc/{number}/{name}", "rb").read())
    return honest(env, agent_id)
