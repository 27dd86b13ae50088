"""Tasks with durations and clock windows, one at a time: Z3 says whether they fit, dynamic programming says it too."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from solon.contract import InfrastructureError
from solon.tasks.planning.orders.grammar import Pair, Window
from solon.verify.limited import Limits, Stopped, call, require

SOLVER: Final = "solon.tasks.planning.orders.smt"
LIMITS: Final = Limits(seconds=30)


def bounds(actions: int, windows: Iterable[Window]) -> list[tuple[int, int | None]]:
    """Return for each action the hour from which it may begin and the one by which it must be over, if any."""
    found: list[tuple[int, int | None]] = [(0, None)] * actions
    for window in windows:
        earliest, latest = found[window.action]
        if window.bound == "earliest":
            found[window.action] = max(earliest, window.hour), latest
        else:
            found[window.action] = earliest, window.hour if latest is None else min(latest, window.hour)
    return found


def feasible(durations: Sequence[int], pairs: Iterable[Pair], windows: Iterable[Window]) -> tuple[int, ...] | None:
    """Return start times that keep everything, or None if there are none; Z3 decides.

    Raises InfrastructureError if it does not, MissingSolver if it is not installed.
    """
    require("z3")
    asked = {"durations": durations, "windows": bounds(len(durations), windows), "pairs": sorted(pairs)}
    said = call(SOLVER, msgspec.json.encode(asked), LIMITS)
    if isinstance(said, Stopped):
        raise InfrastructureError(f"Z3 gave no verdict on a schedule ({said.message}); try again")
    return msgspec.json.decode(said.reply, type=tuple[int, ...] | None)


def quickest(durations: Sequence[int], pairs: Iterable[Pair], windows: Iterable[Window]) -> tuple[int, ...] | None:
    """Return the same without a solver: to be done with a set of actions as early as possible is never worse."""
    count = len(durations)
    limits = bounds(count, windows)
    before = [0] * count
    for one, other in pairs:
        before[other] |= 1 << one
    best: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {0: (0, ())}
    for done in range(1 << count):
        if done not in best:
            continue
        now, steps = best[done]
        for action in range(count):
            if done >> action & 1 or before[action] & ~done:
                continue
            earliest, latest = limits[action]
            start = max(now, earliest)
            end = start + durations[action]
            after = done | 1 << action
            if (latest is None or end <= latest) and (after not in best or end < best[after][0]):
                best[after] = end, (*steps, (action, start))
    found = best.get((1 << count) - 1)
    return tuple(start for _, start in sorted(found[1])) if found else None
