"""What opens a page for the tests marked ``browser``, and the runs that several of them open."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from report.runs import Made, recordings, write_run
from solon.contract import Fault, Figure, Finding
from solon.engine import Bundle
from solon.report.page import write_report


@pytest.fixture
def opened(chromium: Any) -> Iterator[Any]:
    """A function that opens a file and returns the page; what went wrong in any of them fails the test."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def leaving(url: str) -> bool:
        return not url.startswith(("file:", "data:", "blob:"))

    def open_page(path: Path, *, width: int = 1100, scheme: str = "light") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda it: troubles.append(it.text) if it.type == "error" else None)
        page.on("pageerror", lambda it: troubles.append(str(it)))
        page.on("dialog", lambda it: troubles.append(f"dialog {it.message}") or it.dismiss())
        page.on("request", lambda it: troubles.append(f"request {it.url}") if leaving(it.url) else None)
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A run of three rounds with lineage, rejects, findings, figures and two recorded arms, and its report."""
    steps = [f"    step_{number} = {number}" for number in range(30)]

    def source(number: int) -> str:
        lines = [*steps[:number], f"    chosen = {number}", *steps[number + 1 :]]
        return "\n".join(["def policy(env, agent_id):", *lines, "    return chosen"]) + "\n"

    fault = Fault("raised", "it divided by nothing", "divide by something", "Traceback\n  ZeroDivisionError", 3)
    suspicious = Finding("score", "alarm", "candidate 4: too good", "by far")
    rounds = [
        [Made(source(0), 0.5), Made("def policy(:\n", None, fault=fault), Made(source(2), 0.2)],
        [Made(source(3), 0.7, (0,), "perturb"), Made(source(4), 0.9, (0, 2), "breed", finding=suspicious)],
        [Made(source(5), 1.0, (4,), "perturb", holes={"chosen": 5}), Made(source(6), None, (4,))],
    ]
    figures = [
        Figure("bound", "no play can have more", {"score": 2.0}, "counted by hand"),
        Figure("published", "the others", {"score": 0.6}, "their paper"),
    ]
    folder = tmp_path_factory.mktemp("run") / "run"
    bundle: Bundle = write_run(folder, rounds, winner=5, figures=figures)
    found = recordings(bundle, ["winner", "control:stand_still"])
    path = write_report(folder, recordings=found)
    return SimpleNamespace(bundle=bundle, path=path, recordings=found, source=source)
