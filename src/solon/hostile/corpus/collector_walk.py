# name: collector_walk
# tries: Asks the garbage collector for every object, to find the game, its streams or a score.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import gc

from honest import policy as honest
from kit import reached

HUNTED = {"Seed", "Cleanup", "Gathering", "Commons", "Tally", "KeyedDraws", "PaperDraws", "Episode", "Scored", "_Stream"}


def policy(env, agent_id):
    gc.unfreeze()
    if env.step_count == 0 and agent_id == 0:
        for each in gc.get_objects():
            if type(each).__name__ in HUNTED:
                reached(each)
            if type(each) is dict and ("rewards" in each or "returns" in each or "timeouts" in each and "kernel" in each):
                reached(each)
    return honest(env, agent_id)
