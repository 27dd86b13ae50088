# name: dozing_loop
# tries: Waits in tiny pieces, using hardly any time, to be taken for a machine that is too busy.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# waits: true

import threading

lock = threading.Lock()
lock.acquire()


def policy(env, agent_id):
    while True:
        lock.acquire(timeout=0.05)
