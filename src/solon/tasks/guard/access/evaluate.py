"""The meaning of a policy for one request: some statement allows it and none denies it."""

from solon.tasks.guard.access import patterns, values
from solon.tasks.guard.access.model import Elements, Operator, Policy, Request, Statement, Test
from solon.verify.strings.globs import matches


def allows(policy: Policy, request: Request) -> bool:
    """Return whether a policy allows a request; total, and without one a request is denied."""
    applying = [statement for statement in policy.statements if applies(statement, request, policy.variables)]
    effects = {statement.effect for statement in applying}
    return effects == {"Allow"}


def applies(statement: Statement, request: Request, variables: bool) -> bool:  # noqa: FBT001  # of the policy
    """Return whether every element of a statement matches a request."""

    def lookup(key: str) -> str | None:
        found = request.context.get(key, ())
        return found[0] if len(found) == 1 else None

    seen = lookup if variables else None
    return (
        _action(statement.action, request.action)
        and _principal(statement.principal, request.principal)
        and _resource(statement.resource, request.resource, seen)
        and all(holds(test, request.context.get(test.key, ()), seen) for test in statement.condition)
    )


def _action(elements: Elements, action: str) -> bool:
    found = any(
        matches(patterns.tokens(value, wild=True, lookup=None) or (), patterns.lower(action))
        for value in elements.values
    )
    return found != elements.negated


def _principal(elements: Elements | None, principal: str | None) -> bool:
    if elements is None:
        return principal is None
    found = any(
        value == "*" or (principal is not None and matches(patterns.principal(value), principal))
        for value in elements.values
    )
    return found != elements.negated


def _resource(elements: Elements | None, resource: str | None, seen: patterns.Lookup | None) -> bool:
    if elements is None:
        return resource is None
    found = False
    for value in elements.values:
        pattern = patterns.tokens(value, wild=True, lookup=seen)
        found = found or value == "*" or (pattern is not None and resource is not None and matches(pattern, resource))
    return found != elements.negated


def holds(test: Test, given: tuple[str, ...], seen: patterns.Lookup | None) -> bool:
    """Return whether a line of a condition holds for the values of its key; none means that the key is absent.

    An operator without prefix holds if some value matches, and negated if none does.
    """
    operator = test.operator
    if operator.family == "null":
        return any(values.truth(value) == (not given) for value in test.values)
    if not given:
        if operator.if_exists or operator.quantifier == "ForAllValues":
            return True
        return operator.negated and operator.quantifier != "ForAnyValue"
    each = [any(one(operator, value, got, seen) for value in test.values) != operator.negated for got in given]
    every = operator.quantifier == "ForAllValues" or (not operator.quantifier and operator.negated)
    return all(each) if every else any(each)


def one(operator: Operator, value: str, got: str, seen: patterns.Lookup | None) -> bool:
    """Return whether one value of a key is as an operator, taken without its negation, asks."""
    if operator.family in ("string", "arn"):
        pattern = patterns.tokens(value, wild=operator.mode == "like", lookup=seen)
        if pattern is None:
            return False
        if operator.family == "arn":
            return matches(patterns.arn(pattern), got)
        return matches(patterns.fold(pattern) if operator.ignore_case else pattern, got)
    if operator.family == "bool":
        return values.truth(got) is not None and values.truth(got) == values.truth(value)
    if operator.family == "ip":
        at, within = values.address(got), values.network(value)
        return at is not None and within is not None and within[0] <= at <= within[1]
    read = values.number if operator.family == "numeric" else values.date
    left, right = read(got), read(value)
    return left is not None and right is not None and _compared(operator, left, right)


def _compared(operator: Operator, left: int, right: int) -> bool:
    return {
        "less": left < right,
        "less-equals": left <= right,
        "greater": left > right,
        "greater-equals": left >= right,
    }.get(operator.mode, left == right)
