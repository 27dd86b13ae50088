"""What a guard does with the messages of the Model Context Protocol, whatever carries them.

Only requests of the method ``tools/call`` are decided on; answers that list tools lose those that no rule lets be
called, and show the others as they were first shown; everything else passes as it is. What two readers could read in
two ways does not pass: names that differ in case only, an id of another kind, a request that is an answer as well, an
answer to what was never asked.
"""

import re
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import msgspec

from solon.interop.guard_gate import Gate, Ruling
from solon.tasks.guard.tools.calls import Call, Described, Json
from solon.verify.requests.schema import Items, Record, Shape

Message = dict[str, Json]
Key = str | int
INVALID: Final = -32600
DEEPEST: Final = 200
"""Levels of lists and objects in a message."""
CALL: Final = "tools/call"
_ENVELOPE: Final = frozenset(["jsonrpc", "id", "method", "params", "result", "error"])
_PARAMETERS: Final = frozenset(["name", "arguments", "_meta", "inputResponses", "requestState"])
_METHOD: Final = re.compile(r"[A-Za-z0-9_$./-]+")
_INFINITE: Final = 2**1023
_LINE_ENDS: Final = ((b"\xe2\x80\xa8", rb"\u2028"), (b"\xe2\x80\xa9", rb"\u2029"), (b"\xc2\x85", rb"\u0085"))
"""Characters that some readers of lines take for the end of one."""


def decoded(content: bytes | bytearray) -> Message | None:
    """Return a single message, or None for what is none or is nested more deeply than anybody needs."""
    try:
        found = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(found, dict) or _deep(cast("Json", found)):
        return None
    return cast("Message", found)


def _deep(value: Json) -> bool:
    level: list[Json] = [value]
    for _ in range(DEEPEST):
        inner = [
            list(each.values()) if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)
        ]
        level = [part for parts in inner for part in parts]
        if not level:
            return False
    return True


def encoded(message: Message) -> bytes:
    """Return a message as one line without its end."""
    content = msgspec.json.encode(message)
    for character, escaped in _LINE_ENDS:
        content = content.replace(character, escaped)  # only ever inside of a text
    return content


@dataclass
class _Open:
    """A request of the client that waits for its answer; ``sent`` once the server may know of it."""

    key: Key
    ruling: Ruling | None = None
    sent: bool = False


