"""``solon verify``, ``solon replay`` and ``solon diff``."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from solon import evidence
from solon.cli.arguments import CLAIM_FAILED, DONE, INFRASTRUCTURE
from solon.cli.options import parse_options
from solon.cli.tables import console, heading, interval, print_json, public, unbroken, word
from solon.engine import Estimate
from solon.interop.cluster import open_executor


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


def verify(folder: Path, *, workers: int, executor: str, as_json: bool) -> int:
    """Judge a winner again."""
    with open_executor(executor, workers) as opened:
        it = evidence.verify(folder, workers=workers, executor=opened)
    return show_verification(it, "the card", as_json=as_json)


def replay(folder: Path, *, workers: int, executor: str, out: Path | None, as_json: bool) -> int:
    """Do a run again."""
    with open_executor(executor, workers) as opened:
        it = evidence.replay(folder, workers=workers, out=out, executor=opened)
    return show_verification(it, "the run", as_json=as_json)


def diff(  # noqa: PLR0913  # the options of the command
    first: Path,
    second: Path,
    *,
    task: str | None,
    options: Sequence[str],
    seeds: int,
    workers: int,
    executor: str,
    as_json: bool,
) -> int:
    """Compare two programs; 0 when both were scored, 1 when one is invalid, 3 when the judge was unavailable."""
    chosen = parse_options(options) if options else None
    with open_executor(executor, workers) as opened:
        it = evidence.compare(first, second, task=task, options=chosen, seeds=seeds, workers=workers, executor=opened)
    if as_json:
        print_json(it)
    else:
        _show(it, seeds)
    outcomes = {it.first.outcome, it.second.outcome}
    return INFRASTRUCTURE if "unavailable" in outcomes else CLAIM_FAILED if "invalid" in outcomes else DONE


def _show(it: evidence.Comparison, seeds: int) -> None:
    out = console()
    for row in (it.first, it.second):
        if row.fault:
            out.print(f"{row.program}: invalid, {word(row.fault)}")
        elif row.reason:
            out.print(f"{row.program}: the judge was unavailable: {row.reason}")
    if it.differences:
        one, other = it.first.program, it.second.program
        out.print(heading(it.task, f" {it.first.version}, {public(seeds)}, isolation {it.first.isolation}"))
        out.print(_table(it, (one, other, "second - first, paired"), out.width))
        out.print(f"{other} is {_verdict(it)} than {one} in {it.objective}.")
    if not it.source:
        out.print("The sources are the same.")
        return
    lines = it.source.splitlines()
    gone, new = (sum(line[:1] == sign and line[:3] != 3 * sign for line in lines) for sign in "-+")
    out.print(f"The sources differ, lines removed: {gone}, added: {new}.\n")
    for line in lines:
        out.print(Text(line, _COLOURS.get(line[:1], "")), soft_wrap=True)


_COLOURS = {"-": "red", "+": "green", "@": "cyan"}


def _table(it: evidence.Comparison, headings: Sequence[str], width: int) -> Table:
    rows: list[tuple[str, tuple[str, ...], str]] = []
    for name, difference in it.differences.items():
        less = " (less is better)" if name in it.minimised else ""
        sign = "+" if difference.mean > 0 else ""
        cells = (interval(it.first.metrics[name]), interval(it.second.metrics[name]), f"{sign}{interval(difference)}")
        rows.append((f"{name}{less}", cells, "bold" if _side(difference) else ""))
    return unbroken("", headings, rows, width)


def _side(difference: Estimate) -> int:
    """Return on which side of zero the whole interval lies, 0 if on neither."""
    if difference.low is None or difference.high is None:
        return 0
    return (difference.low > 0) - (difference.high < 0)


def _verdict(it: evidence.Comparison) -> str:
    side = _side(it.differences[it.objective])
    if not side:
        return "not shown to be better or worse"
    return "worse" if (side > 0) == (it.objective in it.minimised) else "better"
