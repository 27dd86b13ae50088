"""GRASP: one program plans for any grid on which an agent gathers energy and brings it home; see ``grasp_world``.

The benchmark of Tang and Kejriwal (2024, arXiv 2407.01892) under the rules of the study "Code-Driven Planning in Grid
Worlds with Large Language Models" (2025, arXiv 2505.10749): a program is written once and judged on instances that its
author has not seen.
"""

import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import resources
from typing import ClassVar, Final

import msgspec

from solon.contract import Episode, Fault, Figure, Jail, Metric, Program, Seed, Task, Worker
from solon.playback import Recording
from solon.sketch import Sketch
from solon.tasks.grids import grasp_brief, grasp_published
from solon.tasks.grids.elicitation import Question, question
from solon.tasks.grids.grasp_generator import ALL_RULES, Rules, draw_many, kinds
from solon.tasks.grids.grasp_guest import GUEST, NO_LIST, PLAN, RAISED
from solon.tasks.grids.grasp_planner import ceiling
from solon.tasks.grids.grasp_record import Answer, recorded
from solon.tasks.grids.grasp_sketch import Load, filled, sketch
from solon.tasks.grids.grasp_world import (
    ACTIONS,
    NAMES,
    SCORINGS,
    UNLIMITED,
    Instance,
    Played,
    Scoring,
    play,
    score,
)

_REVISION: Final = "1"  # raise it with every change of a rule, a draw, a charge or a metric
_DEFAULTS: Final = {"distribution": "mixed", "start": "mixed", "obstacles": "mixed", "scoring": "moves"}
_REMEDY: Final = f"return a list of texts, each one of {', '.join(NAMES)}"


