"""The syntax tree of classical planning problems in PDDL, and its canonical text.

All names are lower case, because PDDL does not tell cases apart. Variables begin with ``?``. The tree holds what was
written, also where it makes no sense: ``check`` says what is wrong with it.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, Literal

from solon.contract import Value

OBJECT: Final = "object"
"""The type above all others; what is declared without a type has it."""


class Typed(Value, frozen=True):
    """A declared name and its types: one, or several for ``either``. Of a type: itself and its parents."""

    name: str
    types: tuple[str, ...] = (OBJECT,)


class Atom(Value, frozen=True, tag="atom"):
    """A predicate or a function at some terms; without variables it is a fact."""

    name: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"({' '.join((self.name, *self.arguments))})"


class Equal(Value, frozen=True, tag="equal"):
    """Two terms are the same object."""

    left: str
    right: str


class Not(Value, frozen=True, tag="not"):
    """A negated formula."""

    body: "Formula"


class And(Value, frozen=True, tag="and"):
    """All parts hold; without parts it is true."""

    parts: tuple["Formula", ...] = ()


class Or(Value, frozen=True, tag="or"):
    """Some part holds; without parts it is false."""

    parts: tuple["Formula", ...] = ()


class Imply(Value, frozen=True, tag="imply"):
    """The conclusion holds where the condition does."""

    condition: "Formula"
    conclusion: "Formula"


class Quantified(Value, frozen=True, tag="quantified"):
    """A formula for all objects, or for some."""

    kind: Literal["forall", "exists"]
    variables: tuple[Typed, ...]
    body: "Formula"


Formula = Atom | Equal | Not | And | Or | Imply | Quantified


class Change(Value, frozen=True, tag="change"):
    """An atom that an action makes true, or false."""

    atom: Atom
    adds: bool = True


class When(Value, frozen=True, tag="when"):
    """Effects that happen only where a condition held before the action."""

    condition: Formula
    effects: tuple["Effect", ...]


class Every(Value, frozen=True, tag="every"):
    """Effects for all objects that the variables can stand for."""

    variables: tuple[Typed, ...]
    effects: tuple["Effect", ...]


Effect = Change | When | Every


class Action(Value, frozen=True):
    """An action schema; its cost is the sum of numbers and of functions at its parameters."""

    name: str
    parameters: tuple[Typed, ...] = ()
    precondition: Formula = And()
    effects: tuple[Effect, ...] = ()
    cost: tuple[float | Atom, ...] = ()


class Symbol(Value, frozen=True):
    """A declared predicate or function with its parameters."""

    name: str
    parameters: tuple[Typed, ...] = ()


class Domain(Value, frozen=True):
    """What can be true and what can be done."""

    name: str
    requirements: tuple[str, ...] = ()  # with their colons
    types: tuple[Typed, ...] = ()
    constants: tuple[Typed, ...] = ()
    predicates: tuple[Symbol, ...] = ()
    functions: tuple[Symbol, ...] = ()  # of numbers; ``total-cost`` is one of them where it is declared
    actions: tuple[Action, ...] = ()

    def action(self, name: str) -> Action | None:
        """Return the first action of that name, or None."""
        return next((action for action in self.actions if action.name == name), None)


class Problem(Value, frozen=True):
    """What there is, what is true at first and what shall become true."""

    name: str
    domain: str
    objects: tuple[Typed, ...] = ()
    init: tuple[Atom, ...] = ()
    goal: Formula = And()
    metric: Literal["length", "cost"] = "length"  # what a plan's cost is: its number of steps, or the sum of costs
    values: tuple[tuple[Atom, float], ...] = ()  # of functions
    denied: tuple[Atom, ...] = ()  # what init says is false, as everything is that it does not name
    requirements: tuple[str, ...] = ()


Step = Atom
"""An action with its arguments, as a plan names it."""

Plan = tuple[Step, ...]


def fact(name: str, *arguments: str) -> Atom:
    """Return an atom: ``fact("on", "a", "b")`` is ``(on a b)``."""
    return Atom(name, arguments)


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """Return the parts that all must hold, nested conjunctions opened."""
    if isinstance(formula, And):
        return tuple(inner for part in formula.parts for inner in conjuncts(part))
    return (formula,)


def parts(formula: Formula) -> tuple[Formula, ...]:
    """Return the formulas that a formula is made of."""
    match formula:
        case Atom() | Equal():
            return ()
        case Not(body=body) | Quantified(body=body):
            return (body,)
        case And(parts=inner) | Or(parts=inner):
            return inner
        case Imply(condition=condition, conclusion=conclusion):
            return (condition, conclusion)


def atoms(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula, in order."""
    if isinstance(formula, Atom):
        yield formula
    for part in parts(formula):
        yield from atoms(part)


def number(value: float) -> str:
    """Return a number as PDDL writes it: whole numbers without a point."""
    return str(int(value)) if value == int(value) else repr(value)


# Canonical text


