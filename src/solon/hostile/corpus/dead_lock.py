# name: dead_lock
# tries: Waits for a lock that nobody will give back.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# waits: true

import threading

lock = threading.Lock()


def policy(env, agent_id):
    lock.acquire()
    lock.acquire()
