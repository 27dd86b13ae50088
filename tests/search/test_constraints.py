"""What strategies make of scores with penalties, and of frontiers over metrics: hand-made histories."""

import random

import msgspec
import pytest

from search.simulated import candidate
from solon.contract import Ask, Candidate, Metric
from solon.search import (
    VIOLATION,
    BestOfN,
    Pareto,
    Race,
    accept,
    check_over,
    check_strategy,
    make_strategy,
    rank,
    rehearse,
    violates,
)
from solon.search.graph import best_first, farthest, metric_frontier

BAD = -1.5 * VIOLATION


def measured(
    number: int, group: int = 0, score: float = 0.0, parents: tuple[int, ...] = (), **metrics: float
) -> Candidate:
    base = candidate(number, group, (score, score))
    proposal = msgspec.structs.replace(base.proposal, parents=parents)
    return msgspec.structs.replace(base, proposal=proposal, metrics={name: (it, it) for name, it in metrics.items()})


def test_who_violates_on_one_seed_comes_after_all_who_never_do() -> None:
    history = [
        candidate(0, scores=(9.0, 9.0, -VIOLATION, 9.0)),
        candidate(1, scores=(-50.0,) * 4),
        candidate(2, scores=(BAD,) * 4),
        candidate(3, scores=(-70.0,)),
    ]
    assert [it.number for it in rank(history)] == [1, 3, 0, 2]
    assert [it.violating for it in rank(history)] == [False, False, True, True]
    assert [it.number for it in best_first([history[0], history[1], history[2]], 4)] == [1, 0, 2]
    assert not violates(history[1].scores)


def test_violators_leave_the_estimates_of_the_others_alone() -> None:
    """The wild scores must neither drown the differences between the rest nor stop their being told apart."""
    dice = random.Random(3)
    sound = [candidate(n, scores=tuple(n + dice.gauss(0, 0.1) for _ in range(8 if n % 2 else 3))) for n in range(6)]
    wild = [candidate(6 + n, scores=(BAD, 3.0, -VIOLATION)) for n in range(4)]
    with_them = [it for it in rank([*sound, *wild]) if not it.violating]
    assert with_them == rank(sound)


def test_a_race_is_won_by_who_keeps_the_constraints_though_a_violator_has_played_more_seeds() -> None:
    history = [
        candidate(0, scores=(*(8.0,) * 15, BAD)),
        candidate(1, scores=(2.0,) * 3),
        candidate(2, scores=(1.0,) * 8),
    ]
    assert Race().winner(history) == 2
    assert Race().winner(history[:1]) == 0
    assert BestOfN().winner(history) == 1


class Fenced:
    """A world where high values violate: a truth is a value, feasible up to 5."""

    def offer(self, ask, place, parents, past, dice, /):
        return (parents[0] if parents else 0.0) + dice.gauss(0.5, 1.0)

    def score(self, truth, seed, dice, /):
        return truth + dice.gauss(0, 0.1) if truth <= 5 else -VIOLATION * (1 + truth / 100)


@pytest.mark.parametrize("name", ["race", "best-of-n", "refine", "beam", "islands", "tree", "pareto", "thoughts"])
def test_every_strategy_ends_within_the_constraints_and_near_them(name: str) -> None:
    winners: list[float] = []
    for entropy in range(5):
        end = rehearse(make_strategy(name), Fenced(), entropy, candidates=80)
        assert end.winner is not None
        winners.append(end.truths[end.winner])
    assert max(winners) <= 5
    assert name == "best-of-n" or sum(winners) / 5 > 3


def test_equals_that_sometimes_violate_are_accepted_as_rarely_as_the_test_promises() -> None:
    """A penalty is a function of its episode alone, so the differences of equals stay symmetric."""
    accepted = 0
    for number in range(1000):
        dice = random.Random(number)
        one, other = ([BAD if dice.random() < 0.3 else dice.gauss(0, 1) for _ in range(40)] for _ in range(2))
        accepted += accept(one, other).verdict == "accept"
    assert accepted / 1000 <= 0.05 + 3 * (0.05 * 0.95 / 1000) ** 0.5


