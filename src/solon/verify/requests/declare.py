"""The text form of declarations: ``to: text, amount: number 0..100, cc?: text?, mode: "a" | "b" = "a"``.

    shape    text · "a" | "b" · number · integer · true-or-false · any · [shape] · {fields} · {fields, ...} if open
    range    after number, integer and a list: 0..10, 0.. or ..10
    field    name: shape · name?: shape if it may be left out · shape? if it may be null · = JSON, its default

Reading what was written gives the same shapes. JSON Schema is read by ``schema`` and written here.
"""

import json
import re
from typing import Final, cast

from solon.contract import Value
from solon.verify.requests.request import Json
from solon.verify.requests.schema import Anything, Field, Items, Number, Record, Shape, Text, Tool, Truth

_TOKEN: Final = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<number>-?\d+(?:\.(?!\.)\d+)?(?:[eE][+-]?\d+)?)|(?P<dots>\.\.\.?)'
    r"|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>[?:=|,\[\]{}()]))"
)
_DEEPEST: Final = 30


class WrongDeclaration(ValueError):
    """Raised for a text that declares nothing; one sentence with the place."""


class _Token(Value, frozen=True):
    kind: str
    text: str
    at: int
    end: int


def read_fields(text: str) -> Record:
    """Read fields as they stand in brackets after a tool's name. Raises WrongDeclaration."""
    reader = _Reader(text)
    found = reader.fields(0, "")
    reader.end()
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def fields(self, depth: int, closing: str) -> Record:
        found: dict[str, Field] = {}
        loose = False
        while self._peek().text not in {closing, ""}:
            if self._skip("..."):
                loose = True
            else:
                name, field = self._field(depth)
                if name in found:
                    raise self._fail(f"{name} is declared twice; declare it once")
                found[name] = field
            if self._peek().text != closing:
                self._expect(",")
        return Record(found, open=loose)

    def end(self) -> None:
        if self._peek().kind != "end":
            raise self._fail("is left over")

    def _field(self, depth: int) -> tuple[str, Field]:
        token = self._take()
        if token.kind not in {"name", "text"}:
            raise self._fail("is no name of a field", token)
        name = token.text if token.kind == "name" else cast("str", json.loads(token.text))
        required = not self._skip("?")
        self._expect(":")
        shape = self._shape(depth)
        nullable = self._skip("?") or isinstance(shape, Anything)
        if not self._skip("="):
            return name, Field(shape, required, nullable)
        return name, Field(shape, required, nullable, defaulted=True, default=self._json())

    def _json(self) -> Json:
        start = self._place
        while start < len(self._text) and self._text[start].isspace():
            start += 1
        try:
            value, self._place = json.JSONDecoder().raw_decode(self._text, start)
        except (ValueError, RecursionError):
            raise self._fail("is no JSON; write a default such as 0 or null") from None
        return cast("Json", value)

    def _shape(self, depth: int) -> Shape:  # noqa: C901, PLR0911 - one case a variant
        if depth > _DEEPEST:
            raise self._fail("is nested too deeply; flatten it")
        token = self._take()
        match token.kind, token.text:
            case "text", _:
                choices = [cast("str", json.loads(token.text))]
                while self._skip("|"):
                    other = self._take()
                    if other.kind != "text":
                        raise self._fail("is no text in double quotes", other)
                    choices.append(cast("str", json.loads(other.text)))
                return Text(tuple(choices))
            case _, "text":
                return Text()
            case _, "number" | "integer":
                least, most = self._range()
                return Number(token.text == "integer", least, most)
            case _, "true-or-false":
                return Truth()
            case _, "any":
                return Anything()
            case _, "[":
                item = self._shape(depth + 1)
                self._expect("]")
                least, most = self._range()
                return Items(item, int(least or 0), None if most is None else int(most))
            case _, "{":
                found = self.fields(depth + 1, "}")
                self._expect("}")
                return found
            case _:
                raise self._fail(
                    "is no shape; write text, number, integer, true-or-false, any, [shape] or {fields}", token
                )

    def _range(self) -> tuple[float | int | None, float | int | None]:
        least = self._number() if self._peek().kind == "number" else None
        if not self._skip(".."):
            if least is not None:
                raise self._fail("stands where .. is due; write a range such as 0..10 or 0..")
            return None, None
        return least, self._number() if self._peek().kind == "number" else None

    def _number(self) -> float | int:
        text = self._take().text
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)

    def _peek(self) -> _Token:
        match = _TOKEN.match(self._text, self._place)
        if match is None or match.lastgroup is None:
            rest = self._text[self._place :].strip()
            return _Token("wrong" if rest else "end", rest[:10], self._place, len(self._text))
        return _Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup), match.end())

    def _take(self) -> _Token:
        token = self._peek()
        self._place = token.end
        return token

    def _skip(self, text: str) -> bool:
        token = self._peek()
        if token.text == text and token.kind in {"sign", "dots"}:
            self._place = token.end
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            raise self._fail(f"stands where {text!r} is due")

    def _fail(self, what: str, token: _Token | None = None) -> WrongDeclaration:
        token = token or self._peek()
        return WrongDeclaration(f"{token.text or 'the end'!r} (character {token.at + 1}) {what}")


