# name: hunt_for_pipe
# tries: Finds the judge's pipe through the garbage collector and writes a reply with a score.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import gc

from kit import REPLY, WASI, frame, tag


def policy(env, agent_id):
    gc.unfreeze()
    for each in gc.get_objects():
        if WASI and type(each).__name__ == "Door":
            each.ask(REPLY, b'{"efficiency": 1e9}')
        elif not WASI and type(each) is dict and "OUTPUT" in each and "wire" in each:
            each["wire"].write_all(each["OUTPUT"], frame(REPLY, b'{"efficiency": 1e9}', tag_=tag()))
    return 7
