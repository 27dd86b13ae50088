"""Three levels of MiniGrid, open loop: a program sees the whole grid once and writes down all actions beforehand.

The package draws the instances and carries the actions out; reward and end are its own. The levels and the form of
the programs are those of the study "Code-Driven Planning in Grid Worlds with Large Language Models" (2025).
"""

import importlib
import importlib.metadata
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec

from solon.contract import Episode, Fault, Figure, InfrastructureError, Jail, Metric, Program, Seed, Task
from solon.playback import Board, Frame, Moment, Recording
from solon.sketch import Sketch
from solon.tasks.grids.elicitation import Question, question
from solon.tasks.grids.minigrid_guest import ANSWER, GUEST, NO_LIST, RAISED
from solon.tasks.grids.minigrid_levels import COUNTED, Level, door_key, unlock, unlock_pickup
from solon.tasks.grids.minigrid_planner import ACTIONS, NOWHERE, State, World, plan

_REVISION: Final = "1"
_HEADINGS: Final = ("right", "down", "left", "up")
_IDLE: Final = 6  # the package's action that does nothing

_METRICS: Final = (
    Metric("reward", role="objective", low=0, high=1, meaning="1 - 0.9 * steps / limit if the level is solved, else 0"),
    Metric("solved", low=0, high=1, meaning="1 if the level was solved"),
    Metric("steps", low=0, unit="steps", meaning="actions carried out until the end or the end of the list"),
    Metric("wasted", low=0, high=1, meaning="share of the actions carried out that changed nothing"),
)

_ENDS: Final = {
    "door": "The level is solved when the locked door opens.",
    "goal": "The level is solved when the agent steps on the goal.",
    "box": "The level is solved when the agent picks up the box.",
}

_BRIEF: Final = """\
Write a Python function policy(grid, direction) -> list of actions. It is called once for each instance, sees the whole
grid and returns all actions of the episode beforehand; they are carried out one after the other. One function must do
for any instance of the level. The standard library and NumPy may be imported; there are no files and no network.

grid is a list of rows of cell names: "wall", "empty", "agent", "goal", a key such as "yellow key", a box such as
"red box", a door such as "locked yellow door". Colours vary. direction is where the agent looks at first: "right",
"down", "left" or "up".

Actions, each one step: LEFT and RIGHT turn by a quarter. MOVE goes to the cell ahead if it is empty, the goal or an
open door. PICKUP takes the key or box ahead if the hands are empty. DROP puts what is carried into the empty cell
ahead. UNLOCK opens a locked door ahead with the key of its colour in hand; the key stays in hand, and the same action
shuts an open door. An action that is impossible uses its step and changes nothing. So does any other word, which
counts as a failed decision; a function that raises or returns no list does nothing at all.

{ends} The reward is then 1 - 0.9 * steps / {limit}.
Without a solution after {limit} steps, or at the end of the list, it is 0. A shorter list is better.

An instance, one row a line:

{instance}
with direction "{direction}"; a list that solves it:

{solution}

The form of a program:

```python
def policy(grid, direction):
    row, column = next((r, c) for r, line in enumerate(grid) for c, name in enumerate(line) if name == "agent")
    return ["MOVE", "LEFT"]
```
"""


class Plan(NamedTuple):
    """What a program answered."""

    actions: tuple[str | None, ...]
    fault: Fault | None = None


