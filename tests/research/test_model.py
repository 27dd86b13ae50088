"""With a model the brief is part of the pipeline: the outer loop finds the better one, and needs no key to check it."""

import socket
from concurrent.futures import Executor
from pathlib import Path

import pytest

from model.server import Server
from research.conftest import Studying
from solon import evidence
from solon.contract import InfrastructureError
from solon.engine import Budget
from solon.research import Pipeline, program_of


def whole(body: dict) -> str:
    return "\n".join(message["content"] for message in body["messages"])


def naive(body: dict) -> str:
    """A model that copies the example if it is shown one, else takes the best function it is told of."""
    prompt = whole(body)
    value = 2 if "# Example" in prompt else 9 if "- nine()" in prompt else 1
    return f"```python\npolicy = {value}\n```\n"


def scholar(body: dict) -> str:
    """The same model, which writes a pipeline where it is asked for one."""
    prompt = whole(body)
    if "You design a *pipeline*" not in prompt:
        return naive(body)
    better = Pipeline(strategy="best-of-n", options={"n": 2, "seeds": 1}, brief=("role", "functions", "objective"))
    asked_before = "Programs to improve on" in prompt
    return f"```python\n{program_of(better if asked_before else Pipeline()).source}```\n"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_the_offline_researcher_finds_the_better_brief(
    study: Studying, tmp_path: Path, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(text=naive) as server:
        found = study(
            "Copying",
            proposer=f"local:{server.url}#naive",
            strategy="race",
            strategy_options={"batch": 8, "seeds": (1,), "rounds": 4, "confirm": 1},
            inner_episodes=1,
            held_out=1,
            repeats=3,
        )
        asked = server.whole
    assert found.pipeline is not None
    assert found.pipeline.brief is not None
    assert "example" not in found.pipeline.brief
    assert "functions" in found.pipeline.brief
    assert found.improved
    assert found.gain is not None
    assert found.gain.mean == pytest.approx(7)
    assert 0 < asked <= found.calls
    assert found.usd is None
    monkeypatch.setattr(socket, "socket", None)
    assert evidence.verify(tmp_path / "study", executor=executor, isolation="none").same
    (tmp_path / "study").rename(tmp_path / "moved")
    with pytest.raises(InfrastructureError, match="keeps the calls of the inner runs, is not there; put it back"):
        evidence.verify(tmp_path / "moved", executor=executor, isolation="none")


def test_a_model_as_researcher_sees_how_its_pipelines_did(study: Studying, tmp_path: Path) -> None:
    with Server(text=scholar) as server:
        found = study(
            "Copying",
            proposer=f"local:{server.url}#naive",
            researcher=f"local:{server.url}#scholar",
            strategy_options={"rounds": 2, "seeds": 2},
            budget=Budget(),
            inner_episodes=1,
            held_out=1,
            repeats=3,
        )
        told = [prompt for prompt in map(whole, server.bodies) if "Programs to improve on" in prompt]
    assert found.pipeline is not None
    assert found.pipeline.brief == ("role", "functions", "objective")
    assert found.improved
    assert any("value = 2" in prompt and "You design" in prompt for prompt in told)
