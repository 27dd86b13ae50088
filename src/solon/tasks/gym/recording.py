"""Episodes written down: levels of MiniGrid as boards, what shows itself as text in its words, the rest in numbers."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast

import numpy as np

from solon.contract import Fault
from solon.playback import Board, Frame, Moment, Recording

_COLOURED: Final = re.compile("\x1b\\[[0-9;]*m(.*?)\x1b\\[0m")

_MOST_TOLD: Final = 48  # numbers of one list; of an image nobody reads them

_LAYERS: Final = ("floor", "goal", "lava", "locked door", "closed door", "open door", "key", "ball", "box")


def told(value: Any) -> str:
    """Word a value of a space for people: four digits of a number, and of a long list where its numbers lie."""
    if isinstance(value, np.ndarray | np.generic):
        numbers = cast("Any", value)
        if numbers.size > _MOST_TOLD and numbers.dtype.kind in "iuf":
            return f"{numbers.size:,} numbers from {numbers.min():.4g} to {numbers.max():.4g}"
        return told(numbers.tolist())
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {told(part)}' for name, part in cast('Mapping[str, Any]', value).items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(told(part) for part in cast('list[Any]', value))}]"
    return str(value)


class Recorder:
    """Watches one episode and changes nothing."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._scene: Scene | None = None

    def begin(self, environment: Any, observation: Any) -> None:
        """Write down the start; the environment has been reset."""
        self._environment = environment
        self._scene = scene(environment)
        self._write((), "", observation)

    def step(self, action: Any, what: str, observation: Any, reward: float) -> None:
        """Write down a step; ``what`` says what was wrong if the action is only a stand-in."""
        done = f"{what}, replaced by {told(action)}" if what else f"action {told(action)}"
        self._write((reward,), done, observation)

    def finish(self, slip: Fault | None, *, ended: bool) -> Recording:
        """Return what was recorded."""
        last = len(self._frames) - 1
        earned = sum(sum(frame.rewards) for frame in self._frames)
        moments = [Moment(slip.step or 0, slip.message, trouble=True)] if slip is not None else []
        moments.append(
            Moment(last, f"{'ended' if ended else 'cut off'} after {last} steps with a return of {earned:.4g}")
        )
        board = None if self._scene is None else self._scene.board
        return Recording(tuple(self._frames), tuple(moments), board, ("agent",))

    def _write(self, rewards: tuple[float, ...], done: str, observation: Any) -> None:
        if self._scene is not None:
            self._frames.append(self._scene.frame(rewards, done or str(observation["mission"])))
            return
        textual = self._environment.render_mode == "ansi"
        seen = (
            _COLOURED.sub(r"[\1]", str(self._environment.render())) if textual else f"observation {told(observation)}"
        )
        self._frames.append(Frame(rewards=rewards, caption=f"{done}\n{seen}".lstrip("\n")))


class Scene:
    """Writes down what changes on the grid of one episode."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._columns = int(inner.width)
        walls = tuple(cell for cell, thing in self._grid() if thing.type == "wall")
        self.board = Board(int(inner.height), self._columns, {"wall": walls}, _LAYERS)
        self._before: dict[int, str] = {}

    def frame(self, rewards: tuple[float, ...], caption: str) -> Frame:
        """Return the frame of the last step; the first shows everything as new."""
        now = {cell: _layer(thing) for cell, thing in self._grid() if thing.type != "wall"}
        before, self._before = self._before, now
        column, row = self._inner.agent_pos
        # MiniGrid's headings count from the right, those of frames from the top; both go clockwise.
        agent = (int(row) * self._columns + int(column), (int(self._inner.agent_dir) + 1) % 4, 0)
        return Frame((agent,), _gained(now, before), _gained(before, now), rewards=rewards, caption=caption)

    def _grid(self) -> list[tuple[int, Any]]:
        things = cast("list[Any]", self._inner.grid.grid)  # row by row
        return [(cell, thing) for cell, thing in enumerate(things) if thing is not None]


def scene(environment: Any) -> Scene | None:
    """Return the scene of an environment that has been reset, or None if it is no level of MiniGrid."""
    inner = environment.unwrapped
    return Scene(inner) if hasattr(inner, "agent_dir") and hasattr(inner, "pprint_grid") else None


def _layer(thing: Any) -> str:
    if thing.type != "door":
        return str(thing.type)
    return "open door" if thing.is_open else "locked door" if thing.is_locked else "closed door"


def _gained(new: dict[int, str], old: dict[int, str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for cell, layer in new.items():
        if old.get(cell) != layer:
            found[layer] = (*found.get(layer, ()), cell)
    return found
