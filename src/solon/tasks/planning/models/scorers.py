"""The measures of the papers, over judgements: MILP synthesis (2023), ReSocratic, LLMFP and LLMOPT (2024)."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from solon.contract import Value

NAMED: Final = 1e-4  # absolute
OPTIMUM: Final = 1e-4  # relative


class Rate(Value, frozen=True):
    """A share with its 95 percent interval (Wilson 1927)."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """The share; 0 of nothing."""
        return self.right / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The interval; everything for nothing."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.959964, self.of, self.share
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))


class Formulated(Value, frozen=True):
    """One model: whether all is right, and how many paragraphs are classified and formulated right."""

    whole: bool
    classified: int
    formulated: int
    paragraphs: int


class Accuracies(Value, frozen=True):
    """ACC1, ACC2 and ACC3 of that study."""

    models: Rate
    classes: Rate
    formulas: Rate


def accuracies(models: Sequence[Formulated]) -> Accuracies:
    """Return the share of right models, of right classes and of right formulas."""
    paragraphs = sum(model.paragraphs for model in models)
    return Accuracies(
        Rate(sum(model.whole for model in models), len(models)),
        Rate(sum(model.classified for model in models), paragraphs),
        Rate(sum(model.formulated for model in models), paragraphs),
    )


class Attempts(Value, frozen=True):
    """One problem as LLMOPT counts it; ``tries`` is how often it was solved until it was accepted or given up."""

    executed: bool
    solved: bool
    tries: int


class Solving(Value, frozen=True):
    """Execution rate (ER), solving accuracy (SA) and average solving times (AST) of LLMOPT."""

    executed: Rate
    solved: Rate
    tries: float


def solving(problems: Sequence[Attempts]) -> Solving:
    """Return the three measures."""
    return Solving(
        Rate(sum(it.executed for it in problems), len(problems)),
        Rate(sum(it.solved for it in problems), len(problems)),
        sum(it.tries for it in problems) / len(problems) if problems else 0.0,
    )


def same_results(
    given: Mapping[str, float],
    right: Mapping[str, float],
    mode: Literal["named", "optimum"] = "named",
    optimum: str = "objective",
) -> bool:
    """Return whether results are right as OptiBench has it: every named value within 1e-4.

    Where several plans are optimal that fails right answers; the mode *optimum* compares the optimum alone, relatively.
    """
    if mode == "optimum":
        if optimum not in given or optimum not in right:
            return False
        one, other = given[optimum], right[optimum]
        return abs(one - other) <= OPTIMUM * max(1.0, abs(one), abs(other))
    return all(name in given and abs(given[name] - value) <= NAMED for name, value in right.items())


def optimal_rate(optimal: Sequence[bool]) -> Rate:
    """Return the share of queries whose plan attains the true optimum, as LLMFP counts them."""
    return Rate(sum(optimal), len(optimal))