def write_fields(record: Record) -> str:
    """Return the fields of a record as text."""
    parts = [_field(name, field) for name, field in record.fields.items()]
    return ", ".join([*parts, "..."] if record.open else parts)


def _field(name: str, field: Field) -> str:
    named = name if re.fullmatch(r"[A-Za-z_][\w-]*", name) else json.dumps(name, ensure_ascii=False)
    mark = "?" if field.nullable and not isinstance(field.shape, Anything) else ""
    text = f"{named}{'' if field.required else '?'}: {_shape(field.shape)}{mark}"
    return f"{text} = {json.dumps(field.default, ensure_ascii=False)}" if field.defaulted else text


def _shape(shape: Shape) -> str:
    match shape:
        case Text(choices=choices):
            return " | ".join(json.dumps(choice, ensure_ascii=False) for choice in choices) or "text"
        case Number(whole=whole, least=least, most=most):
            return ("integer" if whole else "number") + _ranged(least, most)
        case Truth():
            return "true-or-false"
        case Anything():
            return "any"
        case Items(item=item, least=least, most=most):
            return f"[{_shape(item)}]" + _ranged(least or None, most)
        case Record():
            return f"{{{write_fields(shape)}}}"


def _ranged(least: float | None, most: float | None) -> str:
    if least is None and most is None:
        return ""
    return f" {'' if least is None else json.dumps(least)}..{'' if most is None else json.dumps(most)}"


# JSON Schema


def json_schema(tool: Tool) -> dict[str, Json]:
    """Return the JSON Schema of a tool's arguments, which ``schema.tool`` reads back."""
    return _schema_of(tool.parameters)


def _schema_of(record: Record) -> dict[str, Json]:
    properties: dict[str, Json] = {}
    for name, field in record.fields.items():
        inner: dict[str, Json] = _schema(field.shape)
        if field.nullable and not isinstance(field.shape, Anything):
            options: list[Json] = [inner, {"type": "null"}]
            inner = {"anyOf": options}
        if field.defaulted:
            inner["default"] = field.default
        properties[name] = inner
    found: dict[str, Json] = {"type": "object", "properties": properties, "additionalProperties": record.open}
    required: list[Json] = [name for name, field in record.fields.items() if field.required]
    return {**found, "required": required} if required else found


def _schema(shape: Shape) -> dict[str, Json]:
    match shape:
        case Text(choices=choices):
            enumerated: dict[str, Json] = {"enum": list(choices)} if choices else {}
            return {"type": "string", **enumerated}
        case Number(whole=whole, least=least, most=most):
            limits: dict[str, Json] = {"minimum": least, "maximum": most}
            kept = {name: value for name, value in limits.items() if value is not None}
            return {"type": "integer" if whole else "number", **kept}
        case Truth():
            return {"type": "boolean"}
        case Anything():
            return {}
        case Items(item=item, least=least, most=most):
            sizes: dict[str, Json] = {"minItems": least or None, "maxItems": most}
            kept = {name: value for name, value in sizes.items() if value is not None}
            return {"type": "array", "items": _schema(item), **kept}
        case Record():
            return _schema_of(shape)
