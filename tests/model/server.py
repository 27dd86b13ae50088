"""A loopback server that speaks the protocols of OpenAI, Anthropic and Google, with faults on demand."""

import json
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from model import protocols

CUT = ("hang", "half", "malformed", "no choices", "page")
"""Faults after which a reply may have been billed, but none arrived."""
FAULTS = ("429", "429 date", "429 delay", "500", "503", "529", *CUT)
"""Faults after which the same call may succeed."""
ENDS = ("tool call", "length", "filter", "refusal", "no finish", "empty")
"""Replies that arrive, cost money and must never become candidates."""
STATUSES = {
    "401": (401, "invalid_api_key"),
    "404": (404, "model_not_found"),
    "400": (400, "context_length_exceeded"),
    "400 filter": (400, "content_filter"),
    "quota": (429, "insufficient_quota"),
    "402": (402, "billing_error"),
    "redirect": (307, "moved"),
}


class Server:
    """Answers call after call as the script says, then with ``text``; remembers bodies, paths and headers.

    ``billed`` sums the usage of every reply that was sent whole; ``forms`` are the structured forms that are offered.
    """

    def __init__(
        self,
        script: Sequence[str] = (),
        text: str | Callable[[dict], str] = "Yes.",
        forms: Sequence[str] = ("json", "tool"),
    ) -> None:
        self.script = list(script)
        self.text = text
        self.forms = forms
        self.bodies: list[dict] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.billed = {"prompt_tokens": 0, "completion_tokens": 0}
        self.whole = self.cut = self.refused = 0
        self.lock = threading.Lock()
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        protocol = protocols.of(handler.path)
        form = protocol.form(body)
        with self.lock:
            self.bodies.append(body)
            self.paths.append(handler.path)
            names = {name.lower() for name in handler.headers}
            self.headers.append({name: ", ".join(handler.headers.get_all(name) or ()) for name in names})
            refused = form is not None and form not in self.forms
            fault = "no form" if refused else self.script.pop(0) if self.script else "ok"
        key = (handler.headers[protocol.key] or "").removeprefix("Bearer ")
        if fault == "hang":
            with self.lock:
                self.cut += 1
            self.over.wait(timeout=30)
        elif fault == "no form":
            with self.lock:
                self.refused += 1
            send(handler, 400, protocol.error(400, protocol.unsupported[form or ""], "invalid_request"))
        elif fault == "429 delay":
            send(handler, 429, protocols.Google.error(429, f"slowly, {key}", "RESOURCE_EXHAUSTED", delay="45.25s"))
        elif fault in ("429", "429 date", "500", "503", "529"):
            header = {"429": "2", "429 date": "Thu, 01 Jan 1970 00:00:03 GMT"}.get(fault)
            content = protocol.error(int(fault[:3]), f"try later, {key}", "overloaded_error")
            send(handler, int(fault[:3]), content, {"Retry-After": header} if header else {})
        elif fault in STATUSES:
            status, code = STATUSES[fault]
            elsewhere = {"Location": f"{self.url.replace('127.0.0.1', 'localhost')}/stolen{handler.path}"}
            content = protocol.error(status, f"no, because {'x' * 150} {key} is wrong", code)
            send(handler, status, content, elsewhere if fault == "redirect" else {})
        else:
            self.complete(handler, body, fault, key)

    def complete(self, handler: BaseHTTPRequestHandler, body: dict, fault: str, key: str) -> None:
        protocol = protocols.of(handler.path)
        text = self.text if isinstance(self.text, str) else self.text(body)
        reply, usage = protocol.reply(body, fault, f"{text} {key} \ud800" if fault == "echo key" else text)
        content = json.dumps(reply).encode()
        if fault in CUT:
            with self.lock:
                self.cut += 1
            content = {
                "malformed": b'{"choices": [',
                "no choices": b'{"choices": [], "candidates": []}',
                "page": b"<html>sign in",
            }.get(fault, content)
            send(handler, 200, content, cut=fault == "half")
            return
        with self.lock:
            self.whole += 1
            for name in self.billed if usage else ():
                self.billed[name] += usage[name]
        send(handler, 200, content)


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    content: bytes,
    headers: dict[str, str] | None = None,
    *,
    cut: bool = False,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2] if cut else content)
