"""Worlds whose success probabilities have closed forms, and the closed forms."""

import itertools
import math
import random
from collections.abc import Callable, Sequence
from functools import cache

from solon.contract import Ask, Strategy, Value
from solon.search import World, rehearse


class StepTree(Value, frozen=True):
    """A solution has ``depth`` steps; a child is right with probability ``right`` if its parent is, else wrong.

    The score tells right from wrong prefixes, and says next to nothing about depth. A truth is (depth, right).
    """

    depth: int = 6
    right: float = 0.4

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        depth, right = parents[0] if parents else (0, True)
        if depth == self.depth:
            return depth, False  # there is no step after the last
        return depth + 1, right and dice.random() < self.right

    def score(self, truth, seed: int, dice: random.Random, /) -> float:
        depth, right = truth
        return 0.8 + 1e-4 * depth if right else 0.2

    def solved(self, truth) -> bool:
        return truth == (self.depth, True)

    def survival(self, branching: int) -> float:
        """Return the probability that a tree of this branching holds a solution: its ceiling at any budget."""
        found = 1.0
        for _ in range(self.depth):
            found = 1 - (1 - self.right * found) ** branching
        return found

    def beam(self, width: int, branching: int) -> float:
        """Return the success of a beam that keeps right heads first: a Markov chain on their number."""
        heads = {1: 1.0}
        for _ in range(self.depth):
            after: dict[int, float] = {}
            for count, chance in heads.items():
                children = count * branching
                for good in range(children + 1):
                    it = math.comb(children, good) * self.right**good * (1 - self.right) ** (children - good)
                    after[min(good, width)] = after.get(min(good, width), 0.0) + chance * it
            heads = after
        return 1 - heads.get(0, 0.0)


class Parts(Value, frozen=True):
    """A task of ``parts`` parts, one a seed: a split solves the next one with probability ``solve``, and a merge joins
    what its parents solve with probability ``join``, else solves nothing; refining keeps what was there and adds a part
    with ``solve`` times ``grow``. A truth is the set of solved parts.
    """

    parts: int = 8
    solve: float = 0.8
    join: float = 0.55
    grow: float = 0.2

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        if ask.operator in ("merge", "vote"):
            return frozenset().union(*parents) if dice.random() < self.join else frozenset()
        known = frozenset().union(*past)
        left = [part for part in range(self.parts) if part not in known]
        kept = parents[0] if parents and ask.operator in ("", "refine") else frozenset()
        own = [part for part in range(self.parts) if part not in kept] if kept else left
        if not own or dice.random() >= self.solve * (self.grow if kept else 1.0):
            return frozenset()
        return kept | {own[0]}

    def score(self, truth, seed: int, dice: random.Random, /) -> float:
        return float(seed % self.parts in truth)

    def solved(self, truth) -> bool:
        return len(truth) == self.parts

    def adaptive(self, budget: int) -> float:
        """Return P(geometric times of all parts and merges sum to ``budget`` at most): repeat each until it is done."""
        chances = {0: 1.0}
        for success in [self.solve] * self.parts + [self.join] * (self.parts - 1):
            after: dict[int, float] = {}
            for spent, chance in chances.items():
                for tries in range(1, budget - spent + 1):
                    it = chance * success * (1 - success) ** (tries - 1)
                    after[spent + tries] = after.get(spent + tries, 0.0) + it
            chances = after
        return sum(chances.values())

    def static(self, budget: int) -> float:
        """Return the best success of ``a`` attempts for each part and ``b`` for each merge within the budget."""
        return max(
            (1 - (1 - self.solve) ** a) ** self.parts * (1 - (1 - self.join) ** b) ** (self.parts - 1)
            for a, b in itertools.product(range(1, budget), repeat=2)
            if a * self.parts + b * (self.parts - 1) <= budget
        )


class Swaps(Parts, frozen=True):
    """Parts again, but refining exchanges one solved part for another: only a merge makes progress."""

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        if ask.operator == "merge":
            return frozenset().union(*parents)
        kept = sorted(parents[0]) if parents else []
        dice.shuffle(kept)
        return frozenset(kept[1:]) | {dice.choice([part for part in range(self.parts) if part not in kept] or [0])}


