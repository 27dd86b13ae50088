"""Tables for the terminal: every figure with its interval, its arm and its origin."""

import json
import sys
from collections.abc import Sequence

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from solon.api import Evaluation
from solon.contract import Fault, Figure
from solon.engine import Card, Estimate

SHOWN = ("efficiency", "equality", "maximin")
"""Metrics of the games that a terminal has room for; a task without them shows its own, in order. Files hold all."""

MOST_SHOWN = 4
WIDE = 160
"""Columns of a table that goes into a pipe or a file."""
LABEL = 20
"""Columns that the first column of a table keeps, whatever has no room beside it."""
LEADERS = 3
"""Published figures in the terminal, the best in the objective; the report holds all."""


def print_json(document: object) -> None:
    """Print one JSON document on standard output, indented."""
    _write_json(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def print_json_line(document: object) -> None:
    """Print one JSON document on a line of its own, at once."""
    _write_json(msgspec.json.encode(document).decode())
    sys.stdout.flush()


def _write_json(text: str) -> None:
    """Escape what is not ASCII unless the stream takes all of Unicode, so that nothing is replaced in a document."""
    whole = (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "")
    escaped = text if whole else "".join(it if it.isascii() else json.dumps(it)[1:-1] for it in text)
    sys.stdout.write(f"{escaped}\n")


def console(*, stderr: bool = False) -> Console:
    """Return the console; results go to standard output, progress and warnings to standard error.

    A pipe has no width: there, lines are as long as their tables, so that no cell is broken. Markup is off, because
    paths and what candidates wrote may look like it; style whole lines, or print a Text.
    """
    found = Console(stderr=stderr, highlight=False, markup=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, markup=False, width=WIDE)


def public(seeds: int) -> str:
    """Word how many public seeds figures rest on."""
    return f"{seeds} public seed{'' if seeds == 1 else 's'}"


def heading(task: str, rest: str) -> Text:
    """Return a first line with the task's name in bold."""
    return Text.assemble((task, "bold"), rest)


def word(fault: Fault) -> str:
    """Word a fault as its kind, one sentence of cause and one of remedy."""
    at = f" (step {fault.step})" if fault.step is not None else ""
    remedy = f" {fault.remedy[0].upper()}{fault.remedy[1:].removesuffix('.')}." if fault.remedy else ""
    message = fault.message.rstrip(".")
    end = "" if message.endswith(("!", "?")) and not at else "."
    return f"{fault.kind}: {message}{at}{end}{remedy}"


def interval(it: Estimate) -> str:
    """Word an estimate as mean and half width of its 95 % interval."""
    if it.low is None or it.high is None:
        return f"{it.mean:.3g} (one seed)"
    half = (it.high - it.low) / 2
    digits = 1 if abs(it.mean) >= 100 else 2
    return f"{it.mean:z.{digits}f} ± {half:.{digits}f}"


def columns(names: list[str], objective: str, constraints: Sequence[str] = ()) -> list[str]:
    """Choose a few metrics to show, the objective first, and every constraint."""
    preferred = [name for name in SHOWN if name in names] or [name for name in names if name not in constraints]
    return [*[objective, *(name for name in preferred if name != objective)][:MOST_SHOWN], *constraints]


def card_table(card: Card, width: int = WIDE) -> Table:
    """Lay out the arms of a run above what others published, in as many columns as have room."""
    margins = tuple(dict.fromkeys(it.constraint for it in card.constraints))
    measured = list(dict.fromkeys(name for it in card.arms.values() for name in it.metrics))
    names = columns(measured, card.objective, margins)
    labels = {"winner": "this program", "first": "first proposal"}
    rows: list[tuple[str, list[str], str]] = []
    for arm, it in card.arms.items():
        label = labels.get(arm, arm.replace("control:", "control: ").replace("_", " "))
        verdicts = {held.constraint: f" {held.verdict}" for held in card.constraints if held.arm == arm}
        cells = [
            f"{interval(it.metrics[name])}{verdicts.get(name, '')}" if name in it.metrics else "invalid"
            for name in names
        ]
        rows.append((label, cells, "bold green" if arm == "winner" else ""))
    best = leaders(card.published, names, card.minimised)[:LEADERS]
    rows += [(f"published: {figure.label}", _published(figure, names), "dim") for figure in best]
    return _fitted("", names, rows, width, needed={card.objective, *margins})


def _fitted(
    first: str, names: Sequence[str], rows: list[tuple[str, list[str], str]], width: int, *, needed: set[str]
) -> Table:
    """Lay out labels and figures; in a narrow terminal whole columns are left out, and no figure is broken."""
    widths = [max(len(name), *(len(cells[at]) for _, cells, _ in rows)) for at, name in enumerate(names)]
    room = width - 2 - min(LABEL, max(len(label) for label, _, _ in rows))
    kept = list(range(len(names)))
    for at in reversed(range(len(names))):
        if sum(widths[it] + 3 for it in kept) > room and names[at] not in needed:
            kept.remove(at)
    absent = ", ".join(name for at, name in enumerate(names) if at not in kept)
    caption = f"no room here for {absent}" if absent else None
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption=caption, caption_justify="left")
    table.add_column(first, overflow="fold")
    for at in kept:
        table.add_column(names[at], justify="right", no_wrap=True)
    for label, cells, style in rows:
        shown = [cells[at] for at in kept]
        if shown.count("-") < len(shown) or cells.count("-") == len(cells):
            table.add_row(label, *shown, style=style)
    return table


