"""Plans of bounded length as satisfiability: the shortest plan, or the goals that no plan of a length can reach.

One truth value for each fact and time, one for each operator and time, at most one operator a time; a fact is true
exactly if it was made true, or was true and was not made false (explanatory frame axioms). It is a second opinion on
searches and an explanation, not a planner: Fast Downward is faster by far from eight blocks on.
"""

from typing import Final

import msgspec

from solon.contract import InfrastructureError, Value
from solon.verify import limited
from solon.verify.limited import Limits, Stopped
from solon.verify.pddl.check import check, errors
from solon.verify.pddl.ground import Task, TooLarge, ground
from solon.verify.pddl.outcome import GaveUp, Planned, Rejected
from solon.verify.pddl.syntax import Domain, Problem

_GUEST: Final = "solon.verify.pddl.unroll_z3"
_MOST: Final = 5_000  # operators


class NoPlanWithin(Value, frozen=True, tag="no-plan-within"):
    """There is no plan of at most so many steps; the goals that cannot hold together then, if there is one reading."""

    steps: int
    core: tuple[str, ...] = ()


class Unrolled(Value, frozen=True):
    """What the solver is sent: a grounded problem with facts by number."""

    facts: int
    start: tuple[int, ...]
    operators: tuple[tuple[tuple[int, ...], tuple[int, ...], tuple["Conditional", ...]], ...]
    goals: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    shortest: int
    longest: int


Conditional = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Facts that hold, facts that do not, facts added, facts removed."""


class Answer(Value, frozen=True):
    """What it sends back: numbers of operators, or the goals (negative: not to hold, minus one) that cannot hold."""

    steps: tuple[int, ...] | None
    core: tuple[int, ...] = ()


def shortest_plan(
    domain: Domain, problem: Problem, longest: int = 20, limits: Limits = limited.USUAL, *, shortest: int = 0
) -> Planned | NoPlanWithin | GaveUp | Rejected:
    """Return a plan with the fewest steps (its cost is their number), from ``shortest`` steps on.

    Plans have at most ``longest`` steps. Raises ValueError for no range of steps, MissingSolver without Z3, and
    InfrastructureError if it crashes.
    """
    if not 0 <= shortest <= longest:
        raise ValueError(f"plans from {shortest} to {longest} steps are no range; let shortest be at most longest")
    wrong = errors(check(domain, problem))
    if wrong:
        return Rejected(str(wrong[0]))
    limited.require("z3")
    try:
        task = ground(domain, problem, _MOST)
    except TooLarge as error:
        return GaveUp("memory", f"the grounded problem is too large ({error}); use Fast Downward")
    if not task.goals:
        return NoPlanWithin(longest)
    ended = limited.call(_GUEST, msgspec.msgpack.encode(_sent(task, shortest, longest)), limits)
    if isinstance(ended, Stopped):
        if ended.reason == "crash":
            raise InfrastructureError(f"Z3 crashed ({ended.message}); is it installed well?")
        return GaveUp(ended.reason, f"no plan of at most {longest} steps was found or excluded: {ended.message}")
    answer = msgspec.msgpack.decode(ended.reply, type=Answer)
    if answer.steps is None:
        core = (str(task.facts[n]) if n >= 0 else f"(not {task.facts[-n - 1]})" for n in answer.core)
        return NoPlanWithin(longest, tuple(sorted(core)))
    steps = tuple(task.operators[index].step for index in answer.steps)
    return Planned(steps, float(len(steps)), proved=shortest == 0)


def _numbers(mask: int) -> tuple[int, ...]:
    return tuple(index for index in range(mask.bit_length()) if mask >> index & 1)


def _sent(task: Task, shortest: int, longest: int) -> Unrolled:
    operators = tuple(
        (
            _numbers(operator.holding),
            _numbers(operator.missing),
            tuple(
                (_numbers(e.holding), _numbers(e.missing), _numbers(e.added), _numbers(e.removed))
                for e in operator.effects
            ),
        )
        for operator in task.operators
    )
    goals = tuple((_numbers(holding), _numbers(missing)) for holding, missing in task.goals)
    return Unrolled(len(task.facts), _numbers(task.start), operators, goals, shortest, longest)
