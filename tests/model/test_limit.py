"""Patience: backoff, Retry-After, a total limit, and a gate that adapts; nothing here really sleeps."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.fakes import Clock, Fake, Script, answer, ask, broken, busy
from solon.model import CallFailed, Gate, Patience, Patient, Request, Transport
from solon.model.limit import backoff, retry_after


def patient(transport: Transport, clock: Clock, **options) -> Patient:
    return Patient(transport, clock=clock, sleep=clock.sleep, calendar=lambda: clock.now, **options)


def test_a_failing_call_is_tried_again_after_growing_waits() -> None:
    clock, script = Clock(), Script(broken(), broken(), broken(), answer("at last"))
    assert patient(script, clock).complete(ask()).text == "at last"
    assert [0.25 <= clock.slept[0] <= 0.5, 0.5 <= clock.slept[1] <= 1, 1 <= clock.slept[2] <= 2] == [True] * 3


def test_the_jitter_is_a_function_of_request_and_attempt() -> None:
    waits = {backoff(ask(sample=sample), 3, Patience()) for sample in range(20)}
    assert len(waits) == 20
    assert backoff(ask(sample=7), 3, Patience()) in waits
    assert all(1 <= wait <= 2 for wait in waits)


@given(st.integers(1, 60), st.integers(0, 1000))
def test_no_wait_passes_the_longest(attempt: int, sample: int) -> None:
    assert 0 < backoff(ask(sample=sample), attempt, Patience(longest_wait=7)) <= 7


def test_retry_after_is_a_number_or_a_date_or_nothing() -> None:
    date = "Thu, 01 Jan 1970 00:02:00 GMT"
    assert retry_after("17", 0) == 17
    assert retry_after(" 1.5 ", 0) == 1.5
    assert retry_after(date, 90) == 30
    assert retry_after("Thu, 01 Jan 1970 00:02:00 -0000", 90) == 30
    assert retry_after(date, 500) == 0
    assert [retry_after(it, 0) for it in (None, "", "soon", "-3", "nan", "²")] == [None] * 6


@pytest.mark.parametrize("header", ["20", "Thu, 01 Jan 1970 00:00:20 GMT"])
def test_a_call_never_comes_back_before_retry_after(header: str) -> None:
    clock = Clock()
    patient(Script(busy(header), answer()), clock).complete(ask())
    assert clock.slept == [20]


def test_a_short_retry_after_does_not_shorten_the_backoff() -> None:
    clock = Clock()
    patient(Script(busy("0"), answer()), clock).complete(ask())
    assert clock.slept[0] >= 0.25


def test_a_retry_after_beyond_the_total_limit_ends_the_call_at_once() -> None:
    clock = Clock()
    with pytest.raises(CallFailed, match=r"busy; given up .* in 3600 s.*resume") as caught:
        patient(Script(busy("3600")), clock).complete(ask())
    assert not caught.value.retry
    assert clock.slept == []


def test_attempts_and_seconds_are_limited() -> None:
    clock = Clock()
    fake = Fake(lambda _request: broken())
    with pytest.raises(CallFailed, match="given up after 5 attempts"):
        patient(fake, clock, patience=Patience(attempts=5)).complete(ask())
    assert len(fake.requests) == 5
    clock = Clock()
    with pytest.raises(CallFailed, match="given up"):
        patient(fake, clock, patience=Patience(attempts=10**6, total_seconds=100)).complete(ask())
    assert clock.now <= 100


def test_an_interrupt_ends_the_waiting() -> None:
    interrupted = threading.Event()
    interrupted.set()
    with pytest.raises(CallFailed, match="broken; interrupted"):
        Patient(Script(broken()), sleep=interrupted.wait).complete(ask())


def test_a_hopeless_call_is_not_tried_again() -> None:
    script = Script(CallFailed("wrong key"))
    with pytest.raises(CallFailed, match="wrong key"):
        patient(script, Clock()).complete(ask())
    assert len(script.requests) == 1


def test_each_attempt_that_may_be_billed_is_reported() -> None:
    lost: list[Request] = []
    script = Script(broken(billed=True), broken(), busy(), broken(billed=True), answer())
    patient(script, Clock(), lost=lost.append).complete(ask())
    assert lost == [ask(), ask()]


def test_a_burst_of_refusals_halves_the_gate_once() -> None:
    gate = Gate(start=16)
    epochs = [gate.enter() for _ in range(16)]
    for epoch in epochs:
        gate.refused(epoch)
    assert gate.limit == 8
    gate.refused(1)
    assert gate.limit == 4


def test_the_gate_never_closes_and_never_passes_its_most() -> None:
    gate = Gate(start=3, most=5, run=2)
    epoch = 0
    for _ in range(10):
        epoch = gate.refused(epoch)
    assert gate.limit == 1
    for _ in range(2):
        gate.succeeded()
    assert gate.limit == 2
    for _ in range(100):
        gate.succeeded()
    assert gate.limit == 5


def test_refusals_break_a_run_of_successes() -> None:
    gate = Gate(start=4, run=3)
    for _ in range(10):
        gate.succeeded()
        gate.succeeded()
        gate.refused(-1)
    assert gate.limit == 4


def test_no_more_calls_are_in_flight_than_the_gate_lets_through() -> None:
    meeting = threading.Barrier(3)

    def meet(_request: Request):
        meeting.wait(timeout=10)  # passes only if three calls are in flight
        return answer()

    fake = Fake(meet)
    calls = Patient(fake, gate=Gate(start=3, most=3))
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(calls.complete, [ask(sample=sample) for sample in range(12)]))
    assert fake.most == 3


def test_a_call_that_fails_gives_its_place_back() -> None:
    calls = Patient(Script(CallFailed("no"), answer()), gate=Gate(start=1))
    with pytest.raises(CallFailed):
        calls.complete(ask())
    assert calls.complete(ask()) == answer()