def unbroken(
    first: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str | Text], str]], width: int
) -> Table:
    """Lay out rows of a label, figures and a style; in a narrow terminal headings and labels are folded, no figure."""
    widths = [max(len(str(cell)) for cell in column) for column in zip(*(cells for _, cells, _ in rows), strict=True)]
    spare = width - needs([cells for _, cells, _ in rows], max(len(name) for name, _, _ in rows))
    while short := [at for at, head in enumerate(heads) if widths[at] < len(head)][: max(0, spare)]:
        spare -= len(short)
        for at in short:
            widths[at] += 1
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for head, room in zip(heads, widths, strict=True):
        table.add_column(head, justify="right", width=room, overflow="fold")
    for name, cells, style in rows:
        table.add_row(name, *cells, style=style)
    return table


def needs(rows: Sequence[Sequence[str | Text]], label: int = LABEL) -> int:
    """Return how wide a table of these figures is beside a label."""
    return label + 2 + sum(3 + max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True))


def leaders(figures: Sequence[Figure], names: list[str], minimised: Sequence[str] = ()) -> list[Figure]:
    """Return the published figures that share a metric with the table, best first in the first such metric."""
    ranks = [(next((name for name in names if name in figure.metrics), None), figure) for figure in figures]
    signed = [((1 if name in minimised else -1) * it.metrics[name], it) for name, it in ranks if name]
    return [it for _, it in sorted(signed, key=lambda pair: pair[0])]


def _published(figure: Figure, names: list[str]) -> list[str]:
    return [f"{figure.metrics[name]:.2f}" if name in figure.metrics else "-" for name in names]


def evaluation_table(
    rows: list[Evaluation], objective: str, constraints: Sequence[str] = (), width: int = WIDE
) -> Table:
    """Lay out several judged programs, in as many columns as have room."""
    scored = next((row for row in rows if row.outcome == "scored"), None)
    names = columns(list(scored.metrics), objective, constraints) if scored else []
    laid: list[tuple[str, list[str], str]] = []
    for row in rows:
        if row.outcome == "scored":
            share = "-" if row.share_of_bound is None else f"{row.share_of_bound:.0%}"
            slips = str(row.slips) if not row.slips or row.slip_share is None else f"{row.slips} ({row.slip_share:.1%})"
            cells = [*(interval(row.metrics[name]) for name in names), share, slips, f"{row.wall_seconds:.2f}"]
        else:
            cells = [row.outcome] * max(len(names), 1) + [""] * (3 if names else 2)
        laid.append((row.program, cells, "" if row.outcome == "scored" else "red"))
    heads = [*names, "of bound", "slips", "seconds"]
    return _fitted("program", heads, laid, width, needed={objective, *constraints, "of bound", "slips"})
