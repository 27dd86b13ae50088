# name: read_password_file
# tries: Reads the system's list of users through every ordinary door.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import io
import os

from honest import policy as honest
from kit import attempt

FILE = "/etc/passwd"


def policy(env, agent_id):
    attempt(lambda: open(FILE).read())
    attempt(lambda: io.FileIO(FILE).read())
    attempt(lambda: os.read(os.open(FILE, os.O_RDONLY), 100))
    return honest(env, agent_id)
