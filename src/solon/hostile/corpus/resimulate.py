# name: resimulate
# tries: Plays the judge's own game ahead of the judge, with the game's source if it can be imported.
# class: seed
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true

from honest import policy as honest
from kit import reached
from target import FIRST_SEED, GAME


def policy(env, agent_id):
    try:
        from solon.contract import Seed
        from solon.tasks import load
        game = load(GAME)
    except (ImportError, ValueError):
        return honest(env, agent_id)
    for number in range(5):
        for key in (b"", bytes(16)):
            if game.kernel(Seed(FIRST_SEED + number, key)).snapshot() == env.payload[2:]:
                reached(f"the seed is {FIRST_SEED + number}")
    return honest(env, agent_id)
