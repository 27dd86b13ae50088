"""Three levels of MiniGrid, open loop: a program sees the whole grid once and writes down all actions beforehand.

The package draws the instances and carries the actions out; reward and end are its own. The levels and the form of
the programs are those of the study "Code-Driven Planning in Grid Worlds with Large Language Models" (2025).
"""

import importlib
import importlib.metadata
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from solon.contract import Episode, Fault, Figure, InfrastructureError, Jail, Metric, Program, Seed, Task
from solon.playback import Moment, Recording
from solon.sketch import Sketch
from solon.tasks.grids.elicitation import Question, question
from solon.tasks.grids.minigrid_brief import BRIEF, ENDS, OPENING, PSEUDOCODE, stages
from solon.tasks.grids.minigrid_guest import ANSWER, GUEST, NO_LIST, RAISED
from solon.tasks.grids.minigrid_levels import COUNTED, Level, door_key, unlock, unlock_pickup
from solon.tasks.grids.minigrid_planner import ACTIONS, NOWHERE, State, World, plan
from solon.tasks.grids.minigrid_script import Script, names

_REVISION: Final = "1"
_HEADINGS: Final = ("right", "down", "left", "up")
_SHOWN: Final = 40  # actions of a list that feedback shows

_METRICS: Final = (
    Metric("reward", role="objective", low=0, high=1, meaning="1 - 0.9 * steps / limit if the level is solved, else 0"),
    Metric("solved", low=0, high=1, meaning="1 if the level was solved"),
    Metric("steps", low=0, unit="steps", meaning="actions carried out until the end or the end of the list"),
    Metric("wasted", low=0, high=1, meaning="share of the actions carried out that changed nothing"),
)


class Plan(NamedTuple):
    """What a program answered."""

    actions: tuple[str | None, ...]
    fault: Fault | None = None


class Played(NamedTuple):
    """One instance, as it was shown, and what became of it."""

    grid: list[list[str]]
    heading: str
    start: tuple[World, State]
    answered: Plan
    script: Script

    @property
    def fault(self) -> Fault | None:
        """What was wrong with the list, if anything was."""
        return self.answered.fault or self.script.fault

    @property
    def fewest(self) -> int:
        """Actions of a shortest list."""
        return len(plan(*self.start))

    @property
    def rank(self) -> tuple[bool, int]:
        """Place in an order that begins with what is unsolved, and goes on with the longest ways round."""
        solved = self.script.reward > 0
        return solved, self.fewest - self.script.steps if solved else 0

    @property
    def failing(self) -> bool:
        """Whether a better list is known."""
        return self.rank < (True, 0)


class MiniGridTask(Task):
    """A level of the package minigrid; a seed is a batch of instances, of one if nothing else is asked for.

    The instances of the public seed n are the package's own seeds n * instances, n * instances + 1, ... ``worst`` is
    the number of instances that feedback of the level *counterexample* shows; it changes no outcome.
    """

    metrics = _METRICS

    def __init__(self, name: str, level: Level, options: str = "", *, instances: int = 1, worst: int = 3) -> None:
        if not 1 <= instances <= 1000 or not 0 <= worst <= 20:
            raise ValueError(f"instances must lie in 1..1000 and worst in 0..20, got {instances} and {worst}")
        self.name, self.level, self.count, self.worst = name, level, instances, worst
        several = "" if instances == 1 else f",instances={instances}"
        self.version = f"{_REVISION}[minigrid={_package()}{options}{several}]"

    def brief(self) -> str:
        """Tell the rules, with one instance and a shortest solution."""
        inner = self._drawn(0)
        return BRIEF.format(
            **_shown(inner),
            ends=ENDS[self.level.ends],
            limit=self.level.limit,
            solution=textwrap.fill(", ".join(plan(*world_of(inner))), 110, initial_indent="  ", subsequent_indent="  "),
        )

    def pseudocode(self) -> str:
        """Return a simple plan that a proposer may be asked to extend."""
        return PSEUDOCODE

    def opening(self) -> str:
        """Return the brief without an aim."""
        return OPENING.format(**_shown(self._drawn(0)))

    def stages(self) -> Sequence[str]:
        """Return the level's subgoals in the order in which a proposer may be given them, one a turn."""
        return stages(self.level.ends, self.level.limit)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Ask the program for its lists, in one worker, and carry them out."""
        played = self._play(program, seed, jail)

        def mean(values: Iterable[float]) -> float:
            return sum(values) / len(played)

        metrics = {
            "reward": mean(it.script.reward for it in played),
            "solved": mean(it.script.reward > 0 for it in played),
            "steps": mean(it.script.steps for it in played),
            "wasted": mean(it.script.wasted / max(1, it.script.steps) for it in played),
        }
        slips = sum(it.script.unknown + (it.answered.fault is not None) for it in played)
        return Episode(metrics, slips=slips, first_slip=next((it.fault for it in played if it.fault), None))

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Write down the worst instance of a seed, and show the grids of the worst ones."""
        ranked = sorted(self._play(program, seed, jail), key=lambda it: it.rank)
        failing = [it for it in ranked if it.failing]
        short = f"{len(failing)} of {len(ranked)} instances unsolved, or solved by more steps than are needed"
        moments = [Moment(0, short), *(Moment(0, _told(it), trouble=True) for it in failing[: self.worst])]
        if (fault := ranked[0].answered.fault) is not None:
            moments.append(Moment(0, fault.message, trouble=True))
        return ranked[0].script.recording(moments)

    def questions(self, seed: Seed) -> Sequence[Question]:
        """Return a question for each instance of a seed; see ``solon.tasks.grids.elicitation``."""
        actions = BRIEF.partition("Actions, ")[2].partition("An instance, ")[0]
        rules = f"# Rules\n\nActions, {actions}".format(ends=ENDS[self.level.ends], limit=self.level.limit)
        found: list[Question] = []
        for number in self._numbers(seed):
            inner = self._drawn(number)
            grid, heading = names(inner), _HEADINGS[int(inner.agent_dir)]
            told = "\n".join(f"  {line}" for line in grid)
            asked = f"One row a line:\n\n{told}\n\nThe agent looks {heading}."
            found.append(question(rules, [grid, heading], asked, ("MOVE", "LEFT")))
        return found

    def shortest(self, seed: Seed) -> list[list[str]]:
        """Return for each instance of a seed a shortest list of actions that solves it."""
        return [plan(*world_of(self._drawn(number))) for number in self._numbers(seed)]

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
        """Return programs by name: aimless, two planners, and the shortest.

        Raises InfrastructureError without the package: who asks for programs wants to judge them.
        """
        from solon.tasks.grids.minigrid_sketch import BEST, render

        _minigrid()
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

    def _numbers(self, seed: Seed) -> list[int]:
        """Return the package's seeds: those of a public seed's number, or what follows from the secret key."""
        if not seed.key:
            return [seed.number * self.count + place for place in range(self.count)]
        streams = ["instance", *(f"instance {place}" for place in range(1, self.count))]
        return [int.from_bytes(seed.derive(stream)[:4], "little") for stream in streams]

    def _play(self, program: Program, seed: Seed, jail: Jail) -> list[Played]:
        played: list[Played] = []
        # Public on purpose: what the program may draw must say nothing about the instances.
        with jail.open(program, GUEST, b"", Seed(seed.number).derive("worker")) as worker:
            for number in self._numbers(seed):
                inner = self._drawn(number)
                grid, heading, start = names(inner), _HEADINGS[int(inner.agent_dir)], world_of(inner)
                answered = _read(worker.ask(msgspec.json.encode([grid, heading])), worker.note)
                script = Script(inner)
                for action in answered.actions[: self.level.limit]:
                    script.carry_out(action)
                    if script.over:
                        break
                played.append(Played(grid, heading, start, answered, script))
        return played


