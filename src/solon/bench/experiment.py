"""The nouns of a published experiment: it is data, tables of rows, and each row knows how it is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from solon.assembly import Option
from solon.contract import Figure, Program, Task, Value
from solon.engine import Estimate

if TYPE_CHECKING:
    from solon.bench.workshop import Workshop

Group = Literal["baseline", "learned", "shipped", "search", "model"]
Kind = Literal["measured", "invalid", "not run", "published"]


class Column(Value, frozen=True):
    """A metric that a table shows."""

    metric: str
    heading: str
    digits: int = 2
    interval: bool = True  # in the terminal, which has no room for all; files hold all


class Row(Value, frozen=True):
    """One line of a table: published, measured here, invalid, or not run and why."""

    table: str
    key: str
    label: str
    kind: Kind
    group: Group = "baseline"
    feedback: str = ""  # what the proposer saw of results, where there was one
    metrics: dict[str, Estimate] = {}  # a published figure has no interval
    share_of_bound: float | None = None  # of the first column's metric
    partners: Estimate | None = None  # mean return of a seat with held-out partners
    isolation: str = ""
    seeds: int | None = None  # sealed ones; None where the source is a publication
    partner_seeds: int = 0
    episodes: int = 0  # of the search that made the program, 0 if it was there before
    seconds: float | None = None  # to make this row, on the clock; the only field that two equal calls differ in
    usd: float | None = None  # of a model's calls
    program: str = ""  # digest
    source: str = ""  # the publication, or the folder of evidence, within the bench's if it is there
    reason: str = ""  # why there are no figures


class Payoffs(Value, frozen=True):
    """Mean return of a seat of the row's program in half of the seats, the column's in the others."""

    table: str
    programs: tuple[str, ...]  # labels
    digests: tuple[str, ...]
    cells: tuple[tuple[Estimate | None, ...], ...]  # self-play on the diagonal; None where a program failed
    seeds: int


class Settings(Value, frozen=True):
    """What decides the measured figures of a bench; written into its folder."""

    experiment: str
    quick: bool
    seed: int  # root of the sealed seeds and of all searches
    seeds: int
    partner_seeds: int
    schema: int = 1


class TableResult(Value, frozen=True):
    """One table, filled in."""

    name: str
    title: str
    task: str
    version: str
    bound: float | None  # the tightest proved one on the first column's metric
    rows: tuple[Row, ...]
    payoffs: Payoffs | None
    columns: tuple[Column, ...] = ()  # its own, in place of the experiment's


class Result(Value, frozen=True):
    """All tables of an experiment; the schema of ``solon bench --json``."""

    title: str
    source: str
    columns: tuple[Column, ...]
    settings: Settings
    tables: tuple[TableResult, ...]
    packages: dict[str, str]
    schema: int = 1


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


def published_row(table: str, figure: Figure, *, label: str, feedback: str) -> Row:
    """Return the row of a published figure."""
    metrics = {name: Estimate(value, None, None, ()) for name, value in figure.metrics.items()}
    return Row(table, figure.label, label, "published", feedback=feedback, metrics=metrics, source=figure.source)
