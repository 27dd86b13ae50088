"""What a domain and a problem make use of: requirements, and objects that actions name."""

from collections.abc import Iterable, Iterator
from typing import Final

from solon.verify.pddl.syntax import (
    OBJECT,
    Action,
    Atom,
    Change,
    Domain,
    Effect,
    Equal,
    Every,
    Formula,
    Imply,
    Not,
    Or,
    Problem,
    Quantified,
    When,
    parts,
)

_ORDER: Final = (
    ":strips",
    ":typing",
    ":negative-preconditions",
    ":disjunctive-preconditions",
    ":equality",
    ":existential-preconditions",
    ":universal-preconditions",
    ":conditional-effects",
    ":action-costs",
)
_SHORTHANDS: Final = {
    ":adl": {*_ORDER[:8]},
    ":quantified-preconditions": {":existential-preconditions", ":universal-preconditions"},
}


def required(domain: Domain, problem: Problem | None = None) -> tuple[str, ...]:
    """Return the requirements of what is used, in the usual order."""
    needed = {":strips"}
    formulas = [formula for action in domain.actions for formula in conditions(action)]
    if problem is not None:
        formulas.append(problem.goal)
    for formula in formulas:
        needed |= _needs(formula)
    if any(isinstance(e, When | Every) for action in domain.actions for e in walk_effects(action.effects)):
        needed.add(":conditional-effects")
    typed = [*domain.constants, *(problem.objects if problem else ())]
    typed += [p for symbol in (*domain.predicates, *domain.functions) for p in symbol.parameters]
    typed += [p for action in domain.actions for p in action.parameters]
    if domain.types or any(entry.types != (OBJECT,) for entry in typed):
        needed.add(":typing")
    if domain.functions or any(action.cost for action in domain.actions) or (problem and problem.metric == "cost"):
        needed.add(":action-costs")
    return tuple(entry for entry in _ORDER if entry in needed)


def undeclared(domain: Domain, problem: Problem | None = None) -> tuple[str, ...]:
    """Return the requirements that are used and not declared."""
    declared = {":strips", *domain.requirements, *(problem.requirements if problem else ())}
    for shorthand, meant in _SHORTHANDS.items():
        declared |= meant if shorthand in declared else set()
    return tuple(entry for entry in required(domain, problem) if entry not in declared)


def named_objects(domain: Domain) -> frozenset[str]:
    """Return the objects that the actions of a domain name."""
    return frozenset(term for action in domain.actions for term in _action_terms(action) if not term.startswith("?"))


def walk_effects(effects: Iterable[Effect]) -> Iterator[Effect]:
    """Yield effects and the effects inside of them."""
    for effect in effects:
        yield effect
        if isinstance(effect, When | Every):
            yield from walk_effects(effect.effects)


def conditions(action: Action) -> list[Formula]:
    """Return the precondition of an action and the conditions of its effects."""
    return [action.precondition, *(e.condition for e in walk_effects(action.effects) if isinstance(e, When))]


def _needs(formula: Formula) -> set[str]:
    needed: set[str] = set()
    match formula:
        case Equal() | Not(body=Equal()):
            needed.add(":equality")
        case Not(body=Atom()):
            needed.add(":negative-preconditions")
        case Not() | Or() | Imply():
            needed |= {":negative-preconditions", ":disjunctive-preconditions"}
        case Quantified(kind=kind):
            needed.add(":universal-preconditions" if kind == "forall" else ":existential-preconditions")
        case _:
            pass
    return needed.union(*map(_needs, parts(formula)))


def _formula_terms(formula: Formula) -> Iterator[str]:
    if isinstance(formula, Atom):
        yield from formula.arguments
    elif isinstance(formula, Equal):
        yield from (formula.left, formula.right)
    for part in parts(formula):
        yield from _formula_terms(part)


def _action_terms(action: Action) -> Iterator[str]:
    for formula in conditions(action):
        yield from _formula_terms(formula)
    for effect in walk_effects(action.effects):
        if isinstance(effect, Change):
            yield from effect.atom.arguments
    for amount in action.cost:
        if isinstance(amount, Atom):
            yield from amount.arguments
