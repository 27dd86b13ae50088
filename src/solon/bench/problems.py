"""Rows over the problems of a family: the same task with one option counted up, a small run or judgement for each.

Where a program is written for one problem, as a formal problem or a policy for one specification is, a table's figure
is a share of problems. Shares have Wilson's interval, other means Student's.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import msgspec

from solon import api
from solon.assembly import Option
from solon.bench.asking import why_not
from solon.bench.results import Group, Row
from solon.bench.workshop import Workshop
from solon.contract import InfrastructureError, Program
from solon.engine import Arm, Budget, Card, Estimate, estimate, proportion, read_card
from solon.language import PYTHON, language_of
from solon.model import parse_address
from solon.tasks import load

_REPAIRS: Mapping[str, Option] = MappingProxyType({"rounds": 4, "width": 1, "seeds": 1, "repair": True})
ONCE: Mapping[str, Option] = MappingProxyType({**_REPAIRS, "rounds": 1})
"""Options of the strategy for one draft, which nobody mends."""
_NOTHING = Arm(program="", metrics={})


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A program that the task brings for every problem, by its name there."""

    key: str
    label: str
    over: Sequence[Option]  # values of the option that chooses the problem
    group: Group = "baseline"
    option: str = "problem"
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])  # of the task, besides the table's

    def make(self, workshop: Workshop) -> Row:
        """Judge it on every problem."""
        start, row = time.perf_counter(), workshop.row(self, self.group)
        found: list[dict[str, float]] = []
        for chosen in self.over:
            options = {**workshop.table.options, **self.options, self.option: chosen}
            program = load(workshop.table.task, **options).references().get(self.key)
            if program is None:
                return msgspec.structs.replace(row, reason=f"the task brings no program {self.key!r} for every problem")
            it = api.evaluate(
                workshop.table.task,
                program,
                seeds=1,
                options=options,
                isolation=workshop.means.isolation,
                workers=1,
                executor=_executor(workshop),
            )
            if it.outcome == "unavailable":
                raise InfrastructureError(
                    f"problem {chosen} could not be judged: {it.reason}; call the same bench again"
                )
            found.append({name: figure.mean for name, figure in it.metrics.items()})
        return _row(row, workshop, self.options, found, time.perf_counter() - start)

    def program(self, workshop: Workshop) -> Program | None:
        """Return nothing: every problem has a program of its own."""
        del workshop
        return None


@dataclass(frozen=True, kw_only=True)
class Runs:
    """A run for every problem, each in a folder of its own; ``arm`` says which of its programs the row is about."""

    key: str
    label: str
    over: Sequence[Option]
    proposer: str
    runs: str = ""  # a name that rows about the same runs share; the key if empty
    strategy_options: Mapping[str, Option] = field(default_factory=lambda: _REPAIRS)
    feedback: str = "counterexample"
    arm: str = "winner"
    group: Group = "search"
    option: str = "problem"
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])  # of the task, besides the table's

    def make(self, workshop: Workshop) -> Row:
        """Run, or read what an interrupted bench has run already."""
        start, row = time.perf_counter(), workshop.row(self, self.group)
        found: list[dict[str, float]] = []
        episodes, usd = 0, list[float]()
        for place, chosen in enumerate(self.over):
            card = self._card(workshop, place, chosen)
            arm = card.arms.get(self.arm, _NOTHING)  # a first draft that was invalid has no arm
            found.append({name: figure.mean for name, figure in arm.metrics.items()})
            episodes += card.cost.search_episodes
            usd += [card.cost.bill.usd] if card.cost.bill.calls and card.cost.bill.usd is not None else []
        made = _row(row, workshop, self.options, found, time.perf_counter() - start)
        paid = round(sum(usd), 6) if usd and self.arm == "winner" else None  # rows of the same runs pay once
        return msgspec.structs.replace(made, episodes=episodes, usd=paid, source=str(self._name(workshop)))

    def _budget(self, workshop: Workshop) -> Budget:
        del workshop
        return Budget()

    def _name(self, workshop: Workshop) -> Path:
        safe = "".join(
            it if it.isalnum() or it in "._-" else "-" for it in f"{workshop.table.name}-{self.runs or self.key}"
        )
        return Path("runs") / safe

    def _card(self, workshop: Workshop, place: int, chosen: Option) -> Card:
        folder = workshop.folder / self._name(workshop) / f"{place:03d}"
        if (folder / "card.json").is_file():
            return read_card(folder)
        if (folder / "run.json").is_file():
            return api.resume(folder, workers=1, executor=_executor(workshop))
        card, _ = api.run(
            workshop.table.task,
            proposer=self.proposer,
            strategy="refine",
            strategy_options=dict(self.strategy_options),
            feedback=self.feedback,
            budget=self._budget(workshop),
            sealed_seeds=2,  # the fewest that have an interval; the row's own is over problems
            partner_seeds=0,
            seed=workshop.settings.seed + place,
            options={**workshop.table.options, **self.options, self.option: chosen},
            isolation=workshop.means.isolation,
            workers=1,
            executor=_executor(workshop),
            out=folder,
        )
        return card

    def program(self, workshop: Workshop) -> Program | None:
        """Return nothing: every problem has a program of its own."""
        del workshop
        return None


@dataclass(frozen=True, kw_only=True)
class Asked(Runs):
    """A model as the proposer of every problem, if the environment holds its key; the money is shared out evenly."""

    group: Group = "model"

    def make(self, workshop: Workshop) -> Row:
        """Ask the model about every problem, or say why not."""
        at, row = parse_address(self.proposer), workshop.row(self, "model", feedback=self.feedback)
        if reason := why_not(at, workshop.means):
            return msgspec.structs.replace(row, reason=reason)
        try:
            return super().make(workshop)
        except ValueError as wrong:  # no client installed, no price known: the other rows do not depend on it
            return msgspec.structs.replace(row, reason=str(wrong))

    def _budget(self, workshop: Workshop) -> Budget:
        return Budget(usd=workshop.means.usd / len(self.over)) if parse_address(self.proposer).key_needed else Budget()


def _executor(workshop: Workshop) -> Executor | None:
    """Return what judges: formal programs run nowhere but in solvers, so that a process to judge in is not needed."""
    return ThreadPoolExecutor(1) if language_of(workshop.task).kind != PYTHON.kind else None


def _row(
    row: Row, workshop: Workshop, own: Mapping[str, Option], found: Sequence[Mapping[str, float]], seconds: float
) -> Row:
    """Return the row of what was found on each problem; a program without figures has the worst of every metric."""
    task = load(workshop.table.task, **{**workshop.table.options, **own}) if own else workshop.task
    worst = {metric.name: metric.low if metric.direction == "maximise" else metric.high for metric in task.metrics}
    missing = sum(not it for it in found)
    metrics: dict[str, Estimate] = {}
    for metric in task.metrics:
        values = [it.get(metric.name, worst[metric.name]) for it in found]
        if all(it not in (float("inf"), float("-inf")) for it in values):
            metrics[metric.name] = averaged(values)
    return msgspec.structs.replace(
        row,
        kind="measured",
        metrics=metrics,
        isolation=workshop.judge.isolation,
        seeds=len(found),
        seconds=round(seconds, 1),
        reason=f"{missing} of {len(found)} gave no valid program, which counts as the worst" if missing else "",
    )


def averaged(values: Sequence[float]) -> Estimate:
    """Estimate a mean over problems: as a share if all values are 0 or 1."""
    return proportion(values) if all(value in (0, 1) for value in values) else estimate(values)
