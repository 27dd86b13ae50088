"""The sequential paired test: how often it accepts a child that differs in nothing, and what it finds."""

import math
import random
import statistics
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.worlds import luck
from solon.engine.statistics import paired_difference
from solon.search import Decision, accept

Draw = Callable[[random.Random], float]

# Noise of one program on one seed; the seed's own effect cancels in the pair.
NOISE: dict[str, Draw] = {
    "normal": lambda dice: dice.gauss(0, 1),
    "exponential": lambda dice: dice.expovariate(1),
    "log-normal": lambda dice: dice.lognormvariate(0, 2),
    "coin": lambda dice: float(dice.random() < 0.5),
    "rare event": lambda dice: float(dice.random() < 0.05),
    "rare disaster": lambda dice: -100.0 * (dice.random() < 0.05) + dice.gauss(0, 1),
    "counts": lambda dice: float(sum(dice.random() < 0.1 for _ in range(20))),
    "mostly ties": lambda dice: dice.choice([0.0, 0.0, 0.0, 0.0, 1.0, -3.0]),
    "infinite variance": lambda dice: math.tan(math.pi * (dice.random() - 0.5)),
}


def peeking(parent: Sequence[float], child: Sequence[float], *, alpha: float = 0.05, limit: int = 40) -> Decision:
    """Broken on purpose: looks at Student's interval after every seed."""
    for pairs in range(3, min(len(parent), len(child), limit) + 1):
        low = paired_difference(child[:pairs], parent[:pairs]).low
        if low is not None and low > 0:
            return Decision("accept", pairs, 0)
    return Decision("reject", limit, 0)


def accepted(test: Callable[..., Decision], noise: Draw, runs: int, gain: float = 0.0, limit: int = 40) -> float:
    """Return the share of children that the test accepts, looking after every seed."""
    found = 0
    for number in range(runs):
        dice = random.Random(f"null/{number}")
        parent = [noise(dice) for _ in range(limit)]
        child = [gain + noise(dice) for _ in range(limit)]
        found += test(parent, child, limit=limit).verdict == "accept"
    return found / runs


@pytest.mark.parametrize("kind", NOISE)
def test_a_child_that_differs_in_nothing_is_accepted_in_at_most_five_in_a_hundred(kind: str) -> None:
    assert accepted(accept, NOISE[kind], 2000) <= 0.05


@pytest.mark.parametrize("kind", ["normal", "log-normal", "coin"])
def test_the_rate_holds_for_long_tests(kind: str) -> None:
    assert accepted(accept, NOISE[kind], 500, limit=300) <= 0.05 + luck(0.05, 500, 2)


def test_the_measurement_rejects_a_test_that_peeks() -> None:
    assert accepted(peeking, NOISE["normal"], 400) > 0.10


@pytest.mark.parametrize(("gain", "least"), [(1.0, 0.5), (1.5, 0.9), (2.0, 0.99)])
def test_a_real_improvement_is_found(gain: float, least: float) -> None:
    """The gain is in standard deviations of one program on one seed."""
    assert accepted(accept, NOISE["normal"], 400, gain) >= least


def test_a_sure_improvement_is_accepted_after_a_few_seeds() -> None:
    assert accept([0.0] * 40, [1.0] * 40) == accept([5.0] * 9, [7.0] * 9)
    assert accept([0.0] * 40, [1.0] * 40).pairs <= 8


def test_clearly_worse_and_hopeless_children_stop_early() -> None:
    assert accept([1.0] * 40, [0.0] * 40).verdict == "reject"
    assert accept([1.0] * 40, [0.0] * 40).pairs <= 8
    same = accept([1.0] * 40, [1.0] * 40)
    assert same.verdict == "reject"
    assert 30 <= same.pairs <= 40  # while hope is left it may still turn


def test_a_deterministic_tie_is_never_an_improvement() -> None:
    assert accept([3.0] * 500, [3.0] * 500, limit=500).verdict == "reject"


@given(
    st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=60),
    st.integers(0, 60),
    st.integers(1, 50),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_more_scores_never_change_a_decision(
    pairs: list[tuple[float, float]], cut: int, limit: int, alpha: float
) -> None:
    parent, child = [a for a, _ in pairs], [b for _, b in pairs]
    early = accept(parent[:cut], child, alpha=alpha, limit=limit)
    late = accept(parent, child, alpha=alpha, limit=limit)
    assert early.verdict == "undecided" or early == late
    assert early.pairs <= limit
    assert accept(parent, child, limit=limit).verdict != "undecided" or len(pairs) < limit


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=40), st.sampled_from([0.5, 8]))
def test_units_and_origin_do_not_matter(pairs: list[tuple[int, int]], unit: float) -> None:
    plain = accept([a for a, _ in pairs], [b for _, b in pairs])
    assert accept([unit * a + 3 for a, _ in pairs], [unit * b + 3 for _, b in pairs]) == plain


def test_the_seeds_by_which_a_child_was_chosen_count_nothing() -> None:
    """The best of twenty equal children looks better on the ten seeds that chose it; on others it does not."""
    found = {0: 0, 10: 0}
    for number in range(300):
        dice = random.Random(f"chosen/{number}")
        parent = [dice.gauss(0, 1) for _ in range(20)]
        children = [[dice.gauss(0, 1) for _ in range(10)] for _ in range(20)]
        best = max(children, key=statistics.fmean) + [dice.gauss(0, 1) for _ in range(10)]
        for start in found:
            found[start] += accept(parent, best, alpha=0.2, limit=10, start=start).verdict == "accept"
    assert found[10] <= 0.05 * 300 < 0.1 * 300 < found[0]


def test_equal_means_are_not_its_hypothesis() -> None:
    """A child that gains a little and rarely loses much differs from its parent: it may pass before it is found out."""
    passed = 0
    for number in range(300):
        dice = random.Random(f"skew/{number}")
        passed += accept([0.0] * 40, [-19.0 if dice.random() < 0.05 else 1.0 for _ in range(40)]).verdict == "accept"
    assert passed > 0.5 * 300


@pytest.mark.parametrize("options", [{"alpha": 0.0}, {"alpha": 1.0}, {"limit": 0}])
def test_senseless_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="accept needs alpha between 0 and 1"):
        accept([1.0], [2.0], **options)
