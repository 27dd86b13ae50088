# name: dead_lock
# tries: Waits for a lock that nobody will give back.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# waits: true
# expect-c: invalid:crash
# why-c: An instance has no other thread that could give a lock back, so waiting for one is a trap of the machine.

import threading

lock = threading.Lock()


def policy(env, agent_id):
    lock.acquire()
    lock.acquire()
