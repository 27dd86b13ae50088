"""A published experiment is data, tables of rows, and each row knows how it is made, in a workshop.

The workshop is one table's: task, judge, seeds, and the rows that are there already.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import msgspec

from solon.assembly import Option
from solon.bench.results import Column, Group, Payoffs, Row, Settings
from solon.contract import InfrastructureError, Invalid, Outcome, Program, Scored, Seed, Task, Unavailable, Value
from solon.crossplay import Crossplay, Meeting
from solon.engine import (
    Card,
    Estimate,
    PoolJudge,
    Seeds,
    estimate,
    metric_estimates,
    shares,
    writable,
)
from solon.engine.match import held_out_partners
from solon.engine.meetings import MeetingJudge, Meetings

Job = tuple[Program | Meeting, Sequence[Seed]]


class Maker(Protocol):
    """Makes one row of a table."""

    @property
    def key(self) -> str:
        """What the row is called within its table, for ever: a finished row is found by it."""
        ...

    @property
    def label(self) -> str:
        """What the row is called before readers."""
        ...

    def make(self, workshop: "Workshop") -> Row:
        """Measure, or return a row that says why nothing was run. Raises InfrastructureError."""
        ...

    def program(self, workshop: "Workshop") -> Program | None:
        """Return the program of the finished row, if there is one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Table:
    """A task, the rows to make, and what others published of it."""

    name: str
    title: str
    task: str
    makers: Sequence[Maker]
    options: dict[str, Option] = field(default_factory=dict[str, Option])
    columns: tuple[Column, ...] = ()  # its own, where the experiment's do not fit
    meeting: Sequence[str] = ()  # keys of the rows whose programs meet in the payoff matrix
    published: Callable[[Task], Sequence[Row]] = lambda _: ()


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A publication's tables, made for given settings."""

    name: str
    title: str
    source: str
    columns: tuple[Column, ...]
    tables: Sequence[Table]


class Means(Value, frozen=True):
    """What a bench may use; changes no figure of a row that is measured without a model."""

    workers: int = 0
    isolation: str = "auto"
    models: tuple[str, ...] | None = None  # addresses; the experiment's own if None
    usd: float = 1.0  # for the calls of one model's row
    runs: Path = Path("runs")  # where recorded runs of models are looked for


class Memory:
    """A judge of programs and meetings that plays no episode twice."""

    def __init__(self, judge: MeetingJudge) -> None:
        self._judge = judge
        self.isolation: str = judge.isolation
        self._known: dict[tuple[object, ...], Outcome] = {}

    def judge(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Yield one outcome a job, in order; see ``solon.engine.meetings.MeetingJudge``."""
        keys = [_key(job) for job in jobs]
        missing = {key: job for key, job in zip(keys, jobs, strict=True) if key not in self._known}
        for key, outcome in zip(missing, self._judge.judge(list(missing.values())), strict=True):
            if not isinstance(outcome, Unavailable):
                self._known[key] = outcome
                continue
            raise InfrastructureError(f"a program could not be judged: {outcome.reason}; call the same bench again")
        yield from (self._known[key] for key in keys)


def _key(job: Job) -> tuple[object, ...]:
    subject, seeds = job
    who = (subject.programs, subject.seating) if isinstance(subject, Meeting) else (subject,)
    return (*who, tuple(seeds))


class Workshop:
    """One table's means of making rows; every row meets the same sealed seeds."""

    def __init__(  # a workshop has these parts
        self,
        table: Table,
        task: Task,
        judge: PoolJudge,
        *,
        goal: str,
        settings: Settings,
        means: Means,
        folder: Path,
    ) -> None:
        self.table = table
        self.goal: str = goal  # the metric of the first column
        self.task = task
        self.settings = settings
        self.means = means
        self.folder: Path = folder
        self.rows: dict[str, Row] = {}
        self.judge: Memory = Memory(cast("MeetingJudge", judge))  # whoever judges tasks of meetings judges meetings
        self._seeds = Seeds(settings.seed)

    def row(self, maker: Maker, group: Group, *, feedback: str = "", reason: str = "") -> Row:
        """Return a maker's row before anything was run."""
        return Row(self.table.name, maker.key, maker.label, "not run", group=group, feedback=feedback, reason=reason)

    def measure(self, row: Row, program: Program) -> Row:
        """Judge a program on the sealed seeds, alone and with held-out partners."""
        start = time.perf_counter()
        (outcome,) = self.judge.judge([(program, self._seeds.sealed(self.settings.seeds))])
        if not isinstance(outcome, Scored):
            reason = outcome.fault.message if isinstance(outcome, Invalid) else outcome.reason
            return msgspec.structs.replace(row, kind="invalid", reason=reason, program=program.digest)
        metrics = metric_estimates(outcome.episodes)
        partners = self._partners(program)
        return msgspec.structs.replace(
            row,
            kind="measured",
            metrics=metrics,
            share_of_bound=shares(self.task, metrics).get(self.goal),
            partners=partners,
            isolation=self.judge.isolation,
            seeds=self.settings.seeds,
            partner_seeds=self.settings.partner_seeds if partners else 0,
            seconds=round(time.perf_counter() - start, 1),
            program=program.digest,
        )

    def _partners(self, program: Program) -> Estimate | None:
        if not isinstance(self.task, Crossplay) or not self.settings.partner_seeds:
            return None
        seeds = self._seeds.sealed(self.settings.partner_seeds)
        return held_out_partners(self.task, program, self.judge, seeds).focal

    def payoffs(self, programs: Mapping[str, Program]) -> Payoffs | None:
        """Let programs meet at an even split; None for fewer than two, or where programs cannot meet."""
        seeds = self._seeds.sealed(max(1, self.settings.partner_seeds))
        if len(programs) < 2 or not isinstance(self.task, Crossplay):
            return None
        meetings = Meetings(self.task, {it: label for label, it in programs.items()}, self.judge, seeds)
        half = meetings.seats // 2
        meetings.play((it, it, meetings.seats) for it in programs.values())
        meetings.play((one, other, half) for one in programs.values() for other in programs.values())

        def cell(own: Program, other: Program) -> Estimate | None:
            side = meetings.side(own, other, meetings.seats if own == other else half)
            return estimate(side.own) if isinstance(side, tuple) else None

        cells = tuple(tuple(cell(row, column) for column in programs.values()) for row in programs.values())
        digests = tuple(program.digest for program in programs.values())
        return Payoffs(self.table.name, tuple(programs), digests, cells, len(seeds))

    def of_card(self, row: Row, card: Card, *, seconds: float | None, folder: Path) -> Row:
        """Return the row of a finished run."""
        if card.winner is None or card.fault:
            return msgspec.structs.replace(row, kind="invalid", reason=card.fault or "no valid program was found")
        metrics = card.arms["winner"].metrics
        held_out = card.held_out
        return msgspec.structs.replace(
            row,
            kind="measured",
            metrics=metrics,
            share_of_bound=card.share_of_bound.get(self.goal),
            partners=held_out.focal if held_out else None,
            isolation=card.isolation,
            seeds=card.sealed_seeds,
            partner_seeds=len(held_out.focal.per_seed) if held_out and held_out.focal else 0,
            episodes=card.cost.search_episodes,
            seconds=None if seconds is None else round(seconds, 1),
            usd=card.cost.bill.usd if card.cost.bill.calls else None,
            program=card.program or "",
            source=str(folder.relative_to(self.folder) if folder.is_relative_to(self.folder) else folder),
        )

    def reference(self, name: str) -> Program | None:
        """Return a program that the task brings."""
        found = self.task.references().get(name)
        return writable(found) if found else None
