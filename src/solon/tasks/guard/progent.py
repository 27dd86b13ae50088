"""Import of rules in the wire form of Progent: tool to tuples of priority, effect, restrictions and fallback.

A restriction is a JSON Schema or a regular expression. A schema's ``pattern`` is searched for, as its standard says,
and a bare expression must match a beginning, as in the reference; both are translated as what they mean and noted
where they accept more than they seem to. What cannot be translated faithfully is refused, never dropped.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from solon.contract import Value
from solon.tasks.guard.policy import Effect, Fallback, Mode, Rule, WrongPolicy
from solon.verify.requests.expression import (
    TRUE,
    Among,
    Compare,
    Comparison,
    Constant,
    Expression,
    Length,
    Matches,
    Path,
    Present,
    Quantified,
    Scalar,
    conjunction,
    disjunction,
    negation,
)
from solon.verify.requests.request import Json
from solon.verify.strings.regex import RegexError, parse, search

_EFFECTS: Final[tuple[Effect, ...]] = ("allow", "forbid")
_FALLBACKS: Final[tuple[Mode, ...]] = ("message", "terminate", "ask")
_PART: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""One part of a pattern: an escape, a class or a character."""
_TOLD: Final = frozenset(("title", "description", "default", "examples", "$comment", "type"))
_BOUNDS: Final[dict[str, Comparison]] = {
    "minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<",
}  # fmt: skip
_SIZES: Final[dict[str, Comparison]] = {"minLength": ">=", "maxLength": "<=", "minItems": ">=", "maxItems": "<="}

_OTHERS: Final = {"minLength": "array", "maxLength": "array", "minItems": "string", "maxItems": "string"}


class Imported(Value, frozen=True):
    """The rules, and what a reader of the file may not expect of them."""

    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()


def read(content: str | bytes) -> Imported:
    """Read a file in the wire form. Raises WrongPolicy."""
    try:
        tree = cast("object", json.loads(content))
    except ValueError as error:
        raise WrongPolicy(f"this is no JSON ({error})") from None
    if not isinstance(tree, dict):
        raise WrongPolicy("an object from tools to lists of rules is due")
    return translate(cast("dict[str, Sequence[Sequence[Json]]]", tree))


def translate(policies: Mapping[str, Sequence[Sequence[Json]]]) -> Imported:
    """Return the rules of a mapping from tools to tuples. Raises WrongPolicy."""
    rules: list[Rule] = []
    notes: list[str] = []
    for tool, entries in policies.items():
        for number, entry in enumerate(entries):
            name = f"{tool}-{number}"
            if len(entry) == 5 and entry[4]:
                raise WrongPolicy(f"{name} has an update; write it as dormant rules that it activates")
            if not 3 <= len(entry) <= 5:
                raise WrongPolicy(f"{name} has {len(entry)} parts; priority, effect, restrictions and fallback are due")
            rules.append(_rule(name, tool, entry, notes))
    return Imported(tuple(rules), tuple(notes))


def _rule(name: str, tool: str, entry: Sequence[Json], notes: list[str]) -> Rule:
    priority, effect, restrictions = entry[:3]
    fallback = entry[3] if len(entry) > 3 else 0
    if not isinstance(priority, int) or effect not in (0, 1) or fallback not in (0, 1, 2):
        raise WrongPolicy(f"{name} has a priority, effect or fallback that is none; see the wire form")
    if not isinstance(restrictions, dict):
        raise WrongPolicy(f"the restrictions of {name} are no object")
    return Rule(
        name,
        _EFFECTS[int(cast("int", effect))],
        tool,
        restricted(restrictions, name, notes),
        priority,
        Fallback(_FALLBACKS[int(cast("int", fallback))]),
        source="model" if priority >= 100 else "human",
    )


def restricted(arguments: Mapping[str, Json], rule: str, notes: list[str]) -> Expression:
    """Return that each of some arguments is there and keeps to its restriction. Raises WrongPolicy."""
    terms: list[Expression] = []
    for argument, restriction in arguments.items():
        path = Path("arg", (argument,))
        terms += [_restriction(restriction, path, rule, notes), _named(path)]
    return conjunction(*terms)


def _named(path: Path) -> Expression:
    """Return what says that the argument is there: a rule that restricts one speaks of calls that have it."""
    return Present(path)


def _restriction(restriction: Json, path: Path, rule: str, notes: list[str]) -> Expression:
    if isinstance(restriction, str):
        start, end = _anchors(restriction)
        if not end:
            notes.append(f"{rule}: {restriction!r} matches a beginning; anything may follow it")
        body = _body(restriction, start=start, end=end, rule=rule)
        return Matches("fullmatch", path, _checked(f"({body})" + ("" if end else ".*"), rule))
    if isinstance(restriction, bool):
        return TRUE if restriction else negation(TRUE)
    if not isinstance(restriction, dict):
        raise WrongPolicy(f"a restriction of {rule} is neither a schema nor an expression")
    if restriction.get("type") == "null":  # any other type is that of the declaration
        return negation(Present(path))
    return _schema(restriction, path, rule, notes)


def _schema(schema: Mapping[str, Json], path: Path, rule: str, notes: list[str]) -> Expression:
    terms = [_keyword(word, value, path, rule, notes) for word, value in schema.items() if word not in _TOLD]
    return conjunction(*terms)


