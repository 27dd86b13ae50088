"""A world of arms with known means, and the loop that an engine would run on it."""

import random
from collections.abc import Sequence

import msgspec

from solon.contract import Candidate, Fault, Program, Proposal, Strategy

INVALID = Fault("raised", "broken on purpose")


class World:
    """Arms drawn in order; a score is the arm's mean + an effect of the seed + noise of arm and seed."""

    def __init__(self, means: Sequence[float | None], noise: float, number: int, seed_effect: float = 1.0) -> None:
        self.means = means  # None: an arm that is invalid
        self.noise = noise
        self.number = number
        self.seed_effect = seed_effect
        self.evaluations = 0

    def score(self, arm: int, seed: int) -> float:
        mean = self.means[arm % len(self.means)]
        assert mean is not None
        effect = random.Random(f"{self.number}/{seed}").gauss(0, self.seed_effect)
        return mean + effect + random.Random(f"{self.number}/{arm}/{seed}").gauss(0, self.noise)


def play(strategy: Strategy, world: World, asks: int = 10_000) -> list[Candidate]:
    """Run a strategy until it has finished; every ask must give it something that it has not."""
    history: list[Candidate] = []
    for _ in range(asks):
        ask = strategy.ask(tuple(history))
        if ask is None:
            return history
        group = 1 + max((candidate.group for candidate in history), default=-1)
        known = {candidate.number for candidate in history}
        assert set(ask.parents) | set(ask.again) <= known
        fresh = range(len(history), len(history) + ask.count)
        history += [candidate(number, group) for number in fresh]
        before = world.evaluations
        for number in (*fresh, *ask.again):
            history[number] = judged(history[number], ask.seeds, world)
        assert world.evaluations > before
    raise AssertionError("the strategy does not come to an end")


def candidate(number: int, group: int = 0, scores: tuple[float, ...] = (), fault: Fault | None = None) -> Candidate:
    program = Program((("policy.py", f"policy = {number}\n"),))
    return Candidate(number, Proposal(program), group, scores, fault)


def judged(subject: Candidate, seeds: int, world: World) -> Candidate:
    missing = range(len(subject.scores), seeds)
    world.evaluations += len(missing)
    if world.means[subject.number % len(world.means)] is None:
        return msgspec.structs.replace(subject, fault=INVALID)
    scores = (*subject.scores, *(world.score(subject.number, seed) for seed in missing))
    return msgspec.structs.replace(subject, scores=scores)
