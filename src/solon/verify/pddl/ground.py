"""Problems without variables: facts as bits, and operators for all steps that could ever be taken.

Static conditions are decided while variables are filled in; what the relaxation without deletions cannot reach is
left out. Conditions become alternatives of literals, so that one step may have several operators.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from solon.verify.pddl.needs import walk_effects
from solon.verify.pddl.syntax import (
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
    When,
    conjuncts,
)
from solon.verify.pddl.world import World, alternatives, bind

_MOST: Final = 60_000
_WIDEST: Final = 2_000  # alternatives of one condition
_WORK: Final = 500_000  # literals of conditions looked at
_TRIES: Final = 5  # partial bindings looked at, for each operator allowed


class TooLarge(Exception):
    """Raised when there are more operators or alternatives than allowed."""


Literals = tuple[frozenset[Atom], frozenset[Atom]]
"""Atoms that hold and atoms that do not."""


@dataclass(slots=True)
class _Instance:
    """An operator before facts have numbers."""

    step: Step
    cost: float
    condition: Literals
    effects: list[tuple[Literals, frozenset[Atom], frozenset[Atom]]]


@dataclass(frozen=True, slots=True)
class Conditional:
    """What changes where some facts hold and others do not, all as bits."""

    holding: int
    missing: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Operator:
    """A step that can be taken where some facts hold and others do not, all as bits."""

    step: Step
    holding: int
    missing: int
    cost: float
    effects: tuple[Conditional, ...]

    def applicable(self, state: int) -> bool:
        """Return whether the step can be taken."""
        return state & self.holding == self.holding and not state & self.missing

    def apply(self, state: int) -> int:
        """Return the state after the step."""
        added, removed = 0, 0
        for effect in self.effects:
            if state & effect.holding == effect.holding and not state & effect.missing:
                added |= effect.added
                removed |= effect.removed
        return (state & ~removed) | added


@dataclass(frozen=True, slots=True)
class Task:
    """A grounded problem; the goal holds where one of its alternatives does."""

    facts: tuple[Atom, ...]
    start: int
    operators: tuple[Operator, ...]
    goals: tuple[tuple[int, int], ...]  # facts that hold, facts that do not

    def done(self, state: int) -> bool:
        """Return whether the goal holds."""
        return any(state & holding == holding and not state & missing for holding, missing in self.goals)


def ground(domain: Domain, problem: Problem, most: int = _MOST) -> Task:
    """Return the grounded problem of an error-free pair. Raises TooLarge beyond so many operators."""
    grounder = _Grounder(World(domain, problem), most)
    return grounder.task()


@dataclass(slots=True)
class _Grounder:
    world: World
    most: int
    _static: set[str] = field(default_factory=set[str])
    _tried: int = 0
    _looked: int = 0

    def task(self) -> Task:
        """Return the grounded problem."""
        domain = self.world.domain
        changed = {e.atom.name for a in domain.actions for e in walk_effects(a.effects) if isinstance(e, Change)}
        self._static = {symbol.name for symbol in domain.predicates} - changed
        instances: list[_Instance] = []
        for action in self.world.actions.values():
            for binding in self._bindings(action):
                instances += self._instances(action, binding)
                if len(instances) > self.most:
                    raise TooLarge(f"more than {self.most} operators")
        goals = self._alternatives(self.world.problem.goal, {}, wanted=True)
        return _numbered(self.world, instances, goals, self._static)

    def _bindings(self, action: Action) -> Iterator[dict[str, str]]:
        """Yield what parameters can stand for as far as static conditions tell."""
        order = [parameter.name for parameter in action.parameters]
        tests: list[list[Formula]] = [[] for _ in range(len(order) + 1)]
        for part in conjuncts(action.precondition):
            literal = part.body if isinstance(part, Not) else part
            if isinstance(literal, Equal):
                terms: tuple[str, ...] = (literal.left, literal.right)
            elif isinstance(literal, Atom) and literal.name in self._static:
                terms = literal.arguments
            else:
                continue
            tests[max((order.index(term) + 1 for term in terms if term in order), default=0)].append(part)
        start = self.world.start
        holds = self.world.holds

        def fill(index: int, binding: dict[str, str]) -> Iterator[dict[str, str]]:
            self._tried += 1
            if self._tried > _TRIES * self.most:
                raise TooLarge(f"more than {self._tried - 1} bindings of parameters")
            if not all(holds(test, start, binding) for test in tests[index]):
                return
            if index == len(order):
                yield dict(binding)
                return
            for name in self.world.members(action.parameters[index].types):
                binding[order[index]] = name
                yield from fill(index + 1, binding)
            binding.pop(order[index], None)

        yield from fill(0, {})

    def _instances(self, action: Action, binding: dict[str, str]) -> Iterator[_Instance]:
        cost = self.world.cost(action, binding)
        if isinstance(cost, Atom):
            return
        step = Atom(action.name, tuple(binding[parameter.name] for parameter in action.parameters))
        effects = list(self._effects(action.effects, binding, [(frozenset(), frozenset())]))
        for condition in self._alternatives(action.precondition, binding, wanted=True):
            yield _Instance(step, cost, condition, effects)

    def _effects(
        self, effects: tuple[Effect, ...], binding: dict[str, str], conditions: list[Literals]
    ) -> Iterator[tuple[Literals, frozenset[Atom], frozenset[Atom]]]:
        """Yield what changes under each alternative of the conditions around it."""
        plain = [effect for effect in effects if isinstance(effect, Change)]
        added = frozenset(bind(effect.atom, binding) for effect in plain if effect.adds)
        removed = frozenset(bind(effect.atom, binding) for effect in plain if not effect.adds)
        if plain:
            for condition in conditions:
                yield condition, added, removed
        for effect in effects:
            if isinstance(effect, Every):
                for more in self.world.bindings(effect.variables):
                    yield from self._effects(effect.effects, {**binding, **more}, conditions)
            elif isinstance(effect, When):
                inner = self._alternatives(effect.condition, binding, wanted=True)
                yield from self._effects(effect.effects, binding, _joined([conditions, inner]))

    def _alternatives(self, formula: Formula, binding: dict[str, str], *, wanted: bool) -> list[Literals]:
        """Return the ways in which a formula can have the wanted truth value; none if it cannot."""
        match formula:
            case Atom() | Equal():
                return self._literal(formula, binding, wanted=wanted)
            case Not(body=body):
                return self._alternatives(body, binding, wanted=not wanted)
            case And(parts=parts):
                every, ways = wanted, [self._alternatives(part, binding, wanted=wanted) for part in parts]
            case Or() | Imply():
                branches = alternatives(formula)
                every, ways = not wanted, [self._alternatives(part, binding, wanted=wanted) for part in branches]
            case Quantified(kind=kind, variables=variables, body=body):
                every = (kind == "forall") == wanted
                ways = [
                    self._alternatives(body, {**binding, **more}, wanted=wanted)
                    for more in self.world.bindings(variables)
                ]
        if every:
            return _joined(ways)
        return list(dict.fromkeys(way for branch in ways for way in branch))

    def _literal(self, formula: Atom | Equal, binding: dict[str, str], *, wanted: bool) -> list[Literals]:
        self._looked += 1
        if self._looked > _WORK:
            raise TooLarge(f"more than {_WORK} literals of conditions")
        always: list[Literals] = [(frozenset(), frozenset())]
        if isinstance(formula, Equal) or formula.name in self._static:
            return always if self.world.holds(formula, self.world.start, binding) == wanted else []
        atom = frozenset((bind(formula, binding),))
        return [(atom, frozenset()) if wanted else (frozenset(), atom)]


def _joined(ways: list[list[Literals]]) -> list[Literals]:
    """Return the consistent combinations of one alternative of each."""
    joined: dict[Literals, None] = {(frozenset(), frozenset()): None}
    for branch in ways:
        following: dict[Literals, None] = {}
        for (holding, missing), (more, less) in product(joined, branch):
            together = (holding | more, missing | less)
            if not together[0] & together[1]:
                following[together] = None
            if len(following) > _WIDEST:
                raise TooLarge(f"a condition with more than {_WIDEST} alternatives")
        joined = following
    return list(joined)


def _reachable(instances: list[_Instance], start: set[Atom]) -> tuple[set[Atom], list[_Instance]]:
    """Return the facts and operators that can be reached if nothing is ever deleted."""
    reached: set[Atom] = set()
    waiting: dict[Atom, list[int]] = {}
    rules: list[tuple[frozenset[Atom], int]] = []  # facts added, operator
    needed: list[int] = []
    todo = list(start)
    for index, instance in enumerate(instances):
        nothing = frozenset[Atom]()
        for extra, added in [(nothing, nothing), *((holding, added) for (holding, _), added, _ in instance.effects)]:
            together = instance.condition[0] | extra
            for atom in together:
                waiting.setdefault(atom, []).append(len(rules))
            needed.append(len(together))
            rules.append((added, index))
            if not together:
                todo += added
    useful = {index for (_, index), count in zip(rules, needed, strict=True) if not count}
    while todo:
        atom = todo.pop()
        if atom in reached:
            continue
        reached.add(atom)
        for rule in waiting.get(atom, ()):
            needed[rule] -= 1
            if not needed[rule]:
                todo += rules[rule][0]
                useful.add(rules[rule][1])
    return reached, [instance for index, instance in enumerate(instances) if index in useful]


def _numbered(world: World, instances: list[_Instance], goals: list[Literals], static: set[str]) -> Task:
    """Return the task with facts as bits, in the order of their texts."""
    start = {atom for atom in world.start if atom.name not in static}
    reached, useful = _reachable(instances, start)
    facts = tuple(sorted(reached, key=str))
    bits = {atom: 1 << index for index, atom in enumerate(facts)}

    def mask(atoms: frozenset[Atom]) -> int:
        return sum(bits[atom] for atom in atoms if atom in bits)

    def effects(instance: _Instance) -> tuple[Conditional, ...]:
        return tuple(
            Conditional(mask(holding), mask(missing), mask(added), mask(removed))
            for (holding, missing), added, removed in instance.effects
            if holding <= reached
        )

    operators = tuple(
        Operator(instance.step, mask(holding), mask(missing), instance.cost, effects(instance))
        for instance in useful
        for holding, missing in (instance.condition,)
    )
    possible = tuple((mask(holding), mask(missing)) for holding, missing in goals if holding <= reached)
    return Task(facts, mask(frozenset(start)), operators, possible)
