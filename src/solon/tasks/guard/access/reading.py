"""Reading the JSON of a policy, strictly: what is not understood is an error and never skipped."""

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

import msgspec

from solon.tasks.guard.access import patterns, values
from solon.tasks.guard.access.model import (
    OPERATORS,
    Elements,
    Operator,
    Policy,
    PolicyError,
    Quantifier,
    Statement,
    Test,
)

LONGEST: Final = 50_000  # characters; the vendor takes at most 20,480
LONGEST_VALUE: Final = 2048  # as the vendor's names of resources
_SHOWN: Final = 100  # characters of a value that a message quotes
_TOP: Final = ("Version", "Id", "Statement")
_PARTS: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")


def parse(text: str) -> Policy:
    """Return the policy that a JSON text describes. Raises PolicyError."""
    if len(text) > LONGEST:
        raise PolicyError(f"the policy has more than {LONGEST} characters; shorten it")
    try:
        tree: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
        json.dumps(tree, ensure_ascii=False).encode()  # half a character, as an escape may be one, is no text
    except PolicyError:
        raise
    except UnicodeError:
        raise PolicyError("the policy holds half of a character of two code units; write whole characters") from None
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"the policy is no valid JSON ({error}); mend the text") from None
    return from_tree(tree)


def from_tree(tree: object) -> Policy:
    """Return the policy of a decoded JSON value. Raises PolicyError."""
    top = _object(tree, "the policy")
    _known(top, _TOP, "the policy")
    version = top.get("Version", "2008-10-17")
    if version not in ("2008-10-17", "2012-10-17"):
        raise PolicyError(f'Version is {_shown(version)}; write "2012-10-17"')
    if "Statement" not in top:
        raise PolicyError('the policy has no "Statement"; add a list of statements')
    listed = top["Statement"]
    parts = cast("list[object]", listed) if isinstance(listed, list) else [listed]
    if not parts:
        raise PolicyError('"Statement" is empty; add a statement')
    statements = tuple(_statement(part, number) for number, part in enumerate(parts, 1))
    return Policy(statements, version)


def write(policy: Policy) -> str:
    """Return a policy as JSON with an indent of two; ``parse`` reads it back."""
    statements = [_tree(statement) for statement in policy.statements]
    return json.dumps({"Version": policy.version, "Statement": statements}, indent=2, ensure_ascii=False)


def digest(policy: Policy) -> str:
    """Return the SHA-256 of a policy's meaning-bearing parts, 64 hexadecimal digits."""
    import hashlib

    return hashlib.sha256(msgspec.json.encode(policy)).hexdigest()


def _tree(statement: Statement) -> dict[str, object]:
    tree: dict[str, object] = {"Sid": statement.name} if statement.name else {}
    tree["Effect"] = statement.effect
    if statement.principal is not None:
        tree[_name("Principal", statement.principal)] = _principal_tree(statement.principal)
    tree[_name("Action", statement.action)] = _short(statement.action.values)
    if statement.resource is not None:
        tree[_name("Resource", statement.resource)] = _short(statement.resource.values)
    condition: dict[str, dict[str, object]] = {}
    for test in statement.condition:
        condition.setdefault(test.text, {})[test.key] = _short(test.values)
    if condition:
        tree["Condition"] = condition
    return tree


def _principal_tree(elements: Elements) -> object:
    if elements.values == ("*",):
        return "*"
    tree: dict[str, list[str]] = {}
    for value in elements.values:
        kind, _, name = value.partition(":") if value != "*" else ("AWS", "", "*")
        tree.setdefault(kind, []).append(name)
    return {kind: _short(names) for kind, names in tree.items()}


def _name(name: str, elements: Elements) -> str:
    return f"Not{name}" if elements.negated else name


def _short(found: Sequence[str]) -> object:
    return found[0] if len(found) == 1 else list(found)


def _statement(tree: object, number: int) -> Statement:
    where = f"statement {number}"
    part = _object(tree, where)
    _known(part, _PARTS, where)
    effect = part.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise PolicyError(f'{where} has the Effect {_shown(effect)}; write "Allow" or "Deny"')
    name = part.get("Sid", "")
    if not isinstance(name, str):
        raise PolicyError(f"the Sid of {where} is no text; write a text")
    action = _either(part, "Action", where)
    if action is None:
        raise PolicyError(f"{where} has neither Action nor NotAction; add one")
    for value in action.values:
        if not value.isascii() or (value != "*" and ":" not in value):
            raise PolicyError(f'{where} has the action {_shown(value)}; write service:Action, such as "s3:GetObject"')
    action = Elements(tuple(dict.fromkeys(patterns.lower(value) for value in action.values)), action.negated)
    resource, principal = _either(part, "Resource", where), _principal(part, where)
    if resource is None and principal is None:
        raise PolicyError(f"{where} has neither Resource nor NotResource; add one")
    condition = _condition(part.get("Condition", {}), where)
    return Statement(effect, action, resource, principal, condition, name)


