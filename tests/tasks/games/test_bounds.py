"""Bounds are what their proofs say, and no play beats them."""

import itertools
import random

import numpy as np
import pytest

from solon.tasks.games import bounds
from solon.tasks.games.cleanup import CleanupRules
from solon.tasks.games.gathering import CommonsRules, GatheringRules, linked, neighbours
from solon.tasks.games.maps import Map, load_map

TINY = Map(
    name="tiny",
    height=3,
    width=6,
    walls=frozenset(),
    apples=(5, 11),
    spawns=(2,),
    open_cells=(2, 3),
    walkable=tuple(range(18)),
    river=(0, 1, 6, 7),
    polluted=(0, 6),
)


def test_large_gathering_allows_less_than_6_20():
    board, rules = load_map("gathering", "large"), GatheringRules()
    assert bounds.gathering_bound(board, 10, 1000, rules) == pytest.approx(6.1975, abs=1e-4)
    assert bounds.gathering_bound(board, 21, 1000, rules) == 6.2  # more agents than marked starts: no prices hold
    assert bounds.gathering_bound(board, 2, 1000, rules) == 2.0


def test_gathering_in_short_episodes_counts_every_apple_exactly():
    board, rules = load_map("gathering", "small"), GatheringRules()
    assert bounds.gathering_bound(board, 14, 1, rules) == 14
    assert bounds.gathering_bound(board, 14, 25, rules) == 14 / 25
    assert bounds.gathering_bound(board, 14, 26, rules) == 28 / 26
    # Two agents take two apples a step: of 14 apples 12 come too late for a second time within 26 steps.
    assert bounds.gathering_bound(board, 2, 26, rules) == 16 / 26


def test_full_cleanup_allows_at_most_4_66_and_small_1_72():
    assert bounds.cleanup_bound(load_map("cleanup", "full"), 10, 1000, CleanupRules()) == pytest.approx(
        4.65546, abs=1e-4
    )
    assert bounds.cleanup_bound(load_map("cleanup", "small"), 10, 1000, CleanupRules()) == pytest.approx(
        1.71713, abs=1e-4
    )


def relaxed_by_enumeration(steps: int, n_agents: int, rules: CleanupRules) -> float:
    """The easier game of the proof on the tiny map, every choice of beams and of taking tried: no shortcut."""
    reach, apples, river = rules.beam_length * 3, 2, 4

    def value(left: int, waste: int, live: int) -> float:
        if left == 0:
            return 0.0
        return max(-beams * rules.clean_cost + clean(left, max(0, waste - beams * reach), live) for beams in range(2))

    def clean(left: int, waste: int, live: int) -> float:
        if waste / river >= rules.depletion or waste + n_agents >= river:
            return grow(left, waste, live)
        stay = (1 - rules.waste_chance) * grow(left, waste, live)
        return stay + rules.waste_chance * grow(left, waste + 1, live)

    def grow(left: int, waste: int, live: int) -> float:
        density = waste / river
        chance = max(0.0, (1 - density / rules.depletion) * rules.apple_chance)
        total = 0.0
        for births in itertools.product((0, 1), repeat=apples - live):
            born = sum(births)
            weight = chance**born * (1 - chance) ** (apples - live - born)
            if weight:
                total += weight * max(
                    taken + value(left - 1, waste, live + born - taken) for taken in range(min(live, n_agents) + 1)
                )
        return total

    return value(steps, 2, apples) / steps


@pytest.mark.parametrize("n_agents", [1, 2])
@pytest.mark.parametrize("cost", [0.01, 1.0])
def test_the_induction_finds_the_value_of_the_easier_game(n_agents, cost):
    rules = CleanupRules(beam_length=1, beam_width=3, apple_chance=0.6, depletion=0.6, clean_cost=cost)
    expected = relaxed_by_enumeration(5, n_agents, rules)
    assert bounds.cleanup_bound(TINY, n_agents, 5, rules) == pytest.approx(expected)


def patch_by_simulation(size: int, steps: int, growth: tuple[float, ...], keep: int, seed: int) -> float:
    """The easier patch of the proof, always left with ``keep`` live apples."""
    chance, live, total = random.Random(seed), size, 0
    for _ in range(steps):
        for _ in range(size - live):
            live += chance.random() < growth[min(live, len(growth) - 1)]
        total += max(0, live - keep)
        live = min(live, keep)
    return total + live


def test_no_constant_stock_beats_the_value_of_a_patch_and_the_best_comes_close():
    growth = CommonsRules().growth
    bound = bounds._patch_value(16, 300, growth)
    reached = [np.mean([patch_by_simulation(16, 300, growth, keep, seed) for seed in range(20)]) for keep in range(12)]
    assert 0.97 * bound <= max(reached) <= 1.02 * bound


def test_commons_falls_into_five_patches():
    board = load_map("commons", "commons")
    assert sorted(map(len, linked(neighbours(board, 2)))) == [16, 16, 16, 16, 24]
    assert bounds.commons_bound(board, 12, 1000, CommonsRules()) == pytest.approx(6.3817, abs=1e-4)
    assert bounds.commons_bound(board, 2, 1000, CommonsRules()) == 2.0


def test_the_bound_of_commons_refuses_a_growth_table_that_falls():
    with pytest.raises(ValueError, match="never falls"):
        bounds.commons_bound(load_map("commons", "commons"), 12, 10, CommonsRules(growth=(0.0, 0.2, 0.1)))


def test_every_published_efficiency_lies_below_the_bound():
    limits = {"gathering": 6.2, "cleanup": 4.66, "commons": 6.39}
    for game, limit in limits.items():
        for figure in bounds.published_figures(game):
            assert figure.metrics["efficiency"] <= limit
            assert figure.source
