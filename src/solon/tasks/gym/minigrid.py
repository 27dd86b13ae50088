"""The space of programs for the levels of MiniGrid: a map in memory, and prices for what can be done next."""

from collections.abc import Mapping
from typing import Any, Final

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch

_PARTS: Final = {"image", "direction", "mission"}
_ACTIONS: Final = 7

_HOLES: Final = (
    Hole("turn", 0, 0, 2, integer=True),
    Hole("explore", 0, 0, 20, integer=True),
    Hole("key", 0, 0, 20, integer=True),
    Hole("unlock", 0, 0, 20, integer=True),
    Hole("drop", 0, 0, 20, integer=True),
    Hole("clear", 0, 0, 60, integer=True),
)

_PROGRAM: Final = '''\
"""{environment}: keep a map and do what costs least: steps there and the price of its kind."""

import heapq

# Prices in steps, on top of the way; what the mission asks for has none.
TURN = {turn}  # of a turn, where a step forward costs 1
EXPLORE = {explore}  # looking at what is unknown
TAKE_KEY = {key}  # taking the key of a locked door that can be reached
UNLOCK = {unlock}  # opening that door
FREE_HANDS = {drop}  # putting down what is in the way of taking something
CLEAR = {clear}  # taking away what may block the way

LEFT, RIGHT, MOVE, PICKUP, DROP, TOGGLE, DONE = range(7)
UNSEEN, EMPTY, WALL, FLOOR, DOOR, KEY, BALL, BOX, GOAL, LAVA, AGENT = range(11)
OPEN, CLOSED, LOCKED = range(3)
COLOURS = ("red", "green", "blue", "purple", "yellow", "grey")
THINGS = {{"door": DOOR, "key": KEY, "ball": BALL, "box": BOX}}
HEADINGS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def policy(observation, memory):
    look(observation, memory)
    action = decide(observation["mission"], memory)
    memory["last"] = action
    return action


def ahead(place, heading):
    return place[0] + HEADINGS[heading][0], place[1] + HEADINGS[heading][1]


def beside(place):
    return [ahead(place, heading) for heading in range(4)]


def passable(cell):
    return cell[0] in (EMPTY, FLOOR, GOAL) or (cell[0] == DOOR and cell[2] == OPEN)


def look(observation, memory):
    """Draw what is seen into the map; where the agent stands and what it holds follows from its last action."""
    image, heading = observation["image"], observation["direction"]
    cells, last, before = memory.setdefault("cells", {{}}), memory.get("last"), memory.get("front")
    columns = list(enumerate(image))
    seen = {{(x, y): tuple(cell) for x, column in columns for y, cell in enumerate(column)}}
    place = next((spot for spot, cell in seen.items() if cell[0] == AGENT), None)
    if place is None:  # a view from the agent, which stands in the middle of its lower edge and looks up
        place = memory.get("place", (0, 0))
        if last == MOVE and before is not None and passable(before):
            place = ahead(place, heading)
        dx, dy = HEADINGS[heading]
        middle, bottom = len(image) // 2, len(image[0]) - 1
        seen = {{
            (place[0] + (bottom - y) * dx - (x - middle) * dy, place[1] + (bottom - y) * dy + (x - middle) * dx): cell
            for (x, y), cell in seen.items()
        }}
    del seen[place]
    cells.update((spot, cell) for spot, cell in seen.items() if cell[0] != UNSEEN)
    cells.setdefault(place, (EMPTY, 0, 0))
    front = cells.get(ahead(place, heading), (WALL, 0, 0))
    if last == PICKUP and memory["held"] is None and before[0] in (KEY, BALL, BOX) and front[0] == EMPTY:
        memory["held"] = before[:2]
    if last == DROP and front[:2] == memory["held"]:
        memory["held"] = None
    memory.setdefault("held", None)
    memory.update(place=place, heading=heading, front=front)


def read(mission, cells):
    """Return what to do, with what, of which colour; None where any will do."""
    words = mission.replace(",", " ").split()
    if "goal" in words:
        return "reach", GOAL, None
    named = [
        (THINGS[word], COLOURS.index(words[at - 1]) if words[at - 1] in COLOURS else None)
        for at, word in enumerate(words)
        if word in THINGS
    ] or [(BOX, None)]
    if "open" in words:
        done = [colour for kind, colour, state in cells.values() if kind == DOOR and state == OPEN]
        left = [(kind, colour) for kind, colour in named if colour not in done]
        return ("open", *(left or named)[0])
    return ("visit" if "go to" in mission else "take", *named[0])


def decide(mission, memory):
    cells, held = memory["cells"], memory["held"]
    start = (memory["place"], memory["heading"])
    costs, firsts = ways(cells, start)
    facing = {{}}
    for pose, cost in costs.items():
        spot = ahead(*pose)
        if spot not in facing or cost < costs[facing[spot]]:
            facing[spot] = pose
    options = []
    for spot, (price, action) in aims(mission, cells, held, facing).items():
        pose = facing[spot]
        options.append((costs[pose] + price, spot, firsts[pose] if pose != start else action))
    return min(options)[2] if options else LEFT


def ways(cells, start):
    """Return the cost of every pose that can be reached, and the first action on the way there."""
    costs, firsts = {{}}, {{}}
    queue = [(0, 0, start, None)]
    number = 0
    while queue:
        cost, _, pose, first = heapq.heappop(queue)
        if pose in costs:
            continue
        costs[pose], firsts[pose] = cost, first
        place, heading = pose
        front = cells.get(ahead(place, heading), (UNSEEN, 0, 0))
        steps = [(LEFT, TURN, (place, (heading - 1) % 4)), (RIGHT, TURN, (place, (heading + 1) % 4))]
        if passable(front):
            steps.insert(0, (MOVE, 1, (ahead(place, heading), heading)))
        elif front[0] == DOOR and front[2] == CLOSED:
            steps.insert(0, (TOGGLE, 2, (ahead(place, heading), heading)))
        for action, price, new in steps:
            number += 1
            heapq.heappush(queue, (cost + price, number, new, action if first is None else first))
    return costs, firsts


def aims(mission, cells, held, facing):
    """Return what can be done ahead of a reachable pose: the cell there, its price and the action."""
    verb, wanted, shade = read(mission, cells)
    locked = {{cell[1] for cell in cells.values() if cell[0] == DOOR and cell[2] == LOCKED}}
    near = {{cells[spot][1] for spot in facing if spot in cells and cells[spot][::2] == (DOOR, LOCKED)}}
    useful = held is not None and held[0] == KEY and held[1] in near
    crowded = held is not None and not useful and (verb == "take" or locked)
    found = {{}}
    for spot in facing:
        if spot not in cells:
            found[spot] = (EXPLORE, MOVE)
            continue
        kind, colour, state = cells[spot]
        meant = kind == wanted and shade in (None, colour)
        if meant and verb == "reach":
            found[spot] = (0, MOVE)
        elif meant and verb == "visit":
            found[spot] = (0, DONE)
        elif meant and verb == "take" and held is None:
            found[spot] = (0, PICKUP)
        elif meant and verb == "open" and state == CLOSED:
            found[spot] = (0, TOGGLE)
        elif kind == DOOR and state == LOCKED and held == (KEY, colour):
            found[spot] = (UNLOCK, TOGGLE)
        elif kind == KEY and held is None and colour in near:
            found[spot] = (TAKE_KEY, PICKUP)
        elif kind in (KEY, BALL, BOX) and held is None:
            found[spot] = (CLEAR, PICKUP)
        elif kind == EMPTY and crowded and all(cells.get(it, (WALL,))[0] != DOOR for it in beside(spot)):
            found[spot] = (FREE_HANDS, DROP)
    return found
'''


def is_level(shown: Any) -> bool:
    """Tell whether an environment shows what the levels of MiniGrid show, and acts as they do."""
    parts: Any = getattr(shown.observation_space, "spaces", None)
    named = isinstance(parts, Mapping) and set(parts) == _PARTS  # pyright: ignore[reportUnknownArgumentType]  # of an extra
    return named and type(shown.action_space).__name__ == "Discrete" and int(shown.action_space.n) == _ACTIONS


def sketch(environment: str) -> Sketch:
    """Return the space for a level."""

    def render(values: Mapping[str, HoleValue]) -> Program:
        prices = {hole.name: int(values[hole.name]) for hole in _HOLES}
        return Program((("policy.py", _PROGRAM.format(environment=environment, **prices)),))

    return Sketch(_HOLES, render)
