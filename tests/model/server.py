"""A loopback server that speaks OpenAI's chat completions, with faults on demand."""

import json
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

FAULTS = ("429", "429 date", "500", "503", "hang", "half", "malformed", "no choices", "page")
"""Faults after which the same call may succeed."""
ENDS = ("tool call", "length", "filter", "refusal", "no finish", "empty")
"""Replies that arrive, cost money and must never become candidates."""


class Server:
    """Answers call after call as the script says, then with ``text``; remembers bodies and headers.

    ``billed`` sums the usage of every completion that was sent whole.
    """

    def __init__(self, script: Sequence[str] = (), text: str | Callable[[dict], str] = "Yes.") -> None:
        self.script = list(script)
        self.text = text
        self.bodies: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.billed = {"prompt_tokens": 0, "completion_tokens": 0}
        self.whole = self.cut = 0
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
        with self.lock:
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            fault = self.script.pop(0) if self.script else "ok"
        key = handler.headers["Authorization"].removeprefix("Bearer ")
        if fault == "hang":
            with self.lock:
                self.cut += 1
            self.over.wait(timeout=30)
        elif fault in ("429", "429 date", "500", "503"):
            header = {"429": "2", "429 date": "Thu, 01 Jan 1970 00:00:03 GMT"}.get(fault)
            send(handler, int(fault[:3]), error(f"try later, {key}"), {"Retry-After": header} if header else {})
        elif fault in STATUSES:
            status, code = STATUSES[fault]
            send(handler, status, error(f"no, because {'x' * 150} {key} is wrong", code))
        else:
            self.complete(handler, body, fault, key)

    def complete(self, handler: BaseHTTPRequestHandler, body: dict, fault: str, key: str) -> None:
        text = self.text if isinstance(self.text, str) else self.text(body)
        completion = make_completion(body, fault, text, key)
        content = json.dumps(completion).encode()
        if fault in ("half", "malformed", "no choices", "page"):
            with self.lock:
                self.cut += 1
            content = {"malformed": b'{"choices": [', "no choices": b'{"choices": []}', "page": b"<html>sign in"}.get(
                fault, content
            )
            send(handler, 200, content, cut=fault == "half")
            return
        with self.lock:
            self.whole += 1
            for name in self.billed if "usage" in completion else ():
                self.billed[name] += completion["usage"][name]
        send(handler, 200, content)


STATUSES = {
    "401": (401, "invalid_api_key"),
    "404": (404, "model_not_found"),
    "400": (400, "context_length_exceeded"),
    "400 filter": (400, "content_filter"),
    "quota": (429, "insufficient_quota"),
}


def error(message: str, code: str = "busy") -> bytes:
    return json.dumps({"error": {"message": message, "code": code, "type": "error"}}).encode()


def make_completion(body: dict, fault: str, text: str, key: str) -> dict:
    message: dict = {"role": "assistant", "content": text}
    reason: str | None = "stop"
    match fault:
        case "length":
            reason = "length"
        case "filter":
            reason = "content_filter"
        case "refusal":
            message["refusal"] = "I will not."
        case "no finish":
            reason = None
        case "empty":
            message["content"] = ""
        case "tool call":
            call = {"id": "1", "type": "function", "function": {"name": "run", "arguments": "{}"}}
            message, reason = {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
        case "echo key":
            message["content"] = f"{text} {key} \ud800"
    completion: dict = {
        "id": "call-1",
        "object": "chat.completion",
        "created": 0,
        "model": f"{body['model']}-2026",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
    }
    if fault != "no usage":
        spent = 7 if fault == "odd usage" else 3
        completion["usage"] = {
            "prompt_tokens": -1 if fault == "odd usage" else 20,
            "completion_tokens": spent,
            "total_tokens": 20 + spent,
            "prompt_tokens_details": {"cached_tokens": 8},
        }
    return completion


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
