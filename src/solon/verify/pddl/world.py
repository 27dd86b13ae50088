"""What formulas and actions mean in a state: the semantics of PDDL, without any planner.

A state is the set of facts that are true. Deletions come before additions; conditions of effects look at the state
before the action.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from solon.contract import Value
from solon.verify.pddl.syntax import (
    OBJECT,
    Action,
    And,
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
    Step,
    Typed,
    When,
    conjuncts,
)

State = frozenset[Atom]
Binding = Mapping[str, str]


class Hierarchy:
    """Which types stand above which; names that were never declared stand below ``object`` only."""

    def __init__(self, types: Iterable[Typed]) -> None:
        self._parents: dict[str, set[str]] = {}
        for entry in types:
            if entry.name != OBJECT:
                self._parents.setdefault(entry.name, set()).update(entry.types)
        self._above: dict[str, frozenset[str]] = {}

    def above(self, kind: str) -> frozenset[str]:
        """Return a type and all types above it, also where they form a circle."""
        if kind not in self._above:
            seen, waiting = {OBJECT}, [kind]
            while waiting:
                current = waiting.pop()
                if current not in seen:
                    seen.add(current)
                    waiting += self._parents.get(current, ())
            self._above[kind] = frozenset(seen)
        return self._above[kind]

    def fits(self, types: Iterable[str], wanted: Iterable[str]) -> bool:
        """Return whether something of one of the types is of one of the wanted types."""
        allowed = frozenset(wanted)
        return any(self.above(kind) & allowed for kind in types)


class World:
    """A domain and a problem: objects by type, and what formulas and actions mean."""

    def __init__(self, domain: Domain, problem: Problem) -> None:
        self.domain, self.problem = domain, problem
        self.hierarchy = Hierarchy(domain.types)
        self.objects: dict[str, tuple[str, ...]] = {}
        for entry in (*domain.constants, *problem.objects):
            self.objects.setdefault(entry.name, entry.types)
        self.actions = {action.name: action for action in reversed(domain.actions)}
        self.values = dict(problem.values)
        self.start: State = frozenset(problem.init)
        self._members: dict[tuple[str, ...], tuple[str, ...]] = {}

    def members(self, types: tuple[str, ...]) -> tuple[str, ...]:
        """Return the objects of one of the types, in the order of declaration."""
        if types not in self._members:
            fits = self.hierarchy.fits
            self._members[types] = tuple(name for name, own in self.objects.items() if fits(own, types))
        return self._members[types]

    def bindings(self, variables: tuple[Typed, ...]) -> Iterator[dict[str, str]]:
        """Yield all ways in which the variables can stand for objects."""
        for chosen in product(*(self.members(variable.types) for variable in variables)):
            yield {variable.name: name for variable, name in zip(variables, chosen, strict=True)}

    def holds(self, formula: Formula, state: State, binding: Binding) -> bool:
        """Return whether a formula is true in a state."""
        match formula:
            case Atom():
                return bind(formula, binding) in state
            case Equal(left=left, right=right):
                return binding.get(left, left) == binding.get(right, right)
            case Not(body=body):
                return not self.holds(body, state, binding)
            case And(parts=parts):
                return all(self.holds(part, state, binding) for part in parts)
            case Or() | Imply():
                return any(self.holds(part, state, binding) for part in alternatives(formula))
            case Quantified(kind=kind, variables=variables, body=body):
                found = (self.holds(body, state, {**binding, **more}) for more in self.bindings(variables))
                return all(found) if kind == "forall" else any(found)

    def literals(self, formula: Formula, binding: Binding) -> tuple[Formula, ...]:
        """Return the ground parts of a conjunction, nested ones and those for all objects opened."""
        found: list[Formula] = []
        for part in conjuncts(formula):
            if isinstance(part, Quantified) and part.kind == "forall":
                for more in self.bindings(part.variables):
                    found += self.literals(part.body, {**binding, **more})
            else:
                found.append(substitute(part, binding))
        return tuple(dict.fromkeys(found))

    def unmet(self, formula: Formula, state: State, binding: Binding) -> tuple[Formula, ...]:
        """Return the ground parts of a conjunction that are not true."""
        return tuple(part for part in self.literals(formula, binding) if not self.holds(part, state, {}))

    def binding(self, action: Action, step: Step) -> dict[str, str]:
        """Return what the parameters stand for in a step with as many arguments."""
        return {p.name: name for p, name in zip(action.parameters, step.arguments, strict=True)}

    def changes(self, action: Action, state: State, binding: Binding) -> tuple[State, State]:
        """Return the facts that an action adds and those that it removes, of which additions win."""
        added: set[Atom] = set()
        removed: set[Atom] = set()
        self._collect(action.effects, state, binding, (added, removed))
        return frozenset(added), frozenset(removed - added)

    def _collect(
        self, effects: tuple[Effect, ...], state: State, binding: Binding, into: tuple[set[Atom], set[Atom]]
    ) -> None:
        for effect in effects:
            match effect:
                case Change(atom=atom, adds=adds):
                    into[0 if adds else 1].add(bind(atom, binding))
                case When(condition=condition, effects=inner):
                    if self.holds(condition, state, binding):
                        self._collect(inner, state, binding, into)
                case Every(variables=variables, effects=inner):
                    for more in self.bindings(variables):
                        self._collect(inner, state, {**binding, **more}, into)

    def cost(self, action: Action, binding: Binding) -> float | Atom:
        """Return what an action costs under the problem's metric, or the function that has no value there.

        Without a value the action cannot be taken, whatever the metric (as for VAL and Fast Downward).
        """
        total = 0.0
        for part in action.cost:
            value = self.values.get(bind(part, binding)) if isinstance(part, Atom) else part
            if value is None:
                assert isinstance(part, Atom)
                return bind(part, binding)
            total += value
        return total if self.problem.metric == "cost" else 1.0


class Transition(Value, frozen=True):
    """What one step changed."""

    step: Step
    added: tuple[Atom, ...]
    removed: tuple[Atom, ...]
    cost: float


def bind(atom: Atom, binding: Binding) -> Atom:
    """Return an atom with its variables replaced by what they stand for."""
    return Atom(atom.name, tuple(binding.get(term, term) for term in atom.arguments))


def alternatives(formula: Or | Imply) -> tuple[Formula, ...]:
    """Return the formulas of which one must hold."""
    return formula.parts if isinstance(formula, Or) else (Not(formula.condition), formula.conclusion)


def substitute(formula: Formula, binding: Binding) -> Formula:
    """Return a formula with its free variables replaced by what they stand for."""
    match formula:
        case Atom():
            return bind(formula, binding)
        case Equal(left=left, right=right):
            return Equal(binding.get(left, left), binding.get(right, right))
        case Not(body=body):
            return Not(substitute(body, binding))
        case And(parts=parts) | Or(parts=parts):
            return type(formula)(tuple(substitute(part, binding) for part in parts))
        case Imply(condition=condition, conclusion=conclusion):
            return Imply(substitute(condition, binding), substitute(conclusion, binding))
        case Quantified(kind=kind, variables=variables, body=body):
            own = {variable.name for variable in variables}
            return Quantified(kind, variables, substitute(body, {k: v for k, v in binding.items() if k not in own}))
