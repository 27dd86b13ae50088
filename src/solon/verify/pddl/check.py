"""A strict reading of domains and problems: what is undeclared, misplaced or contradictory, and what is dialect."""

import difflib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from solon.verify.pddl.issue import Issue, Kind, errors
from solon.verify.pddl.lexer import clipped
from solon.verify.pddl.needs import named_objects, undeclared, walk_effects
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
    Not,
    Problem,
    Quantified,
    Symbol,
    Typed,
    When,
    conjuncts,
    parts,
    print_formula,
)
from solon.verify.pddl.world import Hierarchy, World

__all__ = ["check", "check_domain", "check_problem", "errors", "widths"]

_WIDEST: Final = 100_000
"""Combinations of objects that the quantifiers of one formula or one effect may run through."""

_MOST: Final = 100
"""Issues of one severity that are told; a text with more is not read further for hints."""

_SAID: Final = 400  # characters of a message, which quotes names

_COMPARED: Final = 200  # names among which the likely one is looked for

Scope = dict[str, tuple[str, ...]]
"""Terms that may stand somewhere, with their types."""


def check(domain: Domain, problem: Problem) -> tuple[Issue, ...]:
    """Return what is wrong with a pair, those of the domain first."""
    return (*check_domain(domain, problem), *check_problem(domain, problem))


def check_domain(domain: Domain, problem: Problem | None = None) -> tuple[Issue, ...]:
    """Return what is wrong with a domain; objects of the problem may stand for undeclared constants."""
    checker = _Checker(domain)
    checker.declarations()
    scope: Scope = {entry.name: entry.types for entry in reversed(domain.constants)}
    if problem is not None:
        lent = [e for e in problem.objects if e.name in named_objects(domain) and e.name not in scope]
        for entry in lent:
            message = f"'{entry.name}' is named by actions and declared as an object of the problem only"
            checker.add("Dialect", message, "declare it in :constants", "constants", entry.name, severity="note")
            scope[entry.name] = entry.types
    for action in domain.actions:
        checker.action(action, scope)
    needed = undeclared(domain, problem)
    if needed:
        message = f"the requirements {' '.join(needed)} are used and not declared"
        checker.add("Dialect", message, "add them to :requirements", "requirements", *needed, severity="note")
    return tuple(checker.issues)


def check_problem(domain: Domain, problem: Problem) -> tuple[Issue, ...]:
    """Return what is wrong with a problem, given its domain."""
    checker = _Checker(domain)
    if problem.domain != domain.name:
        message = f"the problem is for the domain '{problem.domain}', this domain is '{domain.name}'"
        checker.add("WrongDomain", message, f"write (:domain {domain.name})", "domain", problem.domain)
    constants = {entry.name: entry.types for entry in domain.constants}
    checker.unique([entry.name for entry in problem.objects], "objects", "object")
    for entry in problem.objects:
        checker.types_of(entry, "objects", one=True)
        if entry.name in constants:
            same = constants[entry.name] == entry.types
            message = f"'{entry.name}' is a constant of the domain already"
            severity = "note" if same else "error"
            checker.add("Duplicate", message, "leave it out of :objects", "objects", entry.name, severity=severity)
    scope: Scope = {entry.name: entry.types for entry in reversed((*domain.constants, *problem.objects))}
    checker.init(problem, scope)
    checker.formula(problem.goal, scope, "goal")
    checker.breadth(problem)
    if not errors(checker.issues):
        checker.goal(problem)
    return tuple(checker.issues)