class Desk:
    """The open requests of one connection, from any thread."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._open: dict[str, _Open] = {}  # by the id as a text: some servers take 1 and "1" for the same
        self._lock = threading.Lock()
        self.noting: set[Key] = set()
        """Calls whose answers are being noted, which takes time where a model or a person is asked."""

    def outgoing(self, message: Message) -> tuple[Message | None, Message | None]:
        """Return what goes to the server and what goes back to the client at once; a call is decided here."""
        key, method, told = key_of(message), message.get("method"), odd(message)
        if told:
            self.gate.refused(_named(message))
            return None, failure(key, told)
        if method is None:
            return message, None  # an answer to what the server asked
        if key is None and method == CALL:
            self.gate.refused(_named(message))  # a call that wants no answer is none that there is
            return None, None
        if key is None:
            self._cancelled(message)
            return message, None
        mine = _Open(key)
        with self._lock:
            if self._open.setdefault(str(key), mine) is not mine:
                self.gate.refused(_named(message))
                return None, failure(key, "this id belongs to a request that is still open; use a new one")
        onward, back = (message, None) if method != CALL else self._decided(key, message, mine)
        if onward is None:
            self.forget(key)
        mine.sent = True
        return onward, back

    def _decided(self, key: Key, message: Message, mine: _Open) -> tuple[Message | None, Message | None]:
        found = call_of(message)
        told = self._unclear(message, found)
        if found is None or told:
            self.gate.refused(_named(message))
            return None, failure(key, told or "the call has no name or its arguments are no object")
        mine.ruling = self.gate.judge(found)
        if mine.ruling.call is None:
            return None, refusal(key, mine.ruling.message)
        return with_call(message, mine.ruling.call), None

    def _unclear(self, message: Message, call: Call | None) -> str:
        """Return what in a call the guard cannot follow, or a server could read otherwise than the guard."""
        inner = message.get("params")
        others = sorted(set(inner) - _PARAMETERS) if isinstance(inner, dict) else []
        if others == ["task"]:
            return "a call as a task cannot be followed; call without task"
        if others:
            return f"the call has the unknown field {others[0]!r}; leave it out"
        if call is not None and _inexact(call.arguments):
            return "an integer has more than 53 bits, which some readers round; give it as a text or leave it out"
        known = None if call is None else self.gate.policy.tool(call.tool)
        name = "" if known is None or call is None else _alike(call.arguments, known.parameters)
        return f"the argument {name!r} is like one that the tool declares; write it exactly so" if name else ""

    def _cancelled(self, message: Message) -> None:
        """Forget a request that the client gave up; a call stays open, since it may have taken effect."""
        inner = message.get("params")
        if message.get("method") == "notifications/cancelled" and isinstance(inner, dict):
            key = inner.get("requestId")
            found = self._open.get(str(key))
            if found is not None and found.ruling is None and found.sent:
                self.forget(found.key)

    def forget(self, key: Key) -> None:
        """Drop a request that never reached the server or that nobody waits for."""
        self._open.pop(str(key), None)

    def incoming(self, message: Message) -> Message | None:
        """Return what goes to the client; results are noted, lists are filtered, what nobody asked for is dropped."""
        told, key = odd(message), key_of(message)
        if not told and ("method" in message or key is None):
            return message  # a request of the server, or an error that could not be tied to one of the client
        with self._lock:  # of two answers that come at once the first is the answer
            found = self._open.get(str(key))
            if found is None or not found.sent or key is None:
                return None
            self.forget(key)
        if told:
            return failure(found.key, f"the answer of the server is withheld: {told}")
        message = {**message, "id": found.key}
        if found.ruling is None:
            return self.listed(message)
        content, error = outcome(message)
        self.noting.add(key)
        told = self.gate.report(found.ruling, content, error=error)
        self.noting.discard(key)
        return refusal(found.key, told) if told else message

    def listed(self, message: Message) -> Message:
        """Return an answer with the tools that may be called, if it lists tools, each as it was first shown."""
        result = message.get("result")
        tools = result.get("tools") if isinstance(result, dict) else None
        if not isinstance(result, dict) or not isinstance(tools, list):
            return message
        shown = [tool for tool in tools if isinstance(tool, dict)]
        kept: list[Json] = []
        for tool in shown:
            name = tool.get("name")
            if isinstance(name, str):
                first = self.gate.shown.setdefault(name, tool)
                self.gate.describe([described(tool)])
                kept += [first] if self.gate.offers(name) else []
        return {**message, "result": {**result, "tools": kept}}

    @property
    def open(self) -> tuple[Key, ...]:
        """Ids of the calls that wait for an answer."""
        return tuple(each.key for each in list(self._open.values()) if each.sent and each.ruling is not None)


def key_of(message: Message) -> Key | None:
    """Return the id of a message, if it has one that is allowed."""
    key = message.get("id")
    return key if isinstance(key, str | int) and not isinstance(key, bool) else None


def odd(message: Message) -> str:
    """Return why a message is neither a request nor an answer, or could be read as both."""
    answers = [name for name in ("result", "error") if name in message]
    lost = message.get("id") is None and answers == ["error"]
    method = message.get("method")
    others = sorted(set(message) - _ENVELOPE)
    if others:
        return f"the message has the unknown field {others[0]!r}"
    if "id" in message and ((key_of(message) is None and not lost) or _inexact(message["id"])):
        return "the id is neither a text nor an integer of at most 53 bits"
    if ("method" in message) == bool(answers) or len(answers) > 1 or (answers and "id" not in message):
        return "the message is not just a request or just an answer"
    if "method" in message and (not isinstance(method, str) or not _METHOD.fullmatch(method)):
        return "the method is no name"
    if isinstance(method, str) and method != CALL and method.lower() == CALL:
        return "the method is not written in small letters"
    return ""


def _inexact(value: Json) -> bool:
    """Return whether an integer in a value is another one for readers that keep all numbers as floats of 64 bits."""
    match value:
        case dict():
            return any(map(_inexact, value.values()))
        case list():
            return any(map(_inexact, value))
        case int():
            return abs(value) >= _INFINITE or int(float(value)) != value
        case _:
            return False


def _alike(value: Json, shape: Shape) -> str:
    """Return a name in a value that differs from a declared one in nothing but case or form, if there is one."""
    if isinstance(value, list) and isinstance(shape, Items):
        return next((name for part in value if (name := _alike(part, shape.item))), "")
    if not isinstance(value, dict) or not isinstance(shape, Record):
        return ""
    declared = {_folded(name) for name in shape.fields}
    for name, part in value.items():
        field = shape.fields.get(unicodedata.normalize("NFC", name))
        if field is None and _folded(name) in declared:
            return name
        within = "" if field is None else _alike(part, field.shape)
        if within:
            return within
    return ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _named(message: Mapping[str, Json]) -> str:
    """Return what a message asks for, as far as it says: a tool or a method."""
    call = call_of(message)
    method = message.get("method")
    return call.tool if call is not None else method if isinstance(method, str) else ""


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
    if result.get("resultType", "complete") != "complete":
        failed = "unfinished"  # it waits for more, which comes with a new call
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
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
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
