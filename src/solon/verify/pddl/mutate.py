"""Planted mistakes: seeded, labelled changes of problems, domains, plans and texts, for measuring what finds them.

Equal arguments give equal mutants. A mutant differs from what it was made of; whether it means something else is
another question, which validators and ``equivalent`` answer.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final, Generic, Literal, TypeVar, get_args

import msgspec

from solon.contract import Value
from solon.verify.pddl.needs import walk_effects
from solon.verify.pddl.syntax import (
    OBJECT,
    Action,
    And,
    Atom,
    Change,
    Domain,
    Effect,
    Formula,
    Not,
    Plan,
    Problem,
    Typed,
    When,
    conjuncts,
    print_formula,
)
from solon.verify.pddl.world import World

_T = TypeVar("_T", Domain, Problem, Plan, str)
_E = TypeVar("_E")

ProblemKind = Literal[
    "dropped fact",
    "added fact",
    "swapped arguments",
    "wrong type",
    "undeclared object",
    "dropped goal",
    "negated static fact",
    "renamed domain",
]
DomainKind = Literal[
    "missing delete",
    "missing precondition",
    "swapped effect",
    "wrong arity",
    "undeclared predicate",
    "missing type",
]
PlanKind = Literal[
    "dropped step",
    "duplicated step",
    "swapped steps",
    "wrong argument",
    "unknown action",
    "extra tail",
    "truncated",
]
TextKind = Literal["unbalanced parenthesis", "prose around", "duplicated section"]

PROBLEM_KINDS: Final[tuple[ProblemKind, ...]] = get_args(ProblemKind)
DOMAIN_KINDS: Final[tuple[DomainKind, ...]] = get_args(DomainKind)
PLAN_KINDS: Final[tuple[PlanKind, ...]] = get_args(PlanKind)
TEXT_KINDS: Final[tuple[TextKind, ...]] = get_args(TextKind)


class Mutant(Value, Generic[_T], frozen=True):
    """What came out, which mistake was planted, and what was touched, in words."""

    thing: _T
    kind: str
    touched: str


def mutate_problem(domain: Domain, problem: Problem, kind: ProblemKind, entropy: int) -> Mutant[Problem] | None:
    """Return a problem with one mistake of a kind, or None where there is nothing to plant it in."""
    dice = _dice(kind, entropy)
    changed = _PROBLEM[kind](domain, problem, dice)
    return None if changed is None or changed[0] == problem else Mutant(changed[0], kind, changed[1])


def mutate_domain(domain: Domain, kind: DomainKind, entropy: int) -> Mutant[Domain] | None:
    """Return a domain with one mistake of a kind, or None where there is nothing to plant it in."""
    dice = _dice(kind, entropy)
    changed = _DOMAIN[kind](domain, dice)
    return None if changed is None or changed[0] == domain else Mutant(changed[0], kind, changed[1])


def mutate_plan(domain: Domain, problem: Problem, plan: Plan, kind: PlanKind, entropy: int) -> Mutant[Plan] | None:
    """Return a plan with one mistake of a kind, or None where there is nothing to plant it in."""
    dice = _dice(kind, entropy)
    if kind == "extra tail":
        changed = _extra_tail(domain, problem, plan, dice)
    elif kind == "wrong argument":
        changed = _wrong_argument(domain, problem, plan, dice)
    else:
        changed = _steps(plan, kind, dice)
    return None if changed is None or changed[0] == plan else Mutant(changed[0], kind, changed[1])


def mutate_text(text: str, kind: TextKind, entropy: int) -> Mutant[str] | None:
    """Return a text with one mistake of form, or None where there is nothing to plant it in."""
    dice = _dice(kind, entropy)
    if kind == "prose around":
        opening = _pick(("Here is the answer:", "Sure! I translated it as follows.", "The PDDL (complete):"), dice)
        return Mutant(f"{opening}\n\n```pddl\n{text}```\n\nIt uses every fact of the text.\n", kind, "whole text")
    if kind == "unbalanced parenthesis":
        places = [index for index, letter in enumerate(text) if letter in "()"]
        if not places:
            return None
        place = _pick(places, dice)
        return Mutant(text[:place] + text[place + 1 :], kind, f"line {text.count(chr(10), 0, place) + 1}")
    start = text.find("(:init")
    end = text.find("(:goal")
    if start < 0 or end < start:
        return None
    return Mutant(text[:end] + text[start:end] + text[end:], kind, "(:init")


def _dice(kind: str, entropy: int) -> random.Random:
    return random.Random(f"mutate/{kind}/{entropy}")  # noqa: S311 - reproducible on purpose


def _pick(choices: Sequence[_E], dice: random.Random) -> _E:
    return choices[dice.randrange(len(choices))]


def _without(items: tuple[_E, ...], index: int) -> tuple[_E, ...]:
    return items[:index] + items[index + 1 :]


def _with(items: tuple[_E, ...], index: int, item: _E) -> tuple[_E, ...]:
    return (*items[:index], item, *items[index + 1 :])


# Problems

_Problem = tuple[Problem, str] | None


def _dropped_fact(_: Domain, problem: Problem, dice: random.Random) -> _Problem:
    if not problem.init:
        return None
    index = dice.randrange(len(problem.init))
    return msgspec.structs.replace(problem, init=_without(problem.init, index)), str(problem.init[index])


def _added_fact(domain: Domain, problem: Problem, dice: random.Random) -> _Problem:
    world = World(domain, problem)
    for _attempt in range(50):
        symbol = _pick(domain.predicates, dice) if domain.predicates else None
        if symbol is None:
            return None
        members = [world.members(parameter.types) for parameter in symbol.parameters]
        if all(members):
            atom = Atom(symbol.name, tuple(_pick(names, dice) for names in members))
            if atom not in problem.init:
                return msgspec.structs.replace(problem, init=(*problem.init, atom)), str(atom)
    return None


def _swapped_arguments(_: Domain, problem: Problem, dice: random.Random) -> _Problem:
    places = [index for index, atom in enumerate(problem.init) if len(set(atom.arguments[:2])) == 2]
    if not places:
        return None
    index = _pick(places, dice)
    atom = problem.init[index]
    swapped = Atom(atom.name, (atom.arguments[1], atom.arguments[0], *atom.arguments[2:]))
    return msgspec.structs.replace(problem, init=_with(problem.init, index, swapped)), str(atom)


def _wrong_type(domain: Domain, problem: Problem, dice: random.Random) -> _Problem:
    kinds = sorted({entry.name for entry in domain.types} | {OBJECT})
    if not problem.objects or len(kinds) < 2:
        return None
    index = dice.randrange(len(problem.objects))
    entry = problem.objects[index]
    kind = _pick([kind for kind in kinds if (kind,) != entry.types], dice)
    objects = _with(problem.objects, index, Typed(entry.name, (kind,)))
    return msgspec.structs.replace(problem, objects=objects), entry.name


def _undeclared_object(_: Domain, problem: Problem, dice: random.Random) -> _Problem:
    used = {term for atom in problem.init for term in atom.arguments}
    places = [index for index, entry in enumerate(problem.objects) if entry.name in used]
    if not places:
        return None
    index = _pick(places, dice)
    objects = _without(problem.objects, index)
    return msgspec.structs.replace(problem, objects=objects), problem.objects[index].name


def _dropped_goal(_: Domain, problem: Problem, dice: random.Random) -> _Problem:
    goals = conjuncts(problem.goal)
    if not goals:
        return None
    index = dice.randrange(len(goals))
    return msgspec.structs.replace(problem, goal=And(_without(goals, index))), print_formula(goals[index])


def _negated_static(domain: Domain, problem: Problem, dice: random.Random) -> _Problem:
    effects = [effect for action in domain.actions for effect in walk_effects(action.effects)]
    changed = {effect.atom.name for effect in effects if isinstance(effect, Change)}
    places = [index for index, atom in enumerate(problem.init) if atom.name not in changed]
    if not places:
        return None
    index = _pick(places, dice)
    atom = problem.init[index]
    without = _without(problem.init, index)
    return msgspec.structs.replace(problem, init=without, denied=(*problem.denied, atom)), str(atom)


def _renamed_domain(_: Domain, problem: Problem, dice: random.Random) -> _Problem:
    suffix = _pick(("-domain", "-strips", "-1", "-world"), dice)
    return msgspec.structs.replace(problem, domain=problem.domain + suffix), problem.domain


_PROBLEM: Final[dict[ProblemKind, Callable[[Domain, Problem, random.Random], _Problem]]] = {
    "dropped fact": _dropped_fact,
    "added fact": _added_fact,
    "swapped arguments": _swapped_arguments,
    "wrong type": _wrong_type,
    "undeclared object": _undeclared_object,
    "dropped goal": _dropped_goal,
    "negated static fact": _negated_static,
    "renamed domain": _renamed_domain,
}

# Domains

_Domain = tuple[Domain, str] | None


def _in_action(
    domain: Domain, dice: random.Random, change: Callable[[Action, random.Random], tuple[Action, str] | None]
) -> _Domain:
    """Return the domain with a change in one of the actions that can have it."""
    order = list(range(len(domain.actions)))
    dice.shuffle(order)
    for index in order:
        action = domain.actions[index]
        changed = change(action, dice)
        if changed is not None:
            actions = _with(domain.actions, index, changed[0])
            return msgspec.structs.replace(domain, actions=actions), f"{changed[1]} in action {action.name}"
    return None


def _missing_delete(domain: Domain, dice: random.Random) -> _Domain:
    def change(action: Action, dice: random.Random) -> tuple[Action, str] | None:
        places = [i for i, effect in enumerate(action.effects) if isinstance(effect, Change) and not effect.adds]
        if not places:
            return None
        index = _pick(places, dice)
        return msgspec.structs.replace(action, effects=_without(action.effects, index)), _shown(action.effects[index])

    return _in_action(domain, dice, change)


def _missing_precondition(domain: Domain, dice: random.Random) -> _Domain:
    def change(action: Action, dice: random.Random) -> tuple[Action, str] | None:
        conditions = conjuncts(action.precondition)
        if not conditions:
            return None
        index = dice.randrange(len(conditions))
        rest = And(_without(conditions, index))
        return msgspec.structs.replace(action, precondition=rest), print_formula(conditions[index])

    return _in_action(domain, dice, change)


def _swapped_effect(domain: Domain, dice: random.Random) -> _Domain:
    def change(action: Action, dice: random.Random) -> tuple[Action, str] | None:
        places = [i for i, effect in enumerate(action.effects) if isinstance(effect, Change)]
        if not places:
            return None
        index = _pick(places, dice)
        effect = action.effects[index]
        assert isinstance(effect, Change)
        turned = Change(effect.atom, adds=not effect.adds)
        return msgspec.structs.replace(action, effects=_with(action.effects, index, turned)), _shown(effect)

    return _in_action(domain, dice, change)


def _in_atom(domain: Domain, dice: random.Random, change: Callable[[Atom, Action], Atom | None]) -> _Domain:
    """Return the domain with another atom in one condition or effect."""

    def changed(action: Action, dice: random.Random) -> tuple[Action, str] | None:
        parts = conjuncts(action.precondition)
        sites: list[tuple[Action, str]] = []
        for index, part in enumerate(parts):
            body = part.body if isinstance(part, Not) else part
            new = change(body, action) if isinstance(body, Atom) else None
            if new is not None:
                formula: Formula = Not(new) if isinstance(part, Not) else new
                sites.append(
                    (msgspec.structs.replace(action, precondition=And(_with(parts, index, formula))), str(body))
                )
        for index, effect in enumerate(action.effects):
            new = change(effect.atom, action) if isinstance(effect, Change) else None
            if new is not None and isinstance(effect, Change):
                effects = _with(action.effects, index, Change(new, adds=effect.adds))
                sites.append((msgspec.structs.replace(action, effects=effects), str(effect.atom)))
        return _pick(sites, dice) if sites else None

    return _in_action(domain, dice, changed)


def _wrong_arity(domain: Domain, dice: random.Random) -> _Domain:
    def change(atom: Atom, action: Action) -> Atom | None:
        if atom.arguments:
            return Atom(atom.name, atom.arguments[:-1])
        return Atom(atom.name, (action.parameters[0].name,)) if action.parameters else None

    return _in_atom(domain, dice, change)


def _undeclared_predicate(domain: Domain, dice: random.Random) -> _Domain:
    known = {symbol.name for symbol in domain.predicates}
    suffix = _pick(("-now", "-at", "ed", "-of"), dice)

    def change(atom: Atom, _: Action) -> Atom | None:
        return Atom(atom.name + suffix, atom.arguments) if atom.name + suffix not in known else None

    return _in_atom(domain, dice, change)


def _missing_type(domain: Domain, dice: random.Random) -> _Domain:
    if not domain.types:
        return None
    index = dice.randrange(len(domain.types))
    return msgspec.structs.replace(domain, types=_without(domain.types, index)), domain.types[index].name


_DOMAIN: Final[dict[DomainKind, Callable[[Domain, random.Random], _Domain]]] = {
    "missing delete": _missing_delete,
    "missing precondition": _missing_precondition,
    "swapped effect": _swapped_effect,
    "wrong arity": _wrong_arity,
    "undeclared predicate": _undeclared_predicate,
    "missing type": _missing_type,
}


def _shown(effect: Effect) -> str:
    if isinstance(effect, Change):
        return str(effect.atom) if effect.adds else f"(not {effect.atom})"
    return "a conditional effect" if isinstance(effect, When) else "an effect for all"


# Plans

_Plan = tuple[Plan, str] | None


def _steps(plan: Plan, kind: PlanKind, dice: random.Random) -> _Plan:
    """Return the plan with steps dropped, doubled, swapped, cut off or replaced."""
    if len(plan) < (2 if kind == "swapped steps" else 1):
        return None
    index = dice.randrange(len(plan) - (1 if kind == "swapped steps" else 0))
    touched = f"step {index + 1}"
    match kind:
        case "dropped step":
            return _without(plan, index), touched
        case "duplicated step":
            return (*plan[: index + 1], *plan[index:]), touched
        case "swapped steps":
            return (*plan[:index], plan[index + 1], plan[index], *plan[index + 2 :]), touched
        case "truncated":
            return plan[:index], touched
        case _:
            step = plan[index]
            name = _pick(("teleport", "wait", f"{step.name}-again"), dice)
            return _with(plan, index, Atom(name, step.arguments)), touched


def _wrong_argument(domain: Domain, problem: Problem, plan: Plan, dice: random.Random) -> _Plan:
    places = [(i, j) for i, step in enumerate(plan) for j in range(len(step.arguments))]
    if not places:
        return None
    index, position = _pick(places, dice)
    step = plan[index]
    names = [name for name in World(domain, problem).objects if name != step.arguments[position]]
    if not names:
        return None
    wrong = Atom(step.name, _with(step.arguments, position, _pick(names, dice)))
    return _with(plan, index, wrong), f"step {index + 1}"


def _extra_tail(domain: Domain, problem: Problem, plan: Plan, dice: random.Random) -> _Plan:
    world = World(domain, problem)
    if not domain.actions:
        return None
    action = _pick(domain.actions, dice)
    members = [world.members(parameter.types) for parameter in action.parameters]
    if not all(members):
        return None
    step = Atom(action.name, tuple(_pick(names, dice) for names in members))
    return (*plan, step), f"step {len(plan) + 1}"