def _either(part: Mapping[str, object], name: str, where: str) -> Elements | None:
    if name in part and f"Not{name}" in part:
        raise PolicyError(f"{where} has both {name} and Not{name}; keep one")
    for key in (name, f"Not{name}"):
        if key in part:
            return Elements(_texts(part[key], f"{key} of {where}"), key != name)
    return None


def _principal(part: Mapping[str, object], where: str) -> Elements | None:
    if "Principal" in part and "NotPrincipal" in part:
        raise PolicyError(f"{where} has both Principal and NotPrincipal; keep one")
    for key in ("Principal", "NotPrincipal"):
        if key not in part:
            continue
        given = part[key]
        if given == "*":
            return Elements(("*",), key != "Principal")
        if not isinstance(given, dict):
            raise PolicyError(f'{key} of {where} must be "*" or an object such as {{"AWS": "..."}}')
        found: list[str] = []
        tree = _object(cast("object", given), f"{key} of {where}")
        _known(tree, _KINDS, f"{key} of {where}")
        for kind, names in tree.items():
            listed = _texts(names, f"{kind} in {key} of {where}")
            found += ["*" if (kind, name) == ("AWS", "*") else f"{kind}:{name}" for name in listed]
        if not found:
            raise PolicyError(f"{key} of {where} is empty; name a principal")
        return Elements(tuple(dict.fromkeys(found)), key != "Principal")
    return None


def _condition(tree: object, where: str) -> tuple[Test, ...]:
    found: list[Test] = []
    for name, block in _object(tree, f"Condition of {where}").items():
        operator = operator_of(name, where)
        seen = set[str]()
        for written, given in _object(block, f"{name} of {where}").items():
            key = patterns.lower(written)
            if not 0 < len(key) <= LONGEST_VALUE:
                raise PolicyError(f"{name} of {where} has a key of {len(key)} characters; name a condition key")
            place = f"{name} on {_cut(written)} of {where}"
            if key in seen:
                raise PolicyError(f"{place} stands twice, because keys ignore case; join its values in a list")
            seen.add(key)
            listed = cast("list[object]", given) if isinstance(given, list) else [given]
            texts = tuple(_text(value, place) for value in listed)
            for text in texts:
                values.check(operator, text, place)
            found.append(Test(operator, key, texts, name))
    return tuple(found)


def operator_of(name: str, where: str) -> Operator:
    """Return the operator of a name such as ``ForAnyValue:StringLikeIfExists``. Raises PolicyError."""
    prefix, colon, rest = name.rpartition(":")
    base = rest.removesuffix("IfExists")
    if base not in OPERATORS or (colon and prefix not in ("ForAnyValue", "ForAllValues")):
        nearest = difflib.get_close_matches(base[:_SHOWN], OPERATORS, n=1, cutoff=0.0)[0]
        raise PolicyError(f"{where} has the unknown operator {_shown(name)}; did you mean {nearest!r}?")
    operator = OPERATORS[base]
    if operator.family == "null" and base != name:
        raise PolicyError(f"{where} has the operator {_shown(name)}; Null takes no prefix and no IfExists")
    return msgspec.structs.replace(operator, if_exists=base != rest, quantifier=cast("Quantifier", prefix))


def _texts(given: object, where: str) -> tuple[str, ...]:
    listed = cast("list[object]", given) if isinstance(given, list) else [given]
    if not listed:
        raise PolicyError(f"{where} is empty; add a value")
    for value in listed:
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_VALUE:
            said = f"write a text of 1 to {LONGEST_VALUE} characters"
            raise PolicyError(f"{where} has the value {_shown(value)}; {said}")
    return tuple(dict.fromkeys(cast("list[str]", listed)))


def _text(given: object, where: str) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return str(given)
    if isinstance(given, str) and len(given) <= LONGEST_VALUE:
        return given
    said = f"write a text of at most {LONGEST_VALUE} characters, a number or true and false"
    raise PolicyError(f"{where} has the value {_shown(given)}; {said}")


def _shown(value: object) -> str:
    """Return a value as a message quotes it."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _object(tree: object, where: str) -> dict[str, object]:
    if not isinstance(tree, dict):
        raise PolicyError(f"{where} is no JSON object; write it in braces")
    return cast("dict[str, object]", tree)


def _known(tree: Mapping[str, object], known: Sequence[str], where: str) -> None:
    for key in tree:
        if key not in known:
            nearest = difflib.get_close_matches(key[:_SHOWN], known, n=1, cutoff=0.0)[0]
            raise PolicyError(f"{where} has the unknown element {_shown(key)}; did you mean {nearest!r}?")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    tree: dict[str, object] = {}
    for key, value in pairs:
        if key in tree:
            raise PolicyError(f"the name {_shown(key)} stands twice in one object; join its values in a list")
        tree[key] = value
    return tree


def _constant(name: str) -> object:
    raise PolicyError(f"{name} is no value of JSON; remove it")
