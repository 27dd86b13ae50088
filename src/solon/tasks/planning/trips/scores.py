"""The published metrics over many plans: delivery, micro and macro pass rates, final pass rate, hallucination."""

from collections.abc import Sequence
from typing import Final

from solon.contract import Value
from solon.tasks.planning.trips.evaluator import COMMONSENSE, Report
from solon.tasks.planning.trips.request import Request

SPLITS: Final = {"train": (45, 360, 105), "validation": (180, 1440, 420), "test": (1000, 8000, 2290)}
"""Plans, commonsense rules and hard rules of the published splits, which its evaluator divides by."""


class Scores(Value, frozen=True):
    """Shares of one."""

    delivery: float
    commonsense_micro: float
    commonsense_macro: float
    hard_micro: float
    hard_macro: float
    final: float
    hallucination: float


def scores(reports: Sequence[Report | None], requests: Sequence[Request], split: str = "") -> Scores:
    """Return the metrics of plans, None for one that was not delivered, in the order of their requests.

    With the name of a published split its constants divide, as the published evaluator does; otherwise what there is.
    Raises ValueError for an unknown split or without a plan.
    """
    if split and split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
    if not requests or len(reports) != len(requests):
        raise ValueError(f"{len(reports)} reports for {len(requests)} requests; give one for each, and at least one")
    wishes = sum(len(request.hard_rules) for request in requests)
    plans, commonsense, hard = SPLITS.get(split, (len(requests), len(COMMONSENSE) * len(requests), wishes))
    there = [report for report in reports if report is not None]
    sound = [all(it.passed for it in report.commonsense) for report in there]
    obedient = [all(it.passed for it in report.hard) for report in there]
    return Scores(
        delivery=len(there) / plans,
        commonsense_micro=sum(it.passed for report in there for it in report.commonsense) / commonsense,
        commonsense_macro=sum(sound) / plans,
        hard_micro=sum(it.passed for report in there for it in report.hard) / hard,
        hard_macro=sum(obedient) / plans,
        final=sum(one and other for one, other in zip(sound, obedient, strict=True)) / plans,
        hallucination=sum(report.hallucinated for report in there) / plans,
    )
