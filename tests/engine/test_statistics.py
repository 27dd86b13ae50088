"""Intervals against printed tables and against simulation."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.engine.statistics import estimate, paired_difference, student_quantile


@pytest.mark.parametrize(
    ("freedom", "printed"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (10, 2.228), (19, 2.093), (30, 2.042), (120, 1.980)],
)
def test_the_quantile_is_the_one_of_printed_tables(freedom: int, printed: float) -> None:
    assert student_quantile(freedom) == pytest.approx(printed, abs=5e-4)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_the_interval_holds_the_mean(values: list[float]) -> None:
    it = estimate(values)
    assert it.low is not None
    assert it.high is not None
    assert it.low <= it.mean <= it.high


def test_one_value_has_no_interval() -> None:
    assert (estimate([3.0]).low, estimate([3.0]).high) == (None, None)


def test_equal_values_have_an_interval_without_width() -> None:
    assert estimate([2.0, 2.0, 2.0]).low == estimate([2.0, 2.0, 2.0]).high == 2.0


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = random.Random(1)
    covered = 0
    for _ in range(2000):
        it = estimate([rng.gauss(5, 2) for _ in range(6)])
        covered += it.low <= 5 <= it.high
    assert 0.93 < covered / 2000 < 0.97


def test_pairing_cancels_common_noise() -> None:
    noise = [1.0, 50.0, -30.0, 7.0]
    difference = paired_difference([value + 1 for value in noise], noise)
    assert difference.low == pytest.approx(1)
    assert difference.high == pytest.approx(1)


def test_pairing_refuses_seeds_that_differ() -> None:
    with pytest.raises(ValueError, match="common seeds"):
        paired_difference([1.0], [1.0, 2.0])
