"""Studies in milliseconds: inner runs in a thread of this process, and seeds that are derived quickly."""

import hashlib
from collections.abc import Callable, Generator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from solon.research import Study, research

Studying = Callable[..., Study]


def quickly(root: int, purpose: bytes) -> bytes:
    return hashlib.blake2b(root.to_bytes(16, "little") + purpose, digest_size=16).digest()


@pytest.fixture
def executor() -> Generator[Executor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, executor: Executor) -> Studying:
    monkeypatch.setattr("solon.engine.seeds._stretch", quickly)
    monkeypatch.setattr("solon.api._report", lambda *_, **__: None)

    def run(task: str, **options: object) -> Study:
        common = {"seed": 1, "isolation": "none", "executor": executor, "out": tmp_path / "study"}
        return research(f"{Path(__file__).with_name('toys.py')}:{task}", **{**common, **options})[0]

    return run
