"""Every strategy against worlds whose success probabilities are known, without a model."""

from collections.abc import Callable

import pytest

from search.worlds import Answers, Basins, Chain, Parts, StepTree, Swaps, luck, success
from solon.contract import History, Strategy
from solon.search import Beam, BestOfN, Islands, Pareto, Race, Refine, Thoughts, Tree, Verdicts, rehearse
from solon.search.tree import _Grown

RUNS = 400

# Each asks for 24 candidates with one verdict each and keeps the best: in a world where parents do not matter, all
# are best-of-n in disguise. The least share of them that was ever asked for stands beside.
INDEPENDENT: dict[str, Callable[[], Strategy]] = {
    "best-of-n": lambda: BestOfN(n=24, batch=5, seeds=1),
    "refine": lambda: Refine(rounds=6, width=4, seeds=1),
    "beam": lambda: Beam(width=1, branching=4, rounds=6, seeds=1),
    "beam without parents": lambda: Beam(width=1, branching=6, rounds=4, seeds=1, keep_parents=False),
    "islands": lambda: Islands(islands=3, rounds=4, width=2, seeds=1),
    "pareto": lambda: Pareto(rounds=6, width=4, seeds=1),
    "tree": lambda: Tree(rounds=12, branching=2, seeds=1),
    "tree, mean": lambda: Tree(rounds=6, branching=4, seeds=1, backup="mean", widening=0.0),
    "tree, softmax": lambda: Tree(rounds=24, branching=1, seeds=1, backup="softmax", bonus="puct"),
    "race": lambda: Race(batch=6, rounds=4, seeds=(1,), confirm=1),
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_where_parents_do_not_matter_every_strategy_is_best_of_n(name: str) -> None:
    """W1: independent candidates and a verifier that errs; the closed form is exact."""
    world = Verdicts()
    make = INDEPENDENT[name]
    assert len(rehearse(make(), world, 0).history) == 24
    right = success(make, Right(world), RUNS)
    assert abs(right - world.success(24)) <= luck(world.success(24), RUNS)


class Right:
    """Verdicts, with the name for success that the other worlds use."""

    def __init__(self, world: Verdicts) -> None:
        self.offer, self.score, self.solved = world.offer, world.score, world.is_right


@pytest.mark.parametrize("count", [1, 4, 16])
def test_best_of_n_follows_the_closed_form(count: int) -> None:
    world = Verdicts()
    right = success(lambda: BestOfN(n=count, seeds=1), Right(world), 1000)
    assert abs(right - world.success(count)) <= luck(world.success(count), 1000)


def test_the_closed_forms_give_the_published_figures() -> None:
    assert [round(Verdicts().success(n), 3) for n in (1, 4, 16, 64)] == [0.2, 0.493, 0.687, 0.692]
    assert [round(StepTree().survival(width), 3) for width in (2, 3, 4, 6)] == [0.143, 0.518, 0.775, 0.941]
    assert [round(StepTree().beam(*sizes), 3) for sizes in ((1, 4), (2, 4), (4, 5))] == [0.435, 0.711, 0.889]
    assert (round(Parts().static(30), 3), round(Parts().adaptive(30), 3)) == (0.148, 0.971)
    assert Answers(wrong=1).plurality(15) == pytest.approx(0.215, abs=0.005)
    assert Answers(wrong=4).plurality(15) == pytest.approx(0.781, abs=0.005)


@pytest.mark.parametrize("children", [1, 3, 8])
def test_refining_follows_the_closed_form_of_a_star(children: int) -> None:
    """W2 with the gate inside: nothing praised, the first program is refined again; the first praised one wins."""
    world = Chain()
    right = success(lambda: Refine(rounds=children + 1, width=1, seeds=1), world, 1000)
    assert abs(right - world.star(children)) <= luck(world.star(children), 1000)


@pytest.mark.parametrize(("width", "branching"), [(1, 4), (2, 4), (4, 5)])
def test_a_beam_follows_the_markov_chain_of_its_heads(width: int, branching: int) -> None:
    """W5: right heads first, parents dropped."""
    world = StepTree()
    make = lambda: Beam(width=width, branching=branching, rounds=6, seeds=1, keep_parents=False)  # noqa: E731
    found = success(make, world, RUNS)
    assert abs(found - world.beam(width, branching)) <= luck(world.beam(width, branching), RUNS)


@pytest.mark.parametrize("backup", ["max", "mean", "softmax"])
def test_a_tree_of_fixed_width_finds_what_the_branching_process_left_alive(backup: str) -> None:
    """W4: with enough groups every tree that holds a solution is solved, and no other is."""
    world = StepTree(depth=3)
    options = {"rounds": 60, "branching": 3, "seeds": 1, "widening": 0.0, "low": 0.0, "high": 1.0}
    found = success(lambda: Tree(**options, backup=backup), world, 80)
    assert abs(found - world.survival(3)) <= luck(world.survival(3), 80)


def test_widening_passes_the_ceiling_of_a_fixed_width() -> None:
    world = StepTree(depth=3)
    found = success(lambda: Tree(rounds=60, branching=2, seeds=1, low=0.0, high=1.0), world, 50)
    assert found - luck(0.95, 50) > world.survival(2)


def test_the_usual_constants_never_get_deep() -> None:
    """Ninety-six candidates, perfect values, six steps: the textbook tree drowns, a small constant or max does not."""
    world = StepTree()
    fixed = {"rounds": 24, "branching": 4, "seeds": 1, "widening": 0.0, "low": 0.0, "high": 1.0}
    usual = success(lambda: Tree(**fixed, backup="mean", bonus="puct", explore=1.25), world, 60)
    frugal = success(lambda: Tree(**fixed, backup="mean", bonus="puct", explore=0.1), world, 60)
    greatest = success(lambda: Tree(**fixed, backup="max", bonus="puct", explore=1.25), world, 60)
    shipped = success(lambda: Tree(rounds=48, seeds=1, low=0.0, high=1.0), world, 60)
    beam = success(lambda: Beam(width=4, branching=5, rounds=6, seeds=1, keep_parents=False), world, 60)
    assert usual <= 0.05
    assert min(frugal, greatest, shipped) >= 0.3
    assert max(frugal, greatest) <= world.survival(4) + luck(world.survival(4), 60)
    assert beam >= 0.75


def test_wrong_backups_are_told_from_right_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sum favours whoever has most children, a minimum flees every node that ever had a bad one."""
    world = StepTree()
    options = {"rounds": 24, "branching": 4, "seeds": 1, "widening": 0.0, "low": 0.0, "high": 1.0}
    wrong = {
        "sum": lambda self, own, below, growing: sum([own or 0.0, *(self.value[child] for child in below)]),
        "minimum": lambda self, own, below, growing: min([own or 0.0, *(self.value[child] for child in below)]),
    }
    assert success(lambda: Tree(**options), world, 60) > 0.5
    for fold in wrong.values():
        monkeypatch.setattr(_Grown, "_fold", fold)
        assert success(lambda: Tree(**options), world, 60) < 0.45


@pytest.mark.parametrize(("wrong", "helps"), [(1, False), (4, True)])
def test_a_vote_follows_the_multinomial_and_hurts_below_the_threshold(wrong: int, *, helps: bool) -> None:
    """W3: 15 voters, right with 0.4 each."""
    world = Answers(wrong=wrong)
    runs, seeds = 60, 20
    strategy = Thoughts(plan="generate+vote", rounds=1, width=15, attempts=1, keep=15, seeds=seeds)
    votes = [rehearse(strategy, world, number).history[-1] for number in range(runs)]
    assert all(len(vote.proposal.parents) == 15 for vote in votes)
    right = sum(sum(vote.scores) for vote in votes) / (runs * seeds)
    assert abs(right - world.plurality(15)) <= luck(world.plurality(15), runs * seeds)
    assert (right > 0.4) == helps


def test_repeating_until_it_is_done_reaches_the_closed_form_that_no_schedule_does() -> None:
    """W6: eight parts, thirty programs in all."""
    world = Parts()
    make = lambda: Thoughts(plan="split+merge", rounds=7, width=1, attempts=99, seeds=8, target=1.0)  # noqa: E731
    found = success(make, world, RUNS, candidates=30)
    assert abs(found - world.adaptive(30)) <= luck(world.adaptive(30), RUNS)
    assert found > world.static(30) + 0.5


def test_islands_that_never_meet_are_as_good_as_the_best_of_them() -> None:
    """One start an island, no migration: solved if any start was on the high hill."""
    world = Basins(high=0.3)
    apart = success(lambda: Islands(islands=3, rounds=8, width=1, keep=1, every=0, seeds=1), world, RUNS)
    expected = 1 - (1 - world.high) ** 3
    assert abs(apart - expected) <= luck(expected, RUNS)
    crowded = success(lambda: Refine(rounds=8, width=3, seeds=1), world, RUNS)
    all_high = world.high**3  # any start on the low hill looks better and takes all
    assert abs(crowded - all_high) <= luck(all_high, RUNS)


def test_merging_complements_solves_what_refining_the_best_cannot() -> None:
    world = Parts(solve=1.0, join=1.0, grow=0.0)
    plan = Thoughts(plan="split+merge", rounds=8, width=4, attempts=2, seeds=8)
    assert success(lambda: plan, world, 10) == 1.0
    assert success(lambda: Pareto(rounds=40, width=2, seeds=8, merge=2), Swaps(), 20) == 1.0
    assert success(lambda: Refine(rounds=40, width=2, seeds=8), Swaps(), 20) == 0.0


def test_a_run_that_is_cut_short_still_names_its_best() -> None:
    history: History = rehearse(Thoughts(seeds=4), Parts(), 3, candidates=7).history
    assert len(history) == 7
    assert Thoughts(seeds=4).winner(history) is not None
