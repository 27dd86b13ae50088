"""``solon tasks`` and ``solon doctor``."""

import importlib.metadata
import importlib.util
import os
import platform

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from solon import __version__
from solon.cli.tables import console, print_json
from solon.contract import InfrastructureError, Task, Value
from solon.engine import objective, tightest_bounds
from solon.engine.card import minimised
from solon.model import key_variables, model_providers
from solon.sandbox import survey
from solon.tasks import load, task_names
from solon.verify.limited import survey as survey_solvers

_ROOM = {"task": 0, "objective": 0, "proved bound": 0, "best published": 78, "": 100}
"""Headings of the list of tasks, each with the width of the narrowest terminal that has room for it."""


class _Row(Value, frozen=True):
    name: str
    version: str
    objective: str
    bound: float | None
    best_published: float | None
    best_published_label: str
    metrics: tuple[str, ...]
    references: tuple[str, ...]
    missing: str = ""


def _row(name: str, task: Task) -> _Row:
    goal = objective(task)
    best = min if goal.direction == "minimise" else max
    figures = [figure for figure in task.figures() if goal.name in figure.metrics]
    published = [figure for figure in figures if figure.kind == "published"]
    leader = best(published, key=lambda figure: figure.metrics[goal.name], default=None)
    references, missing = _references(task)
    return _Row(
        name=name,
        version=task.version,
        objective=goal.name,
        bound=tightest_bounds(figures, minimised(task)).get(goal.name),
        best_published=leader.metrics[goal.name] if leader else None,
        best_published_label=leader.label if leader else "",
        metrics=tuple(metric.name for metric in task.metrics),
        references=references,
        missing=missing,
    )


def _references(task: Task) -> tuple[tuple[str, ...], str]:
    """Return the names of the reference programs, or what is not installed that would make them."""
    try:
        return tuple(task.references()), ""
    except InfrastructureError as error:
        return (), str(error)


def show_tasks(*, as_json: bool) -> None:
    """List every built-in task."""
    rows = [_row(name, load(name)) for name in task_names()]
    if as_json:
        print_json(rows)
        return
    out = console()
    shown = sum(out.width >= least for least in _ROOM.values())
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in list(_ROOM)[:shown]:
        right = heading in ("proved bound", "best published")
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading == "task")
    for row in rows:
        bound = "-" if row.bound is None else f"{row.bound:.2f}"
        published = "-" if row.best_published is None else f"{row.best_published:.2f}"
        cells = (row.name, row.objective, bound, published, row.missing or row.best_published_label)
        table.add_row(*cells[:shown])
    out.print(table)
    out.print("Metrics, reference programs and more: solon tasks --json")


def doctor(*, as_json: bool) -> int:
    """Print what this machine offers; 3 when nothing here isolates a program."""
    levels, solvers = survey(), survey_solvers()
    isolated = any(level.available and level.level in ("A", "B") for level in levels)
    facts = {
        "solon": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "workers": len(os.sched_getaffinity(0)),
        "isolation": levels,
        "optimiser": "cmaes" if importlib.util.find_spec("cmaes") else None,
        "keys": [name for name in key_variables() if os.environ.get(name)],
        "models": _models(),
        "solvers": {name: version or None for name, (version, _) in solvers.items()},
    }
    if as_json:
        print_json(facts)
        return 0 if isolated else 3
    out = console()
    out.print(f"solon {__version__}, Python {facts['python']}, {facts['system']}, {facts['workers']} cores")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("level", "--isolation", "here", "what it is, or why not"):
        table.add_column(heading)
    for level in levels:
        name, _, reason = level.reason.partition(": ")
        here = Text("yes", "green") if level.available else Text("no", "yellow")
        table.add_row(level.level, name, here, reason)
    out.print(table)
    keys = ", ".join(name for name in key_variables() if os.environ.get(name)) or "none (none is needed offline)"
    out.print(f"keys found: {keys}")
    there = [f"{name} {version}" for name, (version, _) in solvers.items() if version]
    absent = [
        f"{name} ({extra if ' ' in extra else f'solon[{extra}]'})"
        for name, (version, extra) in solvers.items()
        if not version
    ]
    out.print(
        f"solvers: {', '.join(there) or 'none'}{'; not at hand: ' + ', '.join(absent) if absent else ''}", markup=False
    )
    missing = "not at hand; pip install 'solon[model]'"
    carrier = _models()
    out.print(f"models: {', '.join(model_providers())} by {carrier}" if carrier else f"models: {missing}")
    return 0 if isolated else 3


def _models() -> str | None:
    """Return the package that carries every model's protocol, with its version."""
    try:
        return f"openai {importlib.metadata.version('openai')}"
    except importlib.metadata.PackageNotFoundError:
        return None
