import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.simulated import World, play
from solon.contract import Ask, History
from solon.search import BestOfN, Race

MEANS = tuple(1 - 0.12 * math.sqrt(place) for place in range(24))
NOISE = 0.3
WORLDS = 60


class Luckiest(Race, frozen=True):
    """Broken on purpose: believes the highest score on any single seed."""

    def winner(self, history: History) -> int | None:
        return max(history, key=lambda candidate: max(candidate.scores, default=-math.inf)).number


class Hasty(Race, frozen=True):
    """Broken on purpose: stops after the first rung."""

    def ask(self, history: History) -> Ask | None:
        return None if history else super().ask(history)


RACE = {"batch": 24, "seeds": (2, 6, 18), "keep": 0.4, "rounds": 1}


def shuffled(number: int) -> list[float]:
    """The same means in an order that depends on the world, so that no strategy wins by position."""
    return [MEANS[(place * 5 + number * 7) % len(MEANS)] for place in range(len(MEANS))]


def success(strategy: Race | BestOfN) -> tuple[float, float]:
    """Return how often the winner is one of the two best arms, and the mean number of evaluations."""
    hits = 0
    evaluations: list[int] = []
    for number in range(WORLDS):
        world = World(shuffled(number), NOISE, number, seed_effect=0.3)
        winner = strategy.winner(play(strategy, world))
        assert winner is not None
        hits += world.means[winner] in MEANS[:2]
        evaluations.append(world.evaluations)
    return hits / WORLDS, statistics.fmean(evaluations)


def test_a_race_finds_the_best_arm_as_often_as_uniform_judging_for_less_than_half() -> None:
    found, cost = success(Race(**RACE))
    uniform, full = success(BestOfN(n=24, batch=24, seeds=18))
    assert found >= 0.9
    assert found >= uniform - 0.05
    assert cost <= 0.55 * full


@pytest.mark.parametrize("broken", [Luckiest(**RACE), Hasty(**RACE)])
def test_the_same_measurement_rejects_a_strategy_that_believes_lucky_draws(broken: Race) -> None:
    found, _ = success(broken)
    assert found < 0.8


def test_the_winner_is_no_luckier_than_its_seeds_allow() -> None:
    """Choosing the maximum biases its estimate; confirmation keeps the bias below half of the noise of one seed."""
    bias: list[float] = []
    for number in range(30):
        world = World([0.0] * 20, 1.0, number, seed_effect=0.0)
        race = Race(batch=20, seeds=(1, 3, 8), rounds=2)
        history = play(race, world)
        winner = race.winner(history)
        assert winner is not None
        assert len(history[winner].scores) == 16
        bias.append(statistics.fmean(history[winner].scores))
    assert statistics.fmean(bias) < 0.5


def test_every_candidate_meets_the_first_rung_and_only_survivors_the_last() -> None:
    history = play(Race(batch=12, seeds=(1, 4, 9), rounds=3), World(shuffled(1), 0.1, 1))
    lengths = [len(candidate.scores) for candidate in history]
    assert len(history) == 36
    assert min(lengths) == 1
    assert sum(length >= 4 for length in lengths) <= 3 * 4
    assert sum(length >= 9 for length in lengths) <= 3 * 2
    assert max(lengths) == 18


def test_a_clearly_worse_candidate_gets_no_second_chance_even_when_places_are_free() -> None:
    means = [1.0, 0.99, *[-100.0 - place for place in range(10)]]
    history = play(Race(batch=12, seeds=(2, 6), keep=0.5, rounds=1), World(means, 0.01, 3, seed_effect=0.1))
    assert {candidate.number for candidate in history if len(candidate.scores) > 2} <= {0, 1}


def test_a_late_star_overtakes_an_old_incumbent() -> None:
    means = [0.0] * 20 + [3.0] + [0.0] * 9
    race = Race(batch=10, seeds=(1, 3, 8), rounds=3)
    assert race.winner(play(race, World(means, 0.5, 4))) == 20


def test_parents_are_the_best_of_all_groups() -> None:
    means = [0.0, 5.0, 0.0, 4.0, 0.0, 0.0]
    race = Race(batch=3, seeds=(2, 4), rounds=3, parents=2)
    history = [c for c in play(race, World(means, 0.1, 5)) if c.group < 2]
    ask = race.ask(history)
    assert ask is not None
    assert ask.parents == (1, 3)


@given(
    means=st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=12),
    batch=st.integers(1, 9),
    rungs=st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(lambda rungs: tuple(sorted(rungs))),
    keep=st.floats(0.1, 0.9),
    rounds=st.integers(1, 4),
    number=st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_a_race_ends_within_its_ceiling_and_never_crowns_an_invalid_candidate(
    means: list[float | None], batch: int, rungs: tuple[int, ...], keep: float, rounds: int, number: int
) -> None:
    race = Race(batch=batch, seeds=rungs, keep=keep, rounds=rounds)
    world = World(means, 0.5, number)
    history = play(race, world)
    ceiling = race.ceiling()
    assert len(history) <= ceiling.candidates
    assert world.evaluations <= ceiling.evaluations
    winner = race.winner(history)
    assert (winner is None) == all(candidate.fault is not None for candidate in history)
    if winner is not None:
        assert history[winner].fault is None
        assert len(history[winner].scores) == max(len(c.scores) for c in history if c.fault is None)


@given(st.integers(80, 250), st.integers(0, 5))
@settings(max_examples=10, deadline=None)
def test_a_limit_on_evaluations_is_never_exceeded(limit: int, number: int) -> None:
    race = Race(batch=6, seeds=(1, 3, 8), rounds=50, evaluations=limit)
    world = World(shuffled(number), 0.3, number)
    history = play(race, world)
    assert world.evaluations <= limit
    assert len(history) <= race.ceiling().candidates


def test_the_next_ask_depends_on_nothing_but_the_history() -> None:
    """Two strategies of the same options agree at every prefix of a run, however it was reached."""
    options = {"batch": 8, "seeds": (1, 2, 5), "rounds": 3}
    history = play(Race(**options), World(shuffled(2), 0.3, 2))
    veteran = Race(**options)
    for length in range(0, len(history) + 1, 8):
        prefix = tuple(history[:length])
        assert veteran.ask(prefix) == Race(**options).ask(list(prefix))


def test_a_run_interrupted_within_a_group_first_finishes_that_group() -> None:
    from search.simulated import candidate

    history = [candidate(0, scores=(1.0, 2.0)), candidate(1, scores=(1.0,)), candidate(2)]
    assert Race(batch=3, seeds=(2, 4), rounds=2).ask(history) == Ask(0, 2, again=(1, 2))


@pytest.mark.parametrize(
    "options",
    [
        {"seeds": ()},
        {"seeds": (3, 3)},
        {"seeds": (0, 1)},
        {"keep": 1.0},
        {"keep": 0.0},
        {"batch": 0},
        {"rounds": 0},
        {"parents": 0},
        {"confirm": 3},
        {"deviations": -1.0},
        {"evaluations": 10},
    ],
)
def test_senseless_options_are_refused_in_one_sentence(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^Race needs .*\.$"):
        Race(**options)  # pyright: ignore[reportArgumentType] - the point of the test
