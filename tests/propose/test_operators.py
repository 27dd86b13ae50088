"""The offline proposer takes a wish at its word: who descends from whom, and what that is worth."""

import random
import statistics
from collections.abc import Mapping

import pytest

from propose.comparison import World
from propose.samples import HOLES, Holed, Plain, grow, program
from solon.contract import Ask, Candidate, Fault, Proposal
from solon.propose import Offline
from solon.propose.space import Point, space_of
from solon.search import make_strategy
from solon.sketch import Hole, Sketch

SPACE = space_of(Sketch(HOLES, lambda _: program("")))


def point(candidate: Candidate) -> Point:
    found = SPACE.point(candidate.proposal.holes)
    assert found is not None
    return found


def changed(child: Point, parent: Point) -> int:
    numbers = sum(a != b for a, b in zip(child.numbers, parent.numbers, strict=True))
    return numbers + sum(a != b for a, b in zip(child.choices, parent.choices, strict=True))


def descend(history: list[Candidate], parents: tuple[int, ...], operator: str, count: int = 24) -> list[Candidate]:
    proposals = Offline().propose(Holed(), history, Ask(count, 1, parents, operator=operator), 5)
    return [Candidate(len(history) + place, it, 9) for place, it in enumerate(proposals)]


@pytest.mark.parametrize("operator", ["refine", "split", "something new"])
def test_children_lie_close_to_the_parent_that_was_named_and_to_no_better_one(operator: str) -> None:
    history = grow(Offline(), Holed(), [16] * 3)
    worst = min(history, key=lambda it: it.scores)
    children = descend(history, (worst.number,), operator)
    assert len(children) == 24
    for child in children:
        assert child.proposal.parents == (worst.number,)
        assert child.proposal.operator == operator
    changes = [changed(point(child), point(worst)) for child in children]
    assert statistics.mean(changes) < 2.5
    strangers = [changed(point(other), point(worst)) for other in history if other is not worst]
    assert statistics.mean(strangers) > 2.5


def test_without_an_operator_parents_are_chosen_from_the_whole_history_as_ever() -> None:
    history = grow(Offline(), Holed(), [16] * 3)
    worst = min(history, key=lambda it: it.scores).number
    usual, named = descend(history, (), ""), descend(history, (worst,), "")
    assert [it.proposal for it in usual] == [it.proposal for it in named]
    assert all(worst not in it.proposal.parents for it in named)


def test_steps_shrink_with_the_depth_of_the_parent() -> None:
    """One hole of one continuous number, so that a step is a distance."""

    class Line(Plain):
        def sketch(self) -> Sketch:
            return Sketch((Hole("x", 0.5),), lambda values: program(f"x = {values['x']}"))

    history: list[Candidate] = []
    for number in range(16):
        parents, operator = ((number - 1,), "refine") if number else ((), "")
        made = Offline().propose(Line(), history, Ask(1, 1, parents, operator=operator), number)[0]
        history.append(Candidate(number, made, number, (0.0,)))

    def width(parent: int) -> float:
        made = Offline().propose(Line(), history, Ask(200, 1, (parent,), operator="refine"), 99)
        centre = float(history[parent].proposal.holes["x"])
        return statistics.median(abs(float(it.holes["x"]) - centre) for it in made)

    assert width(15) < 0.5 * width(0)


def test_a_merge_takes_each_hole_from_one_of_its_parents_and_a_vote_what_most_have() -> None:
    history = grow(Offline(), Holed(), [16] * 2)
    one, other, third = history[3], history[9], history[20]
    merged = descend(history, (3, 9), "merge", 1)[0]
    assert merged.proposal.parents == (3, 9)
    for hole in HOLES:
        assert merged.proposal.holes[hole.name] in (one.proposal.holes[hole.name], other.proposal.holes[hole.name])
    voted = descend(history, (3, 9, 20), "vote", 1)[0]
    assert voted.proposal.parents == (3, 9, 20)
    numbers = [it.proposal.holes["patience"] for it in (one, other, third)]
    assert voted.proposal.holes["patience"] == pytest.approx(sorted(map(float, numbers))[1])


