"""Whole runs with a model behind a faulty server: nothing is scored that should not be, and a replay is exact."""

import re
import socket
from pathlib import Path

import pytest

from model.fakes import POLICY, Clock
from model.server import ENDS, Server
from model.test_secrets import KEY, leaks
from propose.samples import Plain
from solon.contract import Episode, Invalid, Program, Proposer, Scored, Seed
from solon.engine import Budget, Bundle, Configuration, Run, Seeds
from solon.journal import Judged
from solon.model import Cassette, Client, Ledger, OpenAITransport, Patient, load_prices, parse_address
from solon.propose.model import REJECTED, ModelProposer, make_model_proposer
from solon.sandbox import Limits
from solon.search import make_strategy
from toys import DirectJudge

RETRIED = ["429", "ok", "hang", "500", "ok", "half", "malformed", "429 date", "503", "page"]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def score(program: Program, seed: Seed) -> Episode:
    """The number that the policy returns, and a little noise."""
    found = re.search(r"return (\d+)", program.source)
    assert found, "a program without a number must not come to the judge"
    return Episode({"reward": int(found[1]) + seed.derive("noise")[0] / 1000})


def write(body: dict) -> str:
    """A model that returns one more than the program it was shown."""
    text = body["messages"][1]["content"].partition("# Programs to improve on")[2]
    return POLICY.format(max(map(int, re.findall(r"return (\d+)", text)), default=0) + 1)


def play(folder: Path, proposer: Proposer) -> bytes:
    configuration = Configuration(
        task="plain",
        version="1",
        options={},
        strategy="refine",
        strategy_options={},
        proposer="local",
        feedback="dense",
        sealed_seeds=2,
        budget=Budget(),
        isolation="none",
        limits=Limits(),
        commitment=Seeds(5).commitment,
    )
    bundle = Bundle.create(folder, configuration, 5)
    strategy = make_strategy("refine", rounds=3, width=4, seeds=1)
    Run(bundle, task=Plain(), strategy=strategy, proposer=proposer, judge=DirectJudge(score)).finish()
    return (folder / "journal.jsonl").read_bytes()


def live(server: Server, calls: Path, ledger: Ledger, workers: int) -> ModelProposer:
    clock = Clock()
    transport = OpenAITransport(parse_address(f"local:{server.url}#gpt-4.1-mini"), timeout=1.5)
    patient = Patient(transport, lost=ledger.lose, clock=clock, sleep=clock.sleep, calendar=lambda: clock.now)
    return ModelProposer(Client(patient, cassette=Cassette(calls), ledger=ledger, workers=workers), "gpt-4.1-mini")


def test_faults_workers_and_replay_leave_no_trace_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals: list[bytes] = []
    for workers, script in ((1, RETRIED), (16, RETRIED[::-1]), (4, [])):
        ledger = Ledger(load_prices())
        with Server(script, text=write) as server:
            folder = tmp_path / f"{workers}"
            journals.append(play(folder, live(server, folder.with_suffix(".calls"), ledger, workers)))
        assert (ledger.total().calls, ledger.total().lost) == (server.whole, server.cut)
    monkeypatch.delenv("LOCAL_API_KEY")
    monkeypatch.setattr(socket, "socket", None)
    replay = make_model_proposer("local:http://127.0.0.1:1/v1#gpt-4.1-mini", tmp_path / "16.calls", replay=True)
    journals.append(play(tmp_path / "replay", replay))
    assert len(set(journals)) == 1
    winner = (tmp_path / "replay" / "policy" / "policy.py").read_text()
    assert "return 3" in winner, "three rounds, each one better"


def test_nothing_is_scored_that_should_not_be_and_no_file_holds_the_key(tmp_path: Path) -> None:
    ledger = Ledger(load_prices())
    script = ["echo key", *ENDS, *ENDS, *RETRIED, *ENDS, "400 filter"]
    with Server(script, text=write) as server:
        play(tmp_path / "run", live(server, tmp_path / "run.calls", ledger, workers=4))
    bundle = Bundle.open(tmp_path / "run")
    proposed = [it for fact in bundle.log().facts if hasattr(fact, "suggestions") for it in fact.suggestions]
    judged = {fact.number: fact.outcome for fact in bundle.log().facts if isinstance(fact, Judged)}
    programs = [bundle.bodies.program(suggestion.program) for suggestion in proposed]
    assert len(programs) == len(judged) == 12
    rejected = {number for number, program in enumerate(programs) if program.kind == REJECTED}
    assert rejected
    assert {number for number, outcome in judged.items() if isinstance(outcome, Invalid)} == rejected
    assert {number for number, outcome in judged.items() if isinstance(outcome, Scored)} == set(range(12)) - rejected
    paid = [entry for entry in ledger.entries if entry.kind == "paid"]
    assert sum(entry.input_tokens for entry in paid) == server.billed["prompt_tokens"]
    assert sum(entry.output_tokens for entry in paid) == server.billed["completion_tokens"]
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 30
    assert not [path for path in written if leaks(path.read_bytes().decode(errors="replace"))]
