"""Read domains and problems from PDDL texts: lenient in dialect, exact in errors.

Accepted: STRIPS, typing with ``either``, equality, negative, disjunctive and quantified conditions, conditional
effects, action costs. Refused with a sentence: numeric fluents, durations, derived predicates, preferences.
Whether names are declared and arguments fit is for ``check``.
"""

from collections.abc import Sequence
from typing import Final

from solon.contract import Value
from solon.verify.pddl import lexer
from solon.verify.pddl.lexer import Group, Node, ParseError, Place, Word, exactly, peel
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
    Symbol,
    Typed,
    When,
)

__all__ = ["Document", "ParseError", "peel", "read", "read_domain", "read_problem"]

_COST: Final = "total-cost"


class Document(Value, frozen=True):
    """What one text holds."""

    domain: Domain | None = None
    problem: Problem | None = None


def read(text: str) -> Document:
    """Return the domain and the problem of a text, each at most once. Raises ParseError."""
    domain, problem = None, None
    for definition in lexer.groups(text):
        kind, called = _definition(definition)
        if kind == "domain":
            if domain is not None:
                raise ParseError(definition.place, "a second domain in one text", "write one domain only")
            domain = _domain(called, definition)
        else:
            if problem is not None:
                raise ParseError(definition.place, "a second problem in one text", "write one problem only")
            problem = _problem(called, definition)
    return Document(domain, problem)


def read_domain(text: str) -> Domain:
    """Return the one domain of a text. Raises ParseError, also where there is a problem in it."""
    found = read(text)
    if found.domain is None:
        raise ParseError(Place(), "there is no domain here", "start with (define (domain NAME) ...)")
    if found.problem is not None:
        raise ParseError(Place(), "there is a problem beside the domain", "write the domain only")
    return found.domain


def read_problem(text: str) -> Problem:
    """Return the one problem of a text. Raises ParseError, also where there is a domain in it."""
    found = read(text)
    if found.problem is None:
        raise ParseError(Place(), "there is no problem here", "start with (define (problem NAME) (:domain NAME) ...)")
    if found.domain is not None:
        raise ParseError(Place(), "there is a domain beside the problem", "write the problem only")
    return found.problem


def _definition(node: Group) -> tuple[str, str]:
    if node.head != "define" or len(node.items) < 2:
        remedy = "write (define (domain NAME) ...) or (define (problem NAME) ...)"
        raise ParseError(node.place, f"'({node.head}' where a definition should stand", remedy)
    title = lexer.group(node.items[1], "the title of a definition")
    if title.head not in {"domain", "problem"}:
        raise ParseError(title.place, f"'({title.head}' names no definition", "write (domain NAME) or (problem NAME)")
    (called,) = exactly(title, 1, f"({title.head} NAME)")
    return title.head, lexer.name(called, f"a {title.head}")


# Sections

_ADVICE: Final = {
    ":derived": "derived predicates are not supported: let the actions keep the facts themselves",
    ":durative-action": "durations are not supported: write an :action",
    ":constraints": "constraints on plans are not supported: leave them out",
    ":length": "leave it out",
    ":action": "an action belongs into the domain",
    ":init": "the initial state belongs into the problem",
    ":goal": "the goal belongs into the problem",
    ":objects": "objects belong into the problem; those that actions name are :constants",
}


def _sections(node: Group, known: Sequence[str]) -> dict[str, Group]:
    """Return the sections of a definition by their keywords; actions are left out."""
    found: dict[str, Group] = {}
    for item in node.items[2:]:
        section = lexer.group(item, "a section")
        if section.head == ":action" and ":action" in known:
            continue
        if section.head not in known:
            usual = f"the sections here are {', '.join(known)}"
            raise ParseError(section.place, f"unknown section '({section.head}'", _ADVICE.get(section.head, usual))
        if section.head in found:
            remedy = f"put all of its content into the one at line {found[section.head].place.line}"
            raise ParseError(section.place, f"a second section '({section.head}'", remedy)
        found[section.head] = section
    return found


def _domain(called: str, node: Group) -> Domain:
    known = (":requirements", ":types", ":constants", ":predicates", ":functions", ":action")
    sections = _sections(node, known)
    empty = Group((), node.place)
    section = {key: sections.get(key, empty).items[1:] for key in known}
    actions = [item for item in node.items[2:] if isinstance(item, Group) and item.head == ":action"]
    return Domain(
        called,
        _requirements(section[":requirements"]),
        _typed(section[":types"]),
        _typed(section[":constants"]),
        _symbols(section[":predicates"], "a predicate"),
        _symbols(section[":functions"], "a function"),
        tuple(map(_action, actions)),
    )


