"""``solon tasks`` and ``solon doctor``."""

import importlib.util
import os
import platform
import sys

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table

from solon import __version__
from solon.cli.tables import console
from solon.contract import Task, Value
from solon.engine import objective
from solon.sandbox import survey
from solon.tasks import load, task_names

_KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY")


class _Row(Value, frozen=True):
    name: str
    version: str
    objective: str
    bound: float | None
    best_published: float | None
    best_published_label: str
    metrics: tuple[str, ...]
    references: tuple[str, ...]


def _row(name: str, task: Task) -> _Row:
    goal = objective(task)
    best = min if goal.direction == "minimise" else max
    tightest = max if goal.direction == "minimise" else min
    figures = [figure for figure in task.figures() if goal.name in figure.metrics]
    published = [figure for figure in figures if figure.kind == "published"]
    leader = best(published, key=lambda figure: figure.metrics[goal.name], default=None)
    bounds = [figure.metrics[goal.name] for figure in figures if figure.kind == "bound"]
    return _Row(
        name=name,
        version=task.version,
        objective=goal.name,
        bound=tightest(bounds) if bounds else None,
        best_published=leader.metrics[goal.name] if leader else None,
        best_published_label=leader.label if leader else "",
        metrics=tuple(metric.name for metric in task.metrics),
        references=tuple(task.references()),
    )


def show_tasks(*, as_json: bool) -> None:
    """List every built-in task."""
    rows = [_row(name, load(name)) for name in task_names()]
    if as_json:
        _print_json(rows)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("task", "objective", "proved bound", "best published", ""):
        table.add_column(heading, justify="right" if heading in ("proved bound", "best published") else "left")
    for row in rows:
        bound = "-" if row.bound is None else f"{row.bound:.2f}"
        published = "-" if row.best_published is None else f"{row.best_published:.2f}"
        table.add_row(row.name, row.objective, bound, published, row.best_published_label)
    out = console()
    out.print(table)
    out.print("Metrics, reference programs and more: solon tasks --json")


def doctor(*, as_json: bool) -> int:
    """Print what this machine offers; 3 when nothing here isolates a program."""
    levels = survey()
    isolated = any(level.available and level.level in ("A", "B") for level in levels)
    facts = {
        "solon": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "workers": len(os.sched_getaffinity(0)),
        "isolation": levels,
        "optimiser": "cmaes" if importlib.util.find_spec("cmaes") else None,
        "keys": [name for name in _KEYS if os.environ.get(name)],
    }
    if as_json:
        _print_json(facts)
        return 0 if isolated else 3
    out = console()
    out.print(f"solon {__version__}, Python {facts['python']}, {facts['system']}, {facts['workers']} cores")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("isolation level", "here", "what it is, or why not"):
        table.add_column(heading)
    for level in levels:
        table.add_row(level.level, "[green]yes[/green]" if level.available else "[yellow]no[/yellow]", level.reason)
    out.print(table)
    keys = ", ".join(name for name in _KEYS if os.environ.get(name)) or "none (none is needed offline)"
    out.print(f"keys found: {keys}")
    return 0 if isolated else 3


def _print_json(document: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
