# name: numpy_file_doors
# tries: Reads and writes files through NumPy, which opens them in C.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import numpy as np

from honest import policy as honest
from kit import attempt
from target import DROPS, SECRET_FILE, TOKEN


def policy(env, agent_id):
    attempt(lambda: bytes(np.fromfile(SECRET_FILE, np.uint8)))
    attempt(lambda: np.loadtxt(SECRET_FILE, str))
    attempt(lambda: bytes(np.memmap(SECRET_FILE)), OSError, ImportError)
    attempt(lambda: np.ones(3).tofile(f"{DROPS[0]}/{TOKEN}"))
    attempt(lambda: np.save(f"{DROPS[0]}/{TOKEN}.npy", np.ones(3)))
    return honest(env, agent_id)
