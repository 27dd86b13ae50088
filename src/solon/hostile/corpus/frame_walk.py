# name: frame_walk
# tries: Climbs the stack to the game's state and its key.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import sys

from honest import policy as honest
from kit import reached

HUNTED = {"Seed", "Cleanup", "Gathering", "Commons", "Tally", "KeyedDraws", "PaperDraws", "CleanupTask", "LocalJail"}


def policy(env, agent_id):
    frame = sys._getframe()
    while frame:
        for name, value in list(frame.f_locals.items()) + list(frame.f_globals.items()):
            if type(value).__name__ in HUNTED or name in ("seed", "key", "tally"):
                reached((name, value))
        frame = frame.f_back
    return honest(env, agent_id)
