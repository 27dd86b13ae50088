"""Cedar as a second language: policies of the common subset written in it, and requests decided by its own engine.

Cedar skips a rule that errs, also one that forbids, and may answer Allow all the same; here every error is a denial.
"""

import importlib
from typing import Any, Final

from solon.contract import InfrastructureError
from solon.tasks.guard.access import patterns, values
from solon.tasks.guard.access.model import Elements, Policy, Request, Statement, Test
from solon.tasks.guard.access.space import Unsupported
from solon.verify.strings.globs import ANY, ONE, Pattern

_SIGNS: Final = {"less": "<", "less-equals": "<=", "greater": ">", "greater-equals": ">=", "equals": "=="}


class MissingCedar(InfrastructureError):
    """Raised when Cedar is not installed; one sentence with the command that installs it."""


def translate(policy: Policy) -> str:
    """Return a policy in Cedar. Raises Unsupported for what Cedar cannot say.

    Cedar has no wildcard of one character, no letters of either case and no sets of values in a condition's key.
    """
    return "\n".join(_rule(statement, policy) for statement in policy.statements)


def allows(text: str, request: Request) -> bool:
    """Return whether Cedar allows a request under a text of ``translate``; an error in any rule is a denial.

    Raises MissingCedar.
    """
    try:
        engine: Any = importlib.import_module("cedarpy")
    except ImportError:
        raise MissingCedar("Cedar is not installed; run: pip install 'solon[cedar]'") from None
    asked = {
        "principal": 'Who::"somebody"',
        "action": 'Action::"call"',
        "resource": 'What::"something"',
        "context": _context(request),
    }
    answer: Any = engine.is_authorized(asked, text, [])
    return bool(answer.allowed) and not list(answer.diagnostics.errors)


def _context(request: Request) -> dict[str, object]:
    found: dict[str, object] = {"action": request.action.lower()}
    if request.resource is not None:
        found["resource"] = request.resource
    if request.principal is not None:
        found["principal"] = request.principal
    for key, given in request.context.items():
        if len(given) > 1:
            raise Unsupported(f"the key {key} has several values, which the common subset lacks")
        text = next(iter(given), None)
        if text is None:
            continue
        found[f"text {key}"] = text
        for name, read in (("number", values.number), ("date", values.date)):
            if (at := read(text)) is not None:
                found[f"{name} {key}"] = at
        if values.address(text) is not None:
            found[f"address {key}"] = {"__extn": {"fn": "ip", "arg": text}}
    return found


def _rule(it: Statement, policy: Policy) -> str:
    if policy.variables and any(patterns.variables_in(text) for text in _texts(it)):
        raise Unsupported("a pattern refers to a key, which the common subset lacks")
    facts = [_matched("action", it.action)]
    for name, elements in (("resource", it.resource), ("principal", it.principal)):
        facts.append(f"!(context has {name})" if elements is None else _matched(name, elements))
    facts += [_test(test) for test in it.condition]
    effect = "permit" if it.effect == "Allow" else "forbid"
    return f"{effect}(principal, action, resource) when {{ {' && '.join(facts)} }};"


def _texts(it: Statement) -> list[str]:
    own = [value for test in it.condition for value in test.values]
    return [*own, *(it.resource.values if it.resource else ())]


def _matched(name: str, elements: Elements) -> str:
    read = patterns.principal if name == "principal" else _tokens
    met = [
        "true" if value == "*" else f"(context has {name} && context.{name} like {_like(read(value))})"
        for value in elements.values
    ]
    return f"{'!' if elements.negated else ''}({' || '.join(met)})"


def _tokens(value: str) -> Pattern:
    return patterns.tokens(value, wild=True, lookup=None) or ()


def _like(pattern: Pattern) -> str:
    """Return a pattern of Cedar, where only ``*`` is a wildcard."""
    parts: list[str] = []
    for one in pattern:
        if one == ANY:
            parts.append("*")
        elif len(one) > 1:
            kind = "of one character" if one == ONE else "within a part of a name"
            raise Unsupported(f"a pattern has a wildcard {kind}, which Cedar lacks")
        else:
            parts.append("\\*" if one == "*" else _escaped(one))
    return f'"{"".join(parts)}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return letter if 32 <= ord(letter) < 127 else f"\\u{{{ord(letter):x}}}"


def _test(test: Test) -> str:
    operator = test.operator
    if operator.quantifier or operator.ignore_case or operator.family == "arn":
        raise Unsupported(f"Cedar has no equal of {test.text} in the common subset")
    present = f"context has {_name('text', test.key)}"
    if operator.family == "null":
        sides = [f"{'!' if values.truth(value) else ''}({present})" for value in test.values]
        return f"({' || '.join(sides)})"
    hits = " || ".join(_hit(test, value) for value in test.values) or "false"
    absent = "true" if operator.if_exists or operator.negated else "false"
    return f"(if {present} then {'!' if operator.negated else ''}({hits}) else {absent})"


def _hit(test: Test, value: str) -> str:
    operator = test.operator
    if operator.family == "string":
        pattern = patterns.tokens(value, wild=operator.mode == "like", lookup=None) or ()
        return f"context[{_name('text', test.key)}] like {_like(pattern)}"
    if operator.family == "bool":
        letters = patterns.fold(tuple(value.lower()))
        options = ["".join(letters[place][case] for place in range(len(letters))) for case in (0, 1)]
        return " || ".join(f'context[{_name("text", test.key)}] == "{option}"' for option in options)
    kind = {"numeric": "number", "date": "date", "ip": "address"}[operator.family]
    name = _name(kind, test.key)
    if operator.family == "ip":
        return f'(context has {name} && context[{name}].isInRange(ip("{_network(value)}")))'
    at = (values.number if kind == "number" else values.date)(value)
    return f"(context has {name} && context[{name}] {_SIGNS[operator.mode]} {at})"


def _network(value: str) -> str:
    import ipaddress

    return str(ipaddress.ip_network(value, strict=False))


def _name(kind: str, key: str) -> str:
    return f'"{kind} {"".join(map(_escaped, key))}"'
