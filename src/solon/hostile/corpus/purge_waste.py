# name: purge_waste
# tries: Clears the river of waste, so that apples grow without any work, as published models did.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

from honest import policy as honest
from kit import attempt


def purge(env):
    env.waste[:] = False
    env.river_cells_set.clear()
    env.river_cells_list.clear()


def policy(env, agent_id):
    action = honest(env, agent_id)
    attempt(lambda: purge(env), ValueError, AttributeError)
    return action
