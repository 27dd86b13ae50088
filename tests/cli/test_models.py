"""A model in the loop, as a person meets it: a loopback server stands for the provider; no key is ever written."""

import io
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from model.server import Server
from solon.cli import main
from solon.model import Request
from solon.propose.model import render_messages
from solon.tasks import load

KEY = "sk-loopback-never-written"
SHORT = ("-o", "steps=40", "--workers", "2", "--seeds", "2", "--seed", "7")
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def solon(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return call


def answer(body: dict) -> str:
    """Improve with every turn: the more the prompt tells, the more apples are looked at."""
    told = len(json.dumps(body["messages"]))
    program = f"def policy(env, agent_id):\n    return step_to(env, agent_id, env.alive[:{told % 90}])"
    return f"Better:\n\n```python\n{program}\n```"


def test_a_model_writes_programs_and_the_run_replays_without_a_key(
    solon: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(["ok", "429", "length", "ok"], answer) as server:
        address = f"local:{server.url}#tester"
        code, out, err = solon("run", "gathering", "--proposer", address, "--rounds", "3", "--out", "r", *SHORT)
        assert code == 0, err
        calls = len(server.bodies)
        assert "apple" in server.bodies[0]["messages"][0]["content"]
        assert "efficiency" in json.dumps(server.bodies[-1]["messages"])
    card = json.loads(Path("r/card.json").read_text())
    assert card["cost"]["candidates"] == 3
    assert card["cost"]["bill"]["calls"] == calls - 1  # the refused attempt was not billed
    assert "price unknown" in card["cost"]["bill"]["words"]
    for path in Path("r").rglob("*"):
        assert path.is_dir() or KEY.encode() not in path.read_bytes(), path
    assert KEY not in out + err

    monkeypatch.delenv("LOCAL_API_KEY")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a replay must not connect"))
    code, out, _ = solon("replay", "r")
    assert code == 0, out
    assert "the run is the same" in out
    code, out, _ = solon("verify", "r", "--workers", "2")
    assert code == 0, out
    code, _, err = solon("run", "gathering", "--proposer", "replay:r", "--out", "again", "--workers", "1")
    assert code == 0, err
    assert Path("again/journal.jsonl").read_bytes() == Path("r/journal.jsonl").read_bytes()


def test_a_reply_that_stays_unusable_is_a_reject_and_never_scored(solon: Call) -> None:
    with Server([], "I would rather talk about the weather.") as server:
        address = f"local:{server.url}#tester"
        code, out, _ = solon("run", "gathering", "--proposer", address, "--rounds", "2", "--out", "r", *SHORT)
    assert code == 1
    assert "No valid program was found" in out
    assert json.loads(Path("r/card.json").read_text())["cost"]["invalid"] == 2


def test_a_cap_on_tokens_stops_cleanly_and_seals_what_there_is(solon: Call) -> None:
    """The cap leaves room for the first prompt; the second one, which shows a program and feedback, is longer."""
    task = load("gathering", steps=40)
    first = Request("tester", render_messages(task, (), ()), 500)
    cap = first.input_bound + 500 + 100
    with Server([], answer) as server:
        address = f"local:{server.url}#tester?max_tokens=500"
        arguments = ("--rounds", "9", "--budget-tokens", str(cap), "--out", "r")
        code, _, err = solon("run", "gathering", "--proposer", address, *arguments, *SHORT)
    assert code == 0, err
    card = json.loads(Path("r/card.json").read_text())
    assert card["cost"]["candidates"] == len(server.bodies) == 1
    assert "token" in card["reason"]
    assert card["cost"]["bill"]["input_tokens"] + card["cost"]["bill"]["output_tokens"] <= cap


def test_a_plan_calls_nothing_and_bounds_the_cost(solon: Call) -> None:
    code, out, _ = solon("plan", "cleanup", "--proposer", "openai:gpt-5", "--rounds", "4", "--json")
    it = json.loads(out)
    assert code == 0
    assert (it["candidates"], it["calls"]) == (4, 8)
    assert it["usd"] is None or it["usd"] > 0
    assert it["input_tokens"] > 4 * 1000
    code, out, _ = solon("plan", "cleanup")
    assert "no calls, no money" in out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("run", "cleanup", "--proposer", "opnai:gpt"), "offline"),
        (("run", "cleanup", "--proposer", "local:nowhere"), "local:"),
        (("run", "cleanup", "--proposer", "replay:nowhere"), "run.json is missing"),
        (("plan", "cleanup", "--strategy", "rase"), "race"),
    ],
)
def test_a_wrong_proposer_is_named_before_anything_is_written(
    solon: Call, arguments: tuple[str, ...], hint: str
) -> None:
    code, _, err = solon(*arguments)
    assert code == 2
    assert hint in err
    assert not list(Path().iterdir())


def test_a_missing_key_is_named_before_anything_is_written(solon: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    code, _, err = solon("run", "cleanup", "--proposer", "openai:gpt-5")
    assert code in (2, 3)
    assert "OPENAI_API_KEY" in err
    assert "Traceback" not in err
    assert not list(Path().iterdir())
