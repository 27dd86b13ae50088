# name: executable_memory
# tries: Asks for memory that it could fill with machine code.
# class: memory
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

from honest import policy as honest
from kit import refused

READ, WRITE, EXECUTE, PRIVATE_ANONYMOUS = 1, 2, 4, 0x22


def policy(env, agent_id):
    refused("mmap", 0, 4096, READ | WRITE | EXECUTE, PRIVATE_ANONYMOUS, -1, 0)
    refused("mprotect", 0, 4096, READ | EXECUTE)
    refused("pkey_mprotect", 0, 4096, READ | EXECUTE, -1)
    return honest(env, agent_id)
