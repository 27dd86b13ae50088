"""A policy for one query: what a policy for an agent leaves of itself once the user's words are known."""

import msgspec

from solon.tasks.guard.policy import PolicySet, Rule
from solon.tasks.guard.tools.roles import stems
from solon.verify.requests.expression import Among, Expression, Logic, Path, Quantified

_WORDS = Path("ctx", ("words",))


def for_query(policy: PolicySet, query: str) -> PolicySet:
    """Return the policy without the rules that need words which the query lacks; it allows no more than before."""
    said = stems(query)
    kept = tuple(rule for rule in policy.rules if rule.effect != "allow" or _possible(rule, said))
    return msgspec.structs.replace(policy, rules=kept)


def _possible(rule: Rule, said: frozenset[str]) -> bool:
    parts: tuple[Expression, ...] = (rule.when,)
    if isinstance(rule.when, Logic) and rule.when.operator == "and":
        parts = rule.when.terms
    for part in parts:
        match part:
            case Quantified(kind="any", path=path, body=Among(values=values)) if path == _WORDS:
                if not said & set(values):
                    return False
            case _:
                continue
    return True
