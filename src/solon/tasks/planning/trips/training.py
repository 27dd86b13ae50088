"""Records for tuning with feedback: reference, query, feedback and plan, of right plans and of plans with known faults.

After the feedback-aware fine-tuning of "Can We Rely on LLM Agents to Draft Long-Horizon Plans?": a model that is tuned
on them is asked for a plan with a feedback in which every rule holds. The rules are the eight of common sense.
"""

import random
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from solon.contract import Value
from solon.tasks.planning.trips import plans
from solon.tasks.planning.trips.brief import reference
from solon.tasks.planning.trips.evaluator import COMMONSENSE, judge
from solon.tasks.planning.trips.faults import PLAN_FAULTS, spoil
from solon.tasks.planning.trips.optimum import cheapest
from solon.tasks.planning.trips.queries import Problem
from solon.tasks.planning.trips.trip import render
from solon.tasks.planning.trips.words import phrase

WISHED: Final = "\n".join(f"success: {rule}" for rule in COMMONSENSE)
"""The feedback that a tuned model is given at inference."""


class Record(Value, frozen=True):
    """One example, from which supervised tuning leaves the feedback out."""

    reference: str  # the tables
    query: str  # the request in words
    feedback: str  # a line for each rule, with the reason of a failure
    plan: str  # JSON; what the model is to write


def records(problems: Iterable[Problem], *, spoilt: int = 7, scrubbed: bool = True) -> Iterator[Record]:
    """Yield for each satisfiable problem the right plan, then at most so many with one fault each; deterministic.

    Raises ValueError for a problem that has no trip.
    """
    for problem in problems:
        true, world = problem.request, problem.world
        trip = cheapest(world, true) if problem.kind == "satisfiable" else None
        if trip is None:
            raise ValueError(f"a request of kind {problem.kind} has no plan to learn; draw satisfiable problems")
        right = render(trip, true)
        words = phrase(true, f"training/{plans.write(right)}")
        tables = reference(world, true, scrubbed=scrubbed)
        dice = random.Random(f"training/{words}")  # noqa: S311 - reproducible on purpose
        kinds = dice.sample(PLAN_FAULTS, min(spoilt, len(PLAN_FAULTS)))
        wrong = (spoil(right, kind, true, world, dice) for kind in kinds)
        for plan in (right, *(it for it in wrong if it is not None)):
            rulings = judge(plan, true, world).commonsense
            lines = (f"success: {it.rule}" if it.passed else f"fail: {it.rule}: {it.reason}" for it in rulings)
            yield Record(tables, words, "\n".join(lines), plans.write(plan))


def write(found: Iterable[Record]) -> bytes:
    """Return records as JSON lines."""
    return b"".join(msgspec.json.encode(it) + b"\n" for it in found)
