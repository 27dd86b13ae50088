# name: dozing_loop
# tries: Waits in tiny pieces, using hardly any time, to be taken for a machine that is too busy.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# waits: true
# expect-c: invalid:crash
# why-c: An instance has no other thread that could give a lock back, so waiting for one is a trap of the machine.

import threading

lock = threading.Lock()
lock.acquire()


def policy(env, agent_id):
    while True:
        lock.acquire(timeout=0.05)
