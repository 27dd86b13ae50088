"""A server over a folder of written runs, and a browser that may talk to it and to nobody else."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from report.runs import Made, write_run
from solon.contract import Fault, Figure, Finding
from solon.view.server import Server

FIRST = "def policy(env, agent_id):\n    return 1\n"
SECOND = "def policy(env, agent_id):\n    return 2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two finished runs with common sealed seeds, one of another task, one without a winner."""
    runs = tmp_path / "runs"
    fault = Fault("raised", "it divided by nothing")
    alarm = Finding("score", "alarm", "candidate 0: too good")
    write_run(runs / "one", [[Made(FIRST, 0.5), Made("x", None, fault=fault)]], winner=0)
    write_run(runs / "two", [[Made(SECOND, 0.9, finding=alarm)]], winner=0, proposer="openai:NAME")
    write_run(runs / "deep" / "three", [[Made(FIRST, 0.7)]], winner=0, task="cleanup")
    write_run(runs / "four", [[Made(FIRST, None, fault=fault)]], winner=None)
    return runs


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Server]]:
    """A function that starts a server; all end with the test."""
    servers: list[tuple[Server, threading.Thread]] = []

    def start(path: Path) -> Server:
        server = Server(path)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        servers.append((server, thread))
        thread.start()
        return server

    yield start
    for server, thread in servers:
        server.shutdown()
        server.close()
        thread.join()


@pytest.fixture
def unlike(tmp_path: Path) -> Path:
    """Two runs of tasks whose proved bounds differ."""
    for name, limit in (("low", 1.0), ("high", 4.0)):
        bound = Figure("bound", "by counting", {"score": limit, "peace": 10.0}, "by hand")
        write_run(tmp_path / "unlike" / name, [[Made(FIRST, 0.5)]], task=name, figures=[bound])
    return tmp_path / "unlike"


@pytest.fixture
def opened(chromium: Any) -> Iterator[Any]:
    """A function that opens an address; what goes wrong in a page, or leaves loopback, fails the test."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def open_page(server: Server, path: str = "/", *, width: int = 1100) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        home = f"http://127.0.0.1:{server.server_port}/"
        page.on("console", lambda it: troubles.append(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda it: troubles.append(str(it)))
        page.on("dialog", lambda it: troubles.append(f"dialog {it.message}") or it.dismiss())
        page.on("request", lambda it: None if it.url.startswith(home) else troubles.append(f"request {it.url}"))
        page.goto(f"{home.rstrip('/')}{path}?token={server.token}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles
