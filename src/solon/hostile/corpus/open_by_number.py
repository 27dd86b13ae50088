# name: open_by_number
# tries: Opens a file by the number of the system call, past everything that Python guards.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

from honest import policy as honest
from kit import attempt, syscall
from target import SECRET_FILE

PATH = SECRET_FILE.encode() + b"\0"


def policy(env, agent_id):
    attempt(lambda: syscall("openat", -100, PATH, 0, 0))
    attempt(lambda: syscall("openat", -100, PATH, 0o1001, 0))  # for writing, emptied
    attempt(lambda: syscall("memfd_create", b"hidden\0", 0))
    return honest(env, agent_id)
