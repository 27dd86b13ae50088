"""``--executor`` means the same for every command that judges, and never changes what comes out."""

import json
import re
from collections.abc import Generator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.test_claims import COSTLY, Call
from solon.cli import checking, judging, matching, running

RUN = ("run", "t.py:Made", "--proposer", "scripted:p.py", "--seeds", "2", "--seed", "1", "--quiet")
COMMANDS = {
    "eval": ("eval", "t.py:Made", "p.py", "q.py", "--seeds", "2", "--json"),
    "verify": ("verify", "r", "--json"),
    "replay": ("replay", "r", "--json"),
    "diff": ("diff", "r", "q.py", "--seeds", "3", "--json"),
    "replayed run": (*RUN[:2], "--proposer", "replay:r", "--json", "--out", "again"),
    "match": ("match", "gathering", "nearest_apple", "exploiting", "--seeds", "1", "-o", "steps=10", "-o", "n_agents=2",
              "--json"),
}  # fmt: skip


class Counting(ThreadPoolExecutor):
    calls = 0

    def submit(self, fn, /, *args, **kwargs) -> Future:
        self.calls += 1
        return super().submit(fn, *args, **kwargs)


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> list[Counting]:
    """Let ``--executor threads`` be one, and keep all that were opened."""
    opened: list[Counting] = []

    @contextmanager
    def open_executor(name: str, workers: int = 0) -> Generator[Executor | None]:
        if name == "local":
            yield None
            return
        assert (name, workers) == ("threads", 2)
        with Counting(workers) as executor:
            opened.append(executor)
            yield executor

    for module in (checking, judging, matching, running):
        monkeypatch.setattr(module, "open_executor", open_executor)
    return opened


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_judges_where_it_is_told_to_with_the_same_result(
    call: Call, lent: list[Counting], command: str
) -> None:
    for name, text in {"t.py": COSTLY, "p.py": "7", "q.py": "9"}.items():
        Path(name).write_text(text)
    where = ("--executor", "threads", "--workers", "2")
    if command != "match":
        assert call(*RUN, *where, "--out", "r")[0] == 0
        lent.clear()
    shown: list[str] = []
    for arguments in (where, ("--workers", "1")):
        code, out, err = call(*COMMANDS[command], *arguments)
        assert code == 0, err
        shown.append(re.sub(r'"wall_seconds": ?[\d.e-]+', "", out))
        assert [json.loads(line) for line in out.splitlines()] if command == "eval" else json.loads(out)
        if command == "replayed run":
            Path("again").rename(f"again-{len(shown)}")
    assert shown[0] == shown[1]
    (executor,) = lent
    assert executor.calls >= 4


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "replayed run"])
def test_an_executor_that_there_is_not_is_refused_in_one_sentence(call: Call, command: str) -> None:
    for name, text in {"t.py": COSTLY, "p.py": "7", "q.py": "9"}.items():
        Path(name).write_text(text)
    code, _, err = call(*COMMANDS[command], "--executor", "cloud")
    assert code == 2
    assert err == "solon: no executor is called 'cloud'; use local, ray or ray:ADDRESS\n"
