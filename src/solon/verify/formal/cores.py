"""Why a problem has no solution, and what would have to change: minimal cores, corrections, and by how much.

Rules with a weight are never part of a core, because they may be broken anyway. Rules that are not negotiable may be
part of a core and never of a correction.
"""

from collections.abc import Collection, Sequence
from typing import Final, Literal

from solon.contract import Value
from solon.verify.formal.expression import Arithmetic, Binder, Compare, Expression, Logic, Reference, names
from solon.verify.formal.interpret import value
from solon.verify.formal.model import (
    Formal,
    Infeasible,
    ModelError,
    Objective,
    OutOfTime,
    Result,
    Rule,
    Solved,
)
from solon.verify.formal.solve import Backend, solve
from solon.verify.formal.writing import number, shown
from solon.verify.limited import USUAL, Limits

_MOST: Final = 200  # cores that a smallest correction may need to see


class Relaxation(Value, frozen=True):
    """How far one rule has to give way if all others stay; ``needed`` is the side that gives way at its best."""

    rule: str
    excess: float  # by which the rule is broken at the least
    needed: float | None  # what a single limit would have to be, if the rule has one
    sentence: str


class Correction(Value, frozen=True):
    """Rules whose removal leaves a problem that can be solved, at the least total weight."""

    rules: tuple[str, ...]
    weight: float
    relaxation: Relaxation | None = None  # where it is one rule, a comparison that can be measured


class Diagnosis(Value, frozen=True):
    """What an infeasible problem's rules say against each other; the words name rules by their meaning."""

    core: tuple[str, ...]
    minimal: bool
    corrections: tuple[Correction, ...]
    sentences: tuple[str, ...]


def minimal_core(
    problem: Formal,
    *,
    backend: Backend = "auto",
    limits: Limits = USUAL,
    without: Collection[str] = (),
) -> Infeasible | None:
    """Return a minimal set of rules that cannot hold together, or None if the rest of the problem can be solved.

    Raises ValueError where the solver gives no verdict on the whole problem.
    """
    bare = _satisfaction(problem)
    result = solve(bare, backend=backend, limits=limits, without=without, core=True)
    match result:
        case Infeasible():
            return result
        case Solved():
            return None
        case ModelError(message=message) | OutOfTime(message=message):
            raise ValueError(f"the solver gives no core: {message}")
        case _:
            return None


def smallest_correction(
    problem: Formal, *, backend: Backend = "auto", limits: Limits = USUAL, prices: dict[str, float] | None = None
) -> Correction | None:
    """Return a correction of the least total price (1 a rule unless given), or None if protected rules conflict.

    Cores are collected until some set of rules that meets them all leaves a problem that can be solved; ties go to
    fewer and earlier rules. Raises ValueError where the solver gives no verdict.
    """
    price = {rule.name: (prices or {}).get(rule.name, 1.0) for rule in problem.rules}
    movable = {rule.name for rule in problem.rules if rule.negotiable and rule.weight is None}
    cores: list[tuple[str, ...]] = []
    for _ in range(_MOST):
        chosen = _hitting(cores, price, [rule.name for rule in problem.rules])
        found = minimal_core(problem, backend=backend, limits=limits, without=chosen)
        if found is None:
            return Correction(tuple(chosen), sum(price[name] for name in chosen))
        movables = tuple(name for name in found.core if name in movable)
        if not movables:
            return None
        cores.append(movables)
    raise ValueError(f"more than {_MOST} conflicts; relax some rules first")


def single_corrections(
    problem: Formal, *, backend: Backend = "auto", limits: Limits = USUAL, core: Sequence[str] = ()
) -> tuple[Correction, ...]:
    """Return every single negotiable rule whose removal suffices, each with how far it would have to give way."""
    core = core or _core_of(problem, backend, limits)
    found: list[Correction] = []
    for rule in problem.rules:
        if rule.name not in core or not rule.negotiable:
            continue
        if isinstance(solve(_satisfaction(problem), backend=backend, limits=limits, without=(rule.name,)), Solved):
            relaxation = relax(problem, rule.name, backend=backend, limits=limits)
            found.append(Correction((rule.name,), 1.0, relaxation))
    return tuple(found)


def relax(problem: Formal, rule_name: str, *, backend: Backend = "auto", limits: Limits = USUAL) -> Relaxation | None:
    """Return by how much a rule is broken at the least if all others hold; None for a rule without a measure.

    A comparison has one, and so has a quantified or joined comparison, whose largest excess counts.
    """
    rule = next(rule for rule in problem.rules if rule.name == rule_name)
    excess = _excess(rule.body)
    if excess is None:
        return None
    rest = tuple(other for other in problem.rules if other.name != rule_name and other.weight is None)
    objective = Objective("excess", "minimise", excess)
    freed = Formal(problem.title, problem.sorts, problem.tables, problem.decisions, rest, objective)
    result: Result = solve(freed, backend=backend, limits=limits)
    if not isinstance(result, Solved) or result.objective is None:
        return None
    needed, words = _needed(problem, rule, result)
    if not words:
        words = f"{_titled(rule)} would have to give way by {number(_rounded(result.objective))}"
    return Relaxation(rule_name, result.objective, needed, words)


