"""A guard in front of an MCP server that talks HTTP: a reverse proxy that decides on each ``tools/call``.

It listens on this machine alone and refuses requests of web pages from elsewhere. Sessions that the server opened have
a gate of their own, others are unknown; what arrives without a session shares one. Nothing that would lead the client
past the proxy, such as a redirect, reaches it.
"""

# Starlette and httpx2 come with the optional package mcp.
import asyncio
import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

from solon.interop.extras import require
from solon.interop.guard_gate import Gate
from solon.interop.mcp_headers import contradiction, rewritten
from solon.interop.mcp_messages import Desk, Key, Message, decoded, encoded, failure, key_of
from solon.interop.server_events import events

LARGEST: Final = 64 * 2**20
"""Bytes of one request."""
SESSIONS: Final = 1000
PATIENCE: Final = 30.0
"""Seconds in which a request must have arrived."""
_METHODS: Final = ("GET", "POST", "DELETE")
_OWN: Final = frozenset(
    [
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
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
_KEPT: Final = frozenset(["allow", "cache-control", "content-type", "retry-after", "set-cookie", "www-authenticate"])
"""Headers of an answer that pass, besides the protocol's own."""
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


def application(
    url: str, gates: Callable[[], Gate], *, transport: Any = None, patience: float = PATIENCE
) -> Any:  # an ASGI application
    """Return the proxy as an ASGI application; ``transport`` replaces the network, in tests."""
    return _Proxy(url, gates, transport, patience)


class _Refused(Exception):
    """A request that is answered here."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _Proxy:
    """One address behind a guard."""

    def __init__(self, url: str, gates: Callable[[], Gate], transport: Any, patience: float) -> None:
        self._httpx = require("httpx2", "guard")
        self._responses = require("starlette.responses", "guard")
        self._requests = require("starlette.requests", "guard")
        self._url, self._new, self._patience = url, gates, patience
        self._alone = gates()
        self._sessions: OrderedDict[str, Desk] = OrderedDict()
        forgetful = CookieJar(DefaultCookiePolicy(allowed_domains=()))  # cookies are the clients', not the proxy's
        self._client = self._httpx.AsyncClient(
            timeout=_TIMEOUT, follow_redirects=False, transport=transport, cookies=forgetful
        )

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, self._client)
            return
        request = self._requests.Request(scope, receive)
        try:
            response = await self._answered(request)
        except _Refused as told:
            response = self._json(failure(None, str(told)), told.status)
        await response(scope, receive, send)

    def _desk(self, session: str) -> Desk:
        """Return the open requests of a session; only the server opens one, so that nobody starts afresh at will."""
        if not session:
            return Desk(self._alone)
        if session not in self._sessions:
            raise _Refused(404, "the session is unknown; start a new one")
        self._sessions.move_to_end(session)
        return self._sessions[session]

    async def _answered(self, request: Any) -> Any:
        told = _unwelcome(request.headers)
        if told:
            raise _Refused(403, told)
        if request.method not in _METHODS:
            raise _Refused(405, f"the method {request.method} is none of this protocol")
        sessions = request.headers.getlist(_SESSION)
        if len(sessions) > 1:
            raise _Refused(400, "the request names two sessions; name one")
        desk = self._desk(*sessions or ("",))
        if request.method != "POST":
            return await self._forwarded(request, None, desk)
        message = await self._read(request)
        told = contradiction(message, request.headers)
        if told:
            raise _Refused(400, told)
        onward, back = await asyncio.to_thread(desk.outgoing, message)  # it may ask a person
        if onward is None:
            return self._json(back, 200) if back is not None else self._responses.Response(status_code=202)
        return await self._forwarded(request, onward, desk)

    async def _read(self, request: Any) -> Message:
        """Return the message of a request."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._patience):
                async for part in request.stream():
                    body += part
                    if len(body) > LARGEST:
                        raise _Refused(413, "the request is too large")
        except TimeoutError:
            raise _Refused(408, "the request takes too long to arrive") from None
        message = decoded(body)
        if message is None:
            raise _Refused(400, "the body is no single JSON-RPC message")
        return message

    async def _forwarded(self, request: Any, message: Message | None, desk: Desk) -> Any:
        # Some servers read "_" in a name as "-", so that it could pass for a header that was checked.
        headers = [(name, value) for name, value in request.headers.items() if name not in _OWN and "_" not in name]
        headers = [*rewritten(headers, message, desk.gate), ("accept-encoding", "identity")]
        if message is not None:
            headers.append(("content-type", "application/json"))
        content = None if message is None else encoded(message)
        sent = self._client.build_request(request.method, self._url, headers=headers, content=content)
        key = None if message is None else key_of(message)
        try:
            answer = await self._client.send(sent, stream=True)
            if "text/event-stream" in answer.headers.get("content-type", "") and answer.status_code < _REDIRECTS:
                kept = self._kept(answer, message)
                return self._responses.StreamingResponse(events(answer, desk), answer.status_code, kept)
            return await self._whole(request, message, desk, answer)
        except self._httpx.HTTPError as error:
            _forgotten(desk, key)
            return self._json(failure(key, f"the server cannot be reached ({type(error).__name__})"), 502)

    async def _whole(self, request: Any, message: Message | None, desk: Desk, answer: Any) -> Any:
        """Return an answer that is no stream: a single message or nothing."""
        content = await answer.aread()
        await answer.aclose()
        key, status = (None if message is None else key_of(message)), answer.status_code
        found = decoded(content) if content else None
        passed = None if found is None else await asyncio.to_thread(desk.incoming, found)
        _forgotten(desk, key)  # there is no other answer to come
        if _REDIRECTS <= status < _FAULTS:
            return self._json(failure(key, "the server redirects; name its last address with --url"), 502)
        if request.method == "DELETE" and status < _REDIRECTS:
            self._sessions.pop(request.headers.get(_SESSION, ""), None)
        kept = self._kept(answer, message)
        if not content:
            return self._responses.Response(b"", status, kept)
        if passed is None:
            told = failure(key, "the answer of the server is none to this request, so it is withheld")
            return self._json(told, status if status >= _FAULTS else 502)
        return self._responses.Response(encoded(passed), status, kept)

    def _kept(self, answer: Any, message: Message | None) -> dict[str, str]:
        """Return the headers of an answer that pass, and note the session that it opens."""
        session = answer.headers.get(_SESSION, "")
        opens = message is not None and message.get("method") == "initialize"
        if session and opens and session not in self._sessions:
            # The request that opens a session came without its id; its answer may come in a stream.
            self._sessions[session] = Desk(self._new())
            if len(self._sessions) > SESSIONS:
                self._sessions.popitem(last=False)
        return {name: value for name, value in answer.headers.items() if name in _KEPT or name.startswith("mcp-")}

    def _json(self, message: Message, status: int) -> Any:
        return self._responses.Response(encoded(message), status, media_type="application/json")


_REDIRECTS: Final = 300
_FAULTS: Final = 400


def _forgotten(desk: Desk, key: Key | None) -> None:
    if key is not None:
        desk.forget(key)


async def _lifespan(receive: Any, send: Any, client: Any) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await client.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _unwelcome(headers: Any) -> str:
    """Return why a request is refused: a page from elsewhere, or a name that is not this machine's."""
    for name in ("host", "origin"):
        for value in headers.getlist(name):
            if not _names_this(value if name == "origin" else f"//{value}"):
                return f"the {name} {value} is not this machine"
    if headers.get("sec-fetch-site") == "cross-site":
        return "the request is of a web page from elsewhere"
    return ""


def _names_this(address: str) -> bool:
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return False
    return bool(host) and _local(host or "")


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
