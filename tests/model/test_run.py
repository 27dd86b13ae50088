"""Whole runs with a model behind a faulty server: nothing is scored that should not be, and a replay is exact."""

import json
import re
import socket
from pathlib import Path

import pytest

from model.endpoints import KEY, address, patient
from model.fakes import POLICY, Clock
from model.protocols import PROVIDERS
from model.server import ENDS, Server
from model.test_secrets import leaks
from propose.samples import Plain
from solon.contract import Episode, Invalid, Program, Proposer, Scored, Seed
from solon.engine import Budget, Bundle, Configuration, Run, Seeds
from solon.journal import Judged
from solon.model import Cassette, Client, Ledger, Request, load_prices
from solon.propose.model import REJECTED, ModelProposer, make_model_proposer
from solon.sandbox import Limits
from solon.search import make_strategy
from toys import DirectJudge

RETRIED = ["429", "ok", "hang", "500", "529", "ok", "half", "malformed", "429 date", "429 delay", "503", "page"]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        monkeypatch.setenv(provider.variable, KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return request.param


def score(program: Program, seed: Seed) -> Episode:
    """The number that the policy returns, and a little noise."""
    found = re.search(r"return (\d+)", program.source)
    assert found, "a program without a number must not come to the judge"
    return Episode({"reward": int(found[1]) + seed.derive("noise")[0] / 1000})


def write(body: dict) -> str:
    """A model that returns one more than the program it was shown, in the form that is asked for."""
    protocol = next(it.protocol for it in PROVIDERS.values() if answers(it.protocol, body))
    text = protocol.prompt(body).partition("# Programs to improve on")[2]
    program = POLICY.format(max(map(int, re.findall(r"return (\d+)", text)), default=0) + 1)
    if protocol.form(body) is None:
        return program
    source = program.removeprefix("```python\n").removesuffix("```\n")
    return json.dumps({"thoughts": "", "files": [{"name": "policy.py", "source": source}], "edits": []})


def answers(protocol: type, body: dict) -> bool:
    try:
        protocol.form(body)
        protocol.prompt(body)
    except (KeyError, IndexError, TypeError):
        return False
    return True


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


def live(provider: str, server: Server, calls: Path, ledger: Ledger, workers: int, options: str = "") -> ModelProposer:
    transport = patient(provider, server, Clock(), ledger)
    at = address(provider, server, options)
    client = Client(transport, cassette=Cassette(calls), ledger=ledger, workers=workers)
    return ModelProposer(client, Request(at.model, (), at.max_tokens), structured=at.structured)


def replay(provider: str, calls: Path, options: str = "") -> ModelProposer:
    model = PROVIDERS[provider].model
    place = f"local:http://127.0.0.1:1/v1#{model}" if provider == "local" else f"{provider}:{model}"
    return make_model_proposer(f"{place}{options}", calls, replay=True)


def forbid_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in PROVIDERS.values():
        monkeypatch.delenv(each.variable, raising=False)
    monkeypatch.setattr(socket, "socket", None)


def test_faults_workers_and_replay_leave_no_trace_in_the_journal(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals: list[bytes] = []
    for workers, script in ((1, RETRIED), (16, RETRIED[::-1]), (4, [])):
        ledger = Ledger(load_prices())
        with Server(script, text=write) as server:
            folder = tmp_path / f"{workers}"
            journals.append(play(folder, live(provider, server, folder.with_suffix(".calls"), ledger, workers)))
        assert (ledger.total().calls, ledger.total().lost) == (server.whole, server.cut)
    forbid_connections(monkeypatch)
    journals.append(play(tmp_path / "replay", replay(provider, tmp_path / "16.calls")))
    assert len(set(journals)) == 1
    winner = (tmp_path / "replay" / "policy" / "policy.py").read_text()
    assert "return 3" in winner, "three rounds, each one better"


@pytest.mark.parametrize(
    ("provider", "forms"),
    [
        ("local", ("json", "tool")),
        ("local", ()),
        ("anthropic", ("tool",)),
        ("google", ()),
    ],
)
def test_a_run_takes_the_highest_form_that_is_offered_and_replays_from_it(
    provider: str, forms: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals: list[bytes] = []
    for workers in (1, 16):
        ledger = Ledger(load_prices())
        with Server(text=write, forms=forms) as server:
            calls = tmp_path / f"{workers}.calls"
            proposer = live(provider, server, calls, ledger, workers, "?structured=json")
            journals.append(play(tmp_path / f"{workers}", proposer))
        assert (server.whole, server.refused) == (12, 2 - len(forms)), "each refusal is met once"
        assert ledger.total().calls == server.whole + server.refused
        assert ledger.total().input_tokens == server.billed["prompt_tokens"]
    forbid_connections(monkeypatch)
    journals.append(play(tmp_path / "replay", replay(provider, tmp_path / "16.calls", "?structured=json")))
    assert len(set(journals)) == 1
    used = (*forms, "text")[0]
    assert journals[0].count(f'"model, {used}"'.encode()) == 12
    assert "return 3" in (tmp_path / "replay" / "policy" / "policy.py").read_text()


@pytest.mark.parametrize(
    ("provider", "options"),
    [
        ("local", ""),
        ("local", "?structured=json"),
        ("anthropic", ""),
        ("anthropic", "?structured=tool"),
        ("google", "?structured=json"),
    ],
)
def test_nothing_is_scored_that_should_not_be_and_no_file_holds_the_key(
    provider: str, options: str, tmp_path: Path
) -> None:
    ledger = Ledger(load_prices())
    script = ["ok" if options else "echo key", *ENDS, *ENDS, *RETRIED, *ENDS, "400 filter"]
    with Server(script, text=write) as server:
        play(tmp_path / "run", live(provider, server, tmp_path / "run.calls", ledger, workers=4, options=options))
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
