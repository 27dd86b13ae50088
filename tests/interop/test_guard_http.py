"""The MCP proxy over HTTP, against an application of ours and without a network."""

import asyncio
import json

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from solon.interop.guard_gate import Gate
from solon.interop.mcp_proxy_http import application, serve
from solon.tasks.guard.files import read

POLICY = (
    'policy t\ntool send(to: text)\ntool wipe(to: text)\nrule ok: allow send\n    when ends(arg.to, "@example.org")\n'
)


def call(to: str, key: int = 1) -> dict:
    return {"jsonrpc": "2.0", "id": key, "method": "tools/call", "params": {"name": "send", "arguments": {"to": to}}}


class Upstream:
    """A server that writes down what reaches it."""

    def __init__(self) -> None:
        self.seen: list[dict] = []
        self.app = Starlette(routes=[Route("/mcp", self.answer, methods=["GET", "POST", "DELETE"])])

    async def answer(self, request: Request) -> Response:
        if request.method != "POST":
            return JSONResponse({"method": request.method})
        body = json.loads(await request.body())
        self.seen.append(body)
        if body["method"] == "tools/list":
            return JSONResponse(
                {"jsonrpc": "2.0", "id": body["id"], "result": {"tools": [{"name": "send"}, {"name": "wipe"}]}}
            )
        result = {"jsonrpc": "2.0", "id": body["id"], "result": {"content": [], "isError": False}}
        if request.headers.get("accept") == "text/event-stream":
            text = f"event: message\ndata: {json.dumps(result)}\n\n"
            return Response(text, media_type="text/event-stream", headers={"mcp-session-id": "s1"})
        return JSONResponse(result, headers={"mcp-session-id": "s1"})


def asked(*requests: tuple[str, object, dict]) -> tuple[list[httpx2.Response], Upstream]:
    upstream = Upstream()
    app = application("http://up/mcp", lambda: Gate(read(POLICY)), transport=httpx2.ASGITransport(upstream.app))

    async def go() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
            return [
                await client.request(
                    method, "/mcp", content=None if body is None else json.dumps(body), headers=headers
                )
                for method, body, headers in requests
            ]

    return asyncio.run(go()), upstream


def test_allowed_calls_pass_and_others_do_not() -> None:
    (good, bad), upstream = asked(("POST", call("a@example.org"), {}), ("POST", call("a@example.org.evil.test", 2), {}))
    assert good.json()["result"]["isError"] is False
    assert good.headers["mcp-session-id"] == "s1"
    assert bad.json()["result"]["isError"] is True
    assert len(upstream.seen) == 1


def test_streams_of_events_pass() -> None:
    (answer,), _ = asked(("POST", call("a@example.org"), {"accept": "text/event-stream"}))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert json.loads(answer.text.split("data: ")[1])["id"] == 1


def test_lists_lose_what_may_never_be_called() -> None:
    (answer,), _ = asked(("POST", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, {}))
    assert [tool["name"] for tool in answer.json()["result"]["tools"]] == ["send"]


def test_other_methods_of_http_pass() -> None:
    answers, _ = asked(("GET", None, {}), ("DELETE", None, {}))
    assert [answer.json()["method"] for answer in answers] == ["GET", "DELETE"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ([call("a@example.org")], {}, 400),
        ("words", {}, 400),
        (call("a@example.org"), {"mcp-name": "wipe"}, 400),
        (call("a@example.org"), {"mcp-method": "tools/list"}, 400),
        (call("a@example.org"), {"origin": "https://evil.test"}, 403),
        (call("a@example.org"), {"host": "evil.test"}, 403),
    ],
)
def test_what_could_be_read_in_two_ways_or_comes_from_elsewhere_is_refused(
    body: object, headers: dict, status: int
) -> None:
    (answer,), upstream = asked(("POST", body, headers))
    assert answer.status_code == status
    assert "error" in answer.json()
    assert upstream.seen == []


def test_it_listens_on_this_machine_alone() -> None:
    with pytest.raises(ValueError, match="is not this machine"):
        serve("http://127.0.0.1:1/mcp", "0.0.0.0:1", lambda: Gate(read(POLICY)))
    with pytest.raises(ValueError, match="no place to listen"):
        serve("http://127.0.0.1:1/mcp", "nowhere", lambda: Gate(read(POLICY)))
