"""``solon eval``."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from solon import api
from solon.cli.options import parse_options
from solon.cli.running import warn_about
from solon.cli.tables import console, evaluation_table, word
from solon.contract import Program
from solon.engine import objective
from solon.sandbox import Limits
from solon.tasks import load


def evaluate(  # noqa: PLR0913  # the options of the command
    task: str,
    programs: Sequence[Path],
    *,
    seeds: int,
    options: Sequence[str],
    isolation: str,
    workers: int,
    cpu_seconds: float,
    memory_mib: int,
    as_json: bool,
) -> int:
    """Judge programs and show or print what came out; exit code 0, 1 or 3."""
    if not programs:
        raise ValueError("name at least one program: solon eval TASK PROGRAM")
    loaded = load(task, **parse_options(options))
    warn_about(isolation)
    rows: list[api.Evaluation] = []
    limits = Limits(cpu_seconds=cpu_seconds, memory_mib=memory_mib)
    known = loaded.references()
    subjects: list[Path | Program] = [
        known[path.name] if path.name in known and not path.exists() else path for path in programs
    ]
    evaluations = api.evaluate_all(loaded, subjects, seeds=seeds, isolation=isolation, workers=workers, limits=limits)
    for path, evaluation in zip(programs, evaluations, strict=True):
        row = msgspec.structs.replace(evaluation, program=str(path))
        rows.append(row)
        if as_json:
            sys.stdout.write(msgspec.json.encode(row).decode() + "\n")
            sys.stdout.flush()
    if not as_json:
        _show(rows, objective(loaded).name, seeds)
    outcomes = {row.outcome for row in rows}
    return 3 if "unavailable" in outcomes else 1 if "invalid" in outcomes else 0


def _show(rows: list[api.Evaluation], goal: str, seeds: int) -> None:
    out = console()
    first = rows[0]
    out.print(f"[bold]{first.task}[/bold] {first.version}, {seeds} public seeds, isolation {first.isolation}")
    out.print(evaluation_table(rows, goal))
    errors = console(stderr=True)
    for row in rows:
        if row.fault:
            errors.print(f"{row.program}: invalid, {word(row.fault)}", markup=False)
        elif row.reason:
            errors.print(f"{row.program}: the judge was unavailable: {row.reason}", markup=False)
        elif row.first_slip:
            errors.print(
                f"{row.program}: {row.slips} decisions failed and were replaced; the first, in step "
                f"{row.first_slip.step}: {row.first_slip.message}\n{row.first_slip.traceback}",
                markup=False,
            )
