"""The headers of HTTP that repeat what an MCP message says: they must agree with it, and follow what a guard changed.

Servers and what stands in front of them may go by either. Values that are no plain text of ASCII are written as
``=?base64?...?=``.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from solon.interop.guard_gate import Gate
from solon.interop.mcp_messages import CALL, Message
from solon.tasks.guard.tools.calls import Json

Headers = Sequence[tuple[str, str]]
_METHOD: Final = "mcp-method"
_NAME: Final = "mcp-name"
_ARGUMENT: Final = "mcp-param-"
_NAMED: Final = {CALL: "name", "prompts/get": "name", "resources/read": "uri"}
_PLAIN: Final = re.compile(r"[!-~]([ -~]*[!-~])?")
_CODED: Final = re.compile(r"=\?base64\?(.*)\?=", re.IGNORECASE)


def contradiction(message: Message, headers: Any) -> str:
    """Return which of the headers, a multiple dictionary, says something else than the message."""
    if any(value != message.get("method") for value in headers.getlist(_METHOD)):
        return "the header Mcp-Method is not the method of the message"
    name = _name(message)
    if any(name is None or _read(value) != name for value in headers.getlist(_NAME)):
        return "the header Mcp-Name is not what the message names"
    return ""


def rewritten(headers: Headers, message: Message | None, gate: Gate) -> list[tuple[str, str]]:
    """Return headers that say what a message says now: a guard may have changed tool and arguments."""
    given = {name for name, _ in headers}
    kept = [(name, value) for name, value in headers if name not in (_METHOD, _NAME) and _ARGUMENT not in name]
    if message is None:
        return kept
    method, name = message.get("method"), _name(message)
    if _METHOD in given and isinstance(method, str):
        kept.append((_METHOD, method))
    if _NAME in given and name is not None:
        kept.append((_NAME, _written(name)))
    if any(each.startswith(_ARGUMENT) for each in given) and method == CALL:
        kept += _arguments(message, gate)
    return kept


def _arguments(message: Message, gate: Gate) -> list[tuple[str, str]]:
    """Return the headers that the tool, as it was first shown, wants for its arguments."""
    inner = _object(message.get("params"))
    schema = _object(gate.shown.get(str(inner.get("name")), {}).get("inputSchema"))
    wanted = {name: _object(each).get("x-mcp-header") for name, each in _object(schema.get("properties")).items()}
    given = _object(inner.get("arguments"))
    found: list[tuple[str, str]] = []
    for name, header in wanted.items():
        value = given.get(name)
        if isinstance(header, str) and _PLAIN.fullmatch(header) and isinstance(value, str | int | float):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            found.append((f"{_ARGUMENT}{header.lower()}", _written(text)))
    return found


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _name(message: Message) -> str | None:
    value = _object(message.get("params")).get(_NAMED.get(str(message.get("method")), ""))
    return value if isinstance(value, str) else None


def _read(value: str) -> str | None:
    found = _CODED.fullmatch(value)
    if found is None:
        return value
    try:
        return base64.b64decode(found[1], validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _written(value: str) -> str:
    if _PLAIN.fullmatch(value) and not _CODED.fullmatch(value):
        return value
    return f"=?base64?{base64.b64encode(value.encode()).decode()}?="
