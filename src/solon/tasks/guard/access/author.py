"""A stand-in that knows what the words say, plants single mistakes and mends them by requests it is shown.

The words state every statement whole (a test holds that), so the author reads them as the statements themselves.
"""

import json
import random
from collections.abc import Iterator
from typing import Final

import msgspec

from solon.contract import Feedback, Program
from solon.standin import Draft
from solon.tasks.guard.access import reading
from solon.tasks.guard.access.evaluate import applies
from solon.tasks.guard.access.model import Policy, PolicyError, Request, Statement
from solon.tasks.guard.access.mutation import mutants
from solon.tasks.guard.access.program import program

KINDS: Final = frozenset(
    {
        "action wildcard",
        "action widened",
        "resource wildcard",
        "resource widened",
        "dropped condition",
        "negated condition",
        "swapped effect",
        "wrong principal",
        "principal wildcard",
        "missing Deny",
        "missing Allow",
    }
)
"""The mistakes that the author makes, of those in ``mutation``."""

_FIELDS: Final = ("effect", "principal", "action", "resource", "condition")


class AccessAuthor:
    """Writes policies."""

    def __init__(self, wanted: Policy) -> None:
        self._wanted = wanted

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return what the words say with planted mistakes."""
        return self._planted(self._wanted, mistakes, random.Random(entropy))  # noqa: S311 - reproducible on purpose

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Read the words again for each request that is named, and write anew the parts that decide it otherwise."""
        dice = random.Random(entropy)  # noqa: S311 - reproducible on purpose
        try:
            policy = reading.parse(draft.source)
        except PolicyError:
            policy, mended = self._wanted, 1
        else:
            policy, mended = self._mended(policy, feedback.text, dice)
        return self._planted(policy, sum(dice.random() < rate for _ in range(mended)), dice)

    def _planted(self, policy: Policy, mistakes: int, dice: random.Random) -> Draft:
        kinds: list[str] = []
        for _ in range(mistakes):
            # a mistake that another undid would be none, so that what was right is spoilt
            offered = [mutant for mutant in mutants(policy) if mutant.kind in KINDS and mutant.policy != self._wanted]
            kind = dice.choice(sorted({mutant.kind for mutant in offered}))
            policy = dice.choice([mutant.policy for mutant in offered if mutant.kind == kind])
            kinds.append(kind)
        return Draft(program(policy), tuple(kinds))

    def _mended(self, policy: Policy, text: str, dice: random.Random) -> tuple[Policy, int]:
        by_name = {statement.name: statement for statement in policy.statements}
        mended = 0
        for request in requests_in(text):
            for right in self._wanted.statements:
                mended += self._read_again(by_name, right, request)
        if not mended:
            right = dice.choice(self._wanted.statements)
            by_name[right.name], mended = right, 1
        order = [statement.name for statement in self._wanted.statements]
        kept = [by_name[name] for name in order if name in by_name]
        return Policy(tuple(kept), policy.version), mended

    def _read_again(self, by_name: dict[str, Statement], right: Statement, request: Request) -> int:
        """Mend one statement where it decides a request otherwise than the words; return how many parts changed."""
        own = by_name.get(right.name)
        if own is None:
            if not applies(right, request, variables=True):
                return 0
            by_name[right.name] = right
            return 1
        if (applies(own, request, variables=True), own.effect) == (
            applies(right, request, variables=True),
            right.effect,
        ):
            return 0
        changed = [name for name in _FIELDS if getattr(own, name) != getattr(right, name)]
        by_name[right.name] = right
        return max(1, len(changed))


def requests_in(text: str) -> Iterator[Request]:
    """Yield the requests that a feedback names as JSON after the words "wrongly allowed" or "wrongly denied"."""
    for line in text.splitlines():
        if "wrongly allowed" in line or "wrongly denied" in line:
            try:
                tree, _ = json.JSONDecoder().raw_decode(line, line.index("{"))
                yield msgspec.convert(tree, Request)
            except (ValueError, msgspec.ValidationError):
                continue
