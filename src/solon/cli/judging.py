"""``solon eval``."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from solon import api
from solon.cli.options import limits_of, parse_options
from solon.cli.running import warn_about
from solon.cli.tables import console, evaluation_table, heading, print_json_line, public, word
from solon.contract import Task
from solon.engine import objective, told
from solon.engine.constraints import constraints
from solon.interop.cluster import open_executor
from solon.tasks import load


def evaluate(  # noqa: PLR0913  # the options of the command
    task: str,
    programs: Sequence[Path],
    *,
    seeds: int,
    options: Sequence[str],
    isolation: str,
    workers: int,
    executor: str,
    cpu_seconds: float | None,
    memory_mib: int | None,
    as_json: bool,
) -> int:
    """Judge programs and show or print what came out; exit code 0, 1 or 3."""
    if not programs:
        raise ValueError("name at least one program: solon eval TASK PROGRAM")
    loaded = load(task, **parse_options(options))
    warn_about(isolation)
    rows: list[api.Evaluation] = []
    limits = limits_of(cpu_seconds, memory_mib)
    subjects = [api.find_program(loaded, str(path)) for path in programs]
    with open_executor(executor, workers) as opened:
        evaluations = api.evaluate_all(
            loaded, subjects, seeds=seeds, isolation=isolation, workers=workers, limits=limits, executor=opened
        )
        for path, evaluation in zip(programs, evaluations, strict=True):
            row = msgspec.structs.replace(evaluation, program=str(path))
            rows.append(row)
            if as_json:
                print_json_line(row)
    if not as_json:
        _show(rows, loaded, seeds)
    outcomes = {row.outcome for row in rows}
    return 3 if "unavailable" in outcomes else 1 if "invalid" in outcomes else 0


def _show(rows: list[api.Evaluation], task: Task, seeds: int) -> None:
    out = console()
    first = rows[0]
    out.print(heading(first.task, f" {first.version}, {public(seeds)}, isolation {first.isolation}"))
    limits = [metric.name for metric in constraints(task)]
    out.print(evaluation_table(rows, objective(task).name, limits, out.width))
    if limits:
        out.print("A constraint's column is its margin; it holds where that is at least 0.")
    for row in rows:
        if row.verdict is not None:
            out.print(f"{row.program}: {told(row.verdict)}")
    errors = console(stderr=True)
    for row in rows:
        if row.fault:
            errors.print(f"{row.program}: invalid, {word(row.fault)}")
        elif row.reason:
            errors.print(f"{row.program}: the judge was unavailable: {row.reason}")
        elif row.first_slip:
            errors.print(
                f"{row.program}: {_slips(row)} failed and were replaced; the first: "
                f"{row.first_slip.message}\n{row.first_slip.traceback}",
            )


def _slips(row: api.Evaluation) -> str:
    return f"{row.slips} decisions" + ("" if row.slip_share is None else f", {row.slip_share:.1%} of all,")
