"""The tables of a bench as Markdown and CSV; JSON is the result itself."""

import csv
import io
from collections.abc import Sequence

from solon.bench.figure import full_label, in_order
from solon.bench.results import Column, Result, Row, TableResult
from solon.engine import Estimate

NOTES = (
    (
        "*published*: reported by others, with the source; all other figures were measured here, mean ± half of the "
        "95 % interval over sealed seeds."
    ),
    (
        "*of bound*: share of the proved bound on the first figure. *with others*: mean return of a seat with "
        "held-out partners, programs that it was not made with, as resident, at an even split and as visitor."
    ),
)


def cell(it: Estimate | None, digits: int) -> str:
    """Word a figure with half of its interval, or with both ends where they lie apart, as those of a share do."""
    if it is None:
        return ""
    mean = round(it.mean, digits) + 0.0  # no minus before a zero
    if it.low is None or it.high is None:
        return f"{mean:.{digits}f}"
    below, above = it.mean - it.low, it.high - it.mean
    if abs(above - below) > 0.1 * (above + below):
        return f"{mean:.{digits}f} ({it.low:.{digits}f}–{it.high:.{digits}f})"
    return f"{mean:.{digits}f} ± {(above + below) / 2:.{digits}f}"


def cost(row: Row) -> str:
    """Word what a row took: seconds, and dollars where a model was paid."""
    words = [] if row.seconds is None else [f"{row.seconds:.0f} s"]
    return ", ".join([*words, *([] if row.usd is None else [f"${row.usd:.2f}"])])


def markdown(result: Result) -> str:
    """Write all tables, measured rows above published ones, best first."""
    at = result.settings
    versions = ", ".join(f"{name} {version}" for name, version in result.packages.items())
    kind = "quick" if at.quick else "full"
    how = f"solon bench {at.experiment}, {kind}, root seed {at.seed}, {at.seeds} sealed seeds, {at.partner_seeds} for"
    lines = [f"# {result.title}", "", f"Published: {result.source}. Measured: {how} partners; {versions}.", ""]
    for note in NOTES:
        lines += [note, ""]
    for table in result.tables:
        lines += _table(table, table.columns or result.columns)
    return "\n".join(lines).rstrip() + "\n"


def _table(table: TableResult, columns: Sequence[Column]) -> list[str]:
    goal = columns[0]
    bound = "" if table.bound is None else f"; proved bound on {goal.metric} {table.bound:.3f}"
    heads = ["program", "feedback", *(_head(it) for it in columns)]
    heads += ["of bound", "with others", "seeds", "isolation", "cost", "source"]
    lines = [f"## {table.title}", "", f"Task {table.task}, version {table.version}{bound}.", ""]
    lines += [_line(heads), _line(["---", "---", *["---:"] * (len(heads) - 4), "---", "---"])]
    lines += [_line(_cells(row, columns)) for row in sections(table, columns)]
    lines += ["", *(f"- {full_label(row)}: {why(row)}" for row in table.rows if not row.metrics)]
    if table.payoffs is not None:
        names = table.payoffs.programs
        seeds = f"{table.payoffs.seeds} sealed seed{'s' if table.payoffs.seeds > 1 else ''}"
        lines += ["", f"Mean return of a seat, half of the seats each, {seeds}; rows play against columns:", ""]
        lines += [_line(["", *names]), _line(["---", *["---:"] * len(names)])]
        for name, row in zip(names, table.payoffs.cells, strict=True):
            lines.append(_line([name, *(cell(it, 1) or "invalid" for it in row)]))
    return [*lines, ""]


def _head(column: Column) -> str:
    return column.heading if column.heading == column.metric else f"{column.heading} ({column.metric})"


def sections(table: TableResult, columns: Sequence[Column]) -> list[Row]:
    """Return the rows with figures: measured ones first, then published ones, each best first.

    A published row may lack the first column; it comes after those that have it.
    """
    first, *others = (it.metric for it in columns)
    rows = in_order(table.rows, first)
    some = [row for row in table.rows if row not in rows and any(name in row.metrics for name in others)]
    return [
        *(row for row in rows if row.kind == "measured"),
        *(row for row in rows if row.kind == "published"),
        *(row for row in some if row.kind == "published"),
    ]


def why(row: Row) -> str:
    """Say why a row has no figures."""
    return f"{row.kind}: {row.reason}"


def _cells(row: Row, columns: Sequence[Column]) -> list[str]:
    published = row.kind == "published"
    figures = [cell(row.metrics.get(it.metric), it.digits) for it in columns]
    share = "" if row.share_of_bound is None else f"{row.share_of_bound:.0%}"
    source = row.source or "measured"
    return [
        f"*published*: {row.label}" if published else row.label,
        row.feedback,
        *figures,
        share,
        cell(row.partners, 0),
        "" if row.seeds is None else str(row.seeds),
        row.isolation,
        cost(row),
        source,
    ]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|").replace("\n", " ") for text in cells) + " |"


def comma_separated(result: Result) -> str:
    """Write every row as one line; means and both ends of the intervals have columns of their own."""
    every = [it for columns in (result.columns, *(table.columns for table in result.tables)) for it in columns]
    columns = list({it.metric: it for it in every}.values())
    figures = [f"{it.metric}{end}" for it in columns for end in ("", "_low", "_high")]
    heads = ["table", "program", "group", "kind", "feedback", *figures, "share_of_bound"]
    heads += ["partners", "partners_low", "partners_high", "seeds", "partner_seeds", "episodes", "isolation"]
    heads += ["seconds", "usd", "digest", "source", "reason"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    for table in result.tables:
        for row in table.rows:
            writer.writerow(_values(row, columns))
    return text.getvalue()


def _values(row: Row, columns: Sequence[Column]) -> list[object]:
    ends = [part for it in columns for part in _ends(row.metrics.get(it.metric))]
    measured = row.kind == "measured"
    return [
        row.table, row.label, row.group if row.kind != "published" else "", row.kind, row.feedback, *ends,
        row.share_of_bound, *_ends(row.partners), row.seeds, row.partner_seeds if measured else None,
        row.episodes if measured else None, row.isolation, row.seconds, row.usd, row.program, row.source, row.reason,
    ]  # fmt: skip


def _ends(it: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if it is None else (it.mean, it.low, it.high)
