"""Types of what tools take, read from JSON Schema, and the one canonical form of a call.

Whatever is not understood is refused: an argument that the tool does not declare, a number that is none, a text with
control characters. What two spellings have in common (Unicode normalisation, a default left out) becomes equal here,
before any rule is asked.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Final, cast

from solon.contract import Value
from solon.verify.requests.request import Json

LARGEST: Final = 2**63 - 1  # of an integer, as in the encodings that calls travel in
DEEPEST: Final = 32
MOST: Final = 100_000  # values in one call
HIGHEST: Final = "\U0002ffff"  # the last character that string solvers know (SMT-LIB 2.6)
_ILLEGAL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\U00030000-\U0010ffff]")
"""Control characters but tab and line ends, surrogates, and what lies above ``HIGHEST``."""


class Text(Value, frozen=True, tag="text"):
    """A text; ``choices`` are the only ones allowed, if there are any."""

    choices: tuple[str, ...] = ()


class Number(Value, frozen=True, tag="number"):
    """A finite number; ``whole`` ones are integers of 64 bits."""

    whole: bool = False
    least: float | int | None = None
    most: float | int | None = None


class Truth(Value, frozen=True, tag="truth"):
    """True or false; never an integer."""


class Items(Value, frozen=True, tag="items"):
    """A list of values of one type."""

    item: "Shape"
    least: int = 0
    most: int | None = None


class Record(Value, frozen=True, tag="record"):
    """An object with named fields; an open one may have others, of which conditions cannot speak."""

    fields: dict[str, "Field"] = {}
    open: bool = False


class Anything(Value, frozen=True, tag="anything"):
    """Any value; conditions may ask for its presence and its origin only."""


Shape = Text | Number | Truth | Items | Record | Anything


class Field(Value, frozen=True):
    """A named value; null stands for none where it is nullable. A default is filled in if ``defaulted``."""

    shape: Shape
    required: bool = False
    nullable: bool = False
    defaulted: bool = False
    default: Json = None


class Tool(Value, frozen=True):
    """What can be called, and with what."""

    name: str
    parameters: Record = Record()
    description: str = ""


class Malformed(ValueError):
    """Raised for a call that is not of its tool's form; the message is one sentence."""


class BadSchema(ValueError):
    """Raised for a JSON Schema that cannot be taken faithfully; the message names the place."""


# Reading JSON Schema


def tool(name: str, parameters: Mapping[str, Json], description: str = "") -> Tool:
    """Return a tool from the JSON Schema of its arguments. Raises BadSchema."""
    record = _shape(dict(parameters), "", _definitions(parameters), 0)[0]
    if not isinstance(record, Record):
        raise BadSchema(f"the parameters of {name} are no object; write a JSON Schema of type object")
    return Tool(name, record, description)


