import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solon.tasks.games.metrics import Tally, declare, equality, equality_bounded, nash

whole = st.integers(-2000, 1000).map(float)
returns = st.lists(whole, min_size=1, max_size=14)


def tallied(*rows: tuple[list[float], list[int]]) -> Tally:
    tally = Tally(len(rows[0][0]))
    for rewards, timeouts in rows:
        tally.add(rewards, bytearray(timeouts))
    return tally


def test_the_metrics_of_a_small_episode_by_hand():
    metrics = tallied(
        ([1.0, 0.0], [0, 0]),
        ([1.0, -1.0], [0, 25]),
        ([0.0, 1.0], [0, 24]),
        ([0.0, 1.0], [0, 0]),
    ).metrics()
    assert metrics["efficiency"] == 3 / 4
    assert metrics["reward"] == 1.5
    assert metrics["maximin"] == 1.0
    assert metrics["equality"] == metrics["equality_bounded"] == 1 - 2 / (2 * 2 * 3)
    assert metrics["sustainability"] == (0.5 + 2.5) / 2
    assert metrics["peace"] == (8 - 2) / 4


def test_a_reward_that_is_not_positive_counts_for_no_time():
    metrics = tallied(([-49.0, -1.0], [0, 0]), ([0.0, 1.0], [0, 0])).metrics()
    assert metrics["sustainability"] == 1.0


def test_an_episode_without_steps_has_no_metrics():
    with pytest.raises(ValueError, match="at least one step"):
        Tally(2).metrics()


def test_published_equality_leaves_the_unit_interval_where_the_bounded_one_does_not():
    assert equality([-100.0, 101.0]) == pytest.approx(-99.5)
    assert equality_bounded([-100.0, 101.0]) == 0.5
    assert equality([-1.0, -2.0]) == 1.0
    assert equality_bounded([-1.0, -2.0]) == 0.5


@given(returns)
def test_bounded_equality_lies_between_one_nth_and_one(values):
    assert 1 / len(values) - 1e-12 <= equality_bounded(values) <= 1.0


@given(st.lists(st.integers(0, 1000).map(float), min_size=1, max_size=14))
def test_without_negative_returns_the_two_equalities_agree(values):
    assert equality_bounded(values) == pytest.approx(equality(values))


@given(returns, st.randoms())
def test_equality_does_not_depend_on_the_order_of_agents(values, shuffler):
    shuffled = values[:]
    shuffler.shuffle(shuffled)
    assert equality(shuffled) == pytest.approx(equality(values))
    assert equality_bounded(shuffled) == pytest.approx(equality_bounded(values))


@given(returns)
def test_equal_returns_are_perfectly_equal(values):
    assert equality([values[0]] * len(values)) == equality_bounded([values[0]] * len(values)) == 1.0


@given(returns)
def test_welfare_is_efficiency_times_equality_while_the_sum_is_positive_and_never_above_efficiency(values):
    metrics = tallied((values, [0] * len(values))).metrics()
    assert metrics["welfare"] <= metrics["efficiency"]
    if sum(values) > 0:
        assert metrics["welfare"] == pytest.approx(metrics["efficiency"] * metrics["equality"], abs=1e-9)


def published(rewards: np.ndarray, timeouts: np.ndarray) -> dict[str, float]:
    """The four metrics straight from their definitions; arrays of (steps, agents)."""
    steps, n_agents = rewards.shape
    sums = rewards.sum(axis=0)
    gaps = np.abs(sums[:, None] - sums[None, :]).sum()
    times = [np.mean(np.flatnonzero(column > 0)) for column in rewards.T if (column > 0).any()]
    return {
        "efficiency": sums.sum() / steps,
        "equality": 1 - gaps / (2 * n_agents * sums.sum()) if sums.sum() > 0 else 1.0,
        "sustainability": float(np.mean(times)) if times else 0.0,
        "peace": (n_agents * steps - (timeouts > 0).sum()) / steps,
    }


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 50))
def test_a_tally_equals_the_definitions_to_the_last_bit(seed, n_agents, steps):
    rng = np.random.default_rng(seed)
    rewards = rng.choice([0.0, 0.0, 1.0, -1.0, -50.0], size=(steps, n_agents), p=[0.4, 0.3, 0.25, 0.04, 0.01])
    timeouts = rng.integers(0, 3, size=(steps, n_agents))
    tally = tallied(*zip(rewards.tolist(), timeouts.tolist(), strict=True))
    metrics = tally.metrics()
    for name, value in published(rewards, timeouts).items():
        assert metrics[name] == value


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 50))
def test_every_metric_is_declared_and_lies_in_its_range(seed, n_agents, steps):
    rng = np.random.default_rng(seed)
    rows = rng.choice([0.0, 1.0, -50.0], size=(steps, n_agents), p=[0.5, 0.4, 0.1]).tolist()
    metrics = tallied(*((row, [0] * n_agents) for row in rows)).metrics()
    declared = {metric.name: metric for metric in declare(n_agents, steps, worst=-50)}
    assert declared.keys() == metrics.keys()
    for name, value in metrics.items():
        assert math.isfinite(value)
        assert declared[name].low <= value <= declared[name].high


@given(returns)
def test_the_nash_product_lies_between_the_worst_and_the_mean_and_is_0_without_agreement(values):
    assert nash([0.0, *values]) == 0.0
    positive = [abs(value) + 1 for value in values]
    assert min(positive) - 1e-9 <= nash(positive) <= sum(positive) / len(positive) + 1e-9
    assert nash([-5.0, 8.0]) == 0.0
    assert nash([2.0, 8.0]) == pytest.approx(4.0)
    assert nash([300.0] * 10) <= 300.0


@given(st.lists(st.integers(-451 * 3, 3).map(float), min_size=10, max_size=10))
def test_the_declared_ranges_hold_for_all_whole_returns_that_rewards_of_so_many_steps_can_add_up_to(values):
    metrics = tallied((values, [0] * 10), ([0.0] * 10, [0] * 10), ([0.0] * 10, [0] * 10)).metrics()
    for metric in declare(10, 3, worst=-451):
        assert math.isfinite(metric.low)
        assert metric.low <= metrics[metric.name] <= metric.high
