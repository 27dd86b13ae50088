"""What ``solon guard check`` and ``solon guard diff`` print of policies of AWS IAM."""

import math
from pathlib import Path
from typing import Final

from rich.text import Text

from solon.cli.arguments import CLAIM_FAILED, DONE
from solon.cli.tables import console, print_json
from solon.contract import InfrastructureError
from solon.tasks.guard.access import evaluate, plain, reading
from solon.tasks.guard.access.compare import Comparison, Difference, allowed, compare, dead, example, logarithm
from solon.tasks.guard.access.lint import lint
from solon.tasks.guard.access.model import Policy, Request
from solon.tasks.guard.access.space import Unsupported
from solon.tasks.guard.access.witness import vivid
from solon.verify.strings.automaton import TooLarge

BOUND: Final = 100
"""Characters of a text of a request, up to which requests are counted."""


def related(first: Path, second: Path, what: str, reason: str) -> dict[str, str]:
    """Return for each relation the sentence that tells it."""
    return {
        "equal": f"{second} allows the same {what} as {first}",
        "wider": f"{second} allows all that {first} allows, and more",
        "narrower": f"{second} allows less than {first}, and nothing more",
        "incomparable": f"{second} allows {what} that {first} does not, and the other way round",
        "unknown": f"how {second} relates to {first} is unknown: {reason}",
    }


def check(file: Path, policy: Policy, within: Policy | None, *, as_json: bool) -> int:
    """Print what is odd about a policy and how much it allows."""
    found = lint(policy, within=within)
    bits, request, reason = None, None, ""
    try:
        bits = logarithm(allowed(policy, within=within, bound=BOUND))
        if (one := example(policy, within=within)) is not None:
            request = vivid(one, (policy, *([within] if within else [])))
    except (Unsupported, TooLarge) as error:
        reason = str(error)
    code = CLAIM_FAILED if found else DONE
    if as_json:
        remarks = [{"kind": it.kind, "rule": "", "message": it.message, "request": None} for it in found]
        print_json({"policy": file.name, "digest": reading.digest(policy), "remarks": remarks, "bits": _finite(bits),
                    "example": request, "reason": reason, "bound": BOUND, "schema": 1})  # fmt: skip
        return code
    out = console()
    for finding in found:
        out.print(Text.assemble((finding.kind, "bold"), f": {finding.message}"), soft_wrap=True)
    statements = len(policy.statements)
    remarks = f"{len(found) or 'no'} remark{'' if len(found) == 1 else 's'}"
    out.print(f"{file}: {statements} statement{'s' * (statements != 1)}, {remarks}", soft_wrap=True)
    if request is not None:
        out.print(f"  allows {_power(bits)} requests of at most {BOUND} characters a text")
        out.print(f"  for example {request.describe()}", soft_wrap=True)
    else:
        out.print(f"  how much it allows is not known: {reason}" if reason else "  allows nothing that can occur")
    return code


class Compared:
    """Two policies of AWS IAM, compared on the requests that can occur."""

    def __init__(self, old: Policy, new: Policy, within: Policy | None) -> None:
        self._policies = (old, new, *([within] if within else []))
        self.where = "" if within is None else " on requests that can occur"
        self.found: Comparison | None = None
        self.relation, self.reason = "unknown", ""
        try:
            self.found = compare(old, new, within=within, bound=BOUND)
        except (Unsupported, TooLarge) as error:
            self.reason = str(error)
        else:
            words = {"equivalent": "equal", "more": "narrower", "less": "wider", "incomparable": "incomparable"}
            self.relation = words[self.found.relation]
            if self.found.assumed and self.relation != "incomparable":
                keys = ", ".join(self.found.assumed)
                self.relation = "unknown"
                self.reason = f"not every value of {keys} was tried; what is shown holds, and there may be more"
        self.gained = self._shown(self.found and self.found.second_only)
        self.lost = self._shown(self.found and self.found.first_only)
        self.dead = [self._without_effect(policy, within) for policy in (old, new)]

    def _shown(self, difference: Difference | None) -> list[Request]:
        """Return the request that shows a difference, which a second evaluator decides alike."""
        if difference is None:
            return []
        request = vivid(difference.witness, self._policies)
        for policy in self._policies:
            if plain.allows(reading.write(policy), request) != evaluate.allows(policy, request):
                raise InfrastructureError(f"two evaluators differ on {request.describe()}; please report the policies")
        return [request]

    @staticmethod
    def _without_effect(policy: Policy, within: Policy | None) -> list[int] | None:
        try:
            return [one.statement + 1 for one in dead(policy, within=within)]
        except (Unsupported, TooLarge):
            return None


def diff(paths: tuple[Path, Path], it: Compared, *, as_json: bool) -> int:
    """Print how the second policy relates to the first."""
    found, code = it.found, DONE if it.relation in ("equal", "narrower") else CLAIM_FAILED
    bits = {name: logarithm(getattr(found, name)) if found else None for name in ("first", "second", "both")}
    if as_json:
        print_json({"relation": it.relation, "gained": it.gained, "lost": it.lost, "reason": it.reason,
                    "bits": {name: _finite(one) for name, one in bits.items()}, "jaccard": found and found.jaccard,
                    "dead": dict(zip(("first", "second"), it.dead, strict=True)),
                    "bound": BOUND, "schema": 1})  # fmt: skip
        return code
    out = console()
    out.print(f"{related(*paths, 'requests', it.reason)[it.relation]}{it.where}", soft_wrap=True)
    for word, requests in (("new", it.gained), ("gone", it.lost)):
        for request in requests:
            out.print(f"  {word}: {request.describe()}", soft_wrap=True)
    if found is not None:
        first, second, both = map(_power, bits.values())
        told = f"{first} before, {second} after, {both} in both; Jaccard {found.jaccard:.3g}"
        out.print(f"  {it.where[4:] or 'requests'}, of at most {BOUND} characters a text: {told}")
    for path, numbers in zip(paths, it.dead, strict=True):
        for number in numbers or ():
            out.print(f"  statement {number} of {path} changes no decision{it.where}", soft_wrap=True)
    return code


def _power(bits: float | None) -> str:
    return "no" if bits is None or bits == -math.inf else f"2^{bits:.1f}"


def _finite(bits: float | None) -> float | None:
    return None if bits == -math.inf else bits
