"""What the report shows of one case: the paragraph, the calls, and each constraint with what became of it."""

from collections.abc import Iterator, Sequence

from solon.playback import Exhibit
from solon.tasks.planning.orders.cases import Case, tool
from solon.tasks.planning.orders.guest import Call
from solon.tasks.planning.orders.oracle import RESTART, Verdict

Row = tuple[str, str]


def exhibits(case: Case, verdict: Verdict, calls: Sequence[Call]) -> tuple[Exhibit, ...]:
    """Return the panels of a case that was played; the last call is marked where the agent failed at it."""
    steps = [f"{name} at hour {start}" if start is not None else name for name, start in calls]
    ended = verdict.error in ("timeout", "act error") and bool(calls)
    steps += [f"{verdict.error}: {verdict.reason}"] if verdict.error else ["finished"]
    wrong = {len(steps) - 1, len(steps) - 2} if ended else {len(steps) - 1}
    rows = tuple(_rows(case, calls))
    return (
        Exhibit("The paragraph", text=case.text),
        Exhibit("Calls", steps=tuple(steps), trouble=tuple(sorted(wrong)) if verdict.error else ()),
        Exhibit(
            "Constraints",
            head=("constraint", "outcome"),
            rows=rows,
            trouble=tuple(place for place, row in enumerate(rows) if row[1] != "kept"),
        ),
    )


def _rows(case: Case, calls: Sequence[Call]) -> Iterator[Row]:
    latest = max((place for place, call in enumerate(calls) if call[0] == RESTART and case.extended), default=-1)
    made = {name: (place, start or 0) for place, (name, start) in reversed([*enumerate(calls)][latest + 1 :])}
    done = [made.get(tool(name)) for name in case.names]
    for earlier, later in sorted(case.pairs):
        one, other = done[earlier], done[later]
        outcome = "not done" if one is None or other is None else "kept" if one[0] < other[0] else "broken"
        yield f"{case.names[earlier]} before {case.names[later]}", outcome
    for window in case.windows:
        call = done[window.action]
        begun = window.bound == "earliest"
        words = f"starts from hour {window.hour} on" if begun else f"is over by hour {window.hour}"
        outcome = "not done"
        if call is not None:
            kept = call[1] >= window.hour if begun else call[1] + case.durations[window.action] <= window.hour
            outcome = "kept" if kept else "broken"
        yield f"{case.names[window.action]} {words}", outcome