class UnlockTask(MiniGridTask):
    """MiniGrid-Unlock-v0: take the key, open the door."""

    def __init__(self, *, instances: int = 1, worst: int = 3) -> None:
        super().__init__("minigrid-unlock", unlock(), instances=instances, worst=worst)


class DoorKeyTask(MiniGridTask):
    """MiniGrid-DoorKey-NxN-v0 with N of 5, 6, 8 or 16: take the key, open the door, reach the goal."""

    def __init__(self, size: int = 8, *, instances: int = 1, worst: int = 3) -> None:
        shown = "" if size == 8 else f",size={size}"
        super().__init__("minigrid-doorkey", door_key(size), shown, instances=instances, worst=worst)


class UnlockPickupTask(MiniGridTask):
    """MiniGrid-UnlockPickup-v0: take the key, open the door, put the key down, pick up the box."""

    def __init__(self, *, instances: int = 1, worst: int = 3) -> None:
        super().__init__("minigrid-unlock-pickup", unlock_pickup(), instances=instances, worst=worst)


def world_of(inner: Any) -> tuple[World, State]:
    """Return what the planner sees of an environment of the package."""
    columns = int(inner.width)
    cells = {row * columns + column: name for row, line in enumerate(names(inner)) for column, name in enumerate(line)}
    where = {name.split()[-1]: cell for cell, name in cells.items()}
    floor = frozenset(cell for cell, name in cells.items() if name != "wall")
    world = World(columns, floor, where["door"], where.get("goal", NOWHERE), where.get("box", NOWHERE))
    return world, State(where["agent"], int(inner.agent_dir), where["key"], opened=False)


def _shown(inner: Any) -> dict[str, str]:
    """Return a grid as a brief shows it."""
    return {
        "instance": "\n".join(f"  {line}" for line in names(inner)),
        "direction": _HEADINGS[int(inner.agent_dir)],
    }


def _read(reply: bytes, note: str) -> Plan:
    if reply[:1] == ANSWER:
        try:
            return Plan(tuple(msgspec.json.decode(reply[1:], type=list[str | None])))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            reply = b""
    kind = "raised" if reply == RAISED else "output"
    what = {RAISED: "the function raised", NO_LIST: "the function returned no list"}.get(reply, "the reply is garbled")
    return Plan((), Fault(kind, what, "return a list of actions, for example ['LEFT', 'MOVE']", traceback=note))


def _told(played: Played) -> str:
    """Word what became of an instance, and what the program was shown of it."""
    listed = [action if action in ACTIONS else "?" for action in played.answered.actions]
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    said = (
        played.answered.fault.message if played.answered.fault else f"{' '.join(listed[:_SHOWN]) or 'no action'}{more}"
    )
    outcome = f"{played.script.ending}, {played.fewest} would do"
    return "\n".join([f"{outcome}: {said}", f'direction "{played.heading}", grid:', *map(str, played.grid)])


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
