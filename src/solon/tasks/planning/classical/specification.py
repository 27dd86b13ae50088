"""Domains in words: each predicate and action as a sentence with slots, and a parser that reads the sentences back."""

import re
from typing import Final

from msgspec import structs

from solon.tasks.planning.classical.scene import World
from solon.verify.pddl.syntax import (
    Action,
    And,
    Atom,
    Change,
    Domain,
    Formula,
    Not,
    Symbol,
    Typed,
    conjuncts,
    number,
    print_typed,
)

_NOT: Final = "it is not so that "
_GONE: Final = "it is no longer so that "
_ACTION: Final = re.compile(
    r"- \((?P<name>[^ )]+) ?(?P<parameters>[^)]*)\): (?P<words>[^\n]*)\n"
    r"  possible when: (?P<condition>[^\n]*)\n  afterwards: (?P<effect>[^\n]*)(?:\n  cost: (?P<cost>[\d.]+))?"
)
_NOTHING: Final = "nothing in particular"


class Unread(ValueError):
    """Raised for words that no template fits."""


def render(world: World) -> str:
    """Return what a domain is, in words: types, predicates, and actions with what they need and change."""
    domain = world.domain
    lines = ["Types:", *(f"- {entry.name}, a kind of {entry.types[0]}" for entry in domain.types)]
    if domain.constants:
        lines += ["", "Things that are always there:"]
        lines += [f"- {entry.name}, of type {entry.types[0]}" for entry in domain.constants]
    lines += ["", "Predicates:", *(f"- {_symbol(world, symbol)}" for symbol in domain.predicates)]
    lines += ["", "Actions:", *(_action(world, action) for action in domain.actions)]
    return "\n".join(lines) + "\n"


def _symbol(world: World, symbol: Symbol) -> str:
    names = [_upper(parameter.name) for parameter in symbol.parameters]
    head = " ".join(filter(None, (symbol.name, _declared(symbol.parameters))))
    return f"({head}): {world.phrases[symbol.name].format(*names)}"


def _declared(parameters: tuple[Typed, ...]) -> str:
    return (
        print_typed(Typed(_upper(entry.name), entry.types) for entry in parameters).replace("(", "[").replace(")", "]")
    )


def _upper(name: str) -> str:
    return name[1:].upper() if name.startswith("?") else name


def _words(world: World, atom: Atom) -> str:
    return world.phrases[atom.name].format(*map(_upper, atom.arguments))


def _condition(world: World, part: Formula) -> str:
    if isinstance(part, Atom):
        return _words(world, part)
    assert isinstance(part, Not)
    assert isinstance(part.body, Atom)
    return f"{_NOT}{_words(world, part.body)}"


def _action(world: World, action: Action) -> str:
    condition = [_condition(world, part) for part in conjuncts(action.precondition)]
    effect = [
        _words(world, change.atom) if change.adds else f"{_GONE}{_words(world, change.atom)}"
        for change in action.effects
        if isinstance(change, Change)
    ]
    called = world.actions[action.name].format(*(_upper(entry.name) for entry in action.parameters))
    head = " ".join(filter(None, (action.name, _declared(action.parameters))))
    costs = [part for part in action.cost if isinstance(part, float | int)]
    cost = f"\n  cost: {number(sum(costs))}" if costs else ""
    needs = "; ".join(condition) or _NOTHING
    return f"- ({head}): {called}\n  possible when: {needs}\n  afterwards: {'; '.join(effect)}{cost}"


def parse(world: World, text: str) -> Domain:
    """Return the domain that a specification tells; declarations are the world's own. Raises Unread."""
    actions = tuple(_read_action(world, found) for found in _ACTION.finditer(text))
    return structs.replace(world.domain, actions=actions)


def _read_action(world: World, found: re.Match[str]) -> Action:
    known = world.domain.action(found["name"])
    if known is None:
        raise Unread(f"no action is called {found['name']!r}")
    condition: list[Formula] = []
    if found["condition"] != _NOTHING:
        for part in found["condition"].split("; "):
            atom = _read_atom(world, part.removeprefix(_NOT))
            condition.append(Not(atom) if part.startswith(_NOT) else atom)
    changes = tuple(
        Change(_read_atom(world, part.removeprefix(_GONE)), adds=not part.startswith(_GONE))
        for part in found["effect"].split("; ")
    )
    cost = (float(found["cost"]),) if found["cost"] else ()
    return Action(known.name, known.parameters, And(tuple(condition)), changes, cost)


def _read_atom(world: World, words: str) -> Atom:
    # a phrase without slots goes first: "the robot holds nothing" is not that it holds something called so
    for name, phrase in sorted(world.phrases.items(), key=lambda pair: pair[1].count("{")):
        pattern = re.sub(r"\\\{(\d+)\\\}", r"(?P<slot\1>[^ ]+)", re.escape(phrase))
        found = re.fullmatch(pattern, words)
        if found is not None:
            slots = sorted(found.groupdict().items(), key=lambda pair: int(pair[0].removeprefix("slot")))
            return Atom(name, tuple(f"?{term.lower()}" if term != term.lower() else term for _, term in slots))
    raise Unread(f"no predicate fits the words {words!r}")
