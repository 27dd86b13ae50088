import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.simulated import INVALID, candidate
from solon.search import rank


def test_candidates_on_all_seeds_are_ordered_by_their_means() -> None:
    scores = [(1.0, 2.0, 6.0), (3.0, 3.0, 3.5), (0.0, 0.0, 1.0)]
    order = [standing.number for standing in rank([candidate(n, scores=s) for n, s in enumerate(scores)])]
    assert order == [1, 0, 2]


def test_an_easy_seed_does_not_flatter_those_who_played_only_it() -> None:
    """Seed 0 is easy: who played only seed 0 has the better mean but is behind the other on it."""
    history = [
        candidate(0, scores=(10.0, 1.0, 1.0, 1.1)),
        candidate(1, scores=(9.9, 0.9, 1.0, 1.0)),
        candidate(2, scores=(9.0,)),
        candidate(3, scores=(7.0,)),
    ]
    assert statistics.fmean(history[2].scores) > statistics.fmean(history[0].scores)
    assert [standing.number for standing in rank(history)] == [0, 1, 2, 3]


def test_the_fewer_seeds_the_larger_the_error() -> None:
    dice = random.Random(1)
    history = [
        candidate(n, scores=tuple(n + dice.gauss(0, 1) for _ in range(length)))
        for n, length in enumerate((1, 2, 4, 8, 8, 4, 2, 1))
    ]
    errors = {standing.seeds: standing.error for standing in rank(history)}
    assert errors[1] > errors[2] > errors[4] > errors[8] > 0


def test_selection_for_more_seeds_does_not_bias_the_comparison_with_newcomers() -> None:
    """Survivors were lucky on their first seed; with equal true levels, the model must not keep them far ahead."""
    plain: list[float] = []
    modelled: list[float] = []
    for number in range(40):
        dice = random.Random(f"bias/{number}")
        first = sorted((dice.gauss(0, 1) for _ in range(40)), reverse=True)
        rows = [(score, *(dice.gauss(0, 1) for _ in range(7))) if n < 6 else (score,) for n, score in enumerate(first)]
        standings = {s.number: s.level for s in rank([candidate(n, scores=row) for n, row in enumerate(rows)])}
        gap = [statistics.fmean(row) for row in rows]
        plain.append(statistics.fmean(gap[:6]) - statistics.fmean(gap[6:]))
        modelled.append(
            statistics.fmean(standings[n] for n in range(6)) - statistics.fmean(standings[n] for n in range(6, 40))
        )
    assert statistics.fmean(modelled) < 0.6 * statistics.fmean(plain)


def test_invalid_and_unscored_candidates_have_no_standing() -> None:
    history = [candidate(0, fault=INVALID), candidate(1), candidate(2, scores=(1.0,))]
    assert [standing.number for standing in rank(history)] == [2]
    assert rank(()) == []


@pytest.mark.parametrize("value", [0.0, 1e-300, 5.0, -1e9])
def test_equal_scores_give_equal_levels_without_error(value: float) -> None:
    standings = rank([candidate(n, scores=(value,) * (n + 1)) for n in range(3)])
    assert [(s.number, s.error) for s in standings] == [(0, 0.0), (1, 0.0), (2, 0.0)]


@given(
    st.lists(st.lists(st.floats(-100, 100), min_size=1, max_size=4), min_size=1, max_size=12),
    st.floats(0.01, 100),
    st.floats(-1000, 1000),
)
@settings(max_examples=60, deadline=None)
def test_order_survives_another_unit_and_origin(rows: list[list[float]], unit: float, origin: float) -> None:
    rows = [[round(value, 3) for value in row] for row in rows]
    plain = {s.number: s.level for s in rank([candidate(n, scores=tuple(row)) for n, row in enumerate(rows)])}
    scaled = {
        s.number: s.level
        for s in rank([candidate(n, scores=tuple(origin + unit * v for v in row)) for n, row in enumerate(rows)])
    }
    for number, level in plain.items():
        assert scaled[number] == pytest.approx(origin + unit * level, abs=1e-3 * unit * 100 + 1e-6)
