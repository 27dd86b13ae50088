"""``solon hack``."""

import os
from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from solon.cli.tables import console, print_json
from solon.contract import Finding
from solon.engine import PoolJudge
from solon.engine.findings import check_canary
from solon.hostile import Result, available_levels, left_out, reads_documents, run_corpus
from solon.tasks import canary_names, load

FIRST_START: Final = "Level C compiles its interpreter at its first start on a machine, which takes minutes."


def hack(task: str, *, levels: Sequence[str] | None, as_json: bool, workers: int = 0) -> int:
    """Play the hostile corpus and show or print what came out; exit code 0, or 1 when an attack was not stopped.

    Raises ValueError for a task or level that there is not, InfrastructureError for a level that does not hold here.
    """
    if workers < 0:
        raise ValueError(f"workers must be 0 (one a core) or more, got {workers}")
    letters = available_levels(levels or None)
    documents = reads_documents(task or "cleanup")
    letters = letters[:1] if documents else letters
    if "C" in letters:
        console(stderr=True).print(FIRST_START)
    results = run_corpus(task or "cleanup", letters, workers=workers or len(os.sched_getaffinity(0)))
    alarms = _sing()
    if as_json:
        print_json(results)
    else:
        _show(results, letters)
        _tell_levels(letters, documents=documents)
        for letter in letters:
            console().print(_count(letter, [result for result in results if result.level == letter]))
        out = console()
        for finding in alarms:
            out.print(finding.message, markup=False)
        out.print(f"{len(canary_names())} tasks that nobody can solve: {'somebody did' if alarms else 'nobody did'}")
    return 0 if all(result.stopped for result in results) and not alarms else 1


def _sing() -> list[Finding]:
    """Judge reference programs on impossible tasks: whatever passes there shows a defect of our own judge."""
    alarms: list[Finding] = []
    for name in canary_names():
        task = load(name)
        with PoolJudge(task, workers=1) as judge:
            alarms += check_canary(task, task.references(), judge)
    return alarms


def _show(results: Sequence[Result], letters: Sequence[str]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("attack", no_wrap=True)
    table.add_column("what it tries")
    for letter in letters:
        table.add_column(f"at {letter}", no_wrap=True)
    table.add_column("stopped")
    found = {(result.attack, result.level): result for result in results}
    for group in dict.fromkeys(result.group for result in results):
        members = list(dict.fromkeys((result.attack, result.tries) for result in results if result.group == group))
        table.add_row(Text(group, "bold"))
        for name, tries in members:
            row = [found[name, letter] for letter in letters]
            stopped = all(result.stopped for result in row)
            mark = Text("yes", "green") if stopped else Text("NO", "bold red")
            table.add_row(f"  {name}", tries, *(_word(result) for result in row), mark)
    out = console()
    out.print(table)
    for result in results:
        if not result.stopped and result.verdict != "refused":
            out.print(f"{result.attack} at level {result.level}: {result.detail}")


def _tell_levels(letters: Sequence[str], *, documents: bool) -> None:
    """Say which levels were not played, and why."""
    alike = ["The programs of this task are read and never executed: all levels are alike, and one was played."]
    for sentence in alike if documents else left_out(letters):
        console().print(sentence)


def _count(letter: str, mine: Sequence[Result]) -> str:
    refused = [result for result in mine if result.verdict == "refused"]
    text = f"{sum(result.stopped for result in mine)} of {len(mine)} stopped at level {letter}"
    if not refused:
        return text
    return f"{text}; {len(refused)} were not run, as they would harm a machine without the walls of A, B or C"


def _word(result: Result) -> str:
    match result.verdict:
        case "invalid":
            return f"invalid: {result.fault}"
        case "refused":
            return "not run"
        case verdict:
            return verdict
