"""A key goes to its endpoint and nowhere else: not to files, errors, tracebacks, representations or logs."""

import logging
import traceback
from pathlib import Path

import pytest

from model.endpoints import KEY, address
from model.fakes import Clock, ask
from model.protocols import PROVIDERS
from model.server import FAULTS, STATUSES, Server
from solon.contract import InfrastructureError
from solon.model import Cassette, Client, Endpoint, Ledger, Patience, Patient, load_prices


def leaks(text: str) -> bool:
    """Say whether a text holds the key or a telling part of it."""
    return any(KEY[start : start + 12] in text for start in range(len(KEY) - 11))


def test_the_search_finds_what_it_must() -> None:
    assert leaks(f"Bearer {KEY}")
    assert leaks(KEY[:-4])
    assert not leaks("sk-test, but another")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", ["ok", "echo key", *FAULTS, *STATUSES])
def test_no_fault_brings_the_key_to_light(
    provider: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd
) -> None:
    monkeypatch.setenv(PROVIDERS[provider].variable, KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    caplog.set_level(logging.DEBUG)
    clock, ledger = Clock(), Ledger(load_prices())
    shown: list[str] = []
    with Server([fault] * 3) as server:
        place = address(provider, server)
        transport = Endpoint(place, timeout=0.5 if fault == "hang" else 30)
        patient = Patient(
            transport,
            patience=Patience(attempts=2),
            lost=ledger.lose,
            clock=clock,
            sleep=clock.sleep,
            calendar=lambda: 0.0,
        )
        client = Client(patient, cassette=Cassette(tmp_path), ledger=ledger)
        failure: InfrastructureError | None = None
        try:
            shown.append(repr(client.complete(ask())))
        except InfrastructureError as error:
            failure = error
        shown += [repr(it) for it in (place, transport, patient, client, ledger.entries, vars(transport))]
    if failure is not None:
        assert failure.__context__ is None, "the SDK's exceptions hold the request with its headers"
        shown += [str(failure), repr(failure), *traceback.format_exception(failure), repr(vars(failure))]
    sent = server.headers[0][PROVIDERS[provider].header]
    assert sent.removeprefix("Bearer ") == KEY, "the key did reach the endpoint"
    assert not [path for path in server.paths if leaks(path)]
    assert not [it for it in server.headers if leaks(str({name: it[name] for name in it if it[name] != sent}))]
    shown += [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file()]
    shown += [caplog.text, *capfd.readouterr()]
    assert not [text for text in shown if leaks(text)]