def _likely(name: str, known: Iterable[str]) -> str:
    listed = sorted(set(known))
    close = difflib.get_close_matches(name[:_COMPARED], listed[:_COMPARED], 1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    shown = ", ".join(listed[:30]) + (", ..." if len(listed) > 30 else "")
    return f"{hint}declared are {shown}" if listed else "none is declared"


def _combinations(variables: tuple[Typed, ...], world: World) -> int:
    return math.prod(len(world.members(variable.types)) for variable in variables)


def _width(formula: Formula, world: World) -> int:
    """Return how many atoms a formula has once its quantifiers are filled in."""
    inner = sum(_width(part, world) for part in parts(formula)) or 1
    return inner * _combinations(formula.variables, world) if isinstance(formula, Quantified) else inner


def _effect_width(effect: Effect, world: World) -> int:
    match effect:
        case Change():
            return 1
        case When(condition=condition, effects=effects):
            return _width(condition, world) + sum(_effect_width(inner, world) for inner in effects)
        case Every(variables=variables, effects=effects):
            return _combinations(variables, world) * sum(_effect_width(inner, world) for inner in effects)


def widths(domain: Domain, problem: Problem) -> dict[str, int]:
    """Return by action how many atoms its condition has, or its effects, once quantifiers are filled in."""
    world = World(domain, problem)
    return {
        action.name: max(
            _width(action.precondition, world), sum(_effect_width(effect, world) for effect in action.effects)
        )
        for action in domain.actions
    }


class _Checker:
    """Collects issues; knows the declarations of one domain."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._hierarchy = Hierarchy(domain.types)
        self._types = {OBJECT, *(entry.name for entry in domain.types)}
        self._types |= {parent for entry in domain.types for parent in entry.types}
        self._predicates = {symbol.name: symbol for symbol in reversed(domain.predicates)}
        self._functions = {symbol.name: symbol for symbol in reversed(domain.functions)}
        self._mistyped: set[tuple[str, str, str]] = set()
        self._told: Counter[str] = Counter()
        self._known: set[Issue] = set()
        self.issues: list[Issue] = []

    def add(self, kind: Kind, message: str, remedy: str, where: str, *names: str, severity: str = "error") -> None:
        """Note an issue, once."""
        level = "error" if severity == "error" else "warning" if severity == "warning" else "note"
        issue = Issue(kind, clipped(message, _SAID), remedy, level, where, names)
        if issue not in self._known and self._told[level] < _MOST:
            self._told[level] += 1
            self._known.add(issue)
            self.issues.append(issue)

    def likely(self, name: str, known: Iterable[str]) -> str:
        """Return which of some names was meant, as long as errors are told."""
        return _likely(name, known) if self._told["error"] < _MOST else ""

    def unique(self, names: Sequence[str], where: str, what: str) -> None:
        """Note names that are declared twice."""
        for name, count in Counter(names).items():
            if count > 1:
                message = f"the {what} '{name}' is declared {count} times"
                self.add("Duplicate", message, "declare it once", where, name)

    def types_of(self, entry: Typed, where: str, *, one: bool = False) -> None:
        """Note undeclared types of a declaration, and several where there must be one."""
        for kind in entry.types:
            if kind not in self._types:
                message = f"the type '{kind}' of '{entry.name}' is not declared"
                self.add("UndefinedSymbol", message, self.likely(kind, self._types), where, kind)
        if len(entry.types) > 1 and one:
            self.add("TypeMismatch", f"'{entry.name}' has several types", "give it one type", where, entry.name)
        elif len(entry.types) > 1:
            message = f"'{entry.name}' has the types {' and '.join(entry.types)} by 'either'"
            self.add(
                "Dialect", message, "few tools read it; a type above them would do", where, entry.name, severity="note"
            )

    def declarations(self) -> None:
        """Check types, constants, predicates, functions and the names of actions."""
        domain = self._domain
        for what, where, entries in (
            ("type", "types", domain.types),
            ("constant", "constants", domain.constants),
            ("predicate", "predicates", domain.predicates),
            ("function", "functions", domain.functions),
            ("action", "actions", domain.actions),
        ):
            self.unique([entry.name for entry in entries], where, what)
        self._type_tree()
        for entry in domain.constants:
            self.types_of(entry, "constants", one=True)
        for where, symbols in (("predicates", domain.predicates), ("functions", domain.functions)):
            for symbol in symbols:
                place = f"{where}: {symbol.name}"
                self.unique([p.name for p in symbol.parameters], place, "parameter")
                for parameter in symbol.parameters:
                    self.types_of(parameter, place)
        for action in domain.actions:
            if action.name in self._predicates:
                message = f"an action and a predicate are called '{action.name}'"
                self.add(
                    "Dialect",
                    message,
                    "call the action otherwise",
                    f"action {action.name}",
                    action.name,
                    severity="note",
                )

    def _type_tree(self) -> None:
        declared = {entry.name for entry in self._domain.types}
        for entry in self._domain.types:
            if entry.name == OBJECT:
                message = "a type is called 'object', which every type stands below already"
                self.add("Dialect", message, "leave it out", "types", OBJECT, severity="note")
                continue
            self.types_of(entry, "types", one=True)
            for parent in entry.types:
                if parent not in declared and parent != OBJECT:
                    message = f"the type '{parent}' is named as a parent and not declared"
                    self.add("Dialect", message, "list it in :types", "types", parent, severity="note")
                if entry.name in self._hierarchy.above(parent):
                    message = f"the type '{entry.name}' stands above itself"
                    self.add("TypeMismatch", message, "remove the circle", "types", entry.name)

    # Formulas

    def atom(self, atom: Atom, scope: Scope, where: str, *, function: bool = False) -> None:
        """Check one atom: its name, the number of its arguments, and their types."""
        what, known = ("function", self._functions) if function else ("predicate", self._predicates)
        symbol = known.get(atom.name)
        if symbol is None:
            message = f"the {what} '{atom.name}' of {atom} is not declared"
            self.add("UndefinedSymbol", message, self.likely(atom.name, known), where, atom.name, str(atom))
        elif len(symbol.parameters) != len(atom.arguments):
            declared = Atom(symbol.name, tuple(p.name for p in symbol.parameters))
            message = f"{atom} has {len(atom.arguments)} arguments, {declared} is declared"
            self.add("WrongArity", message, f"give it {len(symbol.parameters)}", where, atom.name, str(atom))
            symbol = None
        for term in atom.arguments:
            self._term(term, scope, where)
        if symbol is not None:
            self._arguments(atom, symbol, scope, where)

    def _term(self, term: str, scope: Scope, where: str) -> None:
        if term in scope:
            return
        if term.startswith("?"):
            message = f"the variable '{term}' is not declared here"
            variables = [name for name in scope if name.startswith("?")]
            self.add("UndefinedSymbol", message, self.likely(term, variables), where, term)
        else:
            kind = "constant" if where.startswith("action") else "object"
            objects = [name for name in scope if not name.startswith("?")]
            self.add("UndefinedSymbol", f"the {kind} '{term}' is not declared", self.likely(term, objects), where, term)

    def _arguments(self, atom: Atom, symbol: Symbol, scope: Scope, where: str) -> None:
        fits = self._hierarchy.fits
        for parameter, term in zip(symbol.parameters, atom.arguments, strict=True):
            types = scope.get(term)
            if types is None or all(fits((kind,), parameter.types) for kind in types):
                continue
            own, wanted = " or ".join(types), " or ".join(parameter.types)
            message = f"{atom} has '{term}', of type {own}, where '{symbol.name}' takes type {wanted}"
            variable = term.startswith("?")
            # a variable of a wider type is legal for most tools; an object is told once and not at each fact
            wider = variable and (fits(types, parameter.types) or fits(parameter.types, types))
            if not variable and (where, term, wanted) in self._mistyped:
                continue
            self._mistyped.add((where, term, wanted))
            remedy = "narrow its type" if variable else f"declare '{term} - {wanted}' or put another object there"
            self.add("TypeMismatch", message, remedy, where, str(atom), term, severity="warning" if wider else "error")

    def formula(self, formula: Formula, scope: Scope, where: str) -> None:
        """Check a formula with the terms that may stand in it."""
        match formula:
            case Atom():
                self.atom(formula, scope, where)
            case Equal(left=left, right=right):
                self._term(left, scope, where)
                self._term(right, scope, where)
            case Quantified(variables=variables, body=body):
                self.formula(body, self._inner(variables, scope, where), where)
            case _:
                for part in parts(formula):
                    self.formula(part, scope, where)

    def _inner(self, variables: tuple[Typed, ...], scope: Scope, where: str) -> Scope:
        self.unique([variable.name for variable in variables], where, "variable")
        for variable in variables:
            self.types_of(variable, where)
        return {**scope, **{variable.name: variable.types for variable in variables}}

    # Actions

    def action(self, action: Action, scope: Scope) -> None:
        """Check one action; ``scope`` has the constants."""
        where = f"action {action.name}"
        inner = self._inner(action.parameters, scope, where)
        self.formula(action.precondition, inner, where)
        self._effects(action.effects, inner, where)
        for part in action.cost:
            if isinstance(part, Atom):
                self.atom(part, inner, where, function=True)
        if action.cost and "total-cost" not in self._functions:
            self.add(
                "Dialect",
                "total-cost is used and not declared",
                "add (:functions (total-cost) - number)",
                "functions",
                "total-cost",
                severity="note",
            )
        changes = Counter(effect for effect in walk_effects(action.effects) if isinstance(effect, Change))
        if not changes:
            self.add(
                "NoEffect", "the action has no effect", "add what it changes", where, action.name, severity="warning"
            )

    def _effects(self, effects: tuple[Effect, ...], scope: Scope, where: str) -> None:
        for effect in effects:
            match effect:
                case Change(atom=atom):
                    self.atom(atom, scope, where)
                case When(condition=condition, effects=inner):
                    self.formula(condition, scope, where)
                    self._effects(inner, scope, where)
                case Every(variables=variables, effects=inner):
                    self._effects(inner, self._inner(variables, scope, where), where)

    # Problems

    def init(self, problem: Problem, scope: Scope) -> None:
        """Check the facts and values of an initial state."""
        for atom, count in Counter(problem.init).items():
            self.atom(atom, scope, "init")
            if count > 1:
                self.add(
                    "Duplicate",
                    f"{atom} is stated {count} times",
                    "state it once",
                    "init",
                    str(atom),
                    severity="warning",
                )
        for atom in problem.denied:
            self.atom(atom, scope, "init")
            if atom in problem.init:
                self.add("InconsistentInit", f"{atom} is stated and denied", "keep one of both", "init", str(atom))
        given: dict[Atom, float] = {}
        for atom, value in problem.values:
            if atom.name != "total-cost":
                self.atom(atom, scope, "init", function=True)
            if given.setdefault(atom, value) != value:
                message = f"{atom} has the values {given[atom]:g} and {value:g}"
                self.add("InconsistentInit", message, "give it one value", "init", str(atom))

    def breadth(self, problem: Problem) -> None:
        """Check that quantifiers do not run through more combinations of objects than can be tried."""
        found = {f"action {name}": width for name, width in widths(self._domain, problem).items()}
        for where, width in [("goal", _width(problem.goal, World(self._domain, problem))), *found.items()]:
            if width > _WIDEST:
                message = f"its quantifiers run through {width} combinations of objects"
                remedy = f"use fewer variables; at most {_WIDEST} are tried"
                self.add("TooWide", message, remedy, where)

    def goal(self, problem: Problem) -> None:
        """Check what a goal without errors means."""
        world = World(self._domain, problem)
        literals = world.literals(problem.goal, {})
        effects = [effect for action in self._domain.actions for effect in walk_effects(action.effects)]
        made = {effect.atom.name for effect in effects if isinstance(effect, Change) and effect.adds}
        for literal in literals:
            if isinstance(literal, Atom) and literal.name not in made and literal not in world.start:
                message = f"{literal} does not hold at first and no action makes it true"
                remedy = "state it in :init or ask for something else"
                self.add("UnreachableGoal", message, remedy, "goal", str(literal), severity="warning")
            if isinstance(literal, Not) and literal.body in literals:
                text = print_formula(literal.body)
                self.add(
                    "ContradictoryGoal",
                    f"{text} shall hold and not hold",
                    "keep one of both",
                    "goal",
                    text,
                    severity="warning",
                )
        if world.holds(problem.goal, world.start, {}):
            self.add(
                "GoalAlreadyTrue",
                "the goal holds in the initial state",
                "state what shall be different",
                "goal",
                *map(str, filter(lambda part: isinstance(part, Atom), conjuncts(problem.goal))),
                severity="warning",
            )