def _definitions(schema: Mapping[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for word in ("$defs", "definitions"):
        inner = schema.get(word)
        if isinstance(inner, dict):
            found |= {f"#/{word}/{name}": value for name, value in inner.items()}
    return found


def _shape(schema: Json, place: str, known: Mapping[str, Json], depth: int) -> tuple[Shape, bool]:
    """Return the shape that a schema describes and whether null is allowed as well."""
    if depth > DEEPEST:
        raise BadSchema(f"the schema of {place or 'the arguments'} is nested too deeply; flatten it")
    if not isinstance(schema, dict):
        return Anything(), True
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference not in known:
            raise BadSchema(f"the schema of {place} refers to {reference}, which is not there; add it under $defs")
        return _shape(known[reference], place, known, depth + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        parts = schema.get(word)
        if isinstance(parts, list) and parts:
            return _union([_shape(part, place, known, depth + 1) for part in parts], together=word == "allOf")
    kind = schema.get("type")
    if isinstance(kind, list):
        parts = [_shape({**schema, "type": each}, place, known, depth + 1) for each in kind]
        return _union(parts, together=False)
    return _plain(schema, kind, place, known, depth)


def _union(parts: list[tuple[Shape, bool]], *, together: bool) -> tuple[Shape, bool]:
    shapes = [shape for shape, _ in parts if together or shape != _NULL]
    one = bool(shapes) and all(shape == shapes[0] for shape in shapes)
    return (shapes[0] if one else Anything()), any(null for _, null in parts)


_NULL: Final = Record({"null": Field(Anything())}, open=True)  # a mark that no schema makes


def _plain(  # noqa: PLR0911 - one case a variant
    schema: dict[str, Json], kind: Json, place: str, known: Mapping[str, Json], depth: int
) -> tuple[Shape, bool]:
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if isinstance(choices, list) and all(isinstance(choice, str) for choice in choices) and choices:
        return Text(tuple(unicodedata.normalize("NFC", cast("str", choice)) for choice in choices)), False
    match kind:
        case "string":
            return Text(), False
        case "integer" | "number":
            least, most = (_number(schema.get(word)) for word in ("minimum", "maximum"))
            return Number(kind == "integer", least, most), False
        case "boolean":
            return Truth(), False
        case "null":
            return _NULL, True
        case "array":
            item, _ = _shape(schema.get("items"), f"{place}[]", known, depth + 1)
            least, most = schema.get("minItems"), schema.get("maxItems")
            return Items(item, least if isinstance(least, int) else 0, most if isinstance(most, int) else None), False
        case "object":
            return _record(schema, place, known, depth), False
        case _ if "properties" in schema:
            return _record(schema, place, known, depth), False
        case _:
            return Anything(), True


def _record(schema: dict[str, Json], place: str, known: Mapping[str, Json], depth: int) -> Record:
    properties, required = schema.get("properties"), schema.get("required")
    names = set(required) if isinstance(required, list) else set[Json]()
    fields: dict[str, Field] = {}
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        shape, nullable = _shape(inner, f"{place}.{name}".lstrip("."), known, depth + 1)
        defaulted = isinstance(inner, dict) and "default" in inner
        default = inner["default"] if isinstance(inner, dict) and defaulted else None
        fields[name] = Field(shape, name in names, nullable or (defaulted and default is None), defaulted, default)
    more = schema.get("additionalProperties", None if place else False)  # a call has no unknown arguments
    return Record(
        fields, open=isinstance(more, dict) or more is True or (not fields and more is not False and bool(place))
    )


def _number(value: Json) -> float | int | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


# Canonical form


def canonical(declared: Tool, arguments: Mapping[str, Json]) -> dict[str, Json]:
    """Return the arguments of a call in canonical form, with defaults filled in. Raises Malformed."""
    return cast("dict[str, Json]", _Canon().value(dict(arguments), declared.parameters, "", 0))


def canonical_facts(declared: Record, facts: Mapping[str, Json]) -> dict[str, Json]:
    """Return facts of a session in canonical form; what is not declared is left out. Raises Malformed."""
    known = {name: value for name, value in facts.items() if name in declared.fields or declared.open}
    return cast("dict[str, Json]", _Canon().value(known, declared, "", 0))


def normal(text: str, place: str = "the text") -> str:
    """Return a text in Unicode's composed normal form. Raises Malformed for characters that no text may hold."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    found = _ILLEGAL.search(text)
    if found is not None:
        raise Malformed(f"{place} holds the character U+{ord(found[0]):04X}, which no text may hold; remove it")
    return text


class _Canon:
    """Builds one canonical value and counts its parts."""

    def __init__(self) -> None:
        self._left = MOST

    def value(self, value: Json, shape: Shape, place: str, depth: int) -> Json:  # noqa: C901 - one case a variant
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise Malformed("the call is too large or nested too deeply; split it")
        match shape:
            case Text(choices=choices):
                if not isinstance(value, str):
                    raise _wrong(place, value, "a text")
                found = normal(value, place)
                if choices and found not in choices:
                    raise Malformed(f"{place} is {found!r}; it must be one of {', '.join(choices)}")
                return found
            case Number():
                return _canonical_number(value, shape, place)
            case Truth():
                if not isinstance(value, bool):
                    raise _wrong(place, value, "true or false")
                return value
            case Items(item=item, least=least, most=most):
                if not isinstance(value, list):
                    raise _wrong(place, value, "a list")
                if len(value) < least or (most is not None and len(value) > most):
                    raise Malformed(f"{place} has {len(value)} elements; the tool takes {least} to {most or 'any'}")
                return [self.value(part, item, f"{place}[{at}]", depth + 1) for at, part in enumerate(value)]
            case Record():
                return self._record(value, shape, place, depth)
            case Anything():
                return self._anything(value, place, depth)

    def _record(self, value: Json, shape: Record, place: str, depth: int) -> Json:
        if not isinstance(value, dict):
            raise _wrong(place, value, "an object")
        given: dict[str, Json] = {}
        for name, part in value.items():
            if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may hand over anything
                raise Malformed(f"{_at(place, repr(name))} is no name; names are texts")
            key = normal(name, "a name of an argument")
            if key in given:
                raise Malformed(f"{_at(place, key)} is given twice; give it once")
            given[key] = part
        result: dict[str, Json] = {}
        for name, field in shape.fields.items():
            at = _at(place, name)
            part = given.pop(name, None)
            if part is None and field.defaulted:
                part = field.default
            if part is not None:
                result[name] = self.value(part, field.shape, at, depth + 1)
            elif field.required and not field.nullable:
                raise Malformed(f"{at} is missing; the tool needs it")
        if given and not shape.open:
            raise Malformed(f"{_at(place, next(iter(given)))} is unknown to the tool; leave it out")
        result |= {name: self._anything(part, _at(place, name), depth + 1) for name, part in given.items()}
        return result

    def _anything(self, value: Json, place: str, depth: int) -> Json:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise Malformed("the call is too large or nested too deeply; split it")
        match value:
            case None | bool():
                return value
            case str():
                return normal(value, place)
            case int() | float():
                return _canonical_number(value, Number(), place)
            case list():
                return [self._anything(part, f"{place}[{at}]", depth + 1) for at, part in enumerate(value)]
            case dict():
                return self._record(value, Record(open=True), place, depth)
            case _:  # pyright: ignore[reportUnnecessaryComparison]  # callers may hand over anything
                raise _wrong(place, value, "JSON")


def _canonical_number(value: Json, shape: Number, place: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(place, value, "an integer" if shape.whole else "a number")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Malformed(f"{place} is {value}; it must be finite")
        if shape.whole:
            if not value.is_integer():
                raise _wrong(place, value, "an integer")
            value = int(value)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise Malformed(f"{place} has more than 63 bits; give a smaller number")
    if (shape.least is not None and value < shape.least) or (shape.most is not None and value > shape.most):
        raise Malformed(f"{place} is {value}; it must lie in {shape.least} to {shape.most}")
    return value


def _wrong(place: str, value: object, due: str) -> Malformed:
    kinds = ((type(None), "null"), (bool, "a truth value"), (str, "a text"), (dict, "an object"), (list, "a list"))
    kind = next((words for known, words in kinds if isinstance(value, known)), f"the number {value}")
    return Malformed(f"{place or 'the arguments'} is {kind}; it must be {due}")


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
