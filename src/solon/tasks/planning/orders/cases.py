"""Test cases by synthesis: constraints first, then the text; satisfiable, and not such that any order will do."""

import math
import random
from collections.abc import Sequence
from typing import Final

from msgspec import structs

from solon.contract import Value
from solon.tasks.planning.orders import grammar
from solon.tasks.planning.orders.clock import feasible
from solon.tasks.planning.orders.grammar import Clause, Pair, Relative, Sentence, Window
from solon.tasks.planning.orders.order import closure, extensions, reduction
from solon.tasks.planning.orders.topics import TOPICS

TRIES: Final = 20  # random expansions for one sentence, the K of the paper
_EASIEST: Final = 0.5  # share of random orders that may pass
_ATTEMPTS: Final = 200
_WINDOW: Final = 0.4  # share of sentences of the extended mode that are clock windows


class Case(Value, frozen=True):
    """A paragraph about actions; what it is called and how it is worded can be changed apart from what it means."""

    sentences: tuple[Sentence, ...]
    topic: str
    names: tuple[str, ...]  # of the actions
    wording: int  # seed of the synonyms
    durations: tuple[int, ...] = ()  # hours, in the extended mode; hidden until a tool tells

    @property
    def actions(self) -> int:
        """How many there are."""
        return len(self.names)

    @property
    def pairs(self) -> frozenset[Pair]:
        """The orders that the text states."""
        return grammar.meanings(self.sentences)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The clock times that the text states."""
        return tuple(sentence.window for sentence in self.sentences if sentence.window is not None)

    @property
    def text(self) -> str:
        """The paragraph."""
        return grammar.word(self.sentences, self.names, _dice("wording", self.wording))

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the mock tools, one an action, in alphabetical order so that they tell nothing."""
        return tuple(sorted(map(tool, self.names)))

    @property
    def extended(self) -> bool:
        """Whether actions take time."""
        return bool(self.durations)

    @property
    def luck(self) -> float:
        """The share of all orders that keep the stated ones: what a random agent gets, clock times aside."""
        return extensions(self.actions, self.pairs) / math.factorial(self.actions)


def tool(name: str) -> str:
    """Return the name of an action's tool."""
    return name.lower().replace(" ", "_")


def draw(actions: int, entropy: object, *, extended: bool = False, topic: str = "") -> Case:
    """Return a case; equal arguments give equal cases. ``topic`` "" draws one.

    Raises ValueError for an unknown topic or a number of actions out of range, InfrastructureError if the solver fails.
    """
    if not 2 <= actions <= 12 or (topic and topic not in TOPICS):
        raise ValueError(f"actions must lie in 2..12 and topic be one of {', '.join(TOPICS)}, got {actions}, {topic!r}")
    dice = _dice("case", entropy)
    chosen = topic or dice.choice(sorted(TOPICS))
    names = tuple(dice.sample(TOPICS[chosen], actions))
    for _ in range(_ATTEMPTS):
        durations = tuple(dice.randrange(1, 5) for _ in range(actions)) if extended else ()
        sentences = _synthesise(actions, durations, dice)
        case = Case(sentences, chosen, names, dice.randrange(2**32), durations)
        if case.luck <= _EASIEST and (case.windows or not extended):
            return case
    raise ValueError(f"no case of {actions} actions was found that is hard enough; use more actions")


def _synthesise(actions: int, durations: tuple[int, ...], dice: random.Random) -> tuple[Sentence, ...]:
    """Add sentences that can hold together with those before; end when none of ``TRIES`` does."""
    kept: list[Sentence] = []
    most = dice.randrange(max(1, actions - 1), actions + 2)
    while len(kept) < most:
        for _ in range(TRIES):
            new = _window(actions, durations, dice) if durations and dice.random() < _WINDOW else None
            sentence = Sentence(window=new) if new else grammar.expand(actions, dice)
            if _can_hold(actions, durations, [*kept, sentence]):
                kept.append(sentence)
                break
        else:
            break
    return tuple(kept)


def _window(actions: int, durations: tuple[int, ...], dice: random.Random) -> Window:
    action, total = dice.randrange(actions), sum(durations)
    if dice.random() < 0.4:
        return Window(action, "earliest", dice.randrange(1, total + 1))
    return Window(action, "latest", dice.randrange(durations[action], total + 4))


def _can_hold(actions: int, durations: tuple[int, ...], sentences: Sequence[Sentence]) -> bool:
    pairs = grammar.meanings(sentences)
    if closure(actions, pairs) is None:
        return False
    windows = [sentence.window for sentence in sentences if sentence.window is not None]
    named = [(it.action, it.bound) for it in windows]
    if len(set(named)) != len(named):
        return False
    return not windows or feasible(durations, pairs, windows) is not None


# Mutations that leave the meaning alone


def reworded(case: Case, entropy: object) -> Case:
    """Return a case with other synonyms."""
    return structs.replace(case, wording=_dice("reworded", entropy).randrange(2**32))


def retold(case: Case, entropy: object) -> Case:
    """Return a case about another topic."""
    dice = _dice("retold", entropy)
    topic = dice.choice(sorted(name for name in TOPICS if name != case.topic))
    return structs.replace(case, topic=topic, names=tuple(dice.sample(TOPICS[topic], case.actions)))


def restructured(case: Case, entropy: object) -> Case:
    """Return a case with other sentences that mean the same: no order more, none less."""
    dice = _dice("restructured", entropy)
    left = sorted(reduction(case.actions, case.pairs))
    dice.shuffle(left)
    sentences: list[Sentence] = [Sentence(window=window) for window in case.windows]
    while left:
        one, other = left.pop()
        more = [pair for pair in left if pair[0] == one][: dice.randrange(2)]
        for pair in more:
            left.remove(pair)
        later = (other, *(pair[1] for pair in more))
        sentences.append(Sentence((_stating(one, later, dice),)))
    dice.shuffle(sentences)
    return structs.replace(case, sentences=tuple(sentences), wording=dice.randrange(2**32))


def _stating(one: int, later: tuple[int, ...], dice: random.Random) -> Clause:
    form = dice.choice(grammar.FORMS)
    if len(later) == 2 and dice.random() < 0.3:  # in a relative clause instead of a list
        return Clause("verb", "before", (one,), later[:1], Relative("before", later[1:]))
    if dice.random() < 0.5:
        return Clause(form, "before", (one,), later)
    return Clause(form, "after", later, (one,))


def _dice(purpose: str, entropy: object) -> random.Random:
    return random.Random(f"orders/{purpose}/{entropy}")  # noqa: S311 - reproducible on purpose
