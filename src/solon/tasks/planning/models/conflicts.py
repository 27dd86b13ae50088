"""Diets that nothing can meet: which sentences cannot hold together, and whether a model says so for the same reason.

The conflict is planted, and it is the only one: without any one of its rules there is a plan, and its rules alone leave
none, so every minimal core is the planted set.
"""

import itertools
import random
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import msgspec

from solon.contract import InfrastructureError, Value
from solon.tasks.planning.models import diet
from solon.tasks.planning.models.cases import LIMITS, Case
from solon.tasks.planning.models.judging import readable, stated_in
from solon.tasks.planning.models.telling import Doubt, compared, told, variables, with_plan
from solon.verify.formal.cores import minimal_core
from solon.verify.formal.equivalent import Accuracy
from solon.verify.formal.model import Formal, Infeasible, OutOfTime, Solved, Values
from solon.verify.formal.solve import solve

_TRIES = 60


class Conflict(Value, frozen=True):
    """A problem without a plan; ``planted`` are the rules of its truth that cannot hold together."""

    case: Case
    planted: tuple[str, ...]


class Judgement(Value, frozen=True):
    """What a model's conflict comes to; ``core`` is None where the solver gave no verdict, () where there is a plan."""

    model: Formal
    core: tuple[str, ...] | None
    plan: Values | None
    verdict: Literal["same", "not told apart", "different"]
    stated: Accuracy
    doubts: tuple[Doubt, ...]

    def metrics(self) -> dict[str, float]:
        """Return the figures that the task declares."""
        return {
            "solved": float(self.verdict != "different"),
            "infeasible": float(bool(self.core)),
            "conflict": float(len(self.core or ())),
            "rules_right": self.stated.share,
            "objective_right": float(self.stated.objective),
            "out_of_time": float(self.core is None),
        }


@lru_cache(maxsize=256)
def generate(number: int) -> Conflict:
    """Return a problem; equal numbers give equal problems. Raises MissingSolver, InfrastructureError."""
    for attempt in range(_TRIES):
        dice = random.Random(f"conflict/{number}/{attempt}")  # noqa: S311 - reproducible on purpose
        facts, planted = diet.draw_conflict(dice)
        words = diet.SOURCE.word(facts, dice, table=True)
        truth = diet.SOURCE.read(words)
        if is_only_conflict(truth, planted):
            case = Case("diet", number, words, tuple(facts), truth, {}, 0.0, unique=True, tabled=True)
            return Conflict(case, planted)
    raise InfrastructureError(f"no problem {number} without a plan was drawn; choose another number")


def is_only_conflict(problem: Formal, planted: tuple[str, ...]) -> bool:
    """Return whether some rules leave no plan, and the problem has one without any single one of them."""
    alone = msgspec.structs.replace(problem, rules=tuple(it for it in problem.rules if it.name in planted))
    return isinstance(solve(alone, limits=LIMITS), Infeasible) and all(
        isinstance(solve(problem, limits=LIMITS, without=(name,)), Solved) for name in planted
    )


@lru_cache(maxsize=256)
def judge(number: int, text: str) -> Judgement:
    """Judge a model of a problem. Raises ProgramFault, InfrastructureError."""
    asked, model = generate(number), readable(text)
    truth, core, plan = asked.case.truth, None, None
    try:
        found = minimal_core(model, limits=LIMITS)
        core = () if found is None else found.core
    except ValueError:  # the solver gave up
        verdict = "different"
    else:
        verdict = _verdict(truth, model, asked.planted, core)
    if core == ():
        solved = solve(msgspec.structs.replace(model, objective=None), limits=LIMITS)
        plan = solved.values if isinstance(solved, Solved) else None
    stated = stated_in(model, truth)
    doubts = () if verdict != "different" else tuple(_doubts(truth, model, stated, plan))
    return Judgement(model, core, plan, verdict, stated, doubts)


def _verdict(
    truth: Formal, model: Formal, planted: tuple[str, ...], core: tuple[str, ...]
) -> Literal["same", "not told apart", "different"]:
    """Return whether model and words agree wherever one rule of the conflict, the same in both, is set aside."""
    if len(core) != len(planted):
        return "different"
    found: Literal["not told apart", "different"] = "different"
    for order in itertools.permutations(core):
        told_apart = [
            compared(_without(truth, name), _without(model, own)).verdict
            for name, own in zip(planted, order, strict=True)
        ]
        if all(it == "same" for it in told_apart):
            return "same"
        if "different" not in told_apart:
            found = "not told apart"
    # nothing can be told of a model that no solver can solve in time, and it must gain nothing by that
    if found == "not told apart" and isinstance(solve(_without(model, core[0]), limits=LIMITS), OutOfTime):
        return "different"
    return found


def _without(problem: Formal, name: str) -> Formal:
    return msgspec.structs.replace(problem, rules=tuple(rule for rule in problem.rules if rule.name != name))


def _doubts(truth: Formal, model: Formal, stated: Accuracy, plan: Values | None) -> Iterator[Doubt]:
    """Yield what a reader of the words can tell who does not know which of them cannot hold together."""
    odd = list(variables(truth, model))
    yield from odd
    if plan is not None and not odd:
        shown = told(truth, plan)
        for rule in truth.rules:
            one = msgspec.structs.replace(truth, rules=(rule,), objective=None)
            if isinstance(solve(with_plan(one, plan), limits=LIMITS), Infeasible):
                yield Doubt("broken", "your plan does not obey it", rule.meaning, rule.name, plan=shown)
    for rule in truth.rules:
        if not stated.rules[rule.name]:
            yield Doubt("broken", "your model does not state it", rule.meaning, rule.name)
    for name in stated.superfluous:
        yield Doubt("forbidden", "one of your constraints says what no sentence says", name=name)
    if not stated.objective and truth.objective is not None:
        own = model.objective.name if model.objective is not None else ""
        yield Doubt("objective", "your objective is another", truth.objective.meaning, own)
