"""What a guard does with the messages of the Model Context Protocol, whatever carries them.

Only requests of the method ``tools/call`` are decided on; answers to ``tools/list`` lose the tools that no rule lets be
called; everything else passes as it is.
"""

from collections.abc import Mapping
from typing import Final, cast

import msgspec

from solon.interop.guard_gate import Gate, Ruling
from solon.tasks.guard.tools.calls import Call, Described, Json

Message = dict[str, Json]
Key = str | int
INVALID: Final = -32600


class Desk:
    """The open requests of one connection; one thread for each direction."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._calls: dict[Key, Ruling] = {}
        self._lists: set[Key] = set()

    def outgoing(self, message: Message) -> tuple[Message | None, Message | None]:
        """Return what goes to the server and what goes back to the client at once; a call is decided here."""
        key, method = message.get("id"), message.get("method")
        if method == "tools/list" and isinstance(key, str | int):
            self._lists.add(key)
        if method != "tools/call":
            return message, None
        if not isinstance(key, str | int) or isinstance(key, bool):
            return None, None  # a call that wants no answer is none that the protocol knows
        if key in self._calls:
            return None, failure(key, "this id belongs to a call that is still open; use a new one")
        found = call_of(message)
        if found is None:
            return None, failure(key, "the call has no name or its arguments are no object")
        ruling = self.gate.judge(found)
        if ruling.call is None:
            return None, refusal(key, ruling.message)
        self._calls[key] = ruling
        return with_call(message, ruling.call), None

    def incoming(self, message: Message) -> Message:
        """Return what goes to the client; results are noted, lists are filtered."""
        key = message.get("id")
        if "method" in message or not isinstance(key, str | int):
            return message
        ruling = self._calls.pop(key, None)
        if ruling is not None:
            content, error = outcome(message)
            self.gate.report(ruling, content, error=error)
        elif key in self._lists:
            self._lists.discard(key)
            return self.listed(message)
        return message

    def listed(self, message: Message) -> Message:
        """Return an answer to ``tools/list`` with the tools that may be called."""
        result = message.get("result")
        tools = result.get("tools") if isinstance(result, dict) else None
        if not isinstance(result, dict) or not isinstance(tools, list):
            return message
        shown = [tool for tool in tools if isinstance(tool, dict)]
        self.gate.describe([described(tool) for tool in shown])
        kept: list[Json] = [tool for tool in shown if self.gate.offers(str(tool.get("name")))]
        return {**message, "result": {**result, "tools": kept}}

    @property
    def open(self) -> tuple[Key, ...]:
        """Ids of the calls that wait for an answer."""
        return tuple(self._calls)


def call_of(message: Mapping[str, Json]) -> Call | None:
    """Return the call in a request."""
    inner = message.get("params")
    if not isinstance(inner, dict):
        return None
    name, arguments = inner.get("name"), inner.get("arguments")
    if not isinstance(name, str) or not (arguments is None or isinstance(arguments, dict)):
        return None
    return Call(name, arguments or {})


def with_call(message: Message, call: Call) -> Message:
    """Return a request with exactly this call in it."""
    inner = cast("dict[str, Json]", message["params"])
    return {**message, "params": {**inner, "name": call.tool, "arguments": call.arguments}}


def refusal(key: Key, text: str) -> Message:
    """Return an error result, which the agent reads as the tool's answer."""
    content: list[Json] = [{"type": "text", "text": text}]
    result: dict[str, Json] = {
        "content": content,
        "isError": True,
        "resultType": "complete",
    }  # since 2026, else ignored
    return {"jsonrpc": "2.0", "id": key, "result": result}


def failure(key: Key | None, text: str) -> Message:
    """Return an error of the protocol."""
    return {"jsonrpc": "2.0", "id": key, "error": {"code": INVALID, "message": f"solon guard: {text}"}}


def outcome(message: Mapping[str, Json]) -> tuple[Json, str]:
    """Return what a call brought, as data if it is data, and in a word whether it failed."""
    result = message.get("result")
    if not isinstance(result, dict):
        return None, "protocol"
    failed = "tool" if result.get("isError") is True else ""
    if isinstance(result.get("structuredContent"), dict):
        structured = cast("dict[str, Json]", result["structuredContent"])
        return (structured["result"] if set(structured) == {"result"} else structured), failed
    content = result.get("content")
    texts = [part.get("text") for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    found = [_data(text) for text in texts if isinstance(text, str)]
    return (found[0] if len(found) == 1 else cast("Json", found)), failed


def _data(text: str) -> Json:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return text


def described(tool: Mapping[str, Json]) -> Described:
    """Return what a server says of a tool; without a word it may do anything and bring anybody's words."""
    hints = tool.get("annotations")
    told = hints if isinstance(hints, dict) else {}
    schema = tool.get("inputSchema")
    reads = told.get("readOnlyHint") is True
    return Described(
        str(tool.get("name")),
        schema if isinstance(schema, dict) else {},
        str(tool.get("description") or ""),
        reads,
        told.get("openWorldHint") is not False,
        not reads and told.get("destructiveHint") is not False,
    )