def test_to_generate_is_to_start_from_nothing_and_so_is_a_wish_whose_parents_fill_no_sketch() -> None:
    history = grow(Offline(), Holed(), [16] * 2)
    fresh = descend(history, (), "generate")
    assert all(not it.proposal.parents for it in fresh)
    stranger = Candidate(len(history), Proposal(program("x = 1")), 2, (99.0,))
    assert all(not it.proposal.parents for it in descend([*history, stranger], (stranger.number,), "refine"))
    best = max(history, key=lambda it: it.scores)
    assert statistics.mean(changed(point(it), point(best)) for it in fresh) > 2.5


def test_an_exhausted_neighbourhood_still_offers_one_program() -> None:
    task = Holed((Hole("share", "no", options=("no", "yes")),))
    history = [Candidate(n, it, 0, (0.0,)) for n, it in enumerate(Offline().propose(task, (), Ask(9, 1), 1))]
    assert len(Offline().propose(task, history, Ask(4, 1, (0,), operator="refine"), 2)) == 1
    assert len(Offline().propose(task, history, Ask(4, 1, (0, 1), operator="merge"), 2)) == 1


def rehearsed(name: str, options: Mapping[str, object], number: int, most: int = 160) -> list[Candidate]:
    """Run a strategy with the offline proposer on a mixed world of fifteen holes, without noise."""
    task, strategy, history = World("separable", number), make_strategy(name, **options), list[Candidate]()
    while (ask := strategy.ask(history)) is not None and len(history) < most:
        group = history[-1].group + 1 if history else 0
        for proposal in Offline().propose(task, history, ask, group):
            score = task.value(proposal.holes)
            metrics = {"value": (score,) * ask.seeds, "spread": (float(proposal.holes["n0"]),) * ask.seeds}
            history.append(Candidate(len(history), proposal, group, (score,) * ask.seeds, metrics=metrics))
    return history


STRATEGIES = {
    "refine": {"rounds": 20, "width": 8, "seeds": 1},
    "beam": {"width": 3, "branching": 4, "rounds": 14, "seeds": 1},
    "islands": {"islands": 4, "rounds": 10, "width": 4, "seeds": 1},
    "tree": {"rounds": 40, "branching": 4, "seeds": 1},
    "pareto": {"rounds": 40, "width": 4, "seeds": 1, "over": ("value", "spread")},
    "thoughts": {"rounds": 12, "width": 4, "seeds": 1},
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_strategies_of_descent_beat_as_many_random_fillings(name: str) -> None:
    def best(history: list[Candidate]) -> float:
        return max(it.scores[0] for it in history)

    worlds = range(3)
    found = [best(rehearsed(name, STRATEGIES[name], number)) for number in worlds]
    random_ = [best(scattered(number)) for number in worlds]
    assert statistics.mean(found) > statistics.mean(random_) + 0.05


def scattered(number: int, most: int = 160) -> list[Candidate]:
    task, dice, history = World("separable", number), random.Random(number), list[Candidate]()
    space = space_of(task.sketch())
    for place in range(most):
        choices = tuple(dice.randrange(len(hole.options)) for hole in space.choices)
        holes = space.filling(Point(tuple(dice.random() for _ in space.numbers), choices))
        history.append(Candidate(place, Proposal(program(""), holes=holes), place, (task.value(holes),)))
    return history


@pytest.mark.parametrize("name", ["beam", "tree", "islands"])
def test_in_these_strategies_every_child_has_the_parents_that_were_asked_for(name: str) -> None:
    task, strategy, history = World("separable", 3), make_strategy(name, **STRATEGIES[name]), list[Candidate]()
    space = space_of(task.sketch())
    while (ask := strategy.ask(history)) is not None and len(history) < 100:
        group = history[-1].group + 1 if history else 0
        for proposal in Offline().propose(task, history, ask, group):
            assert set(proposal.parents) <= set(ask.parents)
            assert bool(proposal.parents) == bool(ask.parents)
            own = space.point(proposal.holes)
            parents = [space.point(history[it].proposal.holes) for it in proposal.parents]
            assert own is not None
            if parents:
                same = sum(
                    value in {it.numbers[place] for it in parents if it} for place, value in enumerate(own.numbers)
                )
                same += sum(
                    value in {it.choices[place] for it in parents if it} for place, value in enumerate(own.choices)
                )
                assert same >= space.size - 8, "a child differs from all its parents in few holes"
            fault = Fault("raised", "on purpose") if len(history) % 7 == 6 else None
            scores = () if fault else (task.value(proposal.holes),)
            history.append(Candidate(len(history), proposal, group, scores, fault))
