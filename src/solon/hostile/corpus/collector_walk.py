# name: collector_walk
# tries: Asks the garbage collector for every object, to find the game, its streams or a score.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import gc

import numpy as np

from honest import policy as honest
from kit import reached

HUNTED = {"Seed", "Cleanup", "Gathering", "Commons", "Tally", "KeyedDraws", "PaperDraws", "Episode", "Scored", "_Stream"}
NAMES = {"rewards", "returns", "timeouts"}
STATE = (list, tuple, dict, int, float, np.ndarray)  # names also stand in tables of the interpreter and of its parser


def policy(env, agent_id):
    gc.unfreeze()
    if env.step_count == 0 and agent_id == 0:
        for each in gc.get_objects():
            if type(each).__name__ in HUNTED:
                reached(each)
            if type(each) is dict and any(isinstance(each.get(name), STATE) for name in NAMES):
                reached(each)
    return honest(env, agent_id)
