# name: plain_text
# tries: Writes words to every descriptor there might be, as a stray print would.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import os


def policy(env, agent_id):
    for descriptor in range(64):
        try:
            os.write(descriptor, b"ESKIMO" * 20)
        except OSError:
            pass
    return 7
