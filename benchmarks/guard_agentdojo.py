"""Guards on AgentDojo's own environments, tasks and checkers, with an agent that obeys every injection; no model.

    pip install 'solon[agentdojo]'
    python benchmarks/guard_agentdojo.py

Prints one row for each guard and suite, with what the policies were mined from. ``--marker`` takes injections that are
a marker alone, as in the published figure for no guard; by default injections also say what the attacker wants.
``--split calls`` is stricter: it holds out together all tasks that make one identical call with side effects.
"""

import argparse
import time
from pathlib import Path

import msgspec

from solon.tasks.guard.tools import dojo, dojo_study


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guard", choices=dojo_study.KINDS, action="append")
    parser.add_argument("--suite", choices=dojo.SUITES, action="append")
    parser.add_argument("--marker", action="store_true")
    parser.add_argument("--split", choices=("parts", "calls"), default="parts")
    parser.add_argument("--json")
    given = parser.parse_args()
    found = []
    print(f"| {'guard':11} | {'suite':9} | honest tasks useful | untouched | attacks | useful under attack |")
    print("|---|---|---|---|---|---|")
    start = time.process_time()
    kinds = tuple(given.guard or dojo_study.KINDS)
    for row in dojo_study.rows(kinds, given.suite or dojo.SUITES, worded=not given.marker, split=given.split):
        found.append(row)
        show(row)
    for kind in kinds:
        each = dojo_study.total([row for row in found if row.guard == kind])
        found.append(each)
        show(each)
        print(f"  mined from {dojo_study.MINED_FROM[kind]}")
        if kind == "provenance":
            print(f"  not useful: {', '.join(each.failed)}\n  breached: {', '.join(each.breached)}")
    print(f"CPU time {time.process_time() - start:.0f} s")
    if given.json:
        Path(given.json).write_bytes(msgspec.json.encode(found))


def show(row) -> None:
    print(
        f"| {row.guard:11} | {row.suite:9} | {share(row.useful, row.tasks)} | {share(row.untouched, row.tasks)} "
        f"| {share(row.attacked, row.pairs)} | {share(row.useful_under_attack, row.pairs)} |",
        flush=True,
    )


def share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / whole:5.1f} %"


if __name__ == "__main__":
    main()
