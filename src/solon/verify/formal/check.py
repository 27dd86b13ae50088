"""Find what is wrong with a formal problem before any solver sees it, and what a solver must be told of it.

Strict inequalities are kept as they are stated: over whole numbers a solver may shift them by one step, over real
numbers they stay strict, which only the SMT solver can take; ``traits`` flags the rules concerned.
"""

import math
from collections.abc import Callable, Iterator
from typing import Literal

from solon.verify.formal.expression import (
    Arithmetic,
    Compare,
    Expression,
    Function,
    Reference,
    children,
    names,
    walk,
)
from solon.verify.formal.extent import extent
from solon.verify.formal.kinds import Faulty, Kinds, nearest
from solon.verify.formal.model import Decision, Formal, ModelError, Sort, Table

Trait = Literal["nonlinear", "strict"]


def check(problem: Formal) -> tuple[ModelError, ...]:
    """Return what is wrong with a problem's names and kinds, at most one error for each entry; empty if nothing is."""
    errors = tuple(_declarations(problem)) or tuple(extent(problem))
    if errors:
        return errors
    return tuple(_bodies(problem))


def traits(problem: Formal) -> dict[str, frozenset[Trait]]:
    """Return by rule (and by the objective's name) what not every solver can take.

    *nonlinear*: products of two numbers that are both chosen, quotients by chosen ones, powers, roots, exponentials.
    *strict*: < or > or != on real numbers.
    """
    decisions = {decision.name: decision for decision in problem.decisions}
    found = {rule.name: _traits(rule.body, decisions) for rule in problem.rules}
    if problem.objective is not None:
        found[problem.objective.name] = _traits(problem.objective.body, decisions)
    return found


def _traits(body: Expression, decisions: dict[str, Decision]) -> frozenset[Trait]:
    found: set[Trait] = set()
    for part in walk(body):
        if _nonlinear(part, decisions):
            found.add("nonlinear")
        if isinstance(part, Compare) and part.operator in {"<", ">", "!="}:
            used = names(part) & decisions.keys()
            if any(decisions[name].domain == "real" for name in used):
                found.add("strict")
    return frozenset(found)


def _nonlinear(part: Expression, decisions: dict[str, Decision]) -> bool:
    chosen = [child for child in children(part) if _numeric(child, decisions)]
    match part:
        case Arithmetic(operator="*"):
            return len(chosen) > 1
        case Arithmetic(operator="/", terms=(_, divisor)):
            return bool(names(divisor) & decisions.keys())
        case Function(name="sqrt" | "exp" | "log"):
            return bool(chosen)
        case Function(name="power", exponent=exponent):
            return bool(chosen) and exponent not in {0.0, 1.0}
        case _:
            return False


def _numeric(expression: Expression, decisions: dict[str, Decision]) -> bool:
    """Return whether an expression depends on a number that is chosen."""
    return any(
        isinstance(part, Reference) and part.name in decisions and decisions[part.name].domain in {"int", "real"}
        for part in walk(expression)
    )


def _declarations(problem: Formal) -> Iterator[ModelError]:
    yield from _duplicates(problem)
    sorts = {sort.name: sort for sort in problem.sorts}
    taken = {entry.name for entry in (*problem.tables, *problem.decisions)}
    for sort in problem.sorts:
        yield from _sort(sort, taken)
    for entry in (*problem.tables, *problem.decisions):
        strangers = [sort for sort in entry.sorts if sort not in sorts]
        if strangers:
            yield ModelError(entry.name, f"{strangers[0]!r} is no set", nearest(strangers[0], sorts))
        elif isinstance(entry, Table):
            yield from _table(entry, sorts)
        else:
            yield from _decision(entry, sorts)


def _duplicates(problem: Formal) -> Iterator[ModelError]:
    tables = {table.name for table in problem.tables}
    for decision in problem.decisions:
        if decision.name in tables:
            yield ModelError(
                decision.name, f"the variable {decision.name!r} would replace a parameter of that name", "rename it"
            )
    for what, entries in (
        ("set", problem.sorts),
        ("parameter", problem.tables),
        ("variable", problem.decisions),
        ("rule", problem.rules),
    ):
        seen: set[str] = set()
        for entry in entries:
            if entry.name in seen:
                yield ModelError(
                    entry.name, f"there are two {what}s named {entry.name!r}", "give each a name of its own"
                )
            if not entry.name:
                yield ModelError("", f"a {what} has no name", "name it")
            seen.add(entry.name)


