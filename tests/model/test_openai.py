"""The openai SDK against a loopback server with faults: everything survives, and the ledger adds up."""

import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from model.fakes import Clock, ask
from model.server import ENDS, FAULTS, Server
from solon.contract import InfrastructureError
from solon.model import (
    BudgetSpent,
    CallFailed,
    Caps,
    Cassette,
    Client,
    Ledger,
    OpenAITransport,
    Patient,
    Rejected,
    load_prices,
    parse_address,
    screen,
)

KEY = "sk-test-open-sesame-0123456789"
HANG, PATIENT = 1.0, 30.0  # seconds until the client gives up


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def clock() -> Iterator[Clock]:
    return Clock()


def transport(server: Server) -> OpenAITransport:
    timeout = HANG if "hang" in server.script else PATIENT
    return OpenAITransport(parse_address(f"local:{server.url}#gpt-4.1-mini"), timeout=timeout)


def patient(server: Server, clock: Clock, ledger: Ledger | None = None) -> Patient:
    lost = ledger.lose if ledger else None
    return Patient(transport(server), lost=lost, clock=clock, sleep=clock.sleep, calendar=lambda: clock.now)


def test_a_call_carries_what_was_asked_and_brings_what_was_answered() -> None:
    with Server() as server:
        reply = transport(server).complete(ask("Grüße", max_tokens=77, temperature=0.5, effort="low"))
    assert (reply.text, reply.finish_reason) == ("Yes.", "stop")
    assert (reply.input_tokens, reply.output_tokens, reply.cached_tokens) == (20, 3, 8)
    assert (reply.model, reply.identifier) == ("gpt-4.1-mini-2026", "call-1")
    assert server.bodies == [
        {
            "model": "gpt-4.1-mini",
            "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Grüße"}],
            "max_tokens": 77,
            "temperature": 0.5,
            "reasoning_effort": "low",
        }
    ]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_what_was_not_asked_for_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    with Server() as server:
        transport(server).complete(ask())
    assert set(server.bodies[0]) == {"model", "messages", "max_tokens"}
    assert "org-of-somebody" not in str(server.headers)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_survives_a_fault(fault: str, clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server([fault]) as server:
        client = Client(patient(server, clock, ledger), ledger=ledger)
        assert client.complete(ask()).text == "Yes."
    assert len(server.bodies) == 2
    assert clock.slept[0] >= {"429": 2, "429 date": 3}.get(fault, 0.25)
    total = ledger.total()
    assert (total.calls, total.lost) == (server.whole, server.cut) == (1, int(fault in FAULTS[4:]))


@pytest.mark.parametrize("fault", ENDS)
def test_a_reply_that_must_not_be_used_is_rejected_and_paid(fault: str, clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server([fault], text="def policy(env, agent_id): return 0") as server:
        reply = Client(patient(server, clock, ledger), ledger=ledger).complete(ask())
    assert isinstance(screen(reply), Rejected)
    assert len(server.bodies) == 1
    assert ledger.total().input_tokens == 20


def test_the_ledger_adds_up_over_every_fault_at_once(tmp_path: Path, clock: Clock) -> None:
    script = ["hang", "ok", "429", "half", "length", "500", "ok", "malformed", "tool call", "503", "429 date"] * 2
    ledger = Ledger(load_prices())
    with Server(script) as server:
        client = Client(patient(server, clock, ledger), cassette=Cassette(tmp_path), ledger=ledger, workers=4)
        replies = client.complete_all([ask(sample=sample) for sample in range(16)])
    total = ledger.total()
    assert total.calls == len(replies) == server.whole == 16
    assert total.lost == server.cut == 6
    paid = [entry for entry in ledger.entries if entry.kind == "paid"]
    assert sum(entry.input_tokens for entry in paid) == server.billed["prompt_tokens"]
    assert sum(entry.output_tokens for entry in paid) == server.billed["completion_tokens"]
    assert sum(isinstance(screen(reply), Rejected) for reply in replies) == 4
    assert total.dollars is not None
    assert total.dollars == sum((entry.dollars or Decimal(0)) for entry in ledger.entries)
    assert [recording.reply for recording in Cassette(tmp_path).recordings() if recording.reply is None] == []


@pytest.mark.parametrize("fault", ["no usage", "odd usage"])
def test_missing_or_impossible_usage_is_counted_at_its_bound(fault: str, clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server([fault]) as server:
        Client(patient(server, clock), ledger=ledger).complete(ask())
    (entry,) = ledger.entries
    assert entry.estimated
    assert entry.input_tokens == ask().input_bound


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("401", r"refused the key \(401\); check the environment's LOCAL_API_KEY"),
        ("404", "answered 404"),
        ("400", "answered 400"),
        ("quota", "no credit left"),
    ],
)
def test_a_hopeless_answer_is_not_asked_again(fault: str, words: str, clock: Clock) -> None:
    with Server([fault]) as server, pytest.raises(CallFailed, match=words):
        patient(server, clock).complete(ask())
    assert len(server.bodies) == 1
    assert clock.slept == []


def test_a_prompt_that_the_provider_filters_is_a_rejected_reply(clock: Clock) -> None:
    with Server(["400 filter"]) as server:
        reply = patient(server, clock).complete(ask())
    assert isinstance(screen(reply), Rejected)


def test_a_server_that_is_not_there_is_named_and_not_billed(clock: Clock) -> None:
    with Server() as server:
        gone = server
    with pytest.raises(CallFailed, match=r"cannot be reached.*check the network and the URL") as caught:
        transport(gone).complete(ask())
    assert caught.value.retry
    assert not caught.value.billed


def test_a_hanging_server_cannot_spend_more_than_the_cap(clock: Clock) -> None:
    worst = ask().input_bound + 8192
    ledger = Ledger(load_prices(), Caps(tokens=2 * worst))
    with Server(["hang"] * 10) as server, pytest.raises(BudgetSpent):
        Client(patient(server, clock, ledger), ledger=ledger).complete(ask())
    assert len(server.bodies) == 2
    assert ledger.total().tokens == 2 * worst


def test_a_reply_loses_the_key_and_what_no_file_can_hold() -> None:
    with Server(["echo key"]) as server:
        assert transport(server).complete(ask()).text == "Yes. [key] ?"


def test_openai_gets_its_own_name_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Server() as server:
        address = msgspec.structs.replace(parse_address("openai:gpt-4.1-mini"), url=server.url)
        OpenAITransport(address).complete(ask())
    assert server.bodies[0]["max_completion_tokens"] == 8192


def test_a_missing_key_is_explained_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(InfrastructureError, match="set the environment variable OPENAI_API_KEY"):
        OpenAITransport(parse_address("openai:gpt-4.1-mini")).complete(ask())


def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sesame\nopen")
    with pytest.raises(InfrastructureError, match="OPENAI_API_KEY holds no key") as caught:
        OpenAITransport(parse_address("openai:gpt-4.1-mini")).complete(ask())
    assert "sesame" not in str(caught.value)


def test_a_local_server_without_a_key_gets_a_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_API_KEY")
    with Server(text="there is none") as server:
        assert transport(server).complete(ask()).text == "there is none"
    assert server.headers[0]["authorization"] == "Bearer none"


def test_a_missing_sdk_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(InfrastructureError, match=re.escape("pip install 'solon[model]'")):
        OpenAITransport(parse_address("local:http://127.0.0.1:1/v1#m")).complete(ask())
