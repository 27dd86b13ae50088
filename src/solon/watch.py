"""A task that knows what must hold in its own episodes says so here: conserved sums, tampering, the impossible."""

import math
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from solon.contract import Episode, Finding

TOLERANCE = 1e-9


@runtime_checkable
class Watchful(Protocol):
    """A task that tells what is suspicious in one of its episodes."""

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        """Yield at most one finding of a kind, such as "conservation", "tampering" or "canary".

        A pure function of the figures. The message goes on after a subject such as "candidate 7: ".
        """
        ...


@runtime_checkable
class Deciding(Protocol):
    """A task that knows how often it asks a program in one episode."""

    @property
    def decisions(self) -> int:
        """How many decisions of an episode may slip."""
        ...


def slipped(task: object, slips: int, episodes: int) -> float | None:
    """Return slips as a share of all decisions, or None for a task that does not count them."""
    return slips / (task.decisions * episodes) if isinstance(task, Deciding) and episodes else None


def conserved(**sides: tuple[float, float]) -> Iterator[Finding]:
    """Yield one alarm that names the equations which do not hold, to 1e-9 of the larger side; nothing if all hold."""
    broken = [
        f"{name}: {left:.10g} is not {right:.10g}"
        for name, (left, right) in sides.items()
        if not math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    ]
    if broken:
        yield Finding("conservation", "alarm", "what must be conserved is not", "; ".join(broken))
