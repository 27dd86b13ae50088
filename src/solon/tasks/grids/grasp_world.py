"""GRASP's world: a grid with units of energy, an agent that carries them to its start, and three ways to score it.

The rules are those of the published benchmark (https://github.com/jasontangzs0/GRASP), written anew from a description.
"""

from collections.abc import Sequence
from typing import Final, Literal

from solon.contract import Value

SIZE: Final = 11
ACTIONS: Final = 20
UNLIMITED: Final = 100
"""The carry limit that stands for none."""

Movement = Literal["four", "eight"]
Scoring = Literal["published", "all-actions", "moves"]
SCORINGS: Final[tuple[Scoring, ...]] = ("published", "all-actions", "moves")

STEPS: Final[dict[str, tuple[int, int]]] = {
    "UP": (-1, 0),
    "DOWN": (1, 0),
    "LEFT": (0, -1),
    "RIGHT": (0, 1),
    "UPLEFT": (-1, -1),
    "UPRIGHT": (-1, 1),
    "DOWNLEFT": (1, -1),
    "DOWNRIGHT": (1, 1),
}
"""Moves as (rows, columns); the first four are those of the movement "four"."""

TAKE, DROP = "TAKE", "DROP"
NAMES: Final = (*STEPS, TAKE, DROP)


def moves(movement: Movement) -> dict[str, tuple[int, int]]:
    """Return the moves that a movement allows."""
    return STEPS if movement == "eight" else dict(list(STEPS.items())[:4])


class Instance(Value, frozen=True):
    """One grid and the rules under which it is played; cells are numbered row * columns + column."""

    start: int
    energy: frozenset[int]
    obstacles: frozenset[int] = frozenset()
    rows: int = SIZE
    columns: int = SIZE
    movement: Movement = "four"
    carry_limit: int = UNLIMITED
    step_cost: float = 0.0
    kind: str = ""  # how it was drawn

    def place(self, cell: int) -> tuple[int, int]:
        """Return row and column of a cell."""
        return divmod(cell, self.columns)

    def arguments(self) -> tuple[str, list[int], str, int, float]:
        """Return what a program is given."""
        return text(self), list(self.place(self.start)), self.movement, self.carry_limit, self.step_cost


class Played(Value, frozen=True):
    """What a list of actions came to."""

    banked: int  # units in the start cell at the end
    used: int  # actions carried out, failed ones included
    moved: int  # moves that took place
    failed: int  # of the used ones
    unknown: int  # of the failed ones, those that are no actions at all
    home: bool  # the agent ends where it began
    first_failure: str = ""


def text(instance: Instance) -> str:
    """Draw a grid: two lines of heading, row i on line 2 + 2 i, the cell of column j at character 4 + 4 j."""
    rule = "  +" + "---+" * instance.columns
    lines = ["   " + " ".join(f"{column:^3}" for column in range(instance.columns)).rstrip(), rule]
    for row in range(instance.rows):
        cells = (_letter(instance, row * instance.columns + column) for column in range(instance.columns))
        lines += [f"{row:>2}| " + " | ".join(cells) + " |", rule]
    return "\n".join(lines)


def _letter(instance: Instance, cell: int) -> str:
    if cell == instance.start:
        return "A"
    return "E" if cell in instance.energy else "O" if cell in instance.obstacles else " "


class World:
    """The state of one instance while it is played; only ``act`` changes it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.cell = instance.start
        self.carried = 0
        self.units: dict[int, int] = dict.fromkeys(instance.energy, 1)
        self.moved = 0
        self._moves = moves(instance.movement)

    def act(self, action: str) -> str:
        """Carry out one action, in letters of either case; return why it failed, if it did and changed nothing."""
        action = action.upper()
        if action == TAKE:
            return self._take()
        if action == DROP:
            self.units[self.cell] = self.units.get(self.cell, 0) + self.carried
            complaint = "" if self.carried else "there is nothing to drop"
            self.carried = 0
            return complaint
        if action not in self._moves:
            return f"{action} is no move in four directions" if action in STEPS else "there is no such action"
        row, column = self.instance.place(self.cell)
        down, right = self._moves[action]
        row, column = row + down, column + right
        if not (0 <= row < self.instance.rows and 0 <= column < self.instance.columns):
            return "that is off the grid"
        target = row * self.instance.columns + column
        if target in self.instance.obstacles:
            return "an obstacle is there"
        self.cell = target
        self.moved += 1
        return ""

    def _take(self) -> str:
        if not self.units.get(self.cell, 0):
            return "no energy is here"
        if self.carried >= self.instance.carry_limit:
            return "the agent carries as much as it can"
        self.units[self.cell] -= 1
        self.carried += 1
        return ""


def play(instance: Instance, actions: Sequence[str]) -> Played:
    """Carry out a list of actions; what comes after the 20th is cut off."""
    world, failed, unknown, first = World(instance), 0, 0, ""
    used = list(actions)[:ACTIONS]
    for number, action in enumerate(used):
        complaint = world.act(action)
        if complaint:
            failed += 1
            unknown += action.upper() not in NAMES
            first = first or f"action {number} ({action[:20]!r}) failed: {complaint}"
    home = world.cell == instance.start
    return Played(world.units.get(instance.start, 0), len(used), world.moved, failed, unknown, home, first)


def score(instance: Instance, played: Played, scoring: Scoring) -> float:
    """Return the units in the start cell less what the actions cost.

    *moves* charges each move that took place, as the rules say. *all-actions* charges each action carried out, failed
    ones too, as IPP's copy of the scorer does. *published* has the published scorer's fault: it charges as often as
    there are directions, 4 or 8 times, whatever was done.
    """
    charged = {"moves": played.moved, "all-actions": played.used, "published": len(moves(instance.movement))}
    return played.banked - instance.step_cost * charged[scoring]
