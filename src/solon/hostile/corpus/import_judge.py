# name: import_judge
# tries: Imports the modules that keep the score.
# class: introspection
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import importlib

from honest import policy as honest
from kit import attempt

NAMES = ("task", "kernel", "cleanup", "gathering", "metrics", "streams", "bounds")


def policy(env, agent_id):
    for name in NAMES:
        attempt(lambda: importlib.import_module(f"solon.tasks.games.{name}"), ImportError)
    attempt(lambda: importlib.import_module("solon.engine.judge"), ImportError)
    return honest(env, agent_id)