class MiniGridTask(Task):
    """A level of the package minigrid; a public seed is the package's own seed of that number."""

    metrics = _METRICS

    def __init__(self, name: str, level: Level, options: str = "") -> None:
        self.name, self.level = name, level
        self.version = f"{_REVISION}[minigrid={_package()}{options}]"

    def brief(self) -> str:
        """Tell the rules, with one instance and a shortest solution."""
        inner = self._drawn(0)
        grid = "\n".join(f"  {line}" for line in _names(inner))
        return _BRIEF.format(
            ends=_ENDS[self.level.ends],
            limit=self.level.limit,
            instance=grid,
            direction=_HEADINGS[int(inner.agent_dir)],
            solution=textwrap.fill(", ".join(plan(*world_of(inner))), 110, initial_indent="  ", subsequent_indent="  "),
        )

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Ask the program for its list and carry it out."""
        return self._play(program, seed, jail)[0]

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Do the same and write down what happened."""
        return self._play(program, seed, jail)[1]

    def questions(self, seed: Seed) -> Sequence[Question]:
        """Return the question about the one instance of a seed; see ``solon.tasks.grids.elicitation``."""
        inner = self._drawn(_number(seed))
        grid, heading = _names(inner), _HEADINGS[int(inner.agent_dir)]
        told = "\n".join(f"  {line}" for line in grid)
        actions = _BRIEF.partition("Actions, ")[2].partition("An instance, ")[0]
        rules = f"# Rules\n\nActions, {actions}".format(ends=_ENDS[self.level.ends], limit=self.level.limit)
        asked = f"One row a line:\n\n{told}\n\nThe agent looks {heading}."
        return [question(rules, [grid, heading], asked, ("MOVE", "LEFT"))]

    def best(self, seed: Seed) -> list[str]:
        """Return a shortest list of actions that solves the instance of a seed."""
        return plan(*world_of(self._drawn(_number(seed))))

    def reward_of(self, steps: int) -> float:
        """Return the reward of a solution with so many steps, as the package reckons it."""
        return 1 - 0.9 * (steps / self.level.limit)

    def figures(self) -> Sequence[Figure]:
        """Return the highest reward that can be expected, and what the study reports for its greedy agent."""
        found: list[Figure] = []
        best = COUNTED.get(self.level.environment)
        if best is not None:
            source = "solon.tasks.grids.minigrid_levels.best_expected: shortest lists, over all that may be drawn"
            found.append(Figure("bound", "the best that can be expected", {"reward": best}, source, noisy=True))
        published = {"MiniGrid-Unlock-v0": 0.97, "MiniGrid-DoorKey-8x8-v0": 0.98}.get(self.level.environment)
        if published is not None:
            source = "Code-Driven Planning in Grid Worlds with Large Language Models (2025), results of its repository"
            found.append(Figure("published", "greedy agent by hand, and its best model", {"reward": published}, source))
        return found

    def references(self) -> Mapping[str, Program]:
        """Return programs by name: aimless, two planners, and the shortest."""
        from solon.tasks.grids.minigrid_sketch import BEST, render

        words = ", ".join(map(repr, ACTIONS))
        aimless = f"import random\n\n\ndef policy(grid, direction):\n    return random.choices([{words}], k=100)\n"
        careful = {**BEST, "drop": "at once", "search": "one subgoal at a time"}
        return {
            "random": Program((("policy.py", aimless),)),
            "subgoals": render(careful),
            "shortest": render(BEST),
        }

    def sketch(self) -> Sketch:
        """Return the space of planners with open decisions."""
        from solon.tasks.grids.minigrid_sketch import sketch

        return sketch()

    def _drawn(self, number: int) -> Any:
        environment = _minigrid().make(self.level.environment, disable_env_checker=True).unwrapped
        environment.reset(seed=number)
        return environment

    def _play(self, program: Program, seed: Seed, jail: Jail) -> tuple[Episode, Recording]:
        inner = self._drawn(_number(seed))
        payload = msgspec.json.encode([_names(inner), _HEADINGS[int(inner.agent_dir)]])
        # Public on purpose: what the program may draw must say nothing about the instance.
        with jail.open(program, GUEST, b"", Seed(seed.number).derive("worker")) as worker:
            answered = _read(worker.ask(payload), worker.note)
        script = _Script(inner)
        for action in answered.actions[: self.level.limit]:
            script.carry_out(action)
            if script.over:
                break
        fault, slips = answered.fault or script.fault, script.unknown + (answered.fault is not None)
        metrics = {
            "reward": script.reward,
            "solved": float(script.reward > 0),
            "steps": len(script.frames) - 1,
            "wasted": script.wasted / max(1, len(script.frames) - 1),
        }
        return Episode(metrics, slips=slips, first_slip=fault), script.recording(fault)


class UnlockTask(MiniGridTask):
    """MiniGrid-Unlock-v0: take the key, open the door."""

    def __init__(self) -> None:
        super().__init__("minigrid-unlock", unlock())


class DoorKeyTask(MiniGridTask):
    """MiniGrid-DoorKey-NxN-v0 with N of 5, 6, 8 or 16: take the key, open the door, reach the goal."""

    def __init__(self, size: int = 8) -> None:
        super().__init__("minigrid-doorkey", door_key(size), "" if size == 8 else f",size={size}")


class UnlockPickupTask(MiniGridTask):
    """MiniGrid-UnlockPickup-v0: take the key, open the door, put the key down, pick up the box."""

    def __init__(self) -> None:
        super().__init__("minigrid-unlock-pickup", unlock_pickup())


def world_of(inner: Any) -> tuple[World, State]:
    """Return what the planner sees of an environment of the package."""
    names, columns = _names(inner), int(inner.width)
    cells = {row * columns + column: name for row, line in enumerate(names) for column, name in enumerate(line)}
    where = {name.split()[-1]: cell for cell, name in cells.items()}
    floor = frozenset(cell for cell, name in cells.items() if name != "wall")
    world = World(columns, floor, where["door"], where.get("goal", NOWHERE), where.get("box", NOWHERE))
    return world, State(where["agent"], int(inner.agent_dir), where["key"], opened=False)


class _Script:
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

    def recording(self, fault: Fault | None) -> Recording:
        last = len(self.frames) - 1
        end = (
            "solved" if self.reward > 0 else "cut off unsolved" if self.over else "the list ends and nothing is solved"
        )
        told = [Moment(fault.step or 0, fault.message, trouble=True)] if fault is not None else []
        moments = (*told, *self.moments, Moment(last, f"{end} after {last} steps", trouble=self.reward == 0))
        board = Board(self._rows, self._columns, {"wall": self._walls}, _LAYERS)
        return Recording(tuple(self.frames), moments, board, ("agent",))


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


def _names(inner: Any) -> list[list[str]]:
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


def _read(reply: bytes, note: str) -> Plan:
    if reply[:1] == ANSWER:
        try:
            return Plan(tuple(msgspec.json.decode(reply[1:], type=list[str | None])))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            reply = b""
    kind = "raised" if reply == RAISED else "output"
    what = {RAISED: "the function raised", NO_LIST: "the function returned no list"}.get(reply, "the reply is garbled")
    return Plan((), Fault(kind, what, "return a list of actions, for example ['LEFT', 'MOVE']", traceback=note))


def _number(seed: Seed) -> int:
    """Return the package's seed: a public seed's own number, or one that follows from the secret key."""
    return int.from_bytes(seed.derive("instance")[:4], "little") if seed.key else seed.number


def _minigrid() -> Any:
    """Return Gymnasium with the levels of the package minigrid registered."""
    try:
        importlib.import_module("minigrid")
        return importlib.import_module("gymnasium")
    except ModuleNotFoundError:
        raise InfrastructureError(
            "this needs the package minigrid; install it with: pip install 'solon[minigrid]'"
        ) from None


def _package() -> str:
    try:
        return importlib.metadata.version("minigrid")
    except importlib.metadata.PackageNotFoundError:
        return "missing"