def _problem(called: str, node: Group) -> Problem:
    sections = _sections(node, (":domain", ":requirements", ":objects", ":init", ":goal", ":metric"))
    for needed, example in ((":domain", "(:domain NAME)"), (":init", "(:init ...)"), (":goal", "(:goal (and ...))")):
        if needed not in sections:
            raise ParseError(node.place, f"the problem has no section '({needed}'", f"add {example}")
    empty = Group((), node.place)
    (domain,) = exactly(sections[":domain"], 1, "(:domain NAME)")
    (goal,) = exactly(sections[":goal"], 1, "(:goal (and ...))")
    if ":metric" in sections:
        _metric(sections[":metric"])
    facts, values, denied = _init(sections[":init"].items[1:])
    return Problem(
        name=called,
        domain=lexer.name(domain, "a domain"),
        objects=_typed(sections.get(":objects", empty).items[1:]),
        init=facts,
        goal=_formula(goal),
        metric="cost" if ":metric" in sections else "length",
        values=values,
        denied=denied,
        requirements=_requirements(sections.get(":requirements", empty).items[1:]),
    )


def _requirements(nodes: Sequence[Node]) -> tuple[str, ...]:
    for node in nodes:
        if isinstance(node, Group) or not node.text.startswith(":"):
            raise ParseError(node.place, "a requirement starts with ':'", "as (:requirements :strips :typing)")
    return tuple(node.text for node in nodes if isinstance(node, Word))


def _metric(node: Group) -> None:
    if [*_flat(node)] != [":metric", "minimize", _COST]:
        remedy = "write (:metric minimize (total-cost)) or leave it out"
        raise ParseError(node.place, "this metric is not supported", remedy)


def _flat(node: Group) -> list[str]:
    return [text for item in node.items for text in (_flat(item) if isinstance(item, Group) else [item.text])]


def _typed(nodes: Sequence[Node], *, variables: bool = False) -> tuple[Typed, ...]:
    """Return declared names with their types; a list ``a b - t`` gives its type to all names before it."""
    found: list[Typed] = []
    waiting: list[str] = []
    rest = iter(nodes)
    for node in rest:
        if not (isinstance(node, Word) and node.text == "-"):
            waiting.append(lexer.variable(node) if variables else lexer.name(node, "a declaration"))
            continue
        kind = next(rest, None)
        if kind is None or not waiting:
            message = "'-' without a type behind it" if kind is None else "'-' without a name before it"
            raise ParseError(node.place, message, "as a b - TYPE")
        types = _types(kind)
        found += [Typed(entry, types) for entry in waiting]
        waiting = []
    return (*found, *map(Typed, waiting))


def _types(node: Node) -> tuple[str, ...]:
    if isinstance(node, Word):
        return (lexer.name(node, "a type"),)
    if node.head != "either" or len(node.items) < 2:
        raise ParseError(node.place, "this is no type", "write a name or (either NAME NAME)")
    return tuple(lexer.name(item, "a type") for item in node.items[1:])


def _symbols(nodes: Sequence[Node], what: str) -> tuple[Symbol, ...]:
    found: list[Symbol] = []
    rest = iter(nodes)
    for node in rest:
        if what == "a function" and isinstance(node, Word) and node.text == "-":
            kind = next(rest, None)
            if not isinstance(kind, Word) or kind.text != "number":
                raise ParseError(node.place, "a function that is no number", "write '- number' behind it")
            continue
        shape = lexer.group(node, what)
        if not shape.items:
            raise ParseError(shape.place, f"'()' is no declaration of {what}", "as (NAME ?x ?y)")
        found.append(Symbol(lexer.name(shape.items[0], what), _typed(shape.items[1:], variables=True)))
    return tuple(found)


# Initial states


def _init(nodes: Sequence[Node]) -> tuple[tuple[Atom, ...], tuple[tuple[Atom, float], ...], tuple[Atom, ...]]:
    facts: list[Atom] = []
    values: list[tuple[Atom, float]] = []
    denied: list[Atom] = []
    for node in nodes:
        entry = lexer.group(node, "a fact")
        if entry.head == "=":
            left, right = exactly(entry, 2, "(= (FUNCTION NAME) 3)")
            values.append((_fact(lexer.group(left, "a function")), _number(right)))
        elif entry.head == "not":
            (inner,) = exactly(entry, 1, "(not (NAME ...))")
            denied.append(_fact(lexer.group(inner, "a fact")))
        elif entry.head in {"and", "or", "forall", "when", "imply", "exists"}:
            raise ParseError(entry.place, f"'({entry.head}' in the initial state", "list plain facts, one by one")
        else:
            facts.append(_fact(entry))
    return tuple(facts), tuple(values), tuple(denied)


def _fact(node: Group) -> Atom:
    for item in node.items:
        if isinstance(item, Word) and item.text.startswith("?"):
            raise ParseError(item.place, f"the variable '{item.text}' in the initial state", "name an object")
    return _atom(node)


def _number(node: Node) -> float:
    try:
        value = float(node.text) if isinstance(node, Word) else float("nan")
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e15:
        raise ParseError(node.place, "a cost that is no number of at least 0", "write a number such as 3")
    return value


# Formulas


def _atom(node: Group) -> Atom:
    if not node.items:
        raise ParseError(node.place, "'()' is no atom", "as (NAME ?x ?y)")
    return Atom(lexer.name(node.items[0], "a predicate"), tuple(map(_term, node.items[1:])))


