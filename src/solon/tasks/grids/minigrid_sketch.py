"""The space of programs for the offline proposer: a planner of subgoals with its decisions left open."""

import itertools
from collections.abc import Mapping
from typing import Final

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch

_ORDERS: Final = tuple(" ".join(order) for order in itertools.permutations(("target", "door", "key")))
_DROPS: Final = ("never", "at once", "where it costs least")

_HOLES: Final = (
    Hole("order", _ORDERS[0], options=_ORDERS),
    Hole("drop", _DROPS[0], options=_DROPS),
    Hole("search", "one subgoal at a time", options=("one subgoal at a time", "all subgoals together")),
    Hole("turn", 0, 0, 3, integer=True),
    Hole("ties", "turn", options=("turn", "go on")),
)

BEST: Final[Mapping[str, HoleValue]] = {
    "order": "key door target",
    "drop": "where it costs least",
    "search": "all subgoals together",
    "turn": 1,
    "ties": "go on",
}
"""A filling whose programs are as short as can be on all three levels."""

_PROGRAM: Final = '''\
"""Reach one subgoal after the other by the cheapest actions."""

import heapq
from itertools import count

ORDER = {order!r}
DROP = {drop!r}  # the key, once the door is open and only if the hands must be free: never, at once, ...
TOGETHER = {together!r}  # one search for all subgoals, or one for each
TURN = {turn!r}  # what a turn costs; every other action costs 1
HEADINGS = ("right", "down", "left", "up")
STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def policy(grid, direction):
    names = {{(row, column): name for row, line in enumerate(grid) for column, name in enumerate(line)}}
    where = {{name.split()[-1]: place for place, name in names.items()}}
    wanted = [what for what in ORDER if what != "target" or "goal" in where or "box" in where]
    if DROP == "at once" and "box" in where:
        wanted.insert(wanted.index("door") + 1, "drop")
    state = (where["agent"], HEADINGS.index(direction), where.get("key"), False, 0)
    actions = []
    for stage in [len(wanted)] if TOGETHER else range(1, len(wanted) + 1):
        found = search(names, where, wanted, state, stage)
        if found is None:
            break
        more, state = found
        actions += more
    return actions


def search(names, where, wanted, start, stage):
    """Return the cheapest actions until so many subgoals are reached, and the state then."""
    number = count()
    queue = [(0, next(number), start, None, None)]
    came = {{}}
    while queue:
        cost, _, state, before, action = heapq.heappop(queue)
        if state in came:
            continue
        came[state] = before, action
        if state[-1] == stage:
            actions, end = [], state
            while came[state][0] is not None:
                state, action = came[state]
                actions.append(action)
            return actions[::-1], end
        for action, new in after(names, where, wanted, state):
            if new not in came:
                price = TURN if action in ("LEFT", "RIGHT") else 1
                heapq.heappush(queue, (cost + price, next(number), new, state, action))
    return None


def after(names, where, wanted, state):
    """Return what can be done and where it leads; a key of None is carried."""
    place, heading, key, opened, stage = state
    subgoal = wanted[stage]
    front = (place[0] + STEPS[heading][0], place[1] + STEPS[heading][1])
    turns = [
        ("LEFT", (place, (heading - 1) % 4, key, opened, stage)),
        ("RIGHT", (place, (heading + 1) % 4, key, opened, stage)),
    ]
    acts = []
    what = names[front].split()[-1]
    if what == "door" and not opened:
        if subgoal == "door" and key is None:
            acts.append(("UNLOCK", (place, heading, key, True, stage + 1)))
    elif front == key:
        if subgoal == "key":
            acts.append(("PICKUP", (place, heading, None, opened, stage + 1)))
    elif what == "box":
        if subgoal == "target" and key is not None:
            acts.append(("PICKUP", (place, heading, key, opened, stage + 1)))
    elif what != "wall":
        reached = what == "goal" and subgoal == "target"
        acts.append(("MOVE", (front, heading, key, opened, stage + reached)))
        eager = subgoal == "target" and "box" in where and DROP == "where it costs least"
        bars = "door" in (what, names[place].split()[-1])  # the key would lie in the way
        if key is None and not bars and (eager or subgoal == "drop"):
            acts.append(("DROP", (place, heading, front, opened, stage + (subgoal == "drop"))))
    return {merged}
'''


def render(values: Mapping[str, HoleValue]) -> Program:
    """Return the planner with its decisions filled in."""
    source = _PROGRAM.format(
        order=tuple(str(values["order"]).split()),
        drop=values["drop"],
        together=values["search"] == "all subgoals together",
        turn=int(values["turn"]),
        merged="acts + turns" if values["ties"] == "go on" else "turns + acts",
    )
    return Program((("policy.py", source),))


def sketch() -> Sketch:
    """Return the space; its default goes for the target first, which a locked door forbids."""
    return Sketch(_HOLES, render)
