"""The export that every tool reads: one dialect for domains and problems, with the way back for plans.

Constants are declared in the domain, requirements are complete, ``either`` is gone, and no two things of different
kinds share a name. What it means does not change.
"""

from collections.abc import Iterable

import msgspec

from solon.contract import Value
from solon.verify.pddl.needs import named_objects, required
from solon.verify.pddl.rewrite import Rewriter
from solon.verify.pddl.syntax import (
    OBJECT,
    Action,
    And,
    Atom,
    Domain,
    Effect,
    Every,
    Formula,
    Imply,
    Plan,
    Problem,
    Quantified,
    Symbol,
    Typed,
    When,
    conjuncts,
    fact,
)
from solon.verify.pddl.world import Hierarchy, World

_TOTAL: Symbol = Symbol("total-cost")


class Normal(Value, frozen=True):
    """A pair in the common dialect, and the old names of the actions and objects that have new ones."""

    domain: Domain
    problem: Problem
    actions: dict[str, str] = {}  # new name to old name
    objects: dict[str, str] = {}

    def restore(self, plan: Plan) -> Plan:
        """Return a plan for this pair with the names of the original pair."""
        return tuple(
            Atom(self.actions.get(step.name, step.name), tuple(self.objects.get(a, a) for a in step.arguments))
            for step in plan
        )


def normalise(domain: Domain, problem: Problem) -> Normal:
    """Return the pair in the common dialect. The pair must be free of errors (``check``)."""
    domain, problem = _declared(domain, problem)
    rooted = _Rooted(domain, problem)
    domain, problem = rooted.domain(domain), rooted.problem(problem)
    names = _Names(domain, problem)
    domain, problem = names.domain(domain), names.problem(problem)
    single = _Single(domain, problem)
    domain, problem = single.domain(domain), single.problem(problem)
    return Normal(
        msgspec.structs.replace(domain, requirements=required(domain, problem)),
        msgspec.structs.replace(problem, requirements=(), denied=()),
        {new: old for old, new in names.actions.items()},
        {new: old for old, new in names.objects.items()},
    )


def _declared(domain: Domain, problem: Problem) -> tuple[Domain, Problem]:
    """Return the pair with constants, parent types and costs declared, and nothing declared twice."""
    constants = list(dict.fromkeys(domain.constants))
    known = {entry.name for entry in constants}
    constants += [e for e in problem.objects if e.name in named_objects(domain) and e.name not in known]
    known = {entry.name for entry in constants}
    types = [entry for entry in dict.fromkeys(domain.types) if entry.name != OBJECT]
    above = {parent for entry in types for parent in entry.types} - {entry.name for entry in types} - {OBJECT}
    costs = problem.metric == "cost" or any(action.cost for action in domain.actions)
    functions = [symbol for symbol in domain.functions if symbol != _TOTAL]
    values = [(atom, value) for atom, value in dict(problem.values).items() if atom.name != _TOTAL.name]
    return msgspec.structs.replace(
        domain,
        types=_parents_first([*map(Typed, sorted(above)), *types]),
        constants=tuple(constants),
        functions=(*([_TOTAL] if costs else []), *functions),
    ), msgspec.structs.replace(
        problem,
        domain=domain.name,
        objects=tuple(dict.fromkeys(entry for entry in problem.objects if entry.name not in known)),
        init=tuple(dict.fromkeys(problem.init)),
        values=(*([(Atom(_TOTAL.name), 0.0)] if costs else []), *values),
    )


def _parents_first(types: list[Typed]) -> tuple[Typed, ...]:
    """Return types in an order in which some tools can read them; there are no circles."""
    placed: dict[str, Typed] = {}
    while len(placed) < len(types):
        ready = [e for e in types if e.name not in placed and all(t == OBJECT or t in placed for t in e.types)]
        placed |= {entry.name: entry for entry in ready}
    return tuple(placed.values())


class _Rooted(Rewriter):
    """A type of its own above all others where something is any object, which some tools do not accept as a type."""

    def __init__(self, domain: Domain, problem: Problem) -> None:
        self._top = "thing"
        names = {entry.name for entry in (*domain.types, *domain.constants, *problem.objects)}
        names |= {symbol.name for symbol in (*domain.predicates, *domain.functions, *domain.actions)}
        while self._top in names:
            self._top += "-type"
        self._found, self._needed = False, True
        self.domain(domain)
        self.problem(problem)
        self._needed = self._found and bool(domain.types)

    def kind(self, name: str) -> str:
        self._found = self._found or name == OBJECT
        return self._top if name == OBJECT else name

    def types(self, entries: tuple[Typed, ...]) -> tuple[Typed, ...]:
        below = (Typed(e.name, tuple(self._top if kind == OBJECT else kind for kind in e.types)) for e in entries)
        return (Typed(self._top), *below)

    def domain(self, domain: Domain) -> Domain:
        return super().domain(domain) if self._needed else domain

    def problem(self, problem: Problem) -> Problem:
        return super().problem(problem) if self._needed else problem


