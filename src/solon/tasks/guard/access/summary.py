"""What resources a policy allows, as one regular expression, and how good such an expression is."""

from collections.abc import Sequence
from typing import Final

from solon.contract import Value
from solon.tasks.guard.access.model import Policy
from solon.tasks.guard.access.space import decider, resources
from solon.verify.strings.automaton import Automaton, TooLarge
from solon.verify.strings.regex import NOTHING, Regex, RegexError, glob, parse, size, union
from solon.verify.strings.sampling import jaccard
from solon.verify.strings.writing import from_automaton, write

BOUND: Final = 100
LONGEST: Final = 20_000
"""Characters of a summary; what elimination of states derives is shorter."""


class Checked(Value, frozen=True):
    """How a summary compares; ``sound`` if it names nothing else, ``complete`` if it names everything."""

    jaccard: float
    sound: bool
    complete: bool
    wrongly: str | None  # a text that it names and should not
    missing: str | None  # a text that it should name

    @property
    def exact(self) -> bool:
        """Whether it names what it should and nothing else."""
        return self.sound and self.complete


def allowed_resources(policy: Policy) -> Automaton:
    """Return the resources of the requests that a policy allows. Raises Unsupported and TooLarge."""
    return resources([policy], decider(policy, 0))


def differing_resources(first: Policy, second: Policy) -> Automaton:
    """Return the resources of the requests that only the first allows. Raises Unsupported and TooLarge."""
    allows, other = decider(first, 0), decider(second, len(first.statements))
    return resources([first, second], lambda mask: allows(mask) and not other(mask))


def eliminated(language: Automaton, *, largest: int = 5000) -> str:
    """Return an expression of exactly a language, by elimination of states; often long. Raises TooLarge."""
    return write(from_automaton(language, largest=largest))


def summarise(language: Automaton, patterns: Sequence[Regex] = ()) -> str:
    """Return an expression of exactly a language; never wrong, and short where the patterns offered fit.

    It is the shorter of two: elimination of states, where that stays small, and the patterns that lie within the
    language with what they leave over eliminated. Raises TooLarge where neither stays small.
    """
    chosen: list[Regex] = []
    covered = Automaton.of(NOTHING)
    for pattern in sorted(dict.fromkeys(patterns), key=lambda it: (size(it), write(it))):
        own = Automaton.of(pattern)
        if own.subset(language) and not own.subset(covered):
            chosen.append(pattern)
            covered = covered.union(own).minimal()
    rest = language.difference(covered)
    try:
        whole = eliminated(language, largest=2000)
    except TooLarge:
        whole = ""
        if not rest.is_empty():
            return write(union(*chosen, from_automaton(rest)))
    if rest.is_empty():
        chosen_text = write(union(*chosen))
        return min((text for text in (whole, chosen_text) if text), key=len)
    return whole


def resource_patterns(policy: Policy) -> list[Regex]:
    """Return the expressions of the resources that a policy names."""
    return [
        glob(value)
        for it in policy.statements
        if it.resource and not it.resource.negated
        for value in it.resource.values
    ]


def not_too_long(summary: str) -> str:
    """Return a summary that people may still be asked to read. Raises RegexError."""
    if len(summary) > LONGEST:
        raise RegexError("size", f"more than {LONGEST} characters are not allowed", LONGEST)
    return summary


def check(summary: str, language: Automaton, *, bound: int = BOUND) -> Checked:
    """Compare an expression with the language that it should name. Raises RegexError and TooLarge."""
    named = Automaton.of(parse(not_too_long(summary)))
    wrongly, missing = named.difference(language).witness(), language.difference(named).witness()
    return Checked(jaccard(named, language, bound), wrongly is None, missing is None, wrongly, missing)
