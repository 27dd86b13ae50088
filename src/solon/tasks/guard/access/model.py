"""Policies and requests as values; see ``reading`` for the JSON and ``evaluate`` for the meaning."""

from typing import Final, Literal

from solon.contract import Value

Effect = Literal["Allow", "Deny"]
Family = Literal["string", "numeric", "date", "bool", "ip", "arn", "null"]
Quantifier = Literal["", "ForAnyValue", "ForAllValues"]
Mode = Literal["equals", "like", "less", "less-equals", "greater", "greater-equals"]


class PolicyError(ValueError):
    """Raised for a text that is no policy; one sentence with the place and the remedy."""


class Elements(Value, frozen=True):
    """The values of Action, Resource or Principal, or of the same with Not before it."""

    values: tuple[str, ...]
    negated: bool = False


class Operator(Value, frozen=True):
    """A condition operator, taken apart."""

    family: Family
    mode: Mode = "equals"
    negated: bool = False
    ignore_case: bool = False
    if_exists: bool = False
    quantifier: Quantifier = ""


class Test(Value, frozen=True):
    """One line of a condition: an operator on a key, which is lower-case, with its values; any of them will do."""

    __test__ = False  # no test of pytest

    operator: Operator
    key: str
    values: tuple[str, ...]
    text: str = ""  # the operator as it was written


class Statement(Value, frozen=True):
    """What is allowed or denied; an absent element matches only requests without it."""

    effect: Effect
    action: Elements
    resource: Elements | None = None
    principal: Elements | None = None
    condition: tuple[Test, ...] = ()
    name: str = ""


class Policy(Value, frozen=True):
    """Statements; a request is allowed if some statement allows it and none denies it."""

    statements: tuple[Statement, ...]
    version: Literal["2008-10-17", "2012-10-17"] = "2012-10-17"

    @property
    def variables(self) -> bool:
        """Whether ``${name}`` is replaced by the value of a key."""
        return self.version == "2012-10-17"


class Request(Value, frozen=True):
    """Who wants to do what to what; a key has one value or several, and an absent key has none.

    Principals carry their kind, such as ``AWS:arn:aws:iam::123456789012:user/ann`` or ``Service:ec2.amazonaws.com``.
    """

    action: str
    resource: str | None = None
    principal: str | None = None
    context: dict[str, tuple[str, ...]] = {}

    def describe(self) -> str:
        """Return the request in one line."""
        parts = [f"action {self.action!r}"]
        parts += [f"resource {self.resource!r}"] if self.resource is not None else []
        parts += [f"principal {self.principal!r}"] if self.principal is not None else []
        for key, values in sorted(self.context.items()):
            parts.append(f"{key} = {', '.join(map(repr, values))}")
        return ", ".join(parts)


_COMPARISONS: Final[dict[str, tuple[Mode, bool]]] = {
    "Equals": ("equals", False),
    "NotEquals": ("equals", True),
    "LessThan": ("less", False),
    "LessThanEquals": ("less-equals", False),
    "GreaterThan": ("greater", False),
    "GreaterThanEquals": ("greater-equals", False),
}

OPERATORS: Final[dict[str, Operator]] = {
    "StringEquals": Operator("string"),
    "StringNotEquals": Operator("string", negated=True),
    "StringEqualsIgnoreCase": Operator("string", ignore_case=True),
    "StringNotEqualsIgnoreCase": Operator("string", negated=True, ignore_case=True),
    "StringLike": Operator("string", "like"),
    "StringNotLike": Operator("string", "like", negated=True),
    "BinaryEquals": Operator("string"),
    **{f"Numeric{name}": Operator("numeric", mode, negated) for name, (mode, negated) in _COMPARISONS.items()},
    **{f"Date{name}": Operator("date", mode, negated) for name, (mode, negated) in _COMPARISONS.items()},
    "Bool": Operator("bool"),
    "IpAddress": Operator("ip"),
    "NotIpAddress": Operator("ip", negated=True),
    "ArnEquals": Operator("arn", "like"),
    "ArnLike": Operator("arn", "like"),
    "ArnNotEquals": Operator("arn", "like", negated=True),
    "ArnNotLike": Operator("arn", "like", negated=True),
    "Null": Operator("null"),
}
"""The operators without prefix and suffix; ArnEquals means ArnLike, as the vendor documents."""
