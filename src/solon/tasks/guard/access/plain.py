"""A second evaluator, written from the vendor's rules and not from the first one: decoded JSON and the ``re`` module.

It exists to disagree. Nothing here is shared with ``evaluate``, not even how a pattern or an address is read.
"""

import datetime
import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, cast

from solon.tasks.guard.access.model import Request

_NEGATED: Final = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_ORDERS: Final[dict[str, Callable[[Fraction, Fraction], bool]]] = {
    "Equals": lambda got, want: got == want,
    "LessThan": lambda got, want: got < want,
    "LessThanEquals": lambda got, want: got <= want,
    "GreaterThan": lambda got, want: got > want,
    "GreaterThanEquals": lambda got, want: got >= want,
}

Tree = Mapping[str, Any]  # decoded JSON of somebody else


def allows(text: str, request: Request) -> bool:
    """Return whether the policy of a JSON text that ``reading.parse`` accepts allows a request."""
    policy = cast("Tree", json.loads(text))
    statements = _listed(policy["Statement"])
    new = policy.get("Version") == "2012-10-17"
    for wanted in ("Deny", "Allow"):
        if any(part["Effect"] == wanted and _applies(part, request, new) for part in statements):
            return wanted == "Allow"
    return False


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _applies(part: Tree, request: Request, new: bool) -> bool:  # noqa: FBT001  # the version
    def action(value: str) -> bool:
        return re.fullmatch(_wild(value), request.action, re.DOTALL | re.IGNORECASE | re.ASCII) is not None

    def resource(value: str) -> bool:
        return value == "*" or _resource(value, request, new)

    for name, decide in (("Action", action), ("Resource", resource)):
        if name in part:
            if not any(decide(value) for value in _listed(part[name])):
                return False
        elif f"Not{name}" in part:
            if any(decide(value) for value in _listed(part[f"Not{name}"])):
                return False
        elif request.resource is not None:
            return False
    if not _principals(part, request):
        return False
    blocks = cast("Mapping[str, Mapping[str, Any]]", part.get("Condition", {}))
    return all(
        _line(name, key, _listed(value), request, new) for name, block in blocks.items() for key, value in block.items()
    )


def _resource(value: str, request: Request, new: bool) -> bool:  # noqa: FBT001  # the version
    if request.resource is None:
        return False
    pattern = _regex(value, request, new, wild=True)
    return pattern is not None and re.fullmatch(pattern, request.resource, re.DOTALL) is not None


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(_wild(pattern), text, re.DOTALL) is not None


def _wild(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)


def _principals(part: Tree, request: Request) -> bool:
    for name in ("Principal", "NotPrincipal"):
        if name in part:
            given = part[name]
            kinds = {"AWS": ["*"]} if given == "*" else cast("Mapping[str, Any]", given)
            met = any(
                _principal(kind, value, request.principal) for kind, names in kinds.items() for value in _listed(names)
            )
            return met == (name == "Principal")
    return request.principal is None


def _principal(kind: str, value: str, principal: str | None) -> bool:
    if (kind, value) == ("AWS", "*"):
        return True
    if principal is None:
        return False
    account = re.fullmatch(r"(?:arn:[^:]*:iam::)?([0-9]+)(:root)?", value) if kind == "AWS" else None
    if account and (value.isdigit() or account[2]):
        parts = principal.split(":", 6)
        return len(parts) == 7 and parts[:2] == ["AWS", "arn"] and parts[4] == "" and parts[5] == account[1]
    return _like(f"{kind}:{value}", principal)


def _line(name: str, key: str, wanted: Sequence[Any], request: Request, new: bool) -> bool:  # noqa: FBT001  # the version
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in wanted]
    small = re.sub("[A-Z]", lambda letter: letter[0].lower(), key)  # of ASCII only
    given = request.context.get(small, ())
    if name == "Null":
        return ("true" if not given else "false") in [text.lower() for text in texts]
    prefix = name[: name.index(":")] if ":" in name else ""
    base = name[len(prefix) :].lstrip(":")
    exists = base.endswith("IfExists")
    base = base[: -len("IfExists")] if exists else base
    positive = _NEGATED.get(base, base)
    if not given:
        if exists:
            return True
        return {"ForAnyValue": False, "ForAllValues": True}.get(prefix, base in _NEGATED)
    hits = [any(_meets(positive, text, value, request, new) for text in texts) for value in given]
    if base in _NEGATED:
        misses = [not hit for hit in hits]
        return any(misses) if prefix == "ForAnyValue" else all(misses)
    return all(hits) if prefix == "ForAllValues" else any(hits)


def _meets(name: str, wanted: str, value: str, request: Request, new: bool) -> bool:  # noqa: FBT001  # the version
    if name == "BinaryEquals" or name.startswith("String"):
        pattern = _regex(wanted, request, new, wild=name == "StringLike")
        flags = re.DOTALL | (re.IGNORECASE | re.ASCII if name == "StringEqualsIgnoreCase" else 0)
        return pattern is not None and re.fullmatch(pattern, value, flags) is not None
    if name in ("ArnEquals", "ArnLike"):
        pattern = _regex(wanted, request, new, wild=True)
        return pattern is not None and re.fullmatch(_by_part(pattern), value, re.DOTALL) is not None
    if name == "Bool":
        return value.lower() in ("true", "false") and wanted.lower() == value.lower()
    read = _number if name.startswith("Numeric") else _moment
    try:
        if name == "IpAddress":
            return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
        got, want = read(value), read(wanted)
    except (ValueError, OverflowError):
        return False
    return _ORDERS[name.removeprefix("Numeric").removeprefix("Date")](got, want)


def _regex(text: str, request: Request, new: bool, *, wild: bool) -> str | None:  # noqa: FBT001  # the version
    """Return a regular expression of a pattern with the variables of its keys filled in, or None where one lacks."""
    pieces = re.split(r"(\$\{(?:[^{}$]*|\$)\})", text) if new else [text]
    found = ""
    for piece in pieces:
        if not (new and re.fullmatch(r"\$\{(?:[^{}$]*|\$)\}", piece)):
            found += _wild(piece) if wild else re.escape(piece)
            continue
        inner = piece[2:-1]
        if inner in ("*", "?", "$"):
            found += re.escape(inner)
            continue
        name, *default = inner.split(",", 1)
        values = request.context.get(name.strip().lower(), ())
        if len(values) == 1:
            found += re.escape(values[0])
        elif default:
            found += re.escape(re.sub(r"^'|'$", "", default[0].strip()))
        else:
            return None
    return found


def _by_part(pattern: str) -> str:
    """Return an expression of an ARN in which wildcards before the fifth colon stay within their part."""
    parts = pattern.split(":")
    if len(parts) < 6:
        return pattern
    head = [re.sub(r"(?<!\\)\.", "[^:]", part) for part in parts[:5]]
    return ":".join([*head, ":".join(parts[5:])])


def _number(text: str) -> Fraction:
    if not re.fullmatch(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?", text):
        raise ValueError(text)
    value = Fraction(text)
    if abs(value) > 10**12:
        raise ValueError(text)
    return value


def _moment(text: str) -> Fraction:
    if re.fullmatch("[0-9]{1,11}", text):
        return Fraction(int(text))
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]{5,8}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?", text):
        raise ValueError(text)
    moment = datetime.datetime.fromisoformat(text.removesuffix("Z") if len(text) == 11 else text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return Fraction(round(moment.timestamp() * 1000), 1000)
