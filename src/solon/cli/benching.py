"""``solon bench``: a published experiment again, with the published figures beside what was measured here."""

import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from solon.bench import Means, Result, Row, Settings, TableResult, make_experiment, open_folder, run_experiment
from solon.bench.figure import figure, full_label
from solon.bench.pages import cell, comma_separated, cost, markdown, sections, why
from solon.bench.results import Column
from solon.bench.store import Store
from solon.cli.arguments import DONE, INTERRUPTED
from solon.cli.running import warn_about
from solon.cli.tables import console, print_json
from solon.engine import Estimate
from solon.model import is_address, parse_address
from solon.report.payoffs import payoff_matrix

WIDTH = 100
_NAME, _FIGURE = 31, 10  # letters of a label and of a figure in the terminal; files hold all


class Request(msgspec.Struct, frozen=True):
    """What the command line asked for."""

    experiment: str
    quick: bool
    seed: int
    seeds: int | None
    models: tuple[str, ...] | None
    usd: float
    out: Path | None
    isolation: str
    workers: int


def bench(request: Request, *, as_json: bool, quiet: bool) -> int:
    """Fill in the tables, write them into the folder and show them; exit code 0."""
    settings, means = _settings(request), _means(request)
    experiment = make_experiment(settings, means)
    warn_about(request.isolation)
    store = open_folder(request.out, settings)
    if not quiet:
        _announce(means, [maker.label for table in experiment.tables for maker in table.makers], store)
    try:
        result = run_experiment(experiment, store, means, progress=_Progress(quiet=quiet or as_json))
    except KeyboardInterrupt:
        out = shlex.quote(str(store.folder))
        print(f"solon: interrupted; finished rows are kept, go on with the same call and --out {out}", file=sys.stderr)
        return INTERRUPTED
    files = write_result(result, store)
    if as_json:
        print_json(result)
        return DONE
    show(result)
    longest = max(map(len, files))
    console().print("\n".join(f"{name:<{longest}}  {path}" for name, path in files.items()))
    return DONE


def _settings(request: Request) -> Settings:
    seeds = request.seeds if request.seeds is not None else (5 if request.quick else 20)
    if seeds < 2:
        raise ValueError(f"--seeds must be 2 or more, got {seeds}: one seed has no interval")
    return Settings(request.experiment, request.quick, request.seed, seeds, min(seeds, 2 if request.quick else 5))


def _means(request: Request) -> Means:
    for address in request.models or ():
        if not is_address(address):
            raise ValueError(f"--model takes an address such as openai:NAME, not {address!r}")
        parse_address(address)
    return Means(request.workers, request.isolation, request.models, request.usd)


def _announce(means: Means, labels: Sequence[str], store: Store) -> None:
    """Say before anything is spent where results go and what models may cost."""
    errors = console(stderr=True)
    errors.print(f"{len(labels)} rows, kept in {store.folder} as they are finished")
    variables = [
        name
        for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY")
        if os.environ.get(name)
    ]
    if variables and means.usd > 0:
        found = ", ".join(variables)
        errors.print(f"{found} is set: each row of its models may cost up to ${means.usd:.2f}; --usd 0 leaves them out")