def diagnose(problem: Formal, *, backend: Backend = "auto", limits: Limits = USUAL) -> Diagnosis | None:
    """Return why an infeasible problem is so and what would mend it, or None if it can be solved."""
    found = minimal_core(problem, backend=backend, limits=limits)
    if found is None:
        return None
    rules = {rule.name: rule for rule in problem.rules}
    corrections = single_corrections(problem, backend=backend, limits=limits, core=found.core)
    smallest = None if corrections else smallest_correction(problem, backend=backend, limits=limits)
    together = " and ".join(_titled(rules[name]) for name in found.core)
    sentences = [f"These rules cannot hold together: {together}." if together else "The variables' bounds conflict."]
    for correction in corrections:
        relaxation = correction.relaxation
        words = relaxation.sentence if relaxation else f"leave out {_titled(rules[correction.rules[0]])}"
        sentences.append(f"One way out: {words}.")
    if smallest is not None:
        sentences.append(f"The smallest way out: leave out {' and '.join(_titled(rules[n]) for n in smallest.rules)}.")
    if not corrections and smallest is None:
        sentences.append("No way out: rules that are protected conflict with each other.")
    every = corrections or ((smallest,) if smallest else ())
    return Diagnosis(found.core, found.minimal, every, tuple(sentences))


def _core_of(problem: Formal, backend: Backend, limits: Limits) -> tuple[str, ...]:
    found = minimal_core(problem, backend=backend, limits=limits)
    return () if found is None else found.core


def _satisfaction(problem: Formal) -> Formal:
    """Return the hard rules alone."""
    hard = tuple(rule for rule in problem.rules if rule.weight is None)
    return Formal(problem.title, problem.sorts, problem.tables, problem.decisions, hard)


def _hitting(cores: list[tuple[str, ...]], price: dict[str, float], order: list[str]) -> tuple[str, ...]:
    """Return the cheapest set of rules that meets every core, by branch and bound."""
    place = {name: number for number, name in enumerate(order)}
    best: list[tuple[float, int, tuple[int, ...], tuple[str, ...]]] = []

    def search(chosen: tuple[str, ...], paid: float) -> None:
        key = (paid, len(chosen), tuple(sorted(place[name] for name in chosen)), chosen)
        if best and key[:3] >= best[0][:3]:
            return
        missed = min((core for core in cores if not set(core) & set(chosen)), key=len, default=None)
        if missed is None:
            best[:] = [key]
            return
        for name in missed:
            search((*chosen, name), paid + price[name])

    search((), 0.0)
    return tuple(sorted(best[0][3], key=place.__getitem__))


# By how much


def _excess(body: Expression) -> Expression | None:  # noqa: PLR0911  # one case for each kind
    """Return a number that is at most zero where a body of comparisons holds, and else by how much it is broken."""
    match body:
        case Compare(operator="<=" | "<", left=left, right=right):
            return Arithmetic("-", (left, right))
        case Compare(operator=">=" | ">", left=left, right=right):
            return Arithmetic("-", (right, left))
        case Compare(operator="=", left=left, right=right):
            return Arithmetic("max", (Arithmetic("-", (left, right)), Arithmetic("-", (right, left))))
        case Binder(kind="forall", variables=variables, body=inner, where=where):
            part = _excess(inner)
            return None if part is None else Binder("max", variables, part, where)
        case Logic(operator="and", terms=terms) if terms:
            parts = [_excess(term) for term in terms]
            known = tuple(part for part in parts if part is not None)
            if len(known) < len(parts):
                return None
            return known[0] if len(known) == 1 else Arithmetic("max", known)
        case _:
            return None


def _needed(problem: Formal, rule: Rule, result: Solved) -> tuple[float | None, str]:
    """Return what a rule's constant side would have to be, with a sentence, if one side is constant."""
    body = rule.body
    if not isinstance(body, Compare):
        return None, ""
    decisions = {decision.name for decision in problem.decisions}
    fixed = [not names(side) & decisions for side in (body.left, body.right)]
    if fixed[0] == fixed[1]:
        return None, ""
    limit, side = (body.left, body.right) if fixed[0] else (body.right, body.left)
    needed, given = value(problem, result.values, side), value(problem, result.values, limit)
    if isinstance(needed, str) or isinstance(given, str):
        return None, ""
    needed = _rounded(needed)
    word: Literal["at least", "at most", "above", "below"] = "at least" if needed > given else "at most"
    if body.operator in {"<", ">"}:  # the side that gives way must be passed, not only reached
        word = "above" if needed > given else "below"
    table = next((entry for entry in problem.tables if isinstance(limit, Reference) and entry.name == limit.name), None)
    unit = f" {table.unit}" if table is not None and table.unit else ""
    subject = shown(limit) if table is not None else f"the limit of {_titled(rule)}"
    return needed, f"{subject} must be {word} {number(needed)}{unit}, not {number(given)}{unit}"


def _rounded(found: float) -> float:
    return float(f"{found:.9g}")


def _titled(rule: Rule) -> str:
    return f"'{rule.meaning}' ({rule.name})" if rule.meaning else f"'{rule.name}'"
