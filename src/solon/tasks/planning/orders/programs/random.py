"""Calls the tools in a random order."""
# ruff: noqa: D103, S311  # it runs in a jail, where its luck is seeded
# pyright: basic

import random as dice


def policy(text, tools, memory):
    log = memory["log"]
    left = sorted(set(tools) - {name for name, _, _ in log})
    if not left:
        return None
    name = dice.choice(left)
    return (name, max([start + taken for _, start, taken in log], default=0)) if "hour " in text else name
