"""Tables for the terminal: every figure with its interval, its arm and its origin."""

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
LEADERS = 3
"""Published figures in the terminal, the best in the objective; the report holds all."""


def print_json(document: object) -> None:
    """Print one JSON document on standard output, indented."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")


def console(*, stderr: bool = False) -> Console:
    """Return the console; results go to standard output, progress and warnings to standard error.

    A pipe has no width: there, lines are as long as their tables, so that no cell is broken. Markup is off, because
    paths and what candidates wrote may look like it; style whole lines, or print a Text.
    """
    found = Console(stderr=stderr, highlight=False, markup=False)
    return found if found.is_terminal else Console(stderr=stderr, highlight=False, markup=False, width=160)


def heading(task: str, rest: str) -> Text:
    """Return a first line with the task's name in bold."""
    return Text.assemble((task, "bold"), rest)


def word(fault: Fault) -> str:
    """Word a fault as its kind, one sentence of cause and one of remedy."""
    at = f" (step {fault.step})" if fault.step is not None else ""
    remedy = f" {fault.remedy[0].upper()}{fault.remedy[1:].rstrip('.')}." if fault.remedy else ""
    message = fault.message.rstrip(".")
    end = "" if message.endswith(("!", "?")) and not at else "."
    return f"{fault.kind}: {message}{at}{end}{remedy}"


def interval(it: Estimate) -> str:
    """Word an estimate as mean and half width of its 95 % interval."""
    if it.low is None or it.high is None:
        return f"{it.mean:.3g} (one seed)"
    half = (it.high - it.low) / 2
    digits = 1 if abs(it.mean) >= 100 else 2
    return f"{it.mean:.{digits}f} ± {half:.{digits}f}"


def columns(names: list[str], objective: str, constraints: Sequence[str] = ()) -> list[str]:
    """Choose a few metrics to show, the objective first, and every constraint."""
    preferred = [name for name in SHOWN if name in names] or [name for name in names if name not in constraints]
    return [*[objective, *(name for name in preferred if name != objective)][:MOST_SHOWN], *constraints]


def card_table(card: Card) -> Table:
    """Lay out the arms of a run above what others published."""
    margins = tuple(dict.fromkeys(it.constraint for it in card.constraints))
    measured = list(dict.fromkeys(name for it in card.arms.values() for name in it.metrics))
    names = columns(measured, card.objective, margins)
    table = Table(box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    labels = {"winner": "this program", "first": "first proposal"}
    for arm, it in card.arms.items():
        label = labels.get(arm, arm.replace("control:", "control: ").replace("_", " "))
        style = "bold green" if arm == "winner" else ""
        verdicts = {held.constraint: f" {held.verdict}" for held in card.constraints if held.arm == arm}
        cells = [
            f"{interval(it.metrics[name])}{verdicts.get(name, '')}" if name in it.metrics else "invalid"
            for name in names
        ]
        table.add_row(Text(label, style), *(Text(cell, style) for cell in cells))
    for figure in leaders(card.published, names, card.minimised)[:LEADERS]:
        table.add_row(*_published(figure, names), style="dim")
    return table


def leaders(figures: Sequence[Figure], names: list[str], minimised: Sequence[str] = ()) -> list[Figure]:
    """Return the published figures that share a metric with the table, best first in the first such metric."""
    ranks = [(next((name for name in names if name in figure.metrics), None), figure) for figure in figures]
    signed = [((1 if name in minimised else -1) * it.metrics[name], it) for name, it in ranks if name]
    return [it for _, it in sorted(signed, key=lambda pair: pair[0])]


def _published(figure: Figure, names: list[str]) -> list[str]:
    cells = [f"{figure.metrics[name]:.2f}" if name in figure.metrics else "-" for name in names]
    return [f"published: {figure.label}", *cells]


def evaluation_table(rows: list[Evaluation], objective: str, constraints: Sequence[str] = ()) -> Table:
    """Lay out several judged programs."""
    scored = next((row for row in rows if row.outcome == "scored"), None)
    names = columns(list(scored.metrics), objective, constraints) if scored else []
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("program")
    for name in names:
        table.add_column(name, justify="right")
    for heading in ("of bound", "slips", "seconds"):
        table.add_column(heading, justify="right")
    for row in rows:
        if row.outcome == "scored":
            share = "-" if row.share_of_bound is None else f"{row.share_of_bound:.0%}"
            cells = [interval(row.metrics[name]) for name in names]
            slips = str(row.slips) if not row.slips or row.slip_share is None else f"{row.slips} ({row.slip_share:.1%})"
            table.add_row(row.program, *cells, share, slips, f"{row.wall_seconds:.2f}")
        else:
            table.add_row(row.program, *[Text(row.outcome, "red")] * max(len(names), 1))
    return table