class GraspTask(Task):
    """Grids of 11 x 11, one setting of movement, carry limit and step cost; a seed is a batch of instances.

    ``worst`` is the number of instances that feedback of the level *counterexample* shows; it changes no outcome.
    """

    name = "grasp"
    _usual_count: ClassVar[int] = 20

    def __init__(  # noqa: PLR0913  # the settings of the benchmark
        self,
        *,
        movement: str = "four",
        carry_limit: int = UNLIMITED,
        step_cost: float = 0.0,
        scoring: str = "moves",
        distribution: str = "mixed",
        start: str = "mixed",
        obstacles: str = "mixed",
        instances: int = 20,
        worst: int = 3,
    ) -> None:
        if movement not in ("four", "eight"):
            raise ValueError(f"movement must be four or eight, got {movement!r}")
        if carry_limit < 1:
            raise ValueError(f"carry_limit must be 1 or more, {UNLIMITED} for none, got {carry_limit}")
        if not 0 <= step_cost <= 1:
            raise ValueError(f"step_cost must lie in 0..1, got {step_cost}")
        rules = (Rules(movement, carry_limit, float(step_cost)),)
        changed = {} if rules == (Rules(),) else rules[0]._asdict()
        words = {"distribution": distribution, "start": start, "obstacles": obstacles, "scoring": scoring}
        self._set(rules, changed, words, instances, worst)

    def _set(
        self,
        rules: tuple[Rules, ...],
        changed: Mapping[str, object],
        words: Mapping[str, str],
        instances: int,
        worst: int,
    ) -> None:
        if words["scoring"] not in SCORINGS:
            raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, got {words['scoring']!r}")
        if not 1 <= instances <= 1000 or not 0 <= worst <= 20:
            raise ValueError(f"instances must lie in 1..1000 and worst in 0..20, got {instances} and {worst}")
        self.rules, self.count, self.worst = rules, instances, worst
        self.scoring: Scoring = words["scoring"]
        self.kinds = kinds(words["distribution"], words["start"], words["obstacles"])
        options = {**changed, **{name: word for name, word in words.items() if word != _DEFAULTS[name]}}
        if instances != self._usual_count:
            options["instances"] = instances
        told = ",".join(f"{name}={value}" for name, value in options.items())
        self.version = f"{_REVISION}[{told}]" if told else _REVISION
        self.metrics = _declare(self.scoring)

    @cached_property
    def load(self) -> Load:
        """Which carry limits its programs must cope with."""
        limited = {rules.carry_limit < ACTIONS for rules in self.rules}
        return "any" if len(limited) > 1 else "limited" if limited == {True} else "free"

    def instances(self, seed: Seed) -> list[Instance]:
        """Return the instances of a seed; kinds of grids, and settings, come equally often."""
        dice = random.Random(seed.derive("instances"))  # noqa: S311 - reproducible on purpose
        return draw_many(self.count, self.kinds, self.rules, dice)

    def brief(self) -> str:
        """Return the complete system prompt; its grid is drawn by a public seed that nobody is judged on."""
        sample = self.instances(Seed(0, b"the brief's grid"))[0]
        movements = {rules.movement for rules in self.rules}
        limits = sorted({rules.carry_limit for rules in self.rules}, reverse=True)
        return grasp_brief.brief(
            sample,
            movement=movements.pop() if len(movements) == 1 else "both",
            limits=" or ".join(map(str, limits)),
            costs=" or ".join(f"{cost:g}" for cost in sorted({rules.step_cost for rules in self.rules})),
            scoring=self.scoring,
            kinds=f"{len(self.kinds)} kinds of grids, among them: {', '.join(map(str, self.kinds[:6]))}",
        )

    def questions(self, seed: Seed) -> Sequence[Question]:
        """Return a question for each instance of a seed; see ``solon.tasks.grids.elicitation``."""
        rules = grasp_brief.rules(self.brief())
        return [
            question(rules, it.arguments(), grasp_brief.instance(it), ("UP", "TAKE")) for it in self.instances(seed)
        ]

    def pseudocode(self) -> str:
        """Return a simple plan that a proposer may be asked to extend."""
        return grasp_brief.PSEUDOCODE

    def opening(self) -> str:
        """Return the brief of the simplest form: four directions, nothing limited, nothing in the way."""
        free = tuple(kind for kind in kinds() if kind.obstacles == "free")
        dice = random.Random(Seed(0, b"the brief's grid").derive("instances"))  # noqa: S311 - reproducible on purpose
        return grasp_brief.opening(draw_many(1, free, (Rules(),), dice)[0])

    def stages(self) -> Sequence[str]:
        """Return the task's constraints in the order in which a proposer may be given them, one a turn."""
        return grasp_brief.stages(self.scoring)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Ask for a plan for each instance, in one worker, and carry the plans out."""
        instances, slips, first = self.instances(seed), 0, None
        done: list[Played] = []
        with jail.open(program, GUEST, b"", _worker_seed(seed)) as worker:
            for number, instance in enumerate(instances):
                actions, why = _asked(worker, instance)
                played = play(instance, actions)
                done.append(played)
                slips += played.unknown + bool(why)
                if first is None and (why or played.unknown):
                    message = f"instance {number}: {why or played.first_failure}"
                    first = Fault("raised" if why == _RAISED else "output", message, _REMEDY, worker.note, number)
        return Episode(self._measured(instances, done), slips=slips, first_slip=first)

    def _measured(self, instances: Sequence[Instance], done: Sequence[Played]) -> dict[str, float]:
        def mean(values: Sequence[float]) -> float:
            return sum(values) / len(instances)

        by_scoring = {
            scoring: mean([score(it, played, scoring) for it, played in zip(instances, done, strict=True)])
            for scoring in SCORINGS
        }
        return {
            "energy": by_scoring[self.scoring],
            "banked": mean([played.banked for played in done]),
            "returned": mean([played.home for played in done]),
            "invalid": mean([played.failed / max(1, played.used) for played in done]),
            "actions": mean([played.used for played in done]),
            **{f"scored_{scoring.replace('-', '_')}": value for scoring, value in by_scoring.items()},
        }

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Write down the instance on which most can be had, and the worst ones made as small as they still fail."""
        instances = self.instances(seed)
        with jail.open(program, GUEST, b"", _worker_seed(seed)) as worker:
            answers = [_asked(worker, instance) for instance in instances]
            return recorded(instances, answers, lambda it: _asked(worker, it), self.scoring, self.worst)

    def figures(self) -> Sequence[Figure]:
        """Return the bound and what others published of this setting."""
        ceilings = sorted((ceiling(*rules, self.scoring) for rules in self.rules), reverse=True)
        dealt, rest = divmod(self.count, len(ceilings))
        bound = (dealt * sum(ceilings) + sum(ceilings[:rest])) / self.count
        source = "solon.tasks.grids.grasp_planner.ceiling: no loop of moves, takes and a drop brings more in 20 actions"
        found = [Figure("bound", "no plan brings more, on any grid", {"energy": bound}, source)]
        if len(self.kinds) == len(kinds()) and len(self.rules) == 1 and self.rules[0].step_cost == 0:
            found += grasp_published.at(self.rules[0].movement, self.rules[0].carry_limit)
        return found

    def references(self) -> Mapping[str, Program]:
        """Return a greedy agent, which is the control, a random one, and programs of the sketch."""
        known = {name: _shipped(f"grasp_{name}") for name in ("greedy", "random")}
        plans = {"free": {"collect": "loop"}, "limited": {"ferry": "trips"}}
        chosen = {
            **(plans["free"] if self.load != "limited" else {}),
            **(plans["limited"] if self.load != "free" else {}),
        }
        known["gathering"] = filled(self.load, self.scoring)
        known["planner"] = filled(self.load, self.scoring, **chosen, half=8, width=60, candidates=12)
        if self.load == "free":
            known["synthesised"] = _shipped("grasp_synthesised")
        return known

    def sketch(self) -> Sketch:
        """Return the space of programs for these carry limits."""
        return sketch(self.load, self.scoring)


