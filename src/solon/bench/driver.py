"""Filling in the tables of an experiment, a row after the other; what is finished is kept at once."""

from collections.abc import Callable

import msgspec

from solon.bench.results import Column, Payoffs, Result, Row, TableResult
from solon.bench.store import Store
from solon.bench.workshop import Experiment, Maker, Means, Table, Workshop
from solon.engine import PoolJudge, package_versions, tightest_bounds
from solon.engine.card import minimised
from solon.tasks import load

Progress = Callable[[str, str, Row | None], None]
"""Is told the table, the label of the row that is next and, when it is finished, the row."""

__all__ = ["Means", "Progress", "run_experiment"]


def run_experiment(experiment: Experiment, store: Store, means: Means, *, progress: Progress) -> Result:
    """Make every row that the store does not hold yet, and return all tables.

    Raises InfrastructureError when the machinery failed; another call with the same store goes on.
    """
    return Result(
        title=experiment.title,
        source=experiment.source,
        columns=experiment.columns,
        settings=store.settings,
        tables=tuple(_fill(table, experiment.columns, store, means, progress) for table in experiment.tables),
        packages=package_versions(),
    )


def _fill(table: Table, columns: tuple[Column, ...], store: Store, means: Means, progress: Progress) -> TableResult:
    goal = (table.columns or columns)[0].metric
    task = load(table.task, **table.options)
    with PoolJudge(task, isolation=means.isolation, workers=means.workers) as judge:
        workshop = Workshop(table, task, judge, goal=goal, settings=store.settings, means=means, folder=store.folder)
        for maker in table.makers:
            workshop.rows[maker.key] = _row(maker, workshop, store, progress)
        payoffs = _payoffs(workshop, store, progress)
    return TableResult(
        name=table.name,
        title=table.title,
        task=task.name,
        version=task.version,
        bound=tightest_bounds(task.figures(), minimised(task)).get(goal),
        rows=(*workshop.rows.values(), *table.published(task)),
        payoffs=payoffs,
        columns=table.columns,
    )


def _row(maker: Maker, workshop: Workshop, store: Store, progress: Progress) -> Row:
    table = workshop.table.name
    kept = store.row(table, maker.key)
    if kept is not None and _stands(kept, maker, workshop):
        return msgspec.structs.replace(kept, label=maker.label)
    progress(table, maker.label, None)
    row = maker.make(workshop)
    if row.kind != "not run":  # a later call may have the key that is missing now
        store.keep(row=row)
    progress(table, maker.label, row)
    return row


def _stands(kept: Row, maker: Maker, workshop: Workshop) -> bool:
    """Tell whether a row that was kept is still that of the maker's program."""
    program = maker.program(workshop)
    return program is not None and kept.program in ("", program.digest)


def _payoffs(workshop: Workshop, store: Store, progress: Progress) -> Payoffs | None:
    table = workshop.table
    measured = [it for it in table.makers if it.key in table.meeting and workshop.rows[it.key].kind == "measured"]
    programs = {it.label: program for it in measured if (program := it.program(workshop)) is not None}
    if len(programs) < 2:
        return None
    kept = store.payoffs(table.name)
    if kept is not None and kept.digests == tuple(it.digest for it in programs.values()):
        return kept
    progress(table.name, "payoff matrix", None)
    found = workshop.payoffs(programs)
    if found is not None:
        store.keep(payoffs=found)
    return found
