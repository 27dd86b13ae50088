"""Write a formal problem as text, such that reading it gives the same problem."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Different,
    Expression,
    Function,
    Logic,
    Member,
    Number,
    Reference,
)
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table
from solon.verify.formal.tokens import identifier

_WIDTH: Final = 100
_LOOSE, _IFF, _IMPLIES, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGNED, _ATOM = range(11)
"""How tightly operators bind; what binds looser than its place asks for goes into parentheses."""

_DOMAINS: Final = {"bool": "binary", "int": "integer", "real": "real"}


def write(problem: Formal) -> str:
    """Return the text of a problem; ``read`` gives it back, comments aside."""
    parts: list[tuple[str, list[str]]] = [
        (f"problem {_string(problem.title)}", []) if problem.title else ("", []),
        ("sets", [_sort(sort) for sort in problem.sorts]),
        ("parameters", [_table(table) for table in problem.tables]),
        ("variables", [_decision(decision) for decision in problem.decisions]),
        _objective(problem.objective),
        ("constraints", [_rule(rule) for rule in problem.rules]),
    ]
    lines: list[str] = []
    for number, (heading, entries) in enumerate(parts):
        if entries or (number == 0 and heading):
            lines += [heading, *(line for entry in entries for line in _wrapped(entry))]
    return "\n".join(lines) + "\n"


def shown(expression: Expression) -> str:
    """Return an expression as the text writes it."""
    return _text(expression, _LOOSE)


def number(value: float) -> str:
    """Return a number as short as it can be without losing anything."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _sort(sort: Sort) -> str:
    return f"{name(sort.name)}{_meaning(sort.meaning)} = {', '.join(map(_member, sort.members))}"


def _table(table: Table) -> str:
    attributes = [f"unit {_string(table.unit)}"] if table.unit else []
    if table.default is not None:
        attributes.append(f"default {number(table.default)}")
    if table.origin != "text":
        attributes.append(f"from {table.origin}")
    head = name(table.name) + _indices(table.sorts) + _meaning(table.meaning) + _attributes(attributes)
    if not table.values:
        return head
    if not table.sorts and set(table.values) == {""}:
        return f"{head} = {number(table.values[''])}"
    cells = (f"{_key(key, len(table.sorts))}: {number(value)}" for key, value in table.values.items())
    return f"{head} = {', '.join(cells)}"


def _key(key: str, places: int) -> str:
    members = [_member(part) for part in key.split(",")]
    return members[0] if places == 1 else f"[{', '.join(members)}]"


def _decision(decision: Decision) -> str:
    domain = f"one of {name(decision.choices)}" if decision.domain == "enum" else _DOMAINS[decision.domain]
    low = "" if decision.low is None else f" >= {number(decision.low)}"
    high = "" if decision.high is None else f" <= {number(decision.high)}"
    unit = _attributes([f"unit {_string(decision.unit)}"] if decision.unit else [])
    head = name(decision.name) + _indices(decision.sorts) + _meaning(decision.meaning)
    return f"{head} {domain}{low}{high}{unit}"


def _objective(objective: Objective | None) -> tuple[str, list[str]]:
    if objective is None:
        return "", []
    return f"{objective.sense} {name(objective.name)}{_meaning(objective.meaning)}", [shown(objective.body)]


def _rule(rule: Rule) -> str:
    attributes = [f"group {_string(rule.group)}"] if rule.group else []
    if rule.template:
        attributes.append(f"template {_string(rule.template)}")
    if rule.origin != "stated":
        attributes.append(rule.origin)
    if rule.weight is not None:
        attributes.append(f"weight {number(rule.weight)}")
    if not rule.negotiable:
        attributes.append("protected")
    return f"{name(rule.name)}{_meaning(rule.meaning)}{_attributes(attributes)}: {shown(rule.body)}"


def name(text: str) -> str:
    """Return a name as the text writes it: in single quotes unless it is one plain word."""
    if identifier(text):
        return text
    inner = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"


def _member(text: str) -> str:
    return text if text.isascii() and text.isdigit() else name(text)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _meaning(text: str) -> str:
    return f" {_string(text)}" if text else ""


def _attributes(found: list[str]) -> str:
    return f" ({', '.join(found)})" if found else ""


def _indices(sorts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(name, sorts))}]" if sorts else ""


