"""One episode of a level of MiniGrid in the package's environment: actions carried out, and what is written down."""

from collections.abc import Sequence
from typing import Any, Final, cast

from solon.contract import Fault
from solon.playback import Board, Frame, Moment, Recording
from solon.tasks.grids.minigrid_planner import ACTIONS

_IDLE: Final = 6  # the package's action that does nothing


class Script:
    """Carries a list of actions out in the package's environment and writes down what happened."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._columns, self._rows = int(inner.width), int(inner.height)
        self._walls, self._things = _layers(inner)
        self.reward, self.over = 0.0, False
        self.unknown = self.wasted = 0
        self.fault: Fault | None = None
        self.moments: list[Moment] = []
        self.frames = [Frame(self._agent(), {layer: (cell,) for cell, layer in self._things.items()})]

    def _agent(self) -> tuple[tuple[int, int, int], ...]:
        column, row = self._inner.agent_pos
        return ((int(row) * self._columns + int(column), (int(self._inner.agent_dir) + 1) % 4, 0),)

    def carry_out(self, action: str | None) -> None:
        """Carry out one action of a list; None stands for what is no text."""
        step = len(self.frames) - 1
        number = ACTIONS.index(action) if action in ACTIONS else _IDLE
        if number == _IDLE:
            self.unknown += 1
            said = repr(action)[:40] if action is not None else "what is no text"
            message = f"the list holds {said} at place {step}, which is no action"
            self.fault = self.fault or Fault("output", message, f"use {', '.join(ACTIONS)}", step=step)
        before = self._agent()
        _, reward, ended, cut, _ = self._inner.step(number)
        _, things = _layers(self._inner)
        added = {layer: (cell,) for cell, layer in things.items() if self._things.get(cell) != layer}
        removed = {layer: (cell,) for cell, layer in self._things.items() if things.get(cell) != layer}
        idle = before == self._agent() and not added and not removed
        self._things = things
        self.over = bool(ended or cut)
        self.reward += float(reward)
        self.wasted += idle
        caption = f"{action or 'no action'}{': nothing changes' if idle else ''}"
        if idle and self.wasted == 1:
            self.moments.append(Moment(step, f"{action or 'what is no text'} changes nothing", trouble=True))
        self.frames.append(Frame(self._agent(), added, removed, rewards=(float(reward),), caption=caption))

    @property
    def steps(self) -> int:
        """Actions carried out."""
        return len(self.frames) - 1

    @property
    def ending(self) -> str:
        """How it came out, in words."""
        over = "cut off unsolved" if self.over else "the list ends and nothing is solved"
        return f"{'solved' if self.reward > 0 else over} after {self.steps} steps"

    def recording(self, moments: Sequence[Moment]) -> Recording:
        """Return the frames with what happened in this instance, after moments of the whole seed."""
        told = [] if self.fault is None else [Moment(self.fault.step or 0, self.fault.message, trouble=True)]
        end = Moment(self.steps, self.ending, trouble=self.reward == 0)
        board = Board(self._rows, self._columns, {"wall": self._walls}, _LAYERS)
        return Recording(tuple(self.frames), (*moments, *told, *self.moments, end), board, ("agent",))


_LAYERS: Final = ("goal", "locked door", "open door", "key", "box")


def _layers(inner: Any) -> tuple[tuple[int, ...], dict[int, str]]:
    """Return the cells of walls, and what else lies where."""
    walls: list[int] = []
    things: dict[int, str] = {}
    for cell, thing in enumerate(cast("list[Any]", inner.grid.grid)):  # row by row
        if thing is None:
            continue
        if thing.type == "wall":
            walls.append(cell)
        elif thing.type == "door":
            things[cell] = "open door" if thing.is_open else "locked door"
        else:
            things[cell] = str(thing.type)
    return tuple(walls), things


def names(inner: Any) -> list[list[str]]:
    """Return the grid in words, row by row."""
    columns = int(inner.width)
    flat = [_name(thing) for thing in cast("list[Any]", inner.grid.grid)]
    column, row = inner.agent_pos
    flat[int(row) * columns + int(column)] = "agent"
    return [flat[place : place + columns] for place in range(0, len(flat), columns)]


def _name(thing: Any) -> str:
    if thing is None:
        return "empty"
    if thing.type in ("wall", "goal"):
        return str(thing.type)
    return f"{'locked ' if thing.type == 'door' else ''}{thing.color} {thing.type}"
