# name: flood_of_notes
# tries: Sends notes without end instead of an answer.
# class: wire
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import os

from kit import NOTE, frame, tag


def policy(env, agent_id):
    spam = frame(NOTE, b"spam" * 1000, tag_=tag())
    while True:
        os.write(4, spam)
