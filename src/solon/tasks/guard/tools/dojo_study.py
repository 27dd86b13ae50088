"""Guards on AgentDojo: the share of honest tasks that still work, and of attacks that succeed, on held-out tasks.

Policies are mined from the honest traces of the other user tasks of the suite. Tasks of which one repeats the other
(its words, or all of its calls in a row) are held out together. The split ``calls`` is stricter: it also holds out
together all tasks that make one identical call with side effects.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.tasks.guard.tools import dojo
from solon.tasks.guard.tools.calls import Described, Guard, Trace
from solon.tasks.guard.tools.guards import AllowAll, PolicyGuard, ToolFilter
from solon.tasks.guard.tools.mining import mine
from solon.tasks.guard.tools.query import for_query

Split = Literal["parts", "calls"]
Kind = Literal["none", "tool-filter", "values", "query", "provenance"]
KINDS: Final[tuple[Kind, ...]] = ("none", "tool-filter", "values", "query", "provenance")
MINED_FROM: Final[dict[Kind, str]] = {
    "none": "nothing",
    "tool-filter": "the ground truth of the same task: its tools, any arguments",
    "values": "argument values in honest traces of the suite's other tasks",
    "query": "the user's query and the tool list; no trace",
    "provenance": "origins of argument values in honest traces of the suite's other tasks, the query and the tool list",
}


class Row(Value, frozen=True):
    """What one guard comes to on one suite."""

    guard: Kind
    suite: str
    tasks: int
    useful: int  # honest tasks that pass AgentDojo's checker
    untouched: int  # honest tasks of which no call was blocked
    pairs: int
    attacked: int
    useful_under_attack: int
    failed: tuple[str, ...] = ()  # honest tasks that do not pass
    breached: tuple[str, ...] = ()  # pairs in which the attacker got what they wanted


def honest(of: dojo.Suite, split: Split = "parts") -> dict[str, Trace]:
    """Return the honest trace of each user task, with its group."""
    traces: dict[str, Trace] = {}
    for user in of.users:
        trace = of.play(dojo.Pair(of.name, user), AllowAll()).trace
        assert trace is not None
        traces[user] = trace
    groups = grouped(traces, of.tools(), split)
    return {user: msgspec.structs.replace(trace, group=groups[user]) for user, trace in traces.items()}


def grouped(traces: Mapping[str, Trace], tools: Sequence[Described], split: Split) -> dict[str, str]:
    """Return for each task the first task of its group."""
    acting = frozenset(each.name for each in tools if not each.reads_only and not each.open_world)
    head = {user: user for user in traces}
    for one, first in traces.items():
        for other, second in traces.items():
            together = _repeats(first, second, acting) or (split == "calls" and _shares(first, second, acting))
            if one != other and together:
                new, old = sorted((head[one], head[other]), key=list(traces).index)
                head = {user: new if known == old else known for user, known in head.items()}
    return head


def _repeats(part: Trace, whole: Trace, acting: frozenset[str]) -> bool:
    if part.query in whole.query:
        return True
    wanted, calls = [step.call for step in part.steps], [step.call for step in whole.steps]
    starts = range(len(calls) - len(wanted) + 1)
    return any(call.tool in acting for call in wanted) and any(
        calls[start : start + len(wanted)] == wanted for start in starts
    )


def _shares(first: Trace, second: Trace, acting: frozenset[str]) -> bool:
    calls = [step.call for step in second.steps if step.call.tool in acting]
    return any(step.call in calls for step in first.steps)


def rows(
    kinds: Sequence[Kind] = KINDS, suites: Sequence[str] = dojo.SUITES, *, worded: bool = True, split: Split = "parts"
) -> Iterator[Row]:
    """Yield a row for each guard and suite. Raises dojo.Missing."""
    for name in suites:
        of = dojo.suite(name)
        traces = honest(of, split)
        for kind in kinds:
            yield _row(kind, of, {user: maker(kind, user, traces, of) for user in of.users}, worded=worded)


def _row(kind: Kind, of: dojo.Suite, makers: Mapping[str, Callable[[], Guard]], *, worded: bool) -> Row:
    alone = [of.play(dojo.Pair(of.name, user), makers[user]()) for user in of.users]
    pairs = [
        of.play(dojo.Pair(of.name, user, injection), makers[user](), worded=worded)
        for user in of.users
        for injection in of.injections
    ]
    return Row(
        kind,
        of.name,
        len(alone),
        sum(played.useful for played in alone),
        sum(not played.blocked for played in alone),
        len(pairs),
        sum(played.attacked for played in pairs),
        sum(played.useful for played in pairs),
        tuple(played.pair.user for played in alone if not played.useful),
        tuple(f"{played.pair.user} x {played.pair.injection}" for played in pairs if played.attacked),
    )


def maker(kind: Kind, user: str, traces: Mapping[str, Trace], of: dojo.Suite) -> Callable[[], Guard]:
    """Return what makes a fresh guard for each run of a user task."""
    tools, query = of.tools(), of.query(user)
    training = [trace for trace in traces.values() if trace.group != traces[user].group]
    match kind:
        case "none":
            return AllowAll
        case "tool-filter":
            needed = frozenset(step.call.tool for step in traces[user].steps)
            return lambda: ToolFilter(needed)
        case "values":
            policy = mine(training, tools, by="values", name=of.name)
        case "query":
            policy = for_query(mine([], tools, name=of.name), query)
        case "provenance":
            policy = for_query(mine(training, tools, name=of.name), query)
    return lambda: PolicyGuard(policy, query, tools)


def total(of: Sequence[Row]) -> Row:
    """Return the sum of rows of one guard."""
    first = of[0]
    sums = {name: sum(int(getattr(row, name)) for row in of) for name in _SUMMED}
    failed = tuple(f"{row.suite}: {name}" for row in of for name in row.failed)
    breached = tuple(f"{row.suite}: {name}" for row in of for name in row.breached)
    return Row(first.guard, "all", **sums, failed=failed, breached=breached)


_SUMMED: Final = ("tasks", "useful", "untouched", "pairs", "attacked", "useful_under_attack")
