"""Requests on which two policies differ, chosen so that people can read them."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from solon.contract import Value
from solon.tasks.guard.access.evaluate import allows
from solon.tasks.guard.access.model import Elements, Policy, Request
from solon.tasks.guard.access.space import cut, decider

_OFFERS: Final = 40  # real-looking values that are tried for each part of a request
_LONGEST: Final = 300  # characters of such a value


class Mistake(Value, frozen=True):
    """A request that a policy decides otherwise than it should."""

    wrongly: Literal["allowed", "denied"]
    request: Request

    def describe(self) -> str:
        """Return one sentence; the request is JSON, so that it can be read back."""
        other = {"allowed": "denies", "denied": "allows"}[self.wrongly]
        return (
            f"wrongly {self.wrongly}, where the specification {other} it: {msgspec.json.encode(self.request).decode()}"
        )


def mistakes(wanted: Policy, given: Policy, *, most: int = 4) -> tuple[Mistake, ...]:
    """Return requests of different kinds that one policy allows and the other denies, both sorts in turn.

    Each is confirmed by the evaluator. Raises Unsupported and TooLarge.
    """
    space = cut([wanted, given], bound=None)
    should, does = decider(wanted, space.first[0]), decider(given, space.first[1])
    found: dict[str, list[Mistake]] = {"allowed": [], "denied": []}
    for region in sorted(space.regions, key=lambda it: (it.mask.bit_count(), it.mask)):
        right, here = should(region.mask), does(region.mask)
        if right == here:
            continue
        sort: Literal["allowed", "denied"] = "allowed" if here else "denied"
        if len(found[sort]) < most:
            request = vivid(region.request, (wanted, given))
            assert (allows(wanted, request), allows(given, request)) == (right, here)
            found[sort].append(Mistake(sort, request))
    turns = [it for pair in zip(found["allowed"], found["denied"], strict=False) for it in pair]
    shorter = min(map(len, found.values()))
    return tuple([*turns, *found["allowed"][shorter:], *found["denied"][shorter:]][:most])


def vivid(request: Request, policies: Sequence[Policy]) -> Request:
    """Return a request that all policies decide alike and whose action and resource look like real ones."""
    decided = [allows(policy, request) for policy in policies]

    def same(other: Request) -> bool:
        return [allows(policy, other) for policy in policies] == decided

    statements = [it for policy in policies for it in policy.statements]
    offers: list[tuple[str, Iterator[str]]] = [
        ("action", _examples([it.action for it in statements], "s3:ListAllMyBuckets"))
    ]
    if request.resource is not None:
        named = [it.resource for it in statements if it.resource is not None]
        offers.append(("resource", _examples(named, "arn:aws:s3:::other/thing")))
    if request.principal is not None:
        offers.append(("principal", _people([it.principal for it in statements if it.principal is not None])))
    for name, found in offers:
        short = itertools.islice((value for value in found if len(value) <= _LONGEST), _OFFERS)
        others = (msgspec.structs.replace(request, **{name: value}) for value in short)
        request = next(filter(same, others), request)
    return request


def _people(elements: Sequence[Elements]) -> Iterator[str]:
    for value in (value for element in elements for value in element.values if value != "*"):
        account = re.fullmatch(r"AWS:(?:arn:aws:iam::)?(\d+)(?::root)?", value)
        yield f"AWS:arn:aws:iam::{account[1]}:user/somebody" if account else value
    yield "AWS:arn:aws:iam::999999999999:user/stranger"


def _examples(elements: Sequence[Elements], usual: str) -> Iterator[str]:
    for element in elements:
        for value in element.values:
            if value != "*":
                yield value.replace("*", "example").replace("?", "x")
    yield usual
