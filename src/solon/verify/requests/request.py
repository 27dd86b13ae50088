"""A request: the call that an agent wants to make, with what its guard knows when it decides."""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from solon.contract import Value
from solon.verify.requests.expression import Path

if TYPE_CHECKING:
    Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
else:
    Json = Any  # msgspec reads annotations, and no recursive ones outside of structs


class Request(Value, frozen=True):
    """A call in canonical form, the facts of the session, the state of the monitor and who introduced which value.

    ``provenance`` maps a place of the arguments, such as ``recipient`` or ``recipients.0`` or ``event.title``, to the
    sources of the value there; a place without an entry has that of the nearest place around it. ``output`` is the
    result that a contract speaks of, where there is one.
    """

    tool: str
    arguments: dict[str, Json] = {}
    context: dict[str, Json] = {}
    state: dict[str, Json] = {}
    provenance: dict[str, tuple[str, ...]] = {}
    output: dict[str, Json] = {}


class Missing:
    """What is at a place where nothing is."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


def look(request: Request, path: Path) -> Json | Missing:
    """Return the value at a place; null counts as missing. A variable of a quantifier has no place of its own."""
    value: Json
    match path.root:
        case "arg":
            value = request.arguments
        case "ctx":
            value = request.context
        case "st":
            value = request.state
        case "out":
            value = request.output
        case "var":
            return MISSING
    for key in path.keys:
        if isinstance(value, dict):
            value = value.get(key) if isinstance(key, str) else None
        elif isinstance(value, list):
            value = value[key] if isinstance(key, int) and 0 <= key < len(value) else None
        else:
            return MISSING
    return MISSING if value is None else value


def sources(request: Request, path: Path) -> tuple[str, ...] | None:
    """Return who introduced the value at a place of the arguments; None if that is not known."""
    if path.root != "arg":
        return None
    keys = [str(key) for key in path.keys]
    for length in range(len(keys), 0, -1):
        found = request.provenance.get(".".join(keys[:length]))
        if found is not None:
            return found
    return None


def shown(request: Request) -> str:
    """Return a request in one line, for people: the call, then what else was known."""
    inner = ", ".join(f"{name}={_json(value)}" for name, value in sorted(request.arguments.items()))
    parts = [f"{request.tool}({inner})"]
    for word, facts in (("context", request.context), ("state", request.state), ("output", request.output)):
        if facts:
            parts.append(f"{word} {_json(dict(sorted(facts.items())))}")
    if request.provenance:
        parts.append("origin " + _json({name: list(labels) for name, labels in sorted(request.provenance.items())}))
    return "; ".join(parts)


def _json(value: Json | dict[str, list[str]]) -> str:
    return msgspec.json.encode(value).decode()