class _Progress:
    """Prints a line a row on standard error; what is not run for one reason in many tables is told once."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._idle: set[str] = set()  # labels of rows that were not run

    def __call__(self, table: str, label: str, row: Row | None) -> None:
        if self._quiet or label in self._idle:
            return
        if row is None:
            console(stderr=True).print(f"{table}: {label}", style="dim")
        elif row.kind != "measured":
            console(stderr=True).print(f"{table}: {label}: {why(row)}", style="yellow")
            if row.kind == "not run" and row.group == "model":
                self._idle.add(label)


def write_result(result: Result, store: Store) -> dict[str, Path]:
    """Write all forms of the tables into the bench's folder; return the files by what they are."""
    files = {
        "Markdown": store.write("tables.md", markdown(result).encode()),
        "CSV": store.write("tables.csv", comma_separated(result).encode()),
        "Figure": store.write("figure.svg", figure(result).encode()),
    }
    for table in result.tables:
        if table.payoffs is not None:
            title = f"{table.title}: payoff matrix, {table.payoffs.seeds} sealed seeds"
            drawn = payoff_matrix(table.payoffs.programs, table.payoffs.cells, title=title)
            files[f"Payoffs, {table.name}"] = store.write(f"payoffs-{table.name}.svg", drawn.encode())
    files["JSON"] = store.write("tables.json", msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    return files


def show(result: Result) -> None:
    """Print the tables, at most a hundred columns wide."""
    out = console()
    at = result.settings
    out.print(Text.assemble((result.title, "bold"), f"\npublished: {result.source}"))
    seeds = f"{at.seeds} sealed seeds, {at.partner_seeds} with partners"
    out.print(f"measured: mean ± half of the 95 % interval, {seeds}, root seed {at.seed}")
    for table in result.tables:
        out.print()
        columns = table.columns or result.columns
        out.print(_heading(table, columns[0]))
        out.print(_laid_out(table, columns), width=WIDTH)
    out.print()
    for line in _missing(result.tables):
        out.print(line, style="dim", width=WIDTH)


def _missing(tables: Sequence[TableResult]) -> Iterator[str]:
    """Yield a line for each reason for which rows have no figures, with their labels and in how many tables."""
    rows = [(why(row), full_label(row)) for table in tables for row in table.rows if not row.metrics]
    for reason in dict.fromkeys(reason for reason, _ in rows):
        counted = Counter(label for other, label in rows if other == reason)
        names = (f"{label} ({count} tables)" if count > 1 else label for label, count in counted.items())
        yield f"{reason}: {'; '.join(names)}"


def _heading(table: TableResult, goal: Column) -> Text:
    bound = "" if table.bound is None else f"  proved bound on {goal.heading} {table.bound:.2f}"
    levels = sorted({row.isolation for row in table.rows if row.isolation})
    isolation = f"  isolation {', '.join(levels)}" if levels else ""
    return Text.assemble((table.title, "bold"), bound, isolation)


def _laid_out(table: TableResult, columns: Sequence[Column]) -> Table:
    laid = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    laid.add_column("", no_wrap=True, width=_NAME, overflow="ellipsis")
    for column in columns:
        laid.add_column(column.heading, justify="right", no_wrap=True)
    rows = sections(table, columns)
    further = _further(rows)
    for heading in further:
        laid.add_column(heading, justify="right", no_wrap=True)
    published = False
    for row in rows:
        if row.kind == "published" and not published:
            laid.add_row("")
            laid.add_row(Text("published (sources in files)", "dim"))
        published = row.kind == "published"
        laid.add_row(*(Text(text, _style(row)) for text in _texts(row, columns, further)))
    return laid


def _further(rows: Sequence[Row]) -> list[str]:
    """Return the headings of the last columns, those in which some row has something to say."""
    told = {
        "bound": any(row.share_of_bound is not None for row in rows),
        "others": any(row.partners is not None for row in rows),
        "cost": any(row.seconds is not None or row.usd is not None for row in rows),
    }
    return [heading for heading, needed in told.items() if needed]


def _texts(row: Row, columns: Sequence[Column], further: Sequence[str]) -> list[str]:
    share = "" if row.share_of_bound is None else "<0%" if row.share_of_bound < 0 else f"{row.share_of_bound:.0%}"
    label = f"  {row.label.removesuffix(' feedback')}" if row.kind == "published" else full_label(row)
    figures = [_compact(row.metrics.get(it.metric), it.digits, interval=it.interval) for it in columns]
    last = {"bound": share, "others": _compact(row.partners, 0), "cost": cost(row)}
    return [label, *figures, *(last[heading] for heading in further)]


def _compact(it: Estimate | None, digits: int, *, interval: bool = True) -> str:
    """Word a figure in at most ten characters where that can be done, with fewer digits if need be."""
    shown = it if it is None or interval else Estimate(it.mean, None, None, ())
    words = [cell(shown, fewer).replace(" ± ", " ±") for fewer in range(digits, -1, -1)]
    if "(" in words[0]:
        return words[0]
    return next((text for text in words if len(text) <= _FIGURE), words[-1])


def _style(row: Row) -> str:
    if row.kind == "published":
        return "dim"
    return "bold green" if row.group == "shipped" else ""
