"""The ledger adds up, and concurrent calls pass a cap by no more than those in flight use too much."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.fakes import answer, ask
from solon.model import BudgetSpent, Caps, Ledger, Reply, load_prices

PRICES = load_prices()


def spend(ledger: Ledger, sample: int, reply: Reply) -> None:
    ledger.allow(ask(sample=sample))
    ledger.settle(ask(sample=sample), reply)


def test_calls_add_up_by_candidate_and_run() -> None:
    ledger = Ledger(PRICES)
    for sample in (0, 1, 1):
        spend(ledger, sample, answer(input_tokens=1000, output_tokens=100, cached_tokens=400))
    total = ledger.total()
    assert (total.calls, total.input_tokens, total.output_tokens, total.cached_tokens) == (3, 3000, 300, 1200)
    assert total.dollars == 3 * Decimal("0.00044")
    assert {number: it.calls for number, it in ledger.by_candidate().items()} == {0: 1, 1: 2}
    assert "0.0013 US dollars" in str(total)


def test_missing_usage_is_counted_at_its_upper_bound_and_flagged() -> None:
    ledger = Ledger(PRICES)
    spend(ledger, 0, Reply("x", "stop"))
    (entry,) = ledger.entries
    assert (entry.input_tokens, entry.output_tokens, entry.estimated) == (ask().input_bound, 8192, True)


def test_an_unknown_price_is_stated_and_never_zero() -> None:
    ledger = Ledger(load_prices().__class__("none", {}))
    spend(ledger, 0, answer())
    assert ledger.total().dollars is None
    assert "price unknown" in str(ledger.total())
    assert ledger.total().unpriced == 1


def test_a_cap_on_money_needs_a_price() -> None:
    ledger = Ledger(load_prices().__class__("none", {}), Caps(dollars=Decimal(1)))
    with pytest.raises(ValueError, match=r"price of gpt-4.1-mini .* unknown.*give a price file, or cap tokens"):
        ledger.allow(ask())


def test_a_call_that_could_pass_a_cap_is_refused_before_it_is_made() -> None:
    worst = ask().input_bound + 8192
    ledger = Ledger(PRICES, Caps(tokens=worst + 14))
    spend(ledger, 0, answer())
    with pytest.raises(BudgetSpent, match=r"15 used, the next call could pass it"):
        ledger.allow(ask())
    dollars = PRICES.cost("gpt-4.1-mini", ask().input_bound, 8192)
    assert dollars is not None
    ledger = Ledger(PRICES, Caps(dollars=dollars))
    ledger.allow(ask())
    ledger.release(ask())
    spend(ledger, 0, answer())
    with pytest.raises(BudgetSpent, match="US dollars is spent"):
        ledger.allow(ask())


def test_a_lost_attempt_counts_and_may_end_the_call() -> None:
    worst = ask().input_bound + 8192
    ledger = Ledger(PRICES, Caps(tokens=2 * worst))
    ledger.allow(ask())
    ledger.lose(ask())
    with pytest.raises(BudgetSpent):
        ledger.lose(ask())
    ledger.release(ask())
    assert (ledger.total().calls, ledger.total().lost, ledger.total().tokens) == (0, 2, 2 * worst)


def test_what_was_paid_in_an_earlier_sitting_counts() -> None:
    ledger = Ledger(PRICES, Caps(tokens=100))
    ledger.restore(ask(), answer(input_tokens=90))
    assert ledger.entries[0].kind == "recorded"
    with pytest.raises(BudgetSpent):
        ledger.allow(ask())


def test_a_call_waits_for_those_in_flight_before_it_is_refused() -> None:
    worst = ask().input_bound + 8192
    ledger = Ledger(PRICES, Caps(tokens=worst + 20))
    ledger.allow(ask())
    allowed = threading.Event()
    thread = threading.Thread(target=lambda: (ledger.allow(ask(sample=1)), allowed.set()))
    thread.start()
    ledger.settle(ask(), answer())  # 15 tokens, so that the other fits
    thread.join(timeout=10)
    assert allowed.is_set()


def test_caps_are_not_negative() -> None:
    with pytest.raises(ValueError, match="not be negative"):
        Caps(tokens=-1)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    workers=st.integers(1, 16),
    calls=st.integers(1, 60),
    cap=st.integers(0, 40_000),
    greed=st.sampled_from([1, 3]),
)
def test_no_schedule_overshoots_by_more_than_the_calls_in_flight(
    seed: int, workers: int, calls: int, cap: int, greed: int
) -> None:
    """Servers that keep their limit never pass the cap; those that use up to three times as much, only in flight."""
    ledger = Ledger(PRICES, Caps(tokens=cap))
    request = ask(max_tokens=1000)
    worst = request.input_bound + 1000
    gate = threading.Semaphore(workers)

    def call(number: int) -> None:
        dice = random.Random(f"{seed}/{number}")
        with gate:
            try:
                ledger.allow(request)
            except BudgetSpent:
                return
            spent = dice.randrange(greed * worst + 1)
            if dice.random() < 0.1:
                ledger.release(request)
            else:
                ledger.settle(request, answer(input_tokens=0, output_tokens=spent))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(call, range(calls)))
    assert ledger.total().tokens <= cap + (greed - 1) * worst * workers
    if greed == 1:
        assert ledger.total().tokens <= cap


class Careless(Ledger):
    """Forgets the calls in flight: the check above must be able to reject it."""

    def allow(self, request) -> None:
        tokens, dollars = self._bound(request)
        reserved, self._reserved_tokens = self._reserved_tokens, 0
        complaint = self._complaint(tokens, dollars)
        self._reserved_tokens = reserved
        if complaint:
            raise BudgetSpent(complaint)
        self._in_flight += 1
        self._reserved_tokens += tokens


def test_a_ledger_that_forgets_the_calls_in_flight_overshoots() -> None:
    worst = ask().input_bound + 8192
    ledger = Careless(PRICES, Caps(tokens=2 * worst))
    for _ in range(4):
        ledger.allow(ask())
    for _ in range(4):
        ledger.settle(ask(), answer(input_tokens=0, output_tokens=worst))
    assert ledger.total().tokens == 4 * worst
