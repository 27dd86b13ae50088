"""Single mistakes in a policy: each operator changes one thing in one statement."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from solon.tasks.guard.access.model import Elements, Policy, Statement, Test
from solon.tasks.guard.access.reading import operator_of


class Mutant(NamedTuple):
    """A changed policy, what was changed, and in which statement, from 0."""

    kind: str
    statement: int
    policy: Policy


def mutants(policy: Policy) -> Iterator[Mutant]:
    """Yield every single mistake, in a fixed order; some leave the meaning as it was."""
    for number, statement in enumerate(policy.statements):
        for kind, changed in _statements(statement):
            statements = (*policy.statements[:number], changed, *policy.statements[number + 1 :])
            yield Mutant(kind, number, msgspec.structs.replace(policy, statements=statements))
        if len(policy.statements) > 1:
            rest = (*policy.statements[:number], *policy.statements[number + 1 :])
            kind = "missing Deny" if statement.effect == "Deny" else "missing Allow"
            yield Mutant(kind, number, msgspec.structs.replace(policy, statements=rest))


def _statements(it: Statement) -> Iterator[tuple[str, Statement]]:
    effect = "Deny" if it.effect == "Allow" else "Allow"
    yield "swapped effect", msgspec.structs.replace(it, effect=effect)
    yield "complemented action", msgspec.structs.replace(it, action=_complement(it.action))
    for kind, changed in _widened(it.action.values, ":"):
        yield f"action {kind}", msgspec.structs.replace(it, action=Elements(changed, it.action.negated))
    if it.resource is not None:
        yield "complemented resource", msgspec.structs.replace(it, resource=_complement(it.resource))
        for kind, changed in _widened(it.resource.values, "/"):
            yield f"resource {kind}", msgspec.structs.replace(it, resource=Elements(changed, it.resource.negated))
    if it.principal is not None:
        wrong = Elements(("AWS:arn:aws:iam::999988887777:root",))
        yield "wrong principal", msgspec.structs.replace(it, principal=wrong)
        if it.principal.values != ("*",):
            yield "principal wildcard", msgspec.structs.replace(it, principal=Elements(("*",)))
    if it.condition:
        yield "dropped conditions", msgspec.structs.replace(it, condition=())
    for place, test in enumerate(it.condition):
        for kind, changed in _tests(test):
            condition = (*it.condition[:place], *changed, *it.condition[place + 1 :])
            yield kind, msgspec.structs.replace(it, condition=condition)


def _complement(elements: Elements) -> Elements:
    return Elements(elements.values, not elements.negated)


def _widened(values: tuple[str, ...], separator: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if values != ("*",):
        yield "wildcard", ("*",)
    for place, value in enumerate(values):
        head = value.rpartition(separator)[0]
        if head and value != f"{head}{separator}*":
            yield "widened", (*values[:place], f"{head}{separator}*", *values[place + 1 :])
        if len(values) > 1:
            yield "dropped", (*values[:place], *values[place + 1 :])


def _tests(test: Test) -> Iterator[tuple[str, tuple[Test, ...]]]:
    yield "dropped condition", ()
    opposite = _OPPOSITE.get(test.text)
    if opposite:
        yield "negated condition", (msgspec.structs.replace(test, operator=operator_of(opposite, ""), text=opposite),)
    if test.operator.family != "null" and not test.operator.if_exists:
        name = f"{test.text}IfExists"
        yield "condition if exists", (msgspec.structs.replace(test, operator=operator_of(name, ""), text=name),)
    if test.operator.family in ("bool", "null"):
        flipped = tuple("false" if value.lower() == "true" else "true" for value in test.values)
        yield "flipped condition", (msgspec.structs.replace(test, values=flipped),)
    if test.operator.family == "ip":
        wide = tuple(f"{value.partition('/')[0]}/{8 if '.' in value else 16}" for value in test.values)
        yield "widened network", (msgspec.structs.replace(test, values=wide),)
    if len(test.values) > 1:
        yield "dropped value", (msgspec.structs.replace(test, values=test.values[1:]),)


_PAIRS = (
    ("StringEquals", "StringNotEquals"),
    ("StringLike", "StringNotLike"),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    ("IpAddress", "NotIpAddress"),
    ("ArnLike", "ArnNotLike"),
    ("DateLessThan", "DateGreaterThanEquals"),
    ("NumericLessThanEquals", "NumericGreaterThan"),
    ("ForAllValues:StringEquals", "ForAllValues:StringNotEquals"),
    ("ForAnyValue:StringLike", "ForAnyValue:StringNotLike"),
)
_OPPOSITE = {**dict(_PAIRS), **{second: first for first, second in _PAIRS}}
