"""Advice on a policy: what means nothing, what allows more than people expect, what the vendor would refuse."""

import re
from collections.abc import Iterator
from typing import Literal

from solon.contract import Finding
from solon.tasks.guard.access.compare import dead
from solon.tasks.guard.access.model import Policy, Statement
from solon.tasks.guard.access.patterns import variables_in
from solon.tasks.guard.access.space import Unsupported
from solon.verify.strings.automaton import TooLarge


def lint(policy: Policy, *, within: Policy | None = None) -> tuple[Finding, ...]:
    """Return findings in the order of the statements; statements without effect, on what can occur, come last."""
    found: list[Finding] = []
    for number, statement in enumerate(policy.statements, 1):
        found += [Finding(kind, severity, f"statement {number} {text}") for kind, severity, text in _wide(statement)]
        found += [Finding(kind, "warning", f"statement {number} {text}") for kind, text in _odd(statement, policy)]
    try:
        useless = dead(policy, within=within)
    except (Unsupported, TooLarge) as error:
        return (*found, Finding("undecided", "note", f"statements without effect were not looked for: {error}"))
    where = "" if within is None else " on requests that can occur"
    for one in useless:
        others = ", ".join(str(place + 1) for place in one.by)
        why = f"; wherever it applies, so does statement {others}" if one.by else ""
        found.append(
            Finding("dead", "warning", f"statement {one.statement + 1} changes no decision{where}{why}; remove it")
        )
    return tuple(found)


def _wide(it: Statement) -> Iterator[tuple[str, Literal["warning", "alarm"], str]]:
    if it.effect == "Deny":
        return
    if it.action.negated:
        yield "not-action", "warning", "allows every action but some, also of new services; list what is meant"
    elif "*" in it.action.values:
        yield "any-action", "alarm", "allows every action; list what is meant"
    if it.resource is not None and it.resource.negated:
        yield "not-resource", "warning", "allows every resource but some; list what is meant"
    if it.principal is not None and it.principal.negated:
        yield "not-principal", "alarm", "allows everybody but some, also strangers; name who is meant"
    elif it.principal is not None and "*" in it.principal.values and not it.condition:
        yield "public", "alarm", "allows everybody without a condition; name who is meant"


def _odd(it: Statement, policy: Policy) -> Iterator[tuple[str, str]]:
    for value in it.principal.values if it.principal else ():
        if "*" in value and value != "*":
            yield "principal-wildcard", f"has a wildcard within the principal {value}; the vendor refuses it"
    for value in it.action.values:
        if value != "*" and not re.fullmatch(r"[a-z0-9-]+:[a-z0-9*?]+", value):
            yield "action-form", f"has the action {value}; service:Action is usual"
    texts = [value for test in it.condition for value in test.values]
    for value in [*texts, *(it.resource.values if it.resource else ())]:
        if not policy.variables and variables_in(value):
            yield "version", f'refers to a key in {value}, which only the version "2012-10-17" replaces'
    for test in it.condition:
        if test.operator.mode == "equals" and test.operator.family == "string" and any("*" in it for it in test.values):
            yield "equals-wildcard", f"compares {test.key} with a * by {test.text}, where it is no wildcard; use Like"
        if it.effect == "Deny" and not test.operator.if_exists and test.operator.family == "bool":
            yield "deny-bool", f"denies by {test.text} on {test.key}, which lets requests without the key pass"
