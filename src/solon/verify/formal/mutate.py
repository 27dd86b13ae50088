"""Plant one labelled mistake in a formal problem, of the kinds that people and models make when they write one."""

import random
from collections.abc import Callable, Collection, Iterator
from typing import Final, Literal, get_args

from msgspec.structs import replace

from solon.contract import Value
from solon.verify.formal.check import check
from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Comparison,
    Different,
    Expression,
    Function,
    Logic,
    Member,
    Number,
    Reference,
    children,
)
from solon.verify.formal.model import Decision, Formal

Kind = Literal[
    "reversed operator",
    "strictness",
    "wrong sense",
    "dropped rule",
    "missing linking",
    "wrong coefficient",
    "wrong variable",
    "continuous",
    "wrong bound",
    "part of the total",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_REVERSED: Final[dict[Comparison, Comparison]] = {"<=": ">=", ">=": "<=", "<": ">", ">": "<", "=": "<="}
_STRICT: Final[dict[Comparison, Comparison]] = {"<=": "<", ">=": ">", "<": "<=", ">": ">="}


class Mutation(Value, frozen=True):
    """A problem with one mistake; ``touched`` is the rule, objective, parameter or variable that has it."""

    problem: Formal
    kind: Kind
    touched: str
    sentence: str  # what was done


def mutate(problem: Formal, seed: int, kinds: Collection[Kind] = KINDS) -> Mutation | None:
    """Return a random mistake, the same for the same seed: first a kind, then a place; None if none applies."""
    rng = random.Random(seed)  # noqa: S311  # mistakes are no secrets
    left: list[Kind] = [kind for kind in KINDS if kind in kinds]
    while left:
        kind = left.pop(rng.randrange(len(left)))
        found = list(mutations(problem, (kind,)))
        if found:
            return rng.choice(found)
    return None


def mutations(problem: Formal, kinds: Collection[Kind] = KINDS) -> Iterator[Mutation]:
    """Yield every single mistake of some kinds, in a fixed order."""
    for kind in KINDS:
        if kind in kinds:
            for mutated, touched, sentence in _MAKERS[kind](problem):
                if mutated != problem and not check(mutated):
                    yield Mutation(mutated, kind, touched, sentence)


_Made = Iterator[tuple[Formal, str, str]]
_Rewrite = Callable[[Expression], Iterator[Expression]]


def _bodies(problem: Formal, rewrite: _Rewrite, what: str, *, goal: bool = True) -> _Made:
    """Yield a problem for every part of every rule (and the objective) that can be rewritten."""
    for place, rule in enumerate(problem.rules):
        for body in _everywhere(rule.body, rewrite):
            rules = (*problem.rules[:place], replace(rule, body=body), *problem.rules[place + 1 :])
            yield replace(problem, rules=rules), rule.name, f"{what} in {rule.name!r}"
    if goal and problem.objective is not None:
        objective = problem.objective
        for body in _everywhere(objective.body, rewrite):
            yield replace(problem, objective=replace(objective, body=body)), objective.name, f"{what} in the objective"


def _everywhere(expression: Expression, rewrite: _Rewrite) -> Iterator[Expression]:
    yield from rewrite(expression)
    for place, child in enumerate(children(expression)):
        for changed in _everywhere(child, rewrite):
            yield with_child(expression, place, changed)


def with_child(expression: Expression, place: int, new: Expression) -> Expression:  # noqa: PLR0911  # one case for each kind
    """Return an expression with one of its children replaced; the order is that of ``children``."""
    parts = [*children(expression)]
    parts[place] = new
    match expression:
        case Reference():
            return replace(expression, at=tuple(parts))
        case Arithmetic() | Logic() | Cardinality() | Different():
            return replace(expression, terms=tuple(parts))
        case Function():
            return replace(expression, term=new)
        case Compare():
            return replace(expression, left=parts[0], right=parts[1])
        case Choice():
            return replace(expression, condition=parts[0], then=parts[1], otherwise=parts[2])
        case Binder(where=None):
            return replace(expression, body=new)
        case Binder():
            return replace(expression, where=parts[0], body=parts[1])
        case Number() | Member() | Bound():
            raise ValueError("a constant has no parts")


def _operators(table: dict[Comparison, Comparison]) -> _Rewrite:
    def rewrite(expression: Expression) -> Iterator[Expression]:
        if isinstance(expression, Compare) and expression.operator in table:
            named = isinstance(expression.left, Bound | Member) or isinstance(expression.right, Bound | Member)
            if not named:
                yield replace(expression, operator=table[expression.operator])

    return rewrite


def _reversed(problem: Formal) -> _Made:
    yield from _bodies(problem, _operators(_REVERSED), "a comparison is reversed", goal=False)


def _strictness(problem: Formal) -> _Made:
    yield from _bodies(problem, _operators(_STRICT), "a strict and a weak inequality are swapped", goal=False)


def _wrong_sense(problem: Formal) -> _Made:
    objective = problem.objective
    if objective is not None:
        sense = "minimise" if objective.sense == "maximise" else "maximise"
        yield replace(problem, objective=replace(objective, sense=sense)), objective.name, f"{sense}s the objective"


def _dropped(problem: Formal) -> _Made:
    for rule in problem.rules:
        if rule.origin != "linking":
            yield _without(problem, rule.name), rule.name, f"{rule.name!r} is left out"


def _unlinked(problem: Formal) -> _Made:
    for rule in problem.rules:
        if rule.origin == "linking":
            yield _without(problem, rule.name), rule.name, f"the linking rule {rule.name!r} is left out"


def _without(problem: Formal, name: str) -> Formal:
    return replace(problem, rules=tuple(rule for rule in problem.rules if rule.name != name))


def _coefficients(problem: Formal) -> _Made:
    for place, table in enumerate(problem.tables):
        for key, value in table.values.items():
            for factor, words in ((10.0, "ten times"), (0.01, "a hundredth of")):
                if value:
                    changed = replace(table, values={**table.values, key: _times(value, factor)})
                    tables = (*problem.tables[:place], changed, *problem.tables[place + 1 :])
                    shown = f"{table.name}[{key}]" if key else table.name
                    yield replace(problem, tables=tables), table.name, f"{shown} is {words} what it should be"

    def rewrite(expression: Expression) -> Iterator[Expression]:
        if isinstance(expression, Number) and expression.value not in {0.0, 1.0, -1.0}:
            yield Number(_times(expression.value, 10.0))
            yield Number(_times(expression.value, 0.01))

    yield from _bodies(problem, rewrite, "a number is ten times too large or a hundred times too small")


def _times(value: float, factor: float) -> float:
    return float(f"{value * factor:.12g}")


def _variables(problem: Formal) -> _Made:
    decisions = {decision.name: decision for decision in problem.decisions}
    sorts = {sort.name: sort.members for sort in problem.sorts}

    def rewrite(expression: Expression) -> Iterator[Expression]:
        if not isinstance(expression, Reference) or expression.name not in decisions:
            return
        own = decisions[expression.name]
        for other in problem.decisions:
            if other.name != own.name and _interchangeable(own, other):
                yield replace(expression, name=other.name)
        for place, term in enumerate(expression.at):
            if isinstance(term, Member):
                members = sorts[own.sorts[place]]
                other_member = members[(members.index(term.name) + 1) % len(members)]
                at = (*expression.at[:place], Member(other_member), *expression.at[place + 1 :])
                yield replace(expression, at=at)

    yield from _bodies(problem, rewrite, "a variable is taken for another")


def _interchangeable(one: Decision, two: Decision) -> bool:
    numeric = {one.domain, two.domain} <= {"int", "real"}
    return one.sorts == two.sorts and one.choices == two.choices and (numeric or one.domain == two.domain)


def _continuous(problem: Formal) -> _Made:
    for place, decision in enumerate(problem.decisions):
        if decision.domain == "int":
            changed = replace(decision, domain="real")
            yield _with_decision(problem, place, changed), decision.name, f"{decision.name!r} need not be whole"


def _bounds(problem: Formal) -> _Made:
    for place, decision in enumerate(problem.decisions):
        if decision.low is not None:
            loose = replace(decision, low=None)
            yield _with_decision(problem, place, loose), decision.name, f"{decision.name!r} has lost its lower bound"
        if decision.high is not None:
            tight = decision.high / 2 if decision.high > 0 else decision.high - 1
            if decision.domain == "int":
                tight = float(int(tight))
            if decision.low is None or tight >= decision.low:
                changed = replace(decision, high=tight)
                sentence = f"the upper bound of {decision.name!r} is {tight:g}"
                yield _with_decision(problem, place, changed), decision.name, sentence
    big = 20.0

    def rewrite(expression: Expression) -> Iterator[Expression]:
        if isinstance(expression, Number) and expression.value >= big:
            yield Number(_times(expression.value, 0.1))

    for made, touched, _ in _bodies(problem, rewrite, "", goal=False):
        if any(rule.name == touched and rule.origin == "linking" for rule in problem.rules):
            yield made, touched, f"the large constant in {touched!r} is too small"


def _with_decision(problem: Formal, place: int, decision: Decision) -> Formal:
    return replace(problem, decisions=(*problem.decisions[:place], decision, *problem.decisions[place + 1 :]))


def _parts(problem: Formal) -> _Made:
    sorts = {sort.name: sort.members for sort in problem.sorts}

    def rewrite(expression: Expression) -> Iterator[Expression]:
        if isinstance(expression, Binder) and expression.kind == "sum" and len(expression.variables) == 1:
            variable, sort = expression.variables[0]
            if sorts[sort]:
                yield _put(expression.body, variable, sorts[sort][0])
        if isinstance(expression, Arithmetic) and expression.operator == "+":
            yield expression.terms[0]

    yield from _bodies(problem, rewrite, "a part stands for the total", goal=False)


def _put(expression: Expression, variable: str, member: str) -> Expression:
    if isinstance(expression, Bound):
        return Member(member) if expression.name == variable else expression
    for place, child in enumerate(children(expression)):
        changed = _put(child, variable, member)
        if changed != child:
            expression = with_child(expression, place, changed)
    return expression


_MAKERS: Final[dict[Kind, Callable[[Formal], _Made]]] = {
    "reversed operator": _reversed,
    "strictness": _strictness,
    "wrong sense": _wrong_sense,
    "dropped rule": _dropped,
    "missing linking": _unlinked,
    "wrong coefficient": _coefficients,
    "wrong variable": _variables,
    "continuous": _continuous,
    "wrong bound": _bounds,
    "part of the total": _parts,
}
