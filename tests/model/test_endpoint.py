"""Each provider's protocol against a loopback server with faults: everything survives, and the ledger adds up."""

import re
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from model.endpoints import KEY, address, endpoint, patient
from model.fakes import Clock, ask
from model.protocols import PROVIDERS
from model.server import CUT, ENDS, FAULTS, Server
from solon.contract import InfrastructureError
from solon.model import (
    UNSUPPORTED,
    BudgetSpent,
    CallFailed,
    Caps,
    Cassette,
    Client,
    Endpoint,
    Form,
    Gate,
    Ledger,
    Rejected,
    load_prices,
    parse_address,
    screen,
)

JSON, TOOL = (Form(rung, "answer", '{"type": "object", "properties": {}}') for rung in ("json", "tool"))
MODEL = {name: it.model for name, it in PROVIDERS.items()}


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        monkeypatch.setenv(provider.variable, KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def clock() -> Clock:
    return Clock()


# What is sent


def test_an_openai_compatible_call_carries_what_was_asked() -> None:
    with Server() as server:
        endpoint("local", server).complete(ask("Grüße", max_tokens=77, temperature=0.5, effort="low"))
    assert server.bodies == [
        {
            "model": "gpt-4.1-mini",
            "messages": [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Grüße"}],
            "max_tokens": 77,
            "temperature": 0.5,
            "reasoning_effort": "low",
        }
    ]
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_call_of_anthropic_caches_the_system_prompt_and_carries_effort_and_thinking() -> None:
    request = ask("Grüße", model="claude", max_tokens=7777, effort="minimal", thinking=2048)
    with Server() as server:
        endpoint("anthropic", server).complete(request)
    assert server.bodies == [
        {
            "model": "claude",
            "max_tokens": 7777,
            "system": [{"type": "text", "text": "Rules.", "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": "Grüße"}],
            "thinking": {"type": "enabled", "budget_tokens": 2048},
            "output_config": {"effort": "low"},
        }
    ]
    assert server.paths == ["/v1/messages"]
    assert server.headers[0]["x-api-key"] == KEY
    assert "authorization" not in server.headers[0]


def test_the_latest_version_of_anthropic_is_spoken_unless_a_temperature_is_asked_for() -> None:
    with Server() as server:
        transport = endpoint("anthropic", server)
        transport.complete(ask())
        transport.complete(ask(temperature=0.0))
    assert [it["anthropic-version"] for it in server.headers] == ["2026-10-21", "2023-06-01"]
    assert ["temperature" in body for body in server.bodies] == [False, True]


def test_a_call_of_google_carries_level_or_budget_of_thinking() -> None:
    with Server() as server:
        transport = endpoint("google", server)
        transport.complete(ask("Grüße", model="gemini", max_tokens=77, temperature=0.5, effort="low"))
        transport.complete(ask(model="tunedModels/mine", thinking=-1))
    assert server.bodies[0] == {
        "systemInstruction": {"parts": [{"text": "Rules."}]},
        "contents": [{"role": "user", "parts": [{"text": "Grüße"}]}],
        "generationConfig": {"maxOutputTokens": 77, "temperature": 0.5, "thinkingConfig": {"thinkingLevel": "LOW"}},
    }
    assert server.bodies[1]["generationConfig"]["thinkingConfig"] == {"thinkingBudget": -1}
    assert server.paths == ["/v1/models/gemini:generateContent", "/v1/tunedModels/mine:generateContent"]
    assert server.headers[0]["x-goog-api-key"] == KEY
    assert "authorization" not in server.headers[0]


@pytest.mark.parametrize(("thinking", "stated"), [(-1, {"type": "adaptive"}), (0, {"type": "disabled"})])
def test_anthropic_can_be_left_to_think_as_it_likes_or_not_at_all(thinking: int, stated: dict) -> None:
    with Server() as server:
        endpoint("anthropic", server).complete(ask(thinking=thinking))
    assert server.bodies[0]["thinking"] == stated


def test_a_conversation_keeps_its_turns(provider: str) -> None:
    from solon.model import Message

    request = ask()
    turns = (*request.messages, Message("assistant", "No."), Message("user", "Again."))
    with Server() as server:
        endpoint(provider, server).complete(msgspec.structs.replace(request, messages=turns))
    said = server.bodies[0].get("contents") or server.bodies[0]["messages"]
    assert [turn["role"] for turn in said][-3:] == ["user", "model" if provider == "google" else "assistant", "user"]
    assert "Again." in str(said[-1])


def test_what_was_not_asked_for_is_not_sent(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: pass-of-somebody\nX-API-Key: pass-of-somebody")
    with Server() as server:
        endpoint(provider, server).complete(ask())
    assert set(server.bodies[0]) <= {
        *("model", "messages", "max_tokens"),
        *("system", "contents", "systemInstruction", "generationConfig"),
    }
    assert "of-somebody" not in str(server.headers)


def test_openai_gets_its_own_name_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Server() as server:
        Endpoint(msgspec.structs.replace(parse_address("openai:gpt-4.1-mini"), url=server.url)).complete(ask())
    assert server.bodies[0]["max_completion_tokens"] == 8192


# What comes back


def test_a_reply_brings_text_end_and_usage_without_its_thoughts(provider: str) -> None:
    with Server() as server:
        reply = endpoint(provider, server).complete(ask(model=MODEL[provider]))
    assert (reply.text, reply.tool, reply.identifier) == ("Yes.", "", "call-1")
    assert screen(reply) == reply
    assert (reply.input_tokens, reply.output_tokens, reply.cached_tokens, reply.thinking_tokens) == (20, 3, 8, 1)
    assert reply.written_tokens == (5 if provider == "anthropic" else 0)
    assert reply.model.endswith("-2026")


def test_tokens_read_from_and_written_to_a_cache_have_prices_of_their_own(clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server() as server:
        Client(patient("anthropic", server, clock), ledger=ledger).complete(ask(model="claude-haiku-4-5"))
    total = ledger.total()
    assert (total.input_tokens, total.cached_tokens, total.written_tokens) == (20, 8, 5)
    assert (total.output_tokens, total.thinking_tokens) == (3, 1)
    # 7 at 1.00, 8 at 0.10, 5 at 1.25 and 3 at 5.00 dollars for a million
    assert total.dollars == (7 + Decimal("0.8") + Decimal("6.25") + 15) / 10**6


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_survives_a_fault(provider: str, fault: str, clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server([fault]) as server:
        client = Client(patient(provider, server, clock, ledger), ledger=ledger)
        assert client.complete(ask(model=MODEL[provider])).text == "Yes."
    assert len(server.bodies) == 2
    assert clock.slept[0] >= {"429": 2, "429 date": 3, "429 delay": 45.25}.get(fault, 0.25)
    total = ledger.total()
    assert (total.calls, total.lost) == (server.whole, server.cut) == (1, int(fault in CUT))


@pytest.mark.parametrize("fault", ENDS)
def test_a_reply_that_must_not_be_used_is_rejected_and_paid(provider: str, fault: str, clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server([fault], text="def policy(env, agent_id): return 0") as server:
        reply = Client(patient(provider, server, clock, ledger), ledger=ledger).complete(ask(model=MODEL[provider]))
    rejected = screen(reply)
    assert isinstance(rejected, Rejected)
    assert rejected.hopeless == (fault in ("filter", "refusal"))
    assert len(server.bodies) == 1
    assert ledger.total().input_tokens == 20


def test_the_ledger_adds_up_over_every_fault_at_once(provider: str, tmp_path: Path, clock: Clock) -> None:
    script = ["hang", "ok", "429", "half", "length", "500", "ok", "malformed", "tool call", "529", "429 delay"] * 2
    ledger = Ledger(load_prices())
    with Server(script) as server:
        client = Client(patient(provider, server, clock, ledger), cassette=Cassette(tmp_path), ledger=ledger, workers=4)
        replies = client.complete_all([ask(sample=sample, model=MODEL[provider]) for sample in range(16)])
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
    again = Ledger(load_prices())
    Client(cassette=Cassette(tmp_path), ledger=again)
    assert again.total().tokens == sum(entry.input_tokens + entry.output_tokens for entry in paid)


def test_the_calls_in_flight_follow_what_the_server_bears(provider: str, clock: Clock) -> None:
    gate = Gate(start=8, most=64, run=8)
    with Server(["429 delay" if provider == "google" else "529"] * 3) as server:
        transport = patient(provider, server, clock, gate=gate)
        transport.complete(ask())
        assert gate.limit == 1, "three refusals, one after the other: 8, 4, 2, 1"
        Client(transport, workers=4).complete_all([ask(sample=sample) for sample in range(40)])
    assert gate.limit == 1 + 41 // 8, "one more after eight replies"


@pytest.mark.parametrize("fault", ["no usage", "odd usage"])
def test_missing_or_impossible_usage_is_counted_at_its_bound(provider: str, fault: str, clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server([fault]) as server:
        Client(patient(provider, server, clock), ledger=ledger).complete(ask(model=MODEL[provider]))
    (entry,) = ledger.entries
    assert entry.estimated
    assert entry.input_tokens == ask().input_bound


# What is hopeless


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("401", r"refused the key \(401\); check the environment's {variable}"),
        ("404", "answered 404"),
        ("400", "answered 400"),
        ("quota", "no credit left"),
        ("402", "no credit left"),
        ("redirect", "answered 307"),
    ],
)
def test_a_hopeless_answer_is_not_asked_again(provider: str, fault: str, words: str, clock: Clock) -> None:
    expected = words.format(variable=PROVIDERS[provider].variable)
    with Server([fault]) as server, pytest.raises(CallFailed, match=expected):
        patient(provider, server, clock).complete(ask())
    assert len(server.bodies) == 1
    assert clock.slept == []


def test_google_says_in_the_body_that_a_key_is_wrong_or_a_day_is_over() -> None:
    from model.protocols import Google
    from solon.model.dialect import read_refusal

    assert "api_key_invalid" in read_refusal(Google.error(400, "API key not valid.", "API_KEY_INVALID")).codes
    assert read_refusal(b'{"error": {"details": [{"violations": [{"quotaId": "RequestsPerDayPerProject"}]}]}}').daily
    assert read_refusal(b'{"error": "plain"}').message == "plain"
    assert read_refusal(b"[]").message == "[]"


def test_a_prompt_that_the_provider_filters_is_a_rejected_reply(provider: str, clock: Clock) -> None:
    with Server(["400 filter"]) as server:
        reply = patient(provider, server, clock).complete(ask())
    assert isinstance(screen(reply), Rejected)


def test_a_server_that_is_not_there_is_named_and_not_billed(provider: str) -> None:
    with Server() as server:
        gone = server
    with pytest.raises(CallFailed, match=r"cannot be reached.*check the network and the URL") as caught:
        endpoint(provider, gone).complete(ask())
    assert caught.value.retry
    assert not caught.value.billed


def test_a_hanging_server_cannot_spend_more_than_the_cap(provider: str, clock: Clock) -> None:
    worst = ask().input_bound + 8192
    ledger = Ledger(load_prices(), Caps(tokens=2 * worst))
    with Server(["hang"] * 10) as server, pytest.raises(BudgetSpent):
        Client(patient(provider, server, clock, ledger), ledger=ledger).complete(ask())
    assert len(server.bodies) == 2
    assert ledger.total().tokens == 2 * worst


# Structured forms


@pytest.mark.parametrize("form", [JSON, TOOL])
def test_a_structured_reply_is_asked_for_and_read(provider: str, form: Form) -> None:
    with Server(text='{"é": "\\u00fc"}') as server:
        reply = endpoint(provider, server).complete(ask(form=form))
    assert PROVIDERS[provider].protocol.form(server.bodies[0]) == form.rung
    assert str({"type": "object", "properties": {}}) in str(server.bodies[0])
    assert screen(reply, form) == reply
    assert msgspec.json.decode(reply.text) == {"é": "ü"}
    assert reply.tool == ("answer" if form is TOOL else "")


def test_a_model_that_thinks_is_offered_the_tool_and_not_forced() -> None:
    with Server(text="{}") as server:
        transport = endpoint("anthropic", server)
        transport.complete(ask(form=TOOL, thinking=2048))
        transport.complete(ask(form=TOOL))
    assert [body["tool_choice"]["type"] for body in server.bodies] == ["auto", "tool"]


@pytest.mark.parametrize("form", [JSON, TOOL])
def test_an_endpoint_that_refuses_a_form_says_so_in_an_unbilled_reply(provider: str, form: Form, clock: Clock) -> None:
    ledger = Ledger(load_prices())
    with Server(forms=()) as server:
        client = Client(patient(provider, server, clock), ledger=ledger)
        reply = client.complete(ask(form=form, model=MODEL[provider]))
    assert reply.finish_reason == UNSUPPORTED
    assert isinstance(screen(reply, form), Rejected)
    assert (ledger.total().tokens, ledger.total().dollars, clock.slept) == (0, 0, [])


@pytest.mark.parametrize("fault", ["400", "404"])
def test_another_complaint_about_a_structured_call_is_a_failure(provider: str, fault: str, clock: Clock) -> None:
    with Server([fault]) as server, pytest.raises(CallFailed, match="answered 40"):
        patient(provider, server, clock).complete(ask(form=JSON))


@pytest.mark.parametrize("fault", ["tool call", "length", "filter", "refusal", "no finish", "empty"])
@pytest.mark.parametrize("form", [JSON, TOOL])
def test_a_structured_reply_that_ends_badly_is_rejected(provider: str, form: Form, fault: str) -> None:
    with Server([fault], text="{}") as server:
        reply = endpoint(provider, server).complete(ask(form=form))
    assert isinstance(screen(reply, form), Rejected)


# Keys


def test_a_reply_loses_the_key_and_what_no_file_can_hold(provider: str) -> None:
    with Server(["echo key"]) as server:
        assert endpoint(provider, server).complete(ask()).text == "Yes. [key] ?"
    with Server(["echo key"], text='{"a": "') as server:
        assert KEY not in endpoint(provider, server).complete(ask(form=TOOL)).text


@pytest.mark.parametrize("name", ["openai", "anthropic", "google", "openrouter"])
def test_a_missing_key_is_explained_by_the_name_of_its_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = parse_address(f"{name}:m")
    for variable in at.variables:
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(InfrastructureError, match=f"set the environment variable {at.variable}"):
        Endpoint(at).complete(ask())


def test_google_takes_either_of_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    with Server() as server:
        endpoint("google", server).complete(ask())
    assert server.headers[0]["x-goog-api-key"] == KEY


def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = PROVIDERS[provider].variable
    monkeypatch.setenv(variable, "sesame\nopen")
    with Server() as server, pytest.raises(InfrastructureError, match=f"{variable} holds no key") as caught:
        endpoint(provider, server).complete(ask())
    assert "sesame" not in str(caught.value)


def test_a_changed_key_is_used_from_the_next_call_on(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as server:
        transport = endpoint(provider, server)
        transport.complete(ask())
        monkeypatch.setenv(PROVIDERS[provider].variable, "another-key-0123")
        transport.complete(ask())
    sent = [it[PROVIDERS[provider].header].removeprefix("Bearer ") for it in server.headers]
    assert sent == [KEY, "another-key-0123"]


def test_a_local_server_without_a_key_gets_a_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_API_KEY")
    with Server(text="there is none") as server:
        assert endpoint("local", server).complete(ask()).text == "there is none"
    assert server.headers[0]["authorization"] == "Bearer none"


def test_a_missing_package_is_explained(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with Server() as server, pytest.raises(InfrastructureError, match=re.escape("pip install 'solon[model]'")):
        Endpoint(address(provider, server)).complete(ask())
