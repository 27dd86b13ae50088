# name: one_thread
# tries: Starts one thread to compute on while the judge plays.
# class: processes
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import _thread
import threading

from honest import policy as honest
from kit import attempt


def policy(env, agent_id):
    attempt(lambda: threading.Thread(target=print).start(), RuntimeError)
    attempt(lambda: _thread.start_new_thread(print, ()), RuntimeError)
    return honest(env, agent_id)
