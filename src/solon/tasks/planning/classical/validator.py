"""Validators that err: right plans refused and wrong plans passed, with given rates, as a model that checks itself.

ISR-LLM lets the model that plans also validate its plans. What that costs is measured with known rates here; what such
a validator says of one plan is drawn from the plan, so that asking again changes nothing.
"""

import random
import re
from typing import Final

from msgspec import structs

from solon.contract import Value
from solon.verify.pddl.issue import Issue
from solon.verify.pddl.simulate import Verdict
from solon.verify.pddl.syntax import Plan, print_formula, print_plan
from solon.verify.pddl.world import World

EXACT: Final = "exact"
_SELF: Final = re.compile(r"self:(\d(?:\.\d+)?),(\d(?:\.\d+)?)")


class Validator(Value, frozen=True):
    """The probabilities of two mistakes: a yes to a wrong plan, and a no to a right one."""

    false_yes: float = 0.0
    false_no: float = 0.0

    def hear(self, world: World, plan: Plan, run: Verdict, key: str) -> Verdict:
        """Return what it says of a plan whose run is known; the same for the same plan and ``key``."""
        dice = random.Random(f"{key}/{print_plan(plan)}")  # noqa: S311 - reproducible on purpose
        if dice.random() >= (self.false_no if run.valid else self.false_yes):
            return run
        if not run.valid:
            return structs.replace(run, valid=True, issues=())
        return structs.replace(run, valid=False, issues=(_invented(world, plan, dice),))


def validator_of(text: str) -> Validator | None:
    """Return the validator that an option names, None for the exact one. Raises ValueError."""
    found = _SELF.fullmatch(text)
    rates = [float(rate) for rate in found.groups()] if found else []
    if text == EXACT:
        return None
    if not rates or max(rates) > 1:
        example = "self:0.1,0.2 (a wrong plan passed, a right one refused, each with that probability)"
        raise ValueError(f"validator must be {EXACT} or such as {example}, got {text!r}")
    return Validator(*rates)


def _invented(world: World, plan: Plan, dice: random.Random) -> Issue:
    """Return a complaint that reads as a true one does, about a step or the goal that is all right."""
    place = dice.randrange(len(plan) + 1)
    step = plan[place] if place < len(plan) else None
    action = world.actions[step.name] if step is not None else None
    wanted = world.literals(action.precondition, world.binding(action, step)) if action and step else ()
    if step is None or not wanted:
        goal = print_formula(dice.choice(world.literals(world.problem.goal, {}) or (world.problem.goal,)))
        message = f"the goal is not reached, because {goal} does not hold at the end"
        return Issue("GoalUnmet", message, "add steps that achieve it", where="goal", names=(goal,), step=len(plan))
    lacking = print_formula(dice.choice(wanted))
    message = f"{step} cannot be taken, because it needs {lacking}"
    remedy, where = "put steps before it that achieve this, or take another step", f"step {place + 1}"
    return Issue("InapplicableAction", message, remedy, where=where, names=(lacking,), step=place + 1)
