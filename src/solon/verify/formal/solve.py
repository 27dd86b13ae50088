"""One question to the solvers: give a problem, get a typed result that an independent interpreter has checked.

    smt        everything but exponentials and logarithms; exact; strict inequalities on real numbers; cores
    milp       linear problems with truth values and choices, and convex quadratic objectives of real variables
    nonlinear  products, quotients, powers, roots, exponentials and logarithms, to a relative gap of one in a million

Helper variables of *milp* and *nonlinear* need bounds, which follow from those of variables or of rules on them;
without bounds they refuse. Every refusal is a ``ModelError`` that names the rule and the remedy.
"""

import math
from collections.abc import Collection
from typing import Final, Literal

from solon.contract import InfrastructureError
from solon.verify.formal import backends
from solon.verify.formal.check import check
from solon.verify.formal.exchange import Answer
from solon.verify.formal.ground import ground
from solon.verify.formal.interpret import TOLERANCE, interpret
from solon.verify.formal.kinds import Faulty
from solon.verify.formal.model import (
    Formal,
    Infeasible,
    ModelError,
    OutOfTime,
    Result,
    Solved,
    Unbounded,
    Values,
)
from solon.verify.formal.terms import ZERO, Apply, Column, Ground, Linear, Product, Quotient, parts
from solon.verify.limited import USUAL, Limits

Backend = Literal["auto", "smt", "milp", "nonlinear"]
_WIDE: Final = 2_000  # columns beyond which HiGHS is asked first
_GAP: Final = 1e-5  # relative difference of a proved bound and the objective that the interpreter computes


def solve(
    problem: Formal,
    *,
    backend: Backend = "auto",
    limits: Limits = USUAL,
    without: Collection[str] = (),
    core: bool = False,
) -> Result:
    """Return an optimal or any solution, or why there is none; deterministic within its limits.

    ``without`` leaves rules out by name. With ``core`` an infeasible problem comes with a minimal set of rules that
    cannot hold together. ``backend="auto"`` takes the first that can express the problem exactly.
    A soft rule's weight is paid where it is broken: the objective that is optimised and returned includes it.
    Raises InfrastructureError if a solver crashes or its solution fails the interpreter, MissingSolver without one.
    """
    errors = check(problem)
    if errors:
        return errors[0]
    try:
        grounded = ground(problem, without)
        if any(
            column.low is not None and column.high is not None and column.low > column.high
            for column in grounded.columns
        ):
            return Infeasible((), minimal=True)
        name, answer = _first(grounded, backend, limits, core=core)
    except Faulty as fault:
        return fault.error
    except RecursionError:
        return ModelError("", "the problem is nested too deeply", "split its rules")
    result = _result(problem, grounded, name, answer, frozenset(without))
    if core and isinstance(result, Infeasible) and not result.core and name != "smt":
        return _deletion_core(grounded, name, limits)
    return result


def _deletion_core(whole: Ground, backend: backends.Name, limits: Limits) -> Infeasible:
    """Return a minimal core by leaving out one rule after the other, for back ends that give none."""
    kept = [rule.name for rule in whole.rules]
    minimal = True
    for name in reversed(tuple(kept)):
        rest = [other for other in kept if other != name]
        try:
            status = backends.asked(backend, _part(whole, rest), limits).status
        except Faulty:  # the rule left out gave the bounds that the rest needs
            status = "time"
        if status == "infeasible":
            kept = rest
        minimal = minimal and status in {"infeasible", "solved", "unbounded"}
    return Infeasible(tuple(kept), minimal)


def _part(whole: Ground, kept: Collection[str]) -> Ground:
    rules = tuple(rule for rule in whole.rules if rule.name in kept)
    return Ground(whole.columns, whole.groups, rules, "", Linear(ZERO))


def _first(grounded: Ground, backend: Backend, limits: Limits, *, core: bool) -> tuple[backends.Name, Answer]:
    first = bool(grounded.sense) or len(grounded.columns) > _WIDE
    order: tuple[backends.Name, ...] = ("milp", "smt", "nonlinear") if first else ("smt", "milp", "nonlinear")
    if backend != "auto":
        order = (backend,)
    elif _curved(grounded):
        order = ("milp", "nonlinear", "smt")
    refusal: Faulty | None = None
    telling = "nonlinear" if order[1:2] == ("nonlinear",) else "smt"
    for name in order:
        try:
            return name, backends.asked(name, grounded, limits, core=core)
        except Faulty as fault:
            if name == telling or refusal is None:  # it takes most, so what it lacks is what to say
                refusal = fault
    assert refusal is not None
    raise refusal


def _curved(grounded: Ground) -> bool:
    return any(isinstance(part, Product | Quotient | Apply) for part in parts(grounded))


def _result(problem: Formal, grounded: Ground, name: str, answer: Answer, without: frozenset[str]) -> Result:
    match answer.status:
        case "infeasible":
            return Infeasible(answer.core, answer.minimal)
        case "unbounded":
            return Unbounded(grounded.goal_name)
        case "time":
            best = _values(problem, grounded.columns, answer.values) if answer.values else None
            reduced = _reduced(problem, without)
            if best is not None and not interpret(reduced, best).accepted:
                best = None
            return OutOfTime(answer.message, best)
        case _:
            return _checked(_reduced(problem, without), grounded, name, answer)


def _reduced(problem: Formal, without: frozenset[str]) -> Formal:
    if not without:
        return problem
    rules = tuple(rule for rule in problem.rules if rule.name not in without)
    return Formal(problem.title, problem.sorts, problem.tables, problem.decisions, rules, problem.objective)


def _checked(problem: Formal, grounded: Ground, name: str, answer: Answer) -> Result:
    """Return a solution that the interpreter accepts; a solver that errs is the machinery's fault."""
    values = _values(problem, grounded.columns, answer.values)
    reading = interpret(problem, values, TOLERANCE)
    if not reading.accepted:
        first = reading.violations[0]
        if first.kind == "undefined":
            return ModelError(first.name, first.message, "bound what may be zero or negative away from it")
        raise InfrastructureError(f"the {name} solver gave a solution that breaks a rule: {first.message}")
    objective = reading.objective
    if objective is not None and answer.bound is not None and answer.proved:
        gap = abs(objective - answer.bound)
        if not gap <= _GAP * max(1.0, abs(objective)):
            raise InfrastructureError(
                f"the {name} solver proved a bound of {answer.bound:g} where its solution is worth {objective:g}"
            )
    return Solved(values, objective, answer.proved, answer.bound)


def _values(problem: Formal, columns: tuple[Column, ...], numbers: tuple[float, ...]) -> Values:
    found: Values = {decision.name: {} for decision in problem.decisions}
    best: dict[tuple[str, str], float] = {}
    for column, number in zip(columns, numbers, strict=True):
        if column.choice:
            if number > best.get((column.name, column.key), -math.inf):
                best[column.name, column.key] = number
                found[column.name][column.key] = column.member
        else:
            found[column.name][column.key] = _clean(column, number)
    return found


def _clean(column: Column, number: float) -> float:
    """Return a number without the noise of a solver's tolerance: whole where it must be, and within its bounds."""
    if column.domain != "real":
        return float(round(number))
    if column.low is not None:
        number = max(number, float(column.low))
    if column.high is not None:
        number = min(number, float(column.high))
    return number + 0.0
