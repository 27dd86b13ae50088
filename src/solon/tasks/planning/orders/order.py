"""Sets of strict orders: whether they can hold, what follows from them, and how many sequences keep them."""

from collections.abc import Iterable, Sequence
from typing import Final

from solon.tasks.planning.orders.grammar import Pair

MOST: Final = 16  # actions that sequences are counted for


def closure(actions: int, pairs: Iterable[Pair]) -> frozenset[Pair] | None:
    """Return all orders that follow from some, or None if they contradict one another."""
    later = [0] * actions
    for one, other in pairs:
        later[one] |= 1 << other
    for middle in range(actions):
        for one in range(actions):
            if later[one] >> middle & 1:
                later[one] |= later[middle]
    if any(later[action] >> action & 1 for action in range(actions)):
        return None
    return frozenset((one, other) for one in range(actions) for other in range(actions) if later[one] >> other & 1)


def reduction(actions: int, pairs: Iterable[Pair]) -> frozenset[Pair]:
    """Return the fewest orders from which all others follow. Raises ValueError for contradicting ones."""
    known = closure(actions, pairs)
    if known is None:
        raise ValueError("these orders contradict one another; drop one of the cycle")
    return frozenset(
        (one, other)
        for one, other in known
        if not any((one, middle) in known and (middle, other) in known for middle in range(actions))
    )


def extensions(actions: int, pairs: Iterable[Pair]) -> int:
    """Return how many sequences of all actions keep the orders, by dynamic programming over sets of actions.

    Raises ValueError for more than ``MOST`` actions.
    """
    if actions > MOST:
        raise ValueError(f"sequences of {actions} actions are too many to count; {MOST} is the most")
    before = [0] * actions
    for one, other in pairs:
        before[other] |= 1 << one
    counts = [0] * (1 << actions)
    counts[0] = 1
    for done in range(1 << actions):
        if not counts[done]:
            continue
        for action in range(actions):
            if not done >> action & 1 and before[action] & ~done == 0:
                counts[done | 1 << action] += counts[done]
    return counts[-1]


def broken(sequence: Sequence[int], pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Return the orders that a sequence does not keep; actions that it lacks break none."""
    place = {action: number for number, action in enumerate(sequence)}
    return tuple(
        (one, other) for one, other in sorted(pairs) if one in place and other in place and place[one] >= place[other]
    )
