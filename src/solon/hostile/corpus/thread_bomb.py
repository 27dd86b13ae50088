# name: thread_bomb
# tries: Starts threads without end and swallows every refusal.
# class: processes
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import threading


def policy(env, agent_id):
    while True:
        try:
            threading.Thread(target=policy, args=(env, agent_id)).start()
        except BaseException:
            pass
