import pytest

from search.simulated import INVALID, World, candidate, play
from solon.contract import Ask
from solon.search import BestOfN, Race, Refine, make_strategy, strategy_names


def test_best_of_n_asks_for_exactly_n_in_batches_and_keeps_the_best() -> None:
    strategy = BestOfN(n=10, batch=4, seeds=2)
    world = World([0.0, 1.0, 9.0, 2.0, 3.0], 0.1, 0)
    history = play(strategy, world)
    assert [c.group for c in history] == [0] * 4 + [1] * 4 + [2] * 2
    assert world.evaluations == 20 == strategy.ceiling().evaluations
    assert strategy.winner(history) in (2, 7)


def test_best_of_n_names_no_parents() -> None:
    assert BestOfN(n=3, batch=3, seeds=1).ask(()) == Ask(3, 1)


def test_refine_varies_the_best_so_far() -> None:
    strategy = Refine(rounds=3, width=4, seeds=2, keep=2)
    history = [candidate(n, scores=(float(n), float(n))) for n in range(4)]
    assert strategy.ask(history) == Ask(4, 2, parents=(3, 2), operator="refine")
    assert len(play(strategy, World([0.0, 1.0], 0.1, 1))) == 12 == strategy.ceiling().candidates


@pytest.mark.parametrize("strategy", [BestOfN(n=2, batch=2), Refine(), Race()])
def test_without_a_valid_candidate_there_is_no_winner(strategy: BestOfN | Refine | Race) -> None:
    assert strategy.winner(()) is None
    assert strategy.winner(play(strategy, World([None], 0.1, 2))) is None


@pytest.mark.parametrize("strategy", [BestOfN(n=9), Refine(seeds=3)])
def test_an_interrupted_group_is_finished_first(strategy: BestOfN | Refine) -> None:
    assert strategy.ask([candidate(0, scores=(1.0,))]) == Ask(0, 3, again=(0,))


def test_equal_candidates_are_won_by_the_earliest() -> None:
    history = [candidate(n, scores=(1.0, 2.0, 3.0)) for n in range(4)]
    assert BestOfN(n=4).winner(history) == 0


@pytest.mark.parametrize(
    ("kind", "options"),
    [(BestOfN, {"n": 0}), (BestOfN, {"seeds": True}), (Refine, {"keep": 0}), (Refine, {"width": 2.5})],
)
def test_senseless_options_are_refused(kind: type, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"needs \w+ to be a whole number of at least 1"):
        kind(**options)


def test_strategies_are_made_by_name_with_options() -> None:
    assert strategy_names() == (
        "beam",
        "best-of-n",
        "islands",
        "pareto",
        "race",
        "refine",
        "thoughts",
        "tree",
    )
    assert make_strategy("race", batch=8, seeds=[1, 2], keep=0.5) == Race(batch=8, seeds=(1, 2), keep=0.5)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("rase", {}, "did you mean 'race'"),
        ("zzz", {}, "choose from beam, best-of-n, islands, pareto, race, refine, thoughts, tree"),
        ("race", {"batches": 3}, "did you mean 'batch'"),
        ("refine", {"width": "many"}, "cannot take width: Expected `int`"),
        ("race", {"keep": 2.0}, "between 0 and 1"),
    ],
)
def test_unknown_names_and_options_name_the_nearest(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_strategy(name, **options)


def test_patience_ends_the_search_when_as_many_groups_brought_nothing_better() -> None:
    def history(*scores: float) -> list:
        return [candidate(n, group=n, scores=(score,)) for n, score in enumerate(scores)]

    strategy = Refine(rounds=9, width=1, seeds=1, patience=2)
    assert strategy.ask(history(1.0)) is not None
    assert strategy.ask(history(1.0, 0.5)) is not None
    assert strategy.ask(history(1.0, 0.5, 1.0)) is None
    assert strategy.ask(history(1.0, 0.5, 2.0)) is not None
    assert strategy.winner(history(1.0, 0.5, 1.0)) == 0
    assert Refine(rounds=9, width=1, seeds=1).ask(history(1.0, 0.5, 1.0)) is not None


def test_repair_varies_the_latest_of_equals_and_while_nothing_is_valid_the_latest_of_all() -> None:
    invalid = [candidate(0, fault=INVALID), candidate(1, 1, fault=INVALID)]
    bad, equal, good = (candidate(2, 2, (0.0,)), candidate(3, 3, (0.0,)), candidate(2, 2, (1.0,)))
    for history, parent in ((invalid, 1), ([*invalid, bad, equal], 3), ([*invalid, good, equal], 2)):
        ask = Refine(rounds=9, width=1, seeds=1, repair=True).ask(history)
        assert ask == Ask(1, 1, (parent,), operator="refine")
    assert Refine(rounds=9, width=1, seeds=1).ask(invalid) == Ask(1, 1, (), operator="generate")


def test_a_target_that_is_reached_ends_the_search() -> None:
    strategy = Refine(rounds=9, width=1, seeds=2, target=1.0)
    assert strategy.ask([candidate(0, scores=(1.0, 0.9))]) is not None
    assert strategy.ask([candidate(0, scores=(1.0, 1.0)), candidate(1, 1, (0.0, 0.0))]) is None