def print_domain(domain: Domain) -> str:
    """Return a domain's text, which ``read`` reads back as the same value."""
    lines = [f"(define (domain {domain.name})"]
    if domain.requirements:
        lines.append(f"  (:requirements {' '.join(domain.requirements)})")
    lines += _section("types", domain.types)
    lines += _section("constants", domain.constants)
    lines += _symbols("predicates", domain.predicates, "")
    lines += _symbols("functions", domain.functions, " - number")
    for action in domain.actions:
        lines += _action(action)
    return "\n".join([*lines, ")"]) + "\n"


def print_problem(problem: Problem) -> str:
    """Return a problem's text, which ``read`` reads back as the same value."""
    lines = [f"(define (problem {problem.name})", f"  (:domain {problem.domain})"]
    if problem.requirements:
        lines.append(f"  (:requirements {' '.join(problem.requirements)})")
    lines += _section("objects", problem.objects)
    lines.append("  (:init")
    lines += [f"    {atom}" for atom in problem.init]
    lines += [f"    (not {atom})" for atom in problem.denied]
    lines += [f"    (= {atom} {number(value)})" for atom, value in problem.values]
    lines.append("  )")
    lines.append(f"  (:goal {_block(problem.goal, 4)})")
    if problem.metric == "cost":
        lines.append("  (:metric minimize (total-cost))")
    return "\n".join([*lines, ")"]) + "\n"


def print_plan(plan: Iterable[Step]) -> str:
    """Return a plan's text, one step a line."""
    return "".join(f"{step}\n" for step in plan)


def print_formula(formula: Formula) -> str:
    """Return a formula's text on one line."""
    match formula:
        case Atom():
            return str(formula)
        case Equal(left=left, right=right):
            return f"(= {left} {right})"
        case Not(body=body):
            return f"(not {print_formula(body)})"
        case And(parts=inner) | Or(parts=inner):
            word = "and" if isinstance(formula, And) else "or"
            return f"({' '.join((word, *map(print_formula, inner)))})"
        case Imply(condition=condition, conclusion=conclusion):
            return f"(imply {print_formula(condition)} {print_formula(conclusion)})"
        case Quantified(kind=kind, variables=variables, body=body):
            return f"({kind} ({print_typed(variables)}) {print_formula(body)})"


def print_typed(names: Iterable[Typed]) -> str:
    """Return a list of names with their types; one in which all are plain objects names no type."""
    listed = tuple(names)
    if all(entry.types == (OBJECT,) for entry in listed):
        return " ".join(entry.name for entry in listed)
    groups = groupby(listed, key=lambda entry: entry.types)
    return " ".join(f"{' '.join(entry.name for entry in group)} - {_types(types)}" for types, group in groups)


def _types(types: tuple[str, ...]) -> str:
    return types[0] if len(types) == 1 else f"(either {' '.join(types)})"


def _section(title: str, names: tuple[Typed, ...]) -> list[str]:
    if not names:
        return []
    if all(entry.types == (OBJECT,) for entry in names):
        return [f"  (:{title} {print_typed(names)})"]
    groups = groupby(names, key=lambda entry: entry.types)
    lines = [f"    {' '.join(entry.name for entry in group)} - {_types(types)}" for types, group in groups]
    return [f"  (:{title}", *lines, "  )"]


def _symbols(title: str, symbols: tuple[Symbol, ...], suffix: str) -> list[str]:
    if not symbols:
        return []
    lines = [f"    ({' '.join(filter(None, (s.name, print_typed(s.parameters))))}){suffix}" for s in symbols]
    return [f"  (:{title}", *lines, "  )"]


def _action(action: Action) -> list[str]:
    effects = [*map(_effect, action.effects), *(f"(increase (total-cost) {_amount(part)})" for part in action.cost)]
    return [
        f"  (:action {action.name}",
        f"    :parameters ({print_typed(action.parameters)})",
        f"    :precondition {_block(action.precondition, 6)}",
        f"    :effect {_lines('and', effects, 6)}",
        "  )",
    ]


def _amount(part: float | Atom) -> str:
    return str(part) if isinstance(part, Atom) else number(part)


def _effect(effect: Effect) -> str:
    match effect:
        case Change(atom=atom, adds=adds):
            return str(atom) if adds else f"(not {atom})"
        case When(condition=condition, effects=effects):
            return f"(when {print_formula(condition)} {_effects(effects)})"
        case Every(variables=variables, effects=effects):
            return f"(forall ({print_typed(variables)}) {_effects(effects)})"


def _effects(effects: tuple[Effect, ...]) -> str:
    return _effect(effects[0]) if len(effects) == 1 else f"({' '.join(('and', *map(_effect, effects)))})"


def _block(formula: Formula, indent: int) -> str:
    if isinstance(formula, And):
        return _lines("and", [print_formula(part) for part in formula.parts], indent)
    return print_formula(formula)


def _lines(word: str, entries: list[str], indent: int) -> str:
    if not entries:
        return f"({word})"
    return "\n".join([f"({word}", *(" " * indent + entry for entry in entries), " " * (indent - 2) + ")"])
