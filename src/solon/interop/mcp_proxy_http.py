"""A guard in front of an MCP server that talks HTTP: a reverse proxy that decides on each ``tools/call``.

It listens on this machine alone and refuses requests of web pages from elsewhere. Sessions of the server pass through;
each has a gate of its own. What arrives without a session shares one.
"""

# Starlette and httpx2 come with the optional package mcp.
import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, cast
from urllib.parse import urlsplit

import msgspec

from solon.interop.extras import require
from solon.interop.guard_gate import Gate
from solon.interop.mcp_messages import Desk, Message, call_of, failure

LARGEST: Final = 64 * 2**20
"""Bytes of one request."""
SESSIONS: Final = 1000
_OWN: Final = frozenset(
    [
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "host",
        "keep-alive",
        "origin",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
_SESSION: Final = "mcp-session-id"
_TIMEOUT: Final = 600.0


def serve(url: str, listen: str, gates: Callable[[], Gate]) -> int:
    """Guard the server at an address until interrupted."""
    uvicorn = require("uvicorn", "guard")
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{listen!r} is no place to listen; write 127.0.0.1:PORT")
    if not _local(host):
        raise ValueError(f"{host} is not this machine; listen on 127.0.0.1 and put a server with a login in front")
    uvicorn.run(application(url, gates), host=host, port=int(port), log_level="warning")
    return 0


def application(url: str, gates: Callable[[], Gate], *, transport: Any = None) -> Any:  # an ASGI application
    """Return the proxy as an ASGI application; ``transport`` replaces the network, in tests."""
    return _Proxy(url, gates, transport)


class _Proxy:
    """One address behind a guard."""

    def __init__(self, url: str, gates: Callable[[], Gate], transport: Any) -> None:
        self._httpx = require("httpx2", "guard")
        self._responses = require("starlette.responses", "guard")
        self._requests = require("starlette.requests", "guard")
        self._url, self._new = url, gates
        self._gates: OrderedDict[str, Gate] = OrderedDict()
        self._client = self._httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, transport=transport)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, self._client)
            return
        request = self._requests.Request(scope, receive)
        response = await self._answered(request)
        await response(scope, receive, send)

    def _gate(self, session: str) -> Gate:
        if session not in self._gates:
            self._gates[session] = self._new()
            if len(self._gates) > SESSIONS:
                self._gates.popitem(last=False)
        self._gates.move_to_end(session)
        return self._gates[session]

    async def _answered(self, request: Any) -> Any:
        told = _unwelcome(request.headers)
        if told:
            return self._json(failure(None, told), 403)
        desk = Desk(self._gate(request.headers.get(_SESSION, "")))
        body = b""
        if request.method == "POST":
            async for part in request.stream():
                body += part
                if len(body) > LARGEST:
                    return self._json(failure(None, "the request is too large"), 413)
            message = _parsed(body)
            told = _mistaken(message, request.headers)
            if message is None or told:
                return self._json(failure(None, told or "the body is no single JSON-RPC message"), 400)
            onward, back = await asyncio.to_thread(desk.outgoing, message)  # it may ask a person
            if onward is None:
                return self._json(back, 200) if back is not None else self._responses.Response(status_code=202)
            body = msgspec.json.encode(onward)
        return await self._forwarded(request, body, desk)

    async def _forwarded(self, request: Any, body: bytes, desk: Desk) -> Any:
        headers = {name: value for name, value in request.headers.items() if name not in _OWN}
        headers["accept-encoding"] = "identity"
        sent = self._client.build_request(request.method, self._url, headers=headers, content=body or None)
        try:
            answer = await self._client.send(sent, stream=True)
        except self._httpx.HTTPError as error:
            return self._json(failure(None, f"the server cannot be reached ({type(error).__name__})"), 502)
        session = answer.headers.get(_SESSION, "")
        if session and session not in self._gates:
            # The first messages of a session came without its id.
            self._gates[session] = self._new()
        kept = {name: value for name, value in answer.headers.items() if name not in _OWN}
        if "text/event-stream" in answer.headers.get("content-type", ""):
            return self._responses.StreamingResponse(_events(answer, desk), answer.status_code, kept)
        content = await answer.aread()
        await answer.aclose()
        message = _parsed(content)
        if message is not None:
            content = msgspec.json.encode(desk.incoming(message))
        return self._responses.Response(content, answer.status_code, kept)

    def _json(self, message: Message, status: int) -> Any:
        content = msgspec.json.encode(message)
        return self._responses.Response(content, status, media_type="application/json")


async def _lifespan(receive: Any, send: Any, client: Any) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await client.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _events(answer: Any, desk: Desk) -> AsyncIterator[bytes]:
    """Yield a stream of events with the messages in them as the guard passes them on."""
    lines: list[str] = []
    try:
        async for line in answer.aiter_lines():
            if line:
                lines.append(line)
                continue
            yield _event(lines, desk)
            lines = []
        if lines:
            yield _event(lines, desk)
    finally:
        await answer.aclose()


def _event(lines: list[str], desk: Desk) -> bytes:
    data = "\n".join(line[5:].removeprefix(" ") for line in lines if line.startswith("data:"))
    message = _parsed(data.encode()) if data else None
    if message is not None:
        others = [line for line in lines if not line.startswith("data:")]
        lines = [*others, f"data: {msgspec.json.encode(desk.incoming(message)).decode()}"]
    return "\n".join([*lines, "", ""]).encode()


def _parsed(content: bytes) -> Message | None:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return cast("Message", found) if isinstance(found, dict) else None


def _unwelcome(headers: Mapping[str, str]) -> str:
    """Return why a request is refused: a page from elsewhere, or a name that is not this machine's."""
    for name in ("host", "origin"):
        value = headers.get(name)
        host = urlsplit(value if name == "origin" else f"//{value}").hostname if value else None
        if value and not (host and _local(host)):
            return f"the {name} {value} is not this machine"
    return ""


def _mistaken(message: Message | None, headers: Mapping[str, str]) -> str:
    """Return what in the headers contradicts the message: a server may go by either."""
    if message is None:
        return ""
    method, call = headers.get("mcp-method"), call_of(message)
    if method is not None and method != message.get("method"):
        return "the header Mcp-Method is not the method of the message"
    name = headers.get("mcp-name")
    if message.get("method") == "tools/call" and name is not None and (call is None or name != call.tool):
        return "the header Mcp-Name is not the tool of the call"
    return ""


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