class GraspAllTask(GraspTask):
    """All settings at once: both movements, with and without carry limit and step cost, come equally often."""

    name = "grasp-all"
    _usual_count = 40

    def __init__(
        self,
        *,
        scoring: str = "moves",
        distribution: str = "mixed",
        start: str = "mixed",
        obstacles: str = "mixed",
        instances: int = 40,
        worst: int = 3,
    ) -> None:
        words = {"distribution": distribution, "start": start, "obstacles": obstacles, "scoring": scoring}
        self._set(ALL_RULES, {}, words, instances, worst)

    def figures(self) -> Sequence[Figure]:
        """Return the bound and what the published answers come to under this scoring."""
        return [*super().figures(), *grasp_published.over_all(self.scoring)]


_RAISED: Final = "the function raised"
_WHY: Final = {RAISED: _RAISED, NO_LIST: "the function returned no list"}


def _asked(worker: Worker, instance: Instance) -> Answer:
    reply = worker.ask(msgspec.json.encode(instance.arguments()))
    if reply[:1] == PLAN:
        try:
            return [name or "" for name in msgspec.json.decode(reply[1:], type=list[str | None])], ""
        except (msgspec.MsgspecError, UnicodeDecodeError):
            reply = b""
    return [], _WHY.get(reply, "the reply is garbled")


def _worker_seed(seed: Seed) -> bytes:
    # Public on purpose: what the program may draw must say nothing about the instances.
    return Seed(seed.number).derive("worker")


def _shipped(name: str) -> Program:
    source = resources.files("solon.tasks.grids").joinpath("programs", f"{name}.py").read_text("utf-8")
    return Program(files=(("policy.py", source),))


def _declare(scoring: Scoring) -> tuple[Metric, ...]:
    whole = "units in the start cell, less what actions cost; mean over the instances"
    metrics = [
        Metric("energy", role="objective", low=-20, high=20, meaning=f"{whole}; scoring {scoring}"),
        Metric("banked", low=0, high=20, unit="units", meaning="units in the start cell"),
        Metric("returned", low=0, high=1, meaning="share of instances in which the agent ends where it began"),
        Metric("invalid", "minimise", low=0, high=1, meaning="share of actions that failed"),
        Metric("actions", "minimise", low=0, high=ACTIONS, meaning="actions carried out"),
    ]
    meanings = {
        "published": "charged four or eight times, whatever is done",
        "all-actions": "every action charged",
        "moves": "moves charged",
    }
    for name in SCORINGS:
        meaning = f"energy where {meanings[name]}"
        metrics.append(Metric(f"scored_{name.replace('-', '_')}", low=-20, high=20, meaning=meaning))
    return tuple(metrics)
