"""The User Journey Coverage Score of JourneyBench and its factors, for one conversation.

Alignment A is 1 if the names of the calls that were made are those of the expected trace, in order, and 0 otherwise;
a missing or an extra call gives 0. Calls that commute may come in any order. Accuracy T is the share of the expected
calls' parameters that have the right values. The score is A times T, and its mean over conversations is the paper's
UJCS (by a careful reading of the paper; its two equations were not at hand). ``partial`` is ours: the share of
expected calls found in order, times the share of their parameters that are right.
"""

import unicodedata
from collections.abc import Sequence

from solon.contract import Value
from solon.tasks.guard.journeys.graph import Invocation
from solon.tasks.guard.journeys.scenario import Expected
from solon.verify.requests.request import Json


class Coverage(Value, frozen=True):
    """The factors of one conversation's score."""

    alignment: float
    accuracy: float
    partial: float

    @property
    def score(self) -> float:
        """A times T."""
        return self.alignment * self.accuracy


def covered(expected: Expected, made: Sequence[Invocation]) -> Coverage:
    """Return how well the calls that were made are the expected ones."""
    pairs = _aligned(expected, made)
    due = expected.calls
    if pairs is not None:
        accuracy = _accuracy(pairs)
        return Coverage(1.0, accuracy, accuracy)
    matched = _in_order(due, made)
    count = sum(len(call.arguments) for call in due)
    right = sum(_right(one, other) for one, other in matched)
    share = len(matched) / max(len(due), len(made), 1)
    return Coverage(0.0, right / count if count else 1.0, share * _accuracy(matched))


def _aligned(expected: Expected, made: Sequence[Invocation]) -> list[tuple[Invocation, Invocation]] | None:
    """Return the expected calls with those that were made for them; None if the names differ."""
    pairs: list[tuple[Invocation, Invocation]] = []
    rest = list(made)
    groups = list(expected.groups)
    if expected.perhaps:
        taken = len(made) - sum(map(len, groups))
        window = {call.tool for call in made[-1 - taken : -1]} if taken > 0 else set[str]()
        extra = tuple(call for call in expected.perhaps if call.tool in window)
        groups = [*groups[:-1], extra, groups[-1]]
    for group in groups:
        part, rest = rest[: len(group)], rest[len(group) :]
        if sorted(call.tool for call in part) != sorted(call.tool for call in group):
            return None
        by_name = {call.tool: call for call in part}
        pairs += [(due, by_name[due.tool]) for due in group]
    return None if rest else pairs


def _in_order(due: Sequence[Invocation], made: Sequence[Invocation]) -> list[tuple[Invocation, Invocation]]:
    """Return a longest common subsequence by the names of the tools."""
    best: list[list[list[tuple[Invocation, Invocation]]]] = [
        [[] for _ in range(len(made) + 1)] for _ in range(len(due) + 1)
    ]
    for row, one in enumerate(due, 1):
        for column, other in enumerate(made, 1):
            if one.tool == other.tool:
                best[row][column] = [*best[row - 1][column - 1], (one, other)]
            else:
                best[row][column] = max(best[row - 1][column], best[row][column - 1], key=len)
    return best[-1][-1]


def _accuracy(pairs: Sequence[tuple[Invocation, Invocation]]) -> float:
    count = sum(len(due.arguments) for due, _ in pairs)
    return sum(_right(due, made) for due, made in pairs) / count if count else 1.0


def _right(due: Invocation, made: Invocation) -> int:
    return sum(name in made.arguments and same(value, made.arguments[name]) for name, value in due.arguments.items())


def same(one: Json, other: Json) -> bool:
    """Return whether two values of a parameter are the same: texts but for case, spaces and dashes within them."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return _normal(one) == _normal(other)
    return one == other


def _normal(value: str) -> str:
    composed = unicodedata.normalize("NFKC", value).casefold().strip()
    kept = "".join(it for it in composed if not it.isspace() and unicodedata.category(it) != "Pd")
    return f"-{kept}" if composed[:1] == "-" else kept  # the sign of a number is no dash within it
