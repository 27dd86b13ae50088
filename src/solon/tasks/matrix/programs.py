"""Reference strategies: simple ones of the literature, and one whose search for weakness costs more than it brings."""

from collections.abc import Mapping
from typing import Final

SOURCES: Final[Mapping[str, str]] = {
    "tit_for_tat": '''\
"""Cooperate first, then do what the other did last."""


def policy(history, memory):
    return history[-1][1] if history else C
''',
    "cooperate": '''\
"""Always cooperate."""


def policy(history, memory):
    return C
''',
    "defect": '''\
"""Always defect."""


def policy(history, memory):
    return D
''',
    "coin": '''\
"""Toss a coin."""

import random


def policy(history, memory):
    return random.choice((C, D))
''',
    "grudger": '''\
"""Cooperate until the other defects once, then defect for ever."""


def policy(history, memory):
    if history and history[-1][1] == D:
        memory["grudge"] = True
    return D if "grudge" in memory else C
''',
    "win_stay_lose_shift": '''\
"""Keep the move while the other cooperates, change it when the other defects."""


def policy(history, memory):
    if not history:
        return C
    mine, theirs = history[-1]
    return mine if theirs == C else 1 - mine
''',
    "generous": '''\
"""Tit for tat that forgives one defection in three."""

import random


def policy(history, memory):
    if history and history[-1][1] == D:
        return C if random.random() < 1 / 3 else D
    return C
''',
    "tester": '''\
"""Defect in round 7, make up for it and watch: whoever lets it pass is exploited, the others get tit for tat."""

TEST = 6


def policy(history, memory):
    played = len(history)
    if played == TEST:
        return D
    if played in (TEST + 1, TEST + 2):
        return C
    if played == TEST + 3:
        memory["weak"] = [theirs for _, theirs in history[TEST + 1 :]] == [C, C]
    if memory.get("weak") and history[-1][1] == C:
        return D
    memory["weak"] = False
    return history[-1][1] if history else C
''',
}
"""By name; the first is the control arm."""