class Answers(Value, frozen=True):
    """A program answers each seed rightly with ``right``, else gives one of ``wrong`` answers; a vote is the plurality.

    A truth is a function from the seed to the answer, given as the number that draws it, or the voters' truths.
    """

    right: float = 0.4
    wrong: int = 4

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        return ("vote", dice.random(), tuple(parents)) if ask.operator == "vote" else ("own", dice.random(), ())

    def score(self, truth, seed: int, dice: random.Random, /) -> float:
        return float(self.answer(truth, seed) == 0)

    def solved(self, truth) -> bool:
        return truth[0] == "vote"

    def answer(self, truth, seed: int) -> int:
        kind, number, voters = truth
        dice = random.Random(f"{number}/{seed}")
        if kind == "own":
            return 0 if dice.random() < self.right else 1 + dice.randrange(self.wrong)
        votes = [self.answer(voter, seed) for voter in voters]
        most = max(map(votes.count, votes))
        return dice.choice(sorted(answer for answer in set(votes) if votes.count(answer) == most))

    def plurality(self, voters: int) -> float:
        """Return the exact probability that the plurality is right, ties drawn by lot."""
        return sum(
            chance * self._won(good, voters - good, self.wrong)
            for good in range(voters + 1)
            for chance in [math.comb(voters, good) * self.right**good * (1 - self.right) ** (voters - good)]
        )

    def _won(self, good: int, bad: int, kinds: int) -> float:
        """Return P(good votes win or draw the lot) when ``bad`` votes fall on equally likely kinds."""

        @cache
        def ways(left: int, kinds: int, ties: int) -> float:
            if kinds == 0:
                return 1 / (1 + ties) if left == 0 else 0.0
            return sum(
                math.comb(left, votes) * ways(left - votes, kinds - 1, ties + (votes == good))
                for votes in range(min(good, left) + 1)
            )

        return ways(bad, kinds, 0) / kinds**bad if good else 0.0


class Basins(Value, frozen=True):
    """Two hills: a first candidate lands on the high one with probability ``high``, each child climbs one step.

    The low hill looks better until its top at step 3; only the high one goes on. A truth is (high, step).
    """

    high: float = 0.3

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        if not parents:
            return dice.random() < self.high, 0
        high, step = parents[0]
        return high, step + 1

    def score(self, truth, seed: int, dice: random.Random, /) -> float:
        high, step = truth
        return float(step) if high else 2.5 + min(step, 3)

    def solved(self, truth) -> bool:
        high, step = truth
        return high and step >= 6


class Chain(Value, frozen=True):
    """A child of a right program is wrong with ``breaks``, of a wrong one right with ``mends``; the verdict is 1 with
    ``hit`` for right programs, with ``slip`` for wrong ones. A truth is (right, verdict).
    """

    first: float = 0.4
    mends: float = 0.25
    breaks: float = 0.1
    hit: float = 0.9
    slip: float = 0.1

    def offer(self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /):
        chance = self.first if not parents else 1 - self.breaks if parents[0][0] else self.mends
        right, verdict = dice.random() < chance, dice.random()
        return right, float(verdict < (self.hit if right else self.slip))

    def score(self, truth, seed: int, dice: random.Random, /) -> float:
        return truth[1]

    def solved(self, truth) -> bool:
        return truth[0]

    def star(self, children: int) -> float:
        """Return the success of refining the first program until a child is found right: the first praised one wins."""
        total = self.first * self.hit
        for was, chance in ((True, self.first * (1 - self.hit)), (False, (1 - self.first) * (1 - self.slip))):
            good = 1 - self.breaks if was else self.mends
            praise = good * self.hit + (1 - good) * self.slip
            missed = (1 - praise) ** children
            total += chance * ((1 - missed) * good * self.hit / praise + missed * was)
        return total


def success(
    make: Callable[[], Strategy], world: World, runs: int, *, candidates: int | None = None, first: int = 0
) -> float:
    """Return the share of runs whose winner has solved the world."""
    ends = (rehearse(make(), world, number, candidates=candidates) for number in range(first, first + runs))
    return sum(end.winner is not None and world.solved(end.truths[end.winner]) for end in ends) / runs


def luck(chance: float, runs: int, deviations: float = 4.0) -> float:
    """Return how far a share of so many runs may lie from its chance."""
    return deviations * math.sqrt(chance * (1 - chance) / runs) + 0.5 / runs
