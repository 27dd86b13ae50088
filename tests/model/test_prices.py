"""Prices: exact, dated, overridden by a user's file; unknown is said and never zero."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.model import Price, Prices, load_prices, plan


def test_every_price_of_the_table_has_a_date_and_a_source() -> None:
    prices = load_prices()
    assert "outdated" in prices.note
    assert date.fromisoformat(prices.version)
    assert len(prices.models) > 10
    for price in prices.models.values():
        assert date.fromisoformat(price.date) <= date.fromisoformat(prices.version)
        assert price.source
        assert 0 < price.input < price.output
        assert price.cached is not None
        assert price.cached < price.input


def test_a_cost_is_exact_and_cached_input_is_cheaper() -> None:
    prices = load_prices()
    assert prices.cost("gpt-4.1-mini", 1000, 100) == Decimal("0.00056")
    assert prices.cost("gpt-4.1-mini", 1000, 100, 400) == Decimal("0.00044")
    assert prices.cost("gpt-4.1-mini", 1000, 100, 4000) == prices.cost("gpt-4.1-mini", 1000, 100, 1000)


def test_cached_input_costs_like_other_input_where_no_price_is_known() -> None:
    prices = Prices("1", {"m": Price(Decimal(1), Decimal(2), "s", "2026-01-01")})
    assert prices.cost("m", 10, 0, 10) == Decimal("0.00001")


def test_input_written_to_a_cache_has_its_own_price_and_bounds_the_cost() -> None:
    prices = load_prices()
    assert prices.cost("claude-haiku-4-5", 10**6, 0, 0, 10**6) == Decimal("1.25")
    assert prices.cost("claude-haiku-4-5", 10**6, 0, 400_000, 10**6) == Decimal("0.04") + Decimal("0.75")
    assert prices.bound("claude-haiku-4-5", 10**6, 10**6) == Decimal("6.25")
    assert prices.bound("gpt-4.1-mini", 10**6, 10**6) == prices.cost("gpt-4.1-mini", 10**6, 10**6)
    assert prices.cost("gpt-4.1-mini", 100, 0, 0, 100) == prices.cost("gpt-4.1-mini", 100, 0)
    assert prices.bound("llama", 1, 1) is None


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_no_split_of_the_input_costs_more_than_the_bound(taken: int, given: int, read: int, written: int) -> None:
    prices = load_prices()
    for model in ("claude-haiku-4-5", "gpt-4.1-mini"):
        cost, bound = prices.cost(model, taken, given, read, written), prices.bound(model, taken, given)
        assert cost is not None
        assert bound is not None
        assert 0 <= cost <= bound


def test_a_dated_snapshot_costs_what_its_model_costs() -> None:
    prices = load_prices()
    assert prices.price("gpt-4.1-2025-04-14") == prices.price("gpt-4.1")
    assert prices.price("claude-haiku-4-5-20251001") == prices.price("claude-haiku-4-5")


def test_the_price_of_an_unknown_model_or_a_longer_prompt_is_unknown() -> None:
    prices = load_prices()
    assert prices.cost("gpt-4.1-maxi", 1, 1) is None
    assert prices.cost("gemini-2.5-pro", 200_000, 1) is not None
    assert prices.cost("gemini-2.5-pro", 200_001, 1) is None


def test_a_file_of_the_user_overrides_and_adds(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    entry = '{"input": "7", "output": 8.5, "source": "contract", "date": "2026-09-01"}'
    file.write_text(f'{{"version": "mine", "models": {{"gpt-4.1": {entry}, "llama": {entry}}}}}')
    prices = load_prices(file)
    assert "mine" in prices.version
    assert prices.cost("gpt-4.1", 10**6, 0) == 7
    assert prices.cost("llama", 0, 10**6) == Decimal("8.5")
    assert prices.cost("gpt-4o", 10**6, 0) == Decimal("2.5")


@pytest.mark.parametrize(
    "content", ["", "{}", '{"version": "1", "models": {"m": {"input": "-1", "output": 1, "source": "", "date": ""}}}']
)
def test_a_bad_price_file_is_explained(tmp_path: Path, content: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(content)
    with pytest.raises(ValueError, match="is no price table"):
        load_prices(file)
    with pytest.raises(ValueError, match="check the path"):
        load_prices(tmp_path / "absent.json")


def test_a_plan_counts_a_correction_of_every_candidate_at_full_length() -> None:
    worst = plan(load_prices(), "gpt-4.1-mini", candidates=10, prompt_tokens=1000, max_tokens=2000)
    assert (worst.calls, worst.output_tokens) == (20, 40_000)
    assert worst.input_tokens == 10 * (1000 + 1000 + 2000 + 256)
    assert worst.dollars == load_prices().cost("gpt-4.1-mini", worst.input_tokens, worst.output_tokens)
    assert worst.tokens == worst.input_tokens + worst.output_tokens


def test_a_plan_for_an_unknown_model_has_no_price() -> None:
    assert plan(load_prices(), "llama", candidates=1, prompt_tokens=1, max_tokens=1).dollars is None
    with pytest.raises(ValueError, match="not negative"):
        plan(load_prices(), "llama", candidates=-1, prompt_tokens=1, max_tokens=1)
