"""``solon verify``, ``solon replay`` and ``solon diff``."""

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from solon import evidence
from solon.cli.options import parse_options
from solon.cli.tables import console, interval, print_json, word

CLAIM_FAILED = 1


def show_verification(it: evidence.Verification, what: str, *, as_json: bool) -> int:
    """Print whether a run is what it says; 0 when it is."""
    if as_json:
        print_json(it)
    else:
        out = console()
        out.print(f"{it.folder}: {what} is {'the same' if it.same else 'NOT the same'} (isolation {it.isolation})")
        if it.judged:
            out.print(f"  judged again: {', '.join(it.judged)}")
        for difference in it.differences:
            out.print(f"  {difference}")
    return 0 if it.same else CLAIM_FAILED


def verify(folder: Path, *, workers: int, as_json: bool) -> int:
    """Judge a winner again."""
    return show_verification(evidence.verify(folder, workers=workers), "the card", as_json=as_json)


def replay(folder: Path, *, workers: int, out: Path | None, as_json: bool) -> int:
    """Do a run again."""
    return show_verification(evidence.replay(folder, workers=workers, out=out), "the run", as_json=as_json)


def diff(  # the options of the command
    first: Path, second: Path, *, task: str | None, options: Sequence[str], seeds: int, workers: int, as_json: bool
) -> int:
    """Compare two programs; 0 when both were scored."""
    chosen = parse_options(options) if options else None
    it = evidence.compare(first, second, task=task, options=chosen, seeds=seeds, workers=workers)
    scored = it.first.outcome == it.second.outcome == "scored"
    if as_json:
        print_json(it)
        return 0 if scored else CLAIM_FAILED
    out = console()
    for row in (it.first, it.second):
        if row.fault:
            out.print(f"{row.program}: invalid, {word(row.fault)}")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=f"{it.task}, {seeds} public seeds", title_justify="left")
    table.add_column("")
    for heading in (str(first), str(second), "difference, paired"):
        table.add_column(heading, justify="right")
    for name, difference in it.differences.items():
        style = "bold" if difference.low is not None and not difference.low <= 0 <= (difference.high or 0) else ""
        cells = (interval(it.first.metrics[name]), interval(it.second.metrics[name]), interval(difference))
        table.add_row(name, *cells, style=style)
    out.print(table)
    out.print(it.source or "The sources are the same.")
    return 0 if scored else CLAIM_FAILED
