# name: combined
# tries: Does all four at once, and forces each write past the arrays' protection.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: true
# needs-game: true

from honest import policy as honest
from kit import write


def force(array, value):
    write(array.__array_interface__["data"][0], value, array.nbytes)


def policy(env, agent_id):
    action = honest(env, agent_id)
    if agent_id == env.n_agents - 1:  # the snapshot dies with this decision: it deceives nobody but itself
        force(env.apple_alive, 1)
        force(env.agent_timeout, 9)
        force(env.agent_pos, 1)
        if hasattr(env, "waste"):
            force(env.waste, 0)
        env.memo["done"] = env.agent_pos[agent_id].tolist(), env.apple_alive.all()
    return action
