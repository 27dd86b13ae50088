"""How large a formal problem is, before it is expanded: what would take minutes or gigabytes is refused at once."""

import math
from collections.abc import Iterator
from typing import Final

from solon.verify.formal.expression import Arithmetic, Binder, Expression, Function, Reference, children
from solon.verify.formal.model import Formal, ModelError

MOST: Final = 3_000_000  # parts that a problem may expand to
_DEEPEST: Final = 100  # expressions inside each other
_DEGREE: Final = 64  # of a product or power of decisions


def extent(problem: Formal) -> Iterator[ModelError]:
    """Yield what is too deep, too large or of too high a degree; the sets that are named must exist."""
    sizes = {sort.name: len(sort.members) for sort in problem.sorts}
    decisions = {decision.name for decision in problem.decisions}
    total = 0
    for decision in problem.decisions:
        each = sizes.get(decision.choices, 1) if decision.domain == "enum" else 1
        total += each * math.prod(sizes[sort] for sort in decision.sorts)
        if total > MOST:
            yield _large(decision.name)
            return
    bodies = [(rule.name, rule.body) for rule in problem.rules]
    if problem.objective is not None:
        bodies.append((problem.objective.name, problem.objective.body))
    for name, body in bodies:
        if not _shallow(body):
            yield ModelError(name, f"{name!r} has more than {_DEEPEST} operators inside each other", "split it")
            continue
        total += _size(body, sizes)
        if total > MOST:
            yield _large(name)
            return
        if _degree(body, decisions) > _DEGREE:
            yield ModelError(name, f"{name!r} multiplies more than {_DEGREE} variables", "use a lower power")


def _large(name: str) -> ModelError:
    return ModelError(name, f"{name!r} expands to millions of parts", "use smaller sets or fewer indices")


def _shallow(body: Expression) -> bool:
    level = [body]
    for _ in range(_DEEPEST):
        level = [part for each in level for part in children(each)]
        if not level:
            return True
    return False


def _size(part: Expression, sizes: dict[str, int]) -> int:
    inner = 1 + sum(_size(child, sizes) for child in children(part))
    if isinstance(part, Binder):
        inner *= math.prod(sizes.get(sort, 1) for _, sort in part.variables)
    return inner


def _degree(part: Expression, decisions: set[str]) -> float:
    inner = [_degree(child, decisions) for child in children(part)]
    match part:
        case Reference(name=name):
            return 1.0 if name in decisions else 0.0
        case Arithmetic(operator="*" | "/"):
            return sum(inner)
        case Function(name="power", exponent=exponent):
            return max(inner) * max(1.0, abs(exponent))
        case _:
            return max(inner, default=0.0)
