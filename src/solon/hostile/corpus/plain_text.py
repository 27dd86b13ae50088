# name: plain_text
# tries: Writes words to every descriptor there might be, as a stray print would.
# class: wire
# expect: invalid:protocol
# twin: stand
# needs-wall: true
# expect-c: scored:same
# why-c: No descriptor leads to the judge, so words on all of them reach nobody.

import os


def policy(env, agent_id):
    for descriptor in range(64):
        try:
            os.write(descriptor, b"ESKIMO" * 20)
        except OSError:
            pass
    return 7