def _wrapped(entry: str) -> Iterator[str]:
    """Break a long entry at blanks outside of quotes; what follows is indented deeper."""
    line, indent = "", "  "
    for word in _words(entry):
        if line and len(indent) + len(line) + 1 + len(word) > _WIDTH:
            yield indent + line
            line, indent = word, "      "
        else:
            line = f"{line} {word}" if line else word
    yield indent + line


def _words(entry: str) -> Iterator[str]:
    start, quote, at = 0, "", 0
    while at < len(entry):
        letter = entry[at]
        if quote:
            at += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == " ":
            yield entry[start:at]
            start = at + 1
        at += 1
    yield entry[start:]


# Expressions


def _text(expression: Expression, place: int) -> str:
    text, level = _written(expression)
    return text if level >= place else f"({text})"


def _list(terms: Iterable[Expression]) -> str:
    return ", ".join(_text(term, _LOOSE) for term in terms)


def _written(expression: Expression) -> tuple[str, int]:  # noqa: C901, PLR0911  # one case for each kind
    """Return the text of an expression and how tightly it binds."""
    match expression:
        case Number(value=value):
            return number(value), _SIGNED if value < 0 or str(value).startswith("-") else _ATOM
        case Member(name=text) | Bound(name=text):
            return name(text), _ATOM
        case Reference(name=text, at=at):
            return name(text) + (f"[{', '.join(map(_index, at))}]" if at else ""), _ATOM
        case Arithmetic():
            return _arithmetic(expression)
        case Function(name="power", term=term, exponent=exponent):
            return f"{_text(term, _ATOM)} ^ {number(exponent)}", _SIGNED
        case Function(name=word, term=term):
            return f"{word}({_text(term, _LOOSE)})", _ATOM
        case Compare(operator=operator, left=left, right=right):
            return f"{_text(left, _SUM)} {operator} {_text(right, _SUM)}", _COMPARE
        case Logic():
            return _logic(expression)
        case Cardinality(kind=kind, count=count, terms=terms):
            return f"{kind} {count} of ({_list(terms)})", _ATOM
        case Different(terms=terms):
            return f"different({_list(terms)})", _ATOM
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return " ".join(
                f"{word} {_text(part, _LOOSE)}" for word, part in _parts(condition, then, otherwise)
            ), _LOOSE
        case Binder(kind=kind, variables=variables, body=body, where=where):
            places = ", ".join(f"{name(variable)} in {name(sort)}" for variable, sort in variables)
            condition = "" if where is None else f" where {_text(where, _LOOSE)}"
            loose = kind in {"forall", "exists"}
            inner = _text(body, _LOOSE if loose else _PRODUCT)
            return f"{kind}({places}{condition}) {inner}", _LOOSE if loose else _PRODUCT


def _parts(condition: Expression, then: Expression, otherwise: Expression) -> Iterator[tuple[str, Expression]]:
    yield from (("if", condition), ("then", then), ("else", otherwise))


def _index(expression: Expression) -> str:
    return _member(expression.name) if isinstance(expression, Member) else _text(expression, _LOOSE)


def _arithmetic(expression: Arithmetic) -> tuple[str, int]:
    operator, terms = expression.operator, expression.terms
    if operator in {"min", "max"}:
        return f"{operator}({_list(terms)})", _ATOM
    level = _SUM if operator in {"+", "-"} else _PRODUCT
    first = terms[0]
    # a chain of one operator is one node, and the body of a sum reaches over a whole product
    nested = isinstance(first, Arithmetic) and first.operator == operator and operator in {"+", "*"}
    reaching = level == _PRODUCT and isinstance(first, Binder)
    head = _text(first, _ATOM if nested or reaching else level)
    return f" {operator} ".join([head, *(_text(term, level + 1) for term in terms[1:])]), level


def _logic(expression: Logic) -> tuple[str, int]:
    operator, terms = expression.operator, expression.terms
    match operator:
        case "not":
            return f"not {_text(terms[0], _NOT)}", _NOT
        case "iff":
            return f"{_text(terms[0], _IFF)} iff {_text(terms[1], _IMPLIES)}", _IFF
        case "implies":
            return f"{_text(terms[0], _OR)} implies {_text(terms[1], _IMPLIES)}", _IMPLIES
        case "and" | "or":
            if len(terms) < 2:
                return f"{operator}({_list(terms)})", _ATOM
            level = _OR if operator == "or" else _AND
            return f" {operator} ".join(_text(term, level + 1) for term in terms), level