def _part(schema: Json, path: Path, rule: str, notes: list[str]) -> Expression:
    """Return a schema that is an alternative or negated, where its types tell values apart: none is for a null."""
    rest = _restriction(schema, path, rule, notes)
    return conjunction(*_types(schema, path, rule), rest) if isinstance(schema, dict) else rest


def _types(schema: Mapping[str, Json], path: Path, rule: str) -> Iterator[Expression]:
    """Yield that a value, its elements and its fields are of the types that a schema names."""
    told = schema.get("type", ["string", "array"])
    kinds = told if isinstance(told, list) else [told]
    for word, other in _OTHERS.items():
        if word in schema and other in kinds:  # of which our conditions would take the length too
            raise WrongPolicy(
                f"{rule} uses {word!r} where a value may be of the type {other!r}; name another type there"
            )
    if "type" in schema:
        yield disjunction(*(_typed(kind, path, rule) for kind in kinds))
    items, fields = schema.get("items"), schema.get("properties")
    if isinstance(items, dict):
        variable = f"x{len(path.keys)}"
        if inner := list(_types(items, Path("var", (variable,)), rule)):
            yield Quantified("all", variable, path, conjunction(*inner))
    for name, part in fields.items() if isinstance(fields, dict) else ():
        at = Path(path.root, (*path.keys, name))
        if isinstance(part, dict) and (inner := list(_types(part, at, rule))):
            yield disjunction(negation(Present(at)), conjunction(*inner))


def _typed(kind: Json, path: Path, rule: str) -> Expression:
    """Return a condition that is true of values of a type and of no other; an integer is told by its declaration."""
    match kind:
        case "null":
            return negation(Present(path))
        case "string":
            return Matches("glob", path, "*")
        case "number" | "integer":
            return Compare("<=", path, path)
        case "boolean":
            return disjunction(path, negation(path))
        case "array":
            return Quantified("all", f"x{len(path.keys)}", path, TRUE)
        case _:
            raise WrongPolicy(
                f"{rule} tells values apart by the type {kind!r}, which cannot be kept; write a condition"
            )


def _keyword(word: str, value: Json, path: Path, rule: str, notes: list[str]) -> Expression:  # noqa: C901, PLR0911, PLR0912 - one case a variant
    match word, value:
        case "enum", list():
            return Among(path, tuple(_scalar(part, rule) for part in value))
        case "const", _:
            return Among(path, (_scalar(value, rule),))
        case "pattern", str():
            return _searched(value, path, rule, notes)
        case (("minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"), int() | float()):
            return Compare(_BOUNDS[word], path, Constant(value))
        case (("minLength" | "maxLength" | "minItems" | "maxItems"), int()):
            return Compare(_SIZES[word], Length(path), Constant(value))
        case "items", dict():
            variable = f"x{len(path.keys)}"
            inner = Path("var", (variable,))
            return Quantified("all", variable, path, _schema(value, inner, rule, notes))
        case "properties", dict():
            parts: list[Expression] = []
            for name, inner in value.items():
                at = Path(path.root, (*path.keys, name))
                parts.append(disjunction(negation(Present(at)), _restriction(inner, at, rule, notes)))
            return conjunction(*parts)
        case "required", list():
            return conjunction(*(Present(Path(path.root, (*path.keys, str(name)))) for name in value))
        case "anyOf", list():
            return disjunction(*(_part(part, path, rule, notes) for part in value))
        case "allOf", list():
            return conjunction(*(_part(part, path, rule, notes) for part in value))
        case "not", dict():
            return negation(_part(value, path, rule, notes))
        case _:
            raise WrongPolicy(f"{rule} uses {word!r}, which cannot be kept exactly; write a condition in its place")


def _searched(pattern: str, path: Path, rule: str, notes: list[str]) -> Expression:
    """Return a pattern that is found somewhere as one that matches whole: ``.*(p).*``, less anchored sides."""
    try:
        search(pattern)
    except RegexError as error:
        raise WrongPolicy(f"{rule}: the pattern {pattern!r}: {error}") from None
    start, end = _anchors(pattern)
    body = _body(pattern, start=start, end=end, rule=rule)
    if not (start and end):
        notes.append(f"{rule}: {pattern!r} is only searched for; texts around it are accepted")
    return Matches("fullmatch", path, _checked(f"{'' if start else '.*'}({body}){'' if end else '.*'}", rule))


def _anchors(pattern: str) -> tuple[bool, bool]:
    """Return whether a pattern is anchored at its start and at its end."""
    return pattern.startswith("^"), bool(re.search(r"(?<!\\)(\\\\)*\$$", pattern))


def _body(pattern: str, *, start: bool, end: bool, rule: str) -> str:
    """Return a pattern without its anchors, with dots that are no line end. Raises WrongPolicy."""
    body = pattern[int(start) : len(pattern) - int(end)]
    if "|" in body and (start or end):  # anchors bind to one alternative only
        raise WrongPolicy(f"{rule}: the pattern {pattern!r} anchors alternatives; put them in brackets")
    return _PART.sub(lambda part: r"[^\n]" if part[0] == "." else part[0], body)


def _checked(pattern: str, rule: str) -> str:
    try:
        parse(pattern)
    except RegexError as error:
        raise WrongPolicy(f"{rule}: the pattern {pattern!r}: {error}") from None
    return pattern


def _scalar(value: Json, rule: str) -> Scalar:
    if not isinstance(value, bool | int | float | str):
        raise WrongPolicy(f"{rule} lists a value that is no number, text or truth value; write a condition")
    return value
