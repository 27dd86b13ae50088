"""The check of strategies: ours pass, and one broken strategy for each rule does not."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solon.contract import Ask, History, Strategy
from solon.search import (
    OPERATORS,
    Beam,
    BestOfN,
    Islands,
    Pareto,
    Race,
    Refine,
    Thoughts,
    Tree,
    check_strategy,
    make_strategy,
    strategy_names,
)

SOUND: dict[str, Callable[[], Strategy]] = {
    **{name: (lambda name=name: make_strategy(name)) for name in strategy_names() if name != "race"},
    "race": lambda: Race(batch=8, rounds=3),
    "refine, tested": lambda: Refine(rounds=4, width=3, seeds=2, alpha=0.2, limit=20),
    "beam, tested": lambda: Beam(width=3, branching=2, rounds=4, seeds=2, alpha=0.2, limit=20),
    "beam without parents": lambda: Beam(keep_parents=False),
    "islands apart": lambda: Islands(islands=3, every=0, width=1),
    "pareto without merges": lambda: Pareto(merge=0),
    "race with a limit": lambda: Race(batch=6, evaluations=100),
    "static thoughts": lambda: Thoughts(attempts=1, plan="generate+split+vote"),
    "thoughts with a target": lambda: Thoughts(target=1.0),
    "textbook tree": lambda: Tree(backup="mean", bonus="puct", explore=1.25, widening=0.0, low=0.0, high=1.0),
    "softmax tree": lambda: Tree(backup="softmax", branching=1),
}


@pytest.mark.parametrize("name", SOUND)
def test_every_strategy_keeps_the_rules(name: str) -> None:
    check_strategy(SOUND[name], runs=60)


OPTIONS = {
    "beam": {"width": 4, "branching": 4, "rounds": 4, "seeds": 3, "keep_parents": st.booleans()},
    "best-of-n": {"n": 30, "batch": 9, "seeds": 3},
    "islands": {"islands": 4, "rounds": 4, "width": 3, "keep": 3, "every": st.integers(0, 3), "seeds": 2},
    "pareto": {"rounds": 8, "width": 4, "seeds": 4, "merge": st.integers(0, 3)},
    "refine": {"rounds": 6, "width": 5, "seeds": 3, "keep": 3, "alpha": st.none() | st.floats(0.01, 0.9), "limit": 9},
    "thoughts": {
        "plan": st.lists(st.sampled_from(OPERATORS), min_size=1, max_size=5).map("+".join),
        "rounds": 3,
        "width": 3,
        "attempts": 3,
        "keep": st.integers(2, 5),
        "seeds": 3,
        "target": st.none() | st.floats(0, 1),
    },
    "tree": {
        "rounds": 12,
        "branching": 4,
        "seeds": 2,
        "backup": st.sampled_from(["max", "mean", "softmax"]),
        "bonus": st.sampled_from(["uct", "puct"]),
        "explore": st.floats(0, 3),
        "widening": st.floats(0, 0.9),
        "temperature": st.floats(0.001, 10),
    },
}


@pytest.mark.parametrize("name", OPTIONS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_the_rules_hold_for_all_options(name: str, data: st.DataObject) -> None:
    """A whole number in the table stands for all from 1 to it."""
    drawn = {
        option: data.draw(st.integers(1, values) if isinstance(values, int) else values, label=option)
        for option, values in OPTIONS[name].items()
    }
    check_strategy(lambda: make_strategy(name, **drawn), candidates=60, runs=0)


class Forgetful(BestOfN, frozen=True):
    """Wishes at random."""

    def ask(self, history: History) -> Ask | None:
        ask = super().ask(history)
        return ask and Ask(random.randrange(1, 9), ask.seeds)


class Counting:
    """Remembers how often it was asked, not what came of it."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, history: History) -> Ask | None:
        self.asked += 1
        return Ask(2, 1) if self.asked < 20 else None

    def winner(self, history: History) -> int | None:
        return BestOfN().winner(history)


class Greedy(BestOfN, frozen=True):
    """Takes more than it says."""

    def ask(self, history: History) -> Ask | None:
        return Ask(5, 2) if len(history) < 30 else None


class Endless(BestOfN, frozen=True):
    def ask(self, history: History) -> Ask | None:
        return Ask(0, 1, again=(0,)) if history else Ask(1, 1)


class Inventing(BestOfN, frozen=True):
    def ask(self, history: History) -> Ask | None:
        return Ask(1, 1, parents=(len(history),)) if len(history) < 9 else None


class Stubborn(BestOfN, frozen=True):
    """Crowns the newest, valid or not."""

    def winner(self, history: History) -> int | None:
        return len(history) - 1 if history else None


class Shy(BestOfN, frozen=True):
    def winner(self, history: History) -> int | None:
        return None


class Cheating(BestOfN, frozen=True):
    """Believes what a program says of itself."""

    def winner(self, history: History) -> int | None:
        valid = [it for it in history if it.fault is None]
        return max(valid, key=lambda it: "(True" in it.proposal.program.source).number if valid else None


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (Forgetful, "wishes something else"),
        (Counting, "wishes something else"),
        (Greedy, "above its ceiling of 16"),
        (Endless, "asks for nothing that it does not have"),
        (Inventing, "names candidate 0, of 0 that exist"),
        (Stubborn, "candidates are valid"),
        (Shy, "names None as winner"),
        (Cheating, "where verdicts allow 69%"),
    ],
)
def test_broken_strategies_are_rejected(broken: Callable[[], Strategy], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_strategy(broken)


def test_a_strategy_that_never_ends_is_rejected() -> None:
    class Restless(BestOfN, frozen=True):
        def ask(self, history: History) -> Ask | None:
            return Ask(0, 1 + max((len(it.scores) for it in history), default=0), again=(0,)) if history else Ask(1, 1)

    from solon.search import Verdicts, rehearse

    with pytest.raises(AssertionError, match="has not ended after 50 wishes"):
        rehearse(Restless(), Verdicts(), 0, asks=50)