def _term(node: Node) -> str:
    if isinstance(node, Word) and node.text.startswith("?"):
        return lexer.variable(node)
    return lexer.name(node, "an argument")


_OUTSIDE: Final = {
    "when": "conditions of effects belong into :effect",
    "preference": "preferences are not supported: leave it out",
    **dict.fromkeys(("<", "<=", ">", ">=", "+", "*", "/"), "numeric conditions are not supported: use predicates"),
    **dict.fromkeys(("increase", "decrease", "assign"), "numbers are changed in :effect only"),
}


def _formula(node: Node) -> Formula:
    entry = lexer.group(node, "a condition")
    rest = entry.items[1:]
    match entry.head:
        case "" if not entry.items:
            formula = And()
        case "and":
            formula = And(tuple(map(_formula, rest)))
        case "or":
            formula = Or(tuple(map(_formula, rest)))
        case "not":
            (body,) = exactly(entry, 1, "(not (NAME ...))")
            formula = Not(_formula(body))
        case "imply":
            condition, conclusion = exactly(entry, 2, "(imply CONDITION CONCLUSION)")
            formula = Imply(_formula(condition), _formula(conclusion))
        case "forall" | "exists":
            variables, body = exactly(entry, 2, f"({entry.head} (?x - TYPE) CONDITION)")
            kind = "forall" if entry.head == "forall" else "exists"
            formula = Quantified(kind, _variables(variables), _formula(body))
        case "=":
            left, right = exactly(entry, 2, "(= ?x ?y)")
            formula = Equal(_term(left), _term(right))
        case head:
            if head in _OUTSIDE:
                raise ParseError(entry.place, f"'({head}' in a condition", _OUTSIDE[head])
            formula = _atom(entry)
    return formula


def _variables(node: Node) -> tuple[Typed, ...]:
    return _typed(lexer.group(node, "a list of variables").items, variables=True)


# Actions


def _action(node: Group) -> Action:
    if len(node.items) < 2:
        raise ParseError(node.place, "an action without a name", "as (:action NAME :parameters (...) ...)")
    called = lexer.name(node.items[1], "an action")
    fields: dict[str, Node] = {}
    rest = iter(node.items[2:])
    for key in rest:
        if isinstance(key, Group) or key.text not in {":parameters", ":precondition", ":effect"}:
            shown = f"({key.head}" if isinstance(key, Group) else key.text
            remedy = "an action has :parameters (...) :precondition (...) :effect (...)"
            raise ParseError(key.place, f"'{shown}' in action {called}", remedy)
        value = next(rest, None)
        if value is None or key.text in fields:
            problem = "a second" if value is not None else "nothing behind"
            raise ParseError(key.place, f"{problem} {key.text} in action {called}", f"write {key.text} (...) once")
        fields[key.text] = value
    cost: list[float | Atom] = []
    return Action(
        called,
        _variables(fields[":parameters"]) if ":parameters" in fields else (),
        _formula(fields[":precondition"]) if ":precondition" in fields else And(),
        _effects(fields[":effect"], cost) if ":effect" in fields else (),
        tuple(cost),
    )


def _effects(node: Node, cost: list[float | Atom] | None) -> tuple[Effect, ...]:
    """Return the effects; costs go into the list, None where a cost must not stand."""
    entry = lexer.group(node, "an effect")
    match entry.head:
        case "" if not entry.items:
            effects: tuple[Effect, ...] = ()
        case "and":
            effects = tuple(effect for item in entry.items[1:] for effect in _effects(item, cost))
        case "not":
            (inner,) = exactly(entry, 1, "(not (NAME ...))")
            effects = (Change(_changed(lexer.group(inner, "an atom")), adds=False),)
        case "when":
            condition, inner = exactly(entry, 2, "(when CONDITION EFFECT)")
            effects = (When(_formula(condition), _effects(inner, None)),)
        case "forall":
            variables, inner = exactly(entry, 2, "(forall (?x - TYPE) EFFECT)")
            effects = (Every(_variables(variables), _effects(inner, None)),)
        case "increase":
            _increase(entry, cost)
            effects = ()
        case _:
            effects = (Change(_changed(entry)),)
    return effects


def _increase(entry: Group, cost: list[float | Atom] | None) -> None:
    target, amount = exactly(entry, 2, "(increase (total-cost) 3)")
    if not isinstance(target, Group) or _flat(target) != [_COST]:
        raise ParseError(entry.place, "only total-cost can be increased", "use predicates to count anything else")
    if cost is None:
        raise ParseError(entry.place, "a cost inside a condition", "let the whole action have one cost")
    cost.append(_atom(amount) if isinstance(amount, Group) else _number(amount))


def _changed(entry: Group) -> Atom:
    if entry.head in {"or", "imply", "exists", "=", "decrease", "assign", "oneof", "not", "and"}:
        remedy = "an effect lists atoms and (not ATOM), joined by 'and'; 'when' and 'forall' may stand around them"
        raise ParseError(entry.place, f"'({entry.head}' changed by an effect", remedy)
    return _atom(entry)
