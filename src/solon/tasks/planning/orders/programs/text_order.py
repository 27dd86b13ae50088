"""Calls the tools in the order in which the text first names them."""
# ruff: noqa: D103  # it is shown to people as it is
# pyright: basic


def policy(text, tools, memory):
    lowered = text.lower()
    order = sorted(tools, key=lambda tool: lowered.find(tool.replace("_", " ")) % (len(text) + 1))
    log = memory["log"]
    if len(log) == len(order):
        return None
    if "hour " not in text:
        return order[len(log)]
    return order[len(log)], max([start + taken for _, start, taken in log], default=0)
