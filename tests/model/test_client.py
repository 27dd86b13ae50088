"""The client: recordings before money before network; the order of requests decides everything."""

import threading
from pathlib import Path

import pytest

from model.fakes import Fake, answer, ask
from solon.model import (
    BudgetSpent,
    CallFailed,
    Caps,
    Cassette,
    Client,
    Ledger,
    MissingRecording,
    Reply,
    Request,
    load_prices,
)

REQUESTS = [ask(sample=sample) for sample in range(12)]


def echo(request: Request) -> Reply:
    return answer(f"reply {request.sample}", output_tokens=100 + request.sample)


def reversing() -> Fake:
    """Answers the calls in flight in the opposite order: each waits until its successor has answered."""
    done = [threading.Event() for _ in range(len(REQUESTS) + 1)]
    done[-1].set()

    def answer_late(request: Request) -> Reply:
        assert done[request.sample + 1].wait(timeout=10)
        done[request.sample].set()
        return echo(request)

    return Fake(answer_late)


def test_replies_come_in_the_order_of_the_requests_whatever_ends_first() -> None:
    texts = [reply.text for reply in Client(reversing(), workers=12).complete_all(REQUESTS)]
    assert texts == [f"reply {sample}" for sample in range(12)]


def test_a_recorded_call_is_never_paid_again(tmp_path: Path) -> None:
    first, second = Fake(echo), Fake(echo)
    replies = Client(first, cassette=Cassette(tmp_path)).complete_all(REQUESTS[:5])
    ledger = Ledger(load_prices())
    again = Client(second, cassette=Cassette(tmp_path), ledger=ledger)
    assert again.complete_all(REQUESTS[:7])[:5] == replies
    assert [request.sample for request in second.requests] == [5, 6]
    kinds = [entry.kind for entry in ledger.entries]
    assert (kinds.count("recorded"), kinds.count("paid")) == (5, 2)


def test_a_replay_gives_the_same_and_needs_no_transport(tmp_path: Path) -> None:
    replies = Client(Fake(echo), cassette=Cassette(tmp_path), workers=4).complete_all(REQUESTS)
    assert Client(cassette=Cassette(tmp_path)).complete_all(REQUESTS) == replies
    with pytest.raises(MissingRecording, match="sample"):
        Client(cassette=Cassette(tmp_path)).complete(ask(sample=99))


@pytest.mark.parametrize("workers", [1, 5, 16])
def test_a_budget_allows_the_same_calls_whatever_the_number_of_workers(tmp_path: Path, workers: int) -> None:
    ledger = Ledger(load_prices(), Caps(tokens=9000))
    client = Client(Fake(echo), cassette=Cassette(tmp_path), ledger=ledger, workers=workers)
    assert [reply.text for reply in client.complete_all(REQUESTS)] == [f"reply {n}" for n in range(7)]
    assert ledger.total().tokens <= 9000
    with pytest.raises(BudgetSpent, match="9000 tokens"):
        client.complete_all(REQUESTS[7:])


def test_a_replay_ends_where_the_budget_ended(tmp_path: Path) -> None:
    caps = Caps(tokens=9000)
    live = Client(Fake(echo), cassette=Cassette(tmp_path), ledger=Ledger(load_prices(), caps))
    replies = live.complete_all(REQUESTS)
    with pytest.raises(BudgetSpent) as spent:
        live.complete_all(REQUESTS[len(replies) :])
    replay = Client(cassette=Cassette(tmp_path))
    assert replay.complete_all(REQUESTS) == replies
    with pytest.raises(BudgetSpent) as again:
        replay.complete_all(REQUESTS[len(replies) :])
    assert str(again.value) == str(spent.value)


def test_a_larger_budget_goes_on_where_a_smaller_one_ended(tmp_path: Path) -> None:
    def client(tokens: int) -> Client:
        ledger = Ledger(load_prices(), Caps(tokens=tokens))
        return Client(Fake(echo), cassette=Cassette(tmp_path), ledger=ledger)

    assert len(client(9000).complete_all(REQUESTS)) == 7
    assert len(client(90_000).complete_all(REQUESTS)) == 12
    assert len(Client(cassette=Cassette(tmp_path)).complete_all(REQUESTS)) == 12


def test_a_failure_is_raised_and_what_was_under_way_is_kept(tmp_path: Path) -> None:
    def fail_at_three(request: Request) -> Reply | Exception:
        return CallFailed("wrong key") if request.sample == 3 else echo(request)

    ledger = Ledger(load_prices())
    fake = Fake(fail_at_three)
    with pytest.raises(CallFailed, match="wrong key"):
        Client(fake, cassette=Cassette(tmp_path), ledger=ledger, workers=1).complete_all(REQUESTS)
    assert [request.sample for request in fake.requests] == [0, 1, 2, 3], "no call after the failure"
    assert len(list(Cassette(tmp_path).recordings())) == 3
    assert ledger.total().calls == 3
    assert (ledger._in_flight, ledger._reserved_tokens, ledger._reserved_dollars) == (0, 0, 0)


def test_a_lost_attempt_that_ends_the_budget_ends_the_group(tmp_path: Path) -> None:
    def spent_at_two(request: Request) -> Reply | Exception:
        return BudgetSpent("spent in between") if request.sample == 2 else echo(request)

    client = Client(Fake(spent_at_two), cassette=Cassette(tmp_path), ledger=Ledger(load_prices()))
    assert len(client.complete_all(REQUESTS)) == 2
    assert len(Client(cassette=Cassette(tmp_path)).complete_all(REQUESTS)) == 2


def test_an_interrupt_begins_no_new_call_and_keeps_what_was_under_way(tmp_path: Path) -> None:
    started = threading.Event()
    interrupted = threading.Event()

    def slow(request: Request) -> Reply:
        started.set()
        assert interrupted.wait(timeout=10)
        return echo(request)

    class Interrupting(list[Request]):
        def __iter__(self):
            yield from REQUESTS[:3]
            started.wait(timeout=10)
            raise KeyboardInterrupt

    fake = Fake(slow)
    ledger = Ledger(load_prices(), Caps(tokens=10**6))
    client = Client(fake, cassette=Cassette(tmp_path), ledger=ledger, workers=1, interrupted=interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.complete_all(Interrupting())
    assert len(fake.requests) == 1
    assert len(list(Cassette(tmp_path).recordings())) == ledger.total().calls == 1
    assert len(Client(Fake(echo), cassette=Cassette(tmp_path), ledger=ledger).complete_all(REQUESTS)) == 12


def test_a_client_needs_a_source_and_a_worker(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="transport or a cassette"):
        Client()
    with pytest.raises(ValueError, match="at least 1 worker"):
        Client(Fake(), workers=0)


def test_no_request_needs_no_call() -> None:
    assert Client(Fake()).complete_all([]) == []


def test_a_client_is_a_transport(tmp_path: Path) -> None:
    inner = Client(Fake(echo), cassette=Cassette(tmp_path))
    assert Client(inner).complete(ask(sample=4)).text == "reply 4"
