"""What policies allow, compared exactly: the relation, a request for each difference, counts and dead statements."""

import math
from collections.abc import Callable, Sequence
from typing import Literal

from solon.contract import Value
from solon.tasks.guard.access.model import Policy, Request
from solon.tasks.guard.access.space import Region, Unsupported, cut, decider, unrelated
from solon.verify.strings.automaton import TooLarge

Relation = Literal["equivalent", "more", "less", "incomparable"]


class Difference(Value, frozen=True):
    """Requests that one policy allows and the other does not: how many, and one of them."""

    count: int
    witness: Request


class Comparison(Value, frozen=True):
    """How the first policy stands to the second: ``more`` allows everything that the second allows and something else.

    A difference is shown by its witness. That there is none is proved, unless ``assumed`` names keys that patterns
    refer to as ``${key}``: then it is shown only where each is absent, has a name of its own for a value or one that
    the policies name (``references``), and is not to be taken for proved. Counts are exact for texts of at most
    ``bound`` characters and keys with names of their own; without a bound they are 0.
    """

    relation: Relation
    first_only: Difference | None
    second_only: Difference | None
    both: int
    first: int
    second: int
    bound: int | None
    assumed: tuple[str, ...] = ()

    @property
    def jaccard(self) -> float:
        """Requests that both allow among those that either does; 1 where neither allows any."""
        either = self.first + self.second - self.both
        return self.both / either if either else float(self.relation == "equivalent")


class Dead(Value, frozen=True):
    """A statement without which its policy means the same; ``by`` are statements that make it so, from 0."""

    statement: int
    by: tuple[int, ...]


def compare(first: Policy, second: Policy, *, within: Policy | None = None, bound: int | None = 100) -> Comparison:
    """Return how two policies stand to each other. Raises Unsupported and TooLarge: then nothing is decided.

    ``within`` is a policy that allows the requests that can occur; others are neither compared nor shown nor counted.
    It is read as any policy, so that it speaks of requests that name a principal only if it says ``"Principal": "*"``.
    """
    space = cut([first, second], within=within, bound=bound)
    decides = decider(first, space.first[0]), decider(second, space.first[1])
    counts = {(True, False): 0, (False, True): 0, (True, True): 0, (False, False): 0}
    witness: dict[tuple[bool, bool], Request] = {}
    for region in space.regions:
        pair = (decides[0](region.mask), decides[1](region.mask))
        counts[pair] += region.total
        witness.setdefault(pair, region.request)
    more, less = (True, False) in witness, (False, True) in witness
    assumed = space.assumed
    if assumed and _settled([first, second], within, decides, {(True, False), (False, True)} - set(witness)):
        assumed = ()
    relation: Relation = "incomparable" if more and less else "more" if more else "less" if less else "equivalent"
    return Comparison(
        relation,
        Difference(counts[True, False], witness[True, False]) if more else None,
        Difference(counts[False, True], witness[False, True]) if less else None,
        counts[True, True],
        counts[True, True] + counts[True, False],
        counts[True, True] + counts[False, True],
        bound,
        assumed,
    )


def _settled(
    policies: Sequence[Policy],
    within: Policy | None,
    decides: Sequence[Callable[[int], bool]],
    pairs: set[tuple[bool, ...]],
) -> bool:
    """Return whether it is proved that pairs of decisions do not occur, whatever keys that are referred to are."""
    try:
        regions = unrelated(policies, within=within)
        return not any(tuple(it(region.mask) for it in decides) in pairs for region in regions)
    except (Unsupported, TooLarge):
        return False


def allowed(policy: Policy, *, within: Policy | None = None, bound: int = 100) -> int:
    """Return how many requests a policy allows, of those that can occur. Raises Unsupported and TooLarge."""
    space = cut([policy], within=within, bound=bound)
    decide = decider(policy, 0)
    return sum(region.total for region in space.regions if decide(region.mask))


def permissiveness(policy: Policy, *, within: Policy | None = None, bound: int = 100) -> float:
    """Return the binary logarithm of the number of allowed requests, -inf for none. Raises Unsupported and TooLarge."""
    return logarithm(allowed(policy, within=within, bound=bound))


def logarithm(count: int) -> float:
    """Return the binary logarithm of a whole number of any size, -inf for 0."""
    return math.log2(count) if count else -math.inf


def example(policy: Policy, *, within: Policy | None = None) -> Request | None:
    """Return a request that a policy allows, or None if it allows none that can occur.

    Raises Unsupported and TooLarge.
    """
    decide = decider(policy, 0)
    regions = cut([policy], within=within, bound=None).regions
    return next((region.request for region in regions if decide(region.mask)), None)


def dead(policy: Policy, *, within: Policy | None = None) -> tuple[Dead, ...]:
    """Return the statements that decide nothing that can occur, each taken alone. Raises Unsupported and TooLarge."""
    own = (1 << len(policy.statements)) - 1
    found_in = (*cut([policy], within=within, bound=None).regions, *unrelated([policy], within=within))
    regions = tuple({mask: Region(mask, 0, it.request) for it in found_in if (mask := it.mask & own)}.values())
    found: list[Dead] = []
    for number in range(len(policy.statements)):
        bit = 1 << number
        without = decider(policy, 0, leaving_out=bit)
        decide = decider(policy, 0)
        if all(decide(region.mask) == without(region.mask) for region in regions):
            found.append(Dead(number, _shadows(regions, bit)))
    return tuple(found)


def _shadows(regions: tuple[Region, ...], bit: int) -> tuple[int, ...]:
    """Return the statements that apply wherever one does; none where nothing does alone or it never applies."""
    common = -1
    for region in regions:
        if region.mask & bit:
            common &= region.mask
    common &= ~bit
    return tuple(place for place in range(max(common, 0).bit_length()) if common >> place & 1) if common != ~bit else ()