def _sort(sort: Sort, taken: set[str]) -> Iterator[ModelError]:
    seen: set[str] = set()
    for member in sort.members:
        if member in seen:
            yield ModelError(sort.name, f"the set {sort.name!r} has the member {member!r} twice", "leave one out")
        elif "," in member or not member:
            yield ModelError(sort.name, f"the member {member!r} has a comma or no letter", "rename it")
        elif member in taken:
            yield ModelError(
                sort.name, f"{member!r} is a member of {sort.name!r} and a parameter or variable as well", "rename one"
            )
        seen.add(member)


def _table(table: Table, sorts: dict[str, Sort]) -> Iterator[ModelError]:
    members = {name: frozenset(sorts[name].members) for name in table.sorts}
    for key, value in table.values.items():
        parts = key.split(",") if table.sorts else ([key] if key else [])
        if len(parts) != len(table.sorts):
            yield ModelError(
                table.name, f"the value at {key!r} of {table.name!r} needs {len(table.sorts)} members as its index"
            )
            return
        for part, sort in zip(parts, table.sorts, strict=True):
            if part not in members[sort]:
                yield ModelError(
                    table.name,
                    f"{part!r} in {table.name!r} is no member of {sort!r}",
                    nearest(part, sorts[sort].members),
                )
                return
        if not math.isfinite(value):
            yield ModelError(table.name, f"the value at {key!r} of {table.name!r} is {value}", "write a finite number")
            return
    if table.default is not None and not math.isfinite(table.default):
        yield ModelError(table.name, f"the default of {table.name!r} is {table.default}", "write a finite number")


def _decision(decision: Decision, sorts: dict[str, Sort]) -> Iterator[ModelError]:
    name, low, high = decision.name, decision.low, decision.high
    if any(bound is not None and not math.isfinite(bound) for bound in (low, high)):
        yield ModelError(name, f"a bound of {name!r} is not finite", "leave it out instead")
    elif low is not None and high is not None and low > high:
        yield ModelError(name, f"the bounds of {name!r} leave no value between {low:g} and {high:g}", "swap them")
    if decision.domain in {"enum", "bool"} and (low is not None or high is not None):
        yield ModelError(name, f"{name!r} is no number and has bounds", "leave the bounds out")
    if decision.domain == "enum":
        if decision.choices not in sorts:
            yield ModelError(name, f"{name!r} chooses from {decision.choices!r}, which is no set", nearest(name, sorts))
        elif not sorts[decision.choices].members:
            yield ModelError(name, f"{name!r} chooses from the empty set {decision.choices!r}", "give it members")
    elif decision.choices:
        yield ModelError(
            name, f"{name!r} is a number and chooses from {decision.choices!r}", "declare it 'one of' that"
        )


def _bodies(problem: Formal) -> Iterator[ModelError]:
    kinds = Kinds(problem)
    for rule in problem.rules:
        yield from _attempt(rule.name, lambda body=rule.body, name=rule.name: kinds.of(body, {}, name), truth=True)
        if rule.weight is not None and not (math.isfinite(rule.weight) and rule.weight > 0):
            yield ModelError(rule.name, f"the weight of {rule.name!r} is {rule.weight:g}", "write a weight above 0")
    if problem.objective is not None:
        body, name = problem.objective.body, problem.objective.name
        yield from _attempt(name, lambda: kinds.of(body, {}, name), truth=False)


def _attempt(rule: str, kind: Callable[[], object], *, truth: bool) -> Iterator[ModelError]:
    try:
        found = kind()
    except Faulty as fault:
        yield fault.error
        return
    except RecursionError:
        yield ModelError(rule, f"{rule!r} is nested too deeply", "split it")
        return
    if truth and found != "truth":
        yield ModelError(rule, f"the rule {rule!r} states no condition", "end it with a comparison such as <= 10")
    if not truth and found not in {"number", "truth"}:
        yield ModelError(rule, f"the objective {rule!r} is no number", "write a number to be made large or small")
