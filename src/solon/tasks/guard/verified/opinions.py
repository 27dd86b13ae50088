"""What other provers say of the same policy, beside our own verdict on each obligation; a contradiction is an alarm.

Our proof needs none of them. They are asked only for a policy that our front end takes, because only its fragment
means the same in their languages.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from solon.contract import Proved, Refuted, Unknown, Value, Verdict
from solon.tasks.guard.verified import crosshair, dafny, nagini, properties
from solon.tasks.guard.verified.obligations import Obligation, Report, discharge
from solon.tasks.guard.verified.problems import Problem
from solon.tasks.guard.verified.specification import problem_of

Prover = Literal["hypothesis", "crosshair", "dafny", "nagini"]
_ASK: Final[Mapping[Prover, Callable[[Problem, str], Verdict]]] = {
    "hypothesis": properties.refute,
    "crosshair": crosshair.refute,
    "dafny": dafny.prove,
    "nagini": nagini.prove,
}


class Opinion(Value, frozen=True):
    """One obligation with our verdict and those of other provers, by name."""

    id: str
    mark: str  # the sentence, "blocked" or "invariant"
    ours: Verdict
    others: dict[str, Verdict]

    @property
    def alarm(self) -> str:
        """Who contradicts whom, in one sentence; "" if nobody does."""
        words = {"ours": self.ours, **self.others}
        yes = [name for name, verdict in words.items() if isinstance(verdict, Proved)]
        not_ = [name for name, verdict in words.items() if isinstance(verdict, Refuted)]
        if not yes or not not_:
            return ""
        told = f"{self.id} ({self.mark}) is proved by {', '.join(yes)} and refuted by {', '.join(not_)}"
        return f"{told}; one of them is wrong, or could not prove what is true: trust neither before you know"


def available() -> tuple[Prover, ...]:
    """Return the provers that are there."""
    there = {
        "hypothesis": properties.installed(),
        "crosshair": crosshair.installed(),
        "dafny": dafny.installed(),
        "nagini": bool(nagini.environment()),
    }
    return tuple(name for name in _ASK if there[name])


def opinions(problem: str, source: str, provers: Sequence[Prover]) -> tuple[Opinion, ...]:
    """Return each obligation that other provers can be asked about, side by side. Raises InfrastructureError."""
    report = discharge(problem, source)
    if report.condition is None:
        return ()
    words: dict[str, Verdict] = {name: _ASK[name](problem_of(problem), source) for name in provers}
    return tuple(
        Opinion(each.id, mark, each.verdict, {name: _about(mark, word) for name, word in words.items()})
        for each, mark in _marked(report)
    )


def _marked(report: Report) -> list[tuple[Obligation, str]]:
    """Return the obligations that are postconditions of a file, with the mark that they have there."""
    due = [each for each in report.obligations if each.applies]
    found = [(each, each.words.rpartition(" ")[2]) for each in due if each.id == "PO3"]
    found += [(each, "invariant") for each in due if each.id == "PO6"]
    return found + [(each, "blocked") for each in due if each.id == "PO8"]


def _about(mark: str, word: Verdict) -> Verdict:
    """Return what a word on the whole file says of one obligation."""
    if not isinstance(word, Refuted):
        return word
    named = re.match(r"\w+: (.*?) might not hold", word.witness)
    if named is None or mark in named[1].split(", "):
        return word
    return Unknown("it failed at another obligation first")
