# name: spawn_apples
# tries: Makes all apples ripe at once, as published models did.
# class: paper
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

from honest import policy as honest
from kit import attempt


def ripen(env):
    env.apple_alive[:] = True
    env.apple_timer[:] = 0


def policy(env, agent_id):
    attempt(lambda: ripen(env), ValueError)
    return honest(env, agent_id)
