"""The exact planner of the three levels: breadth-first search over pose, carried key, the key's cell and the door.

Cells are numbered row * columns + column, headings run clockwise from right: 0 right, 1 down, 2 left, 3 up. What can
never shorten a way is left out: shutting a door, opening the box, carrying the box any further.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from solon.contract import Value

LEFT, RIGHT, MOVE, PICKUP, DROP, UNLOCK = ACTIONS = ("LEFT", "RIGHT", "MOVE", "PICKUP", "DROP", "UNLOCK")
"""The level's actions by the numbers that the package gives them, 0 to 5."""

CARRIED: Final = -1
NOWHERE: Final = -2


class State(NamedTuple):
    """What changes in an episode."""

    cell: int
    heading: int
    key: int  # its cell, or CARRIED
    opened: bool


class World(Value, frozen=True):
    """What does not: the level ends at the goal, with the box in hand, or without both when the door is open."""

    columns: int
    floor: frozenset[int]  # every cell that is no wall, whatever lies there
    door: int
    goal: int = NOWHERE
    box: int = NOWHERE

    def ahead(self, cell: int, heading: int) -> int:
        """Return the cell in front."""
        return cell + (1, self.columns, -1, -self.columns)[heading]

    def after(self, state: State) -> Iterator[tuple[str, State | None]]:
        """Yield the actions that change something and where they lead; None is the end."""
        cell, heading, key, opened = state
        front = self.ahead(cell, heading)
        yield LEFT, State(cell, (heading - 1) % 4, key, opened)
        yield RIGHT, State(cell, (heading + 1) % 4, key, opened)
        if front == self.goal:
            yield MOVE, None
        elif front == self.box:
            if key != CARRIED:
                yield PICKUP, None
        elif front == key:
            yield PICKUP, State(cell, heading, CARRIED, opened)
        elif front == self.door and not opened:
            if key == CARRIED:
                ends = self.goal == self.box == NOWHERE
                yield UNLOCK, None if ends else State(cell, heading, key, opened=True)
        elif front in self.floor:
            yield MOVE, State(front, heading, key, opened)
            if key == CARRIED and front != self.door:
                yield DROP, State(cell, heading, front, opened)


def plan(world: World, start: State) -> list[str]:
    """Return a shortest list of actions that ends the level. Raises ValueError if there is none."""
    came: dict[State, tuple[State, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        for action, new in world.after(state):
            if new is None:
                return [*_back(came, state), action]
            if new not in came:
                came[new] = state, action
                queue.append(new)
    raise ValueError("no list of actions ends this level")


def _back(came: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    actions: list[str] = []
    while (step := came[state]) is not None:
        state, action = step
        actions.append(action)
    return actions[::-1]


def distances(world: World, starts: Iterable[State]) -> dict[State, int]:
    """Return the fewest actions to the end from every state that the starts lead to."""
    before: dict[State, list[State]] = {}
    last: list[State] = []
    seen = set(starts)
    queue = deque(seen)
    while queue:
        state = queue.popleft()
        for _, new in world.after(state):
            if new is None:
                last.append(state)
                continue
            before.setdefault(new, []).append(state)
            if new not in seen:
                seen.add(new)
                queue.append(new)
    known = dict.fromkeys(last, 1)
    queue = deque(known)
    while queue:
        state = queue.popleft()
        for old in before.get(state, ()):
            if old not in known:
                known[old] = known[state] + 1
                queue.append(old)
    return known
