"""The nouns of an experiment's results: tables of rows, measured here or published."""

from typing import Literal

from solon.contract import Figure, Value
from solon.engine import Estimate

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


def published_row(table: str, figure: Figure, *, label: str, feedback: str) -> Row:
    """Return the row of a published figure."""
    metrics = {name: Estimate(value, None, None, ()) for name, value in figure.metrics.items()}
    return Row(table, figure.label, label, "published", feedback=feedback, metrics=metrics, source=figure.source)
