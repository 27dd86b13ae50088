"""What guests use of msgspec, in plain Python: inside WebAssembly it goes by that name, since C extensions do not load.

Frozen structs with defaults, JSON of them and of plain values, and conversion to declared types. Not for use outside.
"""

import base64
import copy
import json as library_json
import types
from collections.abc import Mapping
from typing import Literal, Union, cast, dataclass_transform, get_args, get_origin, get_type_hints


class MsgspecError(Exception):
    """Base of all errors here."""


class DecodeError(MsgspecError):
    """Raised for bytes that are no JSON."""


class ValidationError(DecodeError):
    """Raised for a value that has not the declared type."""


@dataclass_transform(frozen_default=True)
class Struct:
    """Base of records: annotated names in order are the fields, class attributes their defaults."""

    __struct_fields__: tuple[str, ...] = ()
    __tag__: str | None = None
    __closed__: bool = False

    def __init_subclass__(
        cls, *, frozen: bool = False, tag: str | None = None, forbid_unknown_fields: bool = False, **_: object
    ) -> None:
        super().__init_subclass__()
        del frozen  # all are
        own = [name for name in cls.__annotations__ if name not in cls.__struct_fields__ and not name.startswith("__")]
        cls.__struct_fields__ = (*cls.__struct_fields__, *own)
        cls.__tag__ = tag
        cls.__closed__ = cls.__closed__ or forbid_unknown_fields

    def __init__(self, *args: object, **kwargs: object) -> None:
        names = self.__struct_fields__
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__} takes at most {len(names)} values")
        given = dict(zip(names, args, strict=False)) | kwargs
        for name in names:
            if name in given:
                value = given.pop(name)
            elif hasattr(type(self), name):
                value = copy.copy(getattr(type(self), name))
            else:
                raise TypeError(f"Missing required argument {name!r}")
            object.__setattr__(self, name, value)
        if given:
            raise TypeError(f"{type(self).__name__} has no field {next(iter(given))!r}")
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the values; for subclasses."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"immutable type: {type(self).__name__!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and fields(self) == fields(cast("Struct", other))

    def __hash__(self) -> int:
        return hash((type(self), *fields(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields(self).items())})"


def fields(value: Struct) -> dict[str, object]:
    """Return a record's values by name."""
    return {name: getattr(value, name) for name in value.__struct_fields__}


def replace(value: Struct, **changes: object) -> Struct:
    """Return a record with some values changed."""
    return type(value)(**(fields(value) | changes))


def encode(value: object) -> bytes:
    """Return the JSON of records and plain values. Raises TypeError for others."""
    return library_json.dumps(value, default=_plain, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: object) -> object:
    if isinstance(value, Struct):
        tag = {"type": value.__tag__} if value.__tag__ else {}
        return tag | fields(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"Encoding objects of type {type(value).__name__} is unsupported")


def decode(data: bytes, *, type: object = object) -> object:  # noqa: A002 - the name of the original
    """Return the value of a JSON text, converted to a declared type. Raises DecodeError or ValidationError."""
    try:
        value = library_json.loads(data)
    except ValueError as error:
        raise DecodeError(str(error)) from error
    return convert(value, type)


def convert(value: object, kind: object) -> object:  # noqa: PLR0911 - one return a kind
    """Return a plain value as one of a declared type. Raises ValidationError."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is object:
        return value
    if origin in (Union, types.UnionType):
        return _first_that_fits(value, inner)
    if origin is Literal and value in inner:
        return value
    if origin in (list, tuple) and isinstance(value, list):
        return _sequence(cast("list[object]", value), origin is tuple, inner)
    if origin is dict and isinstance(value, dict):
        items = cast("dict[object, object]", value).items()
        return {convert(key, inner[0]): convert(each, inner[1]) for key, each in items}
    if kind is bytes and isinstance(value, str):
        return base64.b64decode(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind in (str, int, bool, type(None)) and type(value) is kind:
        return value
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, dict):
        return _record(cast("Mapping[str, object]", value), kind)
    raise ValidationError(f"{str(value)[:80]!r} is not of the declared type {kind}")


def _first_that_fits(value: object, kinds: tuple[object, ...]) -> object:
    for kind in kinds:
        try:
            return convert(value, kind)
        except ValidationError:
            continue
    raise ValidationError(f"{str(value)[:80]!r} is of none of the declared types {kinds}")


def _sequence(values: list[object], fixed: bool, kinds: tuple[object, ...]) -> object:  # noqa: FBT001 - private
    if not fixed:
        return [convert(value, kinds[0]) for value in values]
    if kinds[-1] is ...:
        return tuple(convert(value, kinds[0]) for value in values)
    if len(kinds) != len(values):
        raise ValidationError(f"{len(values)} values where {len(kinds)} are due")
    return tuple(convert(value, kind) for value, kind in zip(values, kinds, strict=True))


def _record(values: Mapping[str, object], kind: type[Struct]) -> Struct:
    hints = get_type_hints(kind)
    unknown = values.keys() - set(kind.__struct_fields__)
    if unknown and kind.__closed__:
        raise ValidationError(f"Object contains unknown field {min(unknown)!r}")
    try:
        return kind(**{name: convert(value, hints[name]) for name, value in values.items() if name not in unknown})
    except (TypeError, ValueError) as error:
        raise ValidationError(str(error)) from error


class json:  # noqa: N801 - stands for the submodule
    """JSON of records and plain values."""

    encode = staticmethod(encode)
    decode = staticmethod(decode)


class structs:  # noqa: N801 - stands for the submodule
    """Functions on records."""

    replace = staticmethod(replace)