class _Names(Rewriter):
    """New names for types, objects and actions that share one with something of another kind."""

    def __init__(self, domain: Domain, problem: Problem) -> None:
        self._taken = {symbol.name for symbol in (*domain.predicates, *domain.functions)} | {OBJECT, "number", "either"}
        types = [entry.name for entry in domain.types]
        objects = [entry.name for entry in (*domain.constants, *problem.objects)]
        actions = [action.name for action in domain.actions]
        self._all = {*self._taken, *types, *objects, *actions}
        self.types_renamed = self._suffixed(types, "-type")
        self.objects = self._suffixed(objects, "-object")
        self.actions = self._suffixed(actions, "-action")

    def _suffixed(self, names: Iterable[str], suffix: str) -> dict[str, str]:
        renamed: dict[str, str] = {}
        for name in dict.fromkeys(names):
            if name in self._taken:
                new = name + suffix
                while new in self._all:
                    new += suffix
                renamed[name] = new
                self._all.add(new)
        self._taken.update(renamed.get(name, name) for name in names)
        return renamed

    def term(self, name: str) -> str:
        return self.objects.get(name, name)

    def kind(self, name: str) -> str:
        return self.types_renamed.get(name, name)

    def action(self, action: Action) -> Action:
        rebuilt = super().action(action)
        return msgspec.structs.replace(rebuilt, name=self.actions.get(action.name, action.name))


class _Single(Rewriter):
    """One type for each variable instead of ``either``: the nearest above its members.

    Where that admits more objects, in actions, quantifiers and effects, a generated static predicate guards it.
    """

    def __init__(self, domain: Domain, problem: Problem) -> None:
        self._hierarchy = Hierarchy(domain.types)
        self._world = World(domain, problem)
        self._guards: dict[tuple[str, ...], str] = {}
        self._names = {symbol.name for symbol in (*domain.predicates, *domain.functions)}
        self._names |= {entry.name for entry in (*domain.types, *domain.constants, *problem.objects)}
        self._names |= {action.name for action in domain.actions}

    def _nearest(self, types: tuple[str, ...]) -> str:
        """Return the lowest type that stands above all of the types."""
        above = self._hierarchy.above
        shared = [kind for kind in sorted(above(types[0])) if all(kind in above(other) for other in types)]
        return max(shared, key=lambda kind: len(above(kind)))

    def typed(self, entries: tuple[Typed, ...]) -> tuple[Typed, ...]:
        return tuple(Typed(entry.name, (self._nearest(entry.types),)) for entry in entries)

    def types(self, entries: tuple[Typed, ...]) -> tuple[Typed, ...]:
        return entries

    def _guarded(self, variables: tuple[Typed, ...]) -> list[Formula]:
        """Return the conditions that keep variables to the types that they had."""
        found: list[Formula] = []
        for entry in variables:
            members = self._world.members
            if len(entry.types) > 1 and members(entry.types) != members((self._nearest(entry.types),)):
                found.append(fact(self._guard(entry.types), entry.name))
        return found

    def _guard(self, types: tuple[str, ...]) -> str:
        key = tuple(sorted(types))
        if key not in self._guards:
            name = "is-" + "-or-".join(key)
            while name in self._names:
                name += "-type"
            self._names.add(name)
            self._guards[key] = name
        return self._guards[key]

    def formula(self, formula: Formula) -> Formula:
        rebuilt = super().formula(formula)
        if isinstance(formula, Quantified) and isinstance(rebuilt, Quantified):
            guards = self._guarded(formula.variables)
            if guards:
                condition = And(tuple(guards)) if len(guards) > 1 else guards[0]
                forall = formula.kind == "forall"
                body = Imply(condition, rebuilt.body) if forall else And((condition, rebuilt.body))
                return Quantified(formula.kind, rebuilt.variables, body)
        return rebuilt

    def effect(self, effect: Effect) -> Effect:
        rebuilt = super().effect(effect)
        if isinstance(effect, Every) and isinstance(rebuilt, Every):
            guards = self._guarded(effect.variables)
            if guards:
                return Every(rebuilt.variables, (When(And(tuple(guards)), rebuilt.effects),))
        return rebuilt

    def action(self, action: Action) -> Action:
        rebuilt = super().action(action)
        guards = self._guarded(action.parameters)
        if not guards:
            return rebuilt
        return msgspec.structs.replace(rebuilt, precondition=And((*guards, *conjuncts(rebuilt.precondition))))

    def domain(self, domain: Domain) -> Domain:
        rebuilt = super().domain(domain)
        # guards of the goal count too, and a domain is rewritten before its problem
        self.formula(self._world.problem.goal)
        declared = tuple(Symbol(name, (Typed("?x", (self._nearest(types),)),)) for types, name in self._guards.items())
        return msgspec.structs.replace(rebuilt, predicates=(*rebuilt.predicates, *declared))

    def problem(self, problem: Problem) -> Problem:
        rebuilt = super().problem(problem)
        facts = tuple(
            fact(name, member) for types, name in self._guards.items() for member in self._world.members(types)
        )
        return msgspec.structs.replace(rebuilt, init=(*rebuilt.init, *facts))
