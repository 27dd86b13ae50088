"""What can be wrong with a domain, a problem or a plan: typed, with a sentence that says what to do about it."""

from collections.abc import Iterable
from typing import Literal

from solon.contract import Value

Kind = Literal[
    "ParseError",
    "UndefinedSymbol",
    "WrongArity",
    "TypeMismatch",
    "Duplicate",
    "WrongDomain",
    "InconsistentInit",
    "UndefinedValue",  # a cost function without a number at some arguments
    "NoEffect",
    "TooWide",  # quantifiers over more combinations of objects than any tool should try
    "GoalAlreadyTrue",
    "ContradictoryGoal",
    "UnreachableGoal",  # a goal that no action makes true and that does not hold at first
    "Dialect",  # accepted, and rewritten for tools that do not accept it
    "InapplicableAction",
    "GoalUnmet",
    "RedundantTail",
]


class Issue(Value, frozen=True):
    """One finding; an error stops every tool, a warning is legal and surely not meant, a note is about dialect."""

    kind: Kind
    message: str
    remedy: str = ""
    severity: Literal["error", "warning", "note"] = "error"
    where: str = ""  # for example "action stack", "init", "goal", "step 3"
    names: tuple[str, ...] = ()  # the symbols or literals that it is about
    step: int = 0  # of a plan, counted from 1

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}{'; ' if self.remedy else ''}{self.remedy}"


def errors(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return the issues that stop every tool."""
    return tuple(issue for issue in issues if issue.severity == "error")