def test_scores_that_are_replaced_as_a_whole_would_break_that_promise() -> None:
    """The broken design: one violation so far puts all scores of a candidate below those of everybody who has none."""
    accepted = 0
    for number in range(300):
        dice = random.Random(number)
        one, other = ([dice.random() < 0.05 for _ in range(40)] for _ in range(2))
        for seeds in range(1, 41):
            first, second = ([BAD if any(it[:seeds]) else 0.0] * seeds for it in (one, other))
            if accept(first, second).verdict == "accept":
                accepted += 1
                break
    assert accepted / 300 > 0.2


def test_the_frontier_holds_whom_nobody_beats_in_all_metrics() -> None:
    history = [
        measured(0, efficiency=1.0, equality=0.9, cost=3.0),
        measured(1, efficiency=3.0, equality=0.2, cost=3.0),
        measured(2, efficiency=0.9, equality=0.9, cost=3.0),
        measured(3, efficiency=2.0, equality=0.5, cost=3.0),
        measured(4, efficiency=2.0, equality=0.5, cost=9.0),
    ]
    assert set(metric_frontier(history, 2, ("efficiency", "equality"))) == {0, 1, 3}
    assert set(metric_frontier(history, 2, ("efficiency", "-cost"))) == {1}
    assert set(metric_frontier(history, 2, ("-efficiency", "cost"))) == {2, 4}
    assert farthest(history, 2, ("efficiency", "equality")) == (0, 1)
    assert farthest(history[:1], 2, ("efficiency", "equality")) is None
    history[1] = msgspec.structs.replace(history[1], scores=(BAD, 3.0))
    assert set(metric_frontier(history, 2, ("efficiency", "equality"))) == {0, 3}
    assert metric_frontier((), 2, ("efficiency", "equality")) == {}


def test_pareto_over_metrics_takes_the_frontier_in_turn_and_merges_its_ends() -> None:
    strategy = Pareto(over=("efficiency", "equality"), merge=3, width=1, seeds=2)
    history = [measured(0, 0, efficiency=1.0, equality=0.9)]
    assert strategy.ask(()) == Ask(1, 2)
    assert strategy.ask(history) == Ask(1, 2, (0,), operator="refine")
    history.append(measured(1, 1, parents=(0,), efficiency=3.0, equality=0.2))
    assert strategy.ask(history) == Ask(1, 2, (1,), operator="refine")
    history.append(measured(2, 2, parents=(1,), efficiency=2.0, equality=0.5, score=7.0))
    assert strategy.ask(history) == Ask(1, 2, (0, 1), operator="merge")
    history.append(measured(3, 3, parents=(0, 1), efficiency=0.0, equality=0.0))
    assert strategy.ask(history) == Ask(1, 2, (2,), operator="refine")
    assert strategy.winner(history) == 2
    assert strategy.kept(history) == (0, 1, 2)
    assert Pareto().kept(history) == ()


def test_pareto_over_nothing_keeps_the_rules_of_strategies() -> None:
    check_strategy(lambda: Pareto(rounds=5, width=2, seeds=2), candidates=40, runs=0)


@pytest.mark.parametrize(
    "over", [("efficiency",), ("efficiency", "efficiency"), ("efficiency", "-efficiency"), ("a", "")]
)
def test_a_frontier_needs_two_different_metrics(over: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="two or more different metrics"):
        Pareto(over=over)


def test_the_metrics_of_a_frontier_are_checked_against_the_tasks() -> None:
    metrics = (Metric("gain", role="objective"), Metric("cost", "minimise"))
    check_over(("gain", "-cost"), metrics)
    with pytest.raises(ValueError, match="did you mean 'gain'"):
        check_over(("gains", "-cost"), metrics)
    with pytest.raises(ValueError, match="write -cost"):
        check_over(("gain", "cost"), metrics)
    with pytest.raises(ValueError, match="write gain"):
        check_over(("-gain", "-cost"), metrics)
