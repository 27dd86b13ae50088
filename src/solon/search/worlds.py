"""Worlds with known probabilities, in which a strategy is rehearsed without a model, a jail or a task."""

import random
from collections.abc import Sequence
from typing import Protocol

import msgspec

from solon.contract import Ask, Candidate, Fault, Program, Proposal, Strategy, Value

VOID = Fault("raised", "the world made this candidate invalid")


class World(Protocol):
    """Makes candidates and judges them; all randomness comes from the dice, which depend on what is asked for."""

    def offer(
        self, ask: Ask, place: int, parents: Sequence[object], past: Sequence[object], dice: random.Random, /
    ) -> object:
        """Return the hidden truth of one new candidate, given those of its parents and of all so far."""
        ...

    def score(self, truth: object, seed: int, dice: random.Random, /) -> float | None:
        """Return the objective on one seed; None makes the candidate invalid."""
        ...


class Rehearsal(Value, frozen=True):
    """A finished run in a world: what the strategy saw, what was true, what it cost."""

    history: tuple[Candidate, ...]
    truths: tuple[object, ...]
    evaluations: int
    asks: int
    winner: int | None


def rehearse(  # noqa: PLR0913  # one keyword a circumstance
    strategy: Strategy,
    world: World,
    entropy: int,
    *,
    candidates: int | None = None,
    asks: int = 10_000,
    echo: bool = True,
    offered: int | None = None,
    start: Sequence[tuple[Candidate, object]] = (),
) -> Rehearsal:
    """Run a strategy in a world until it has nothing more to ask, or may have no more candidates.

    Each program states its hidden truth in its text, where no strategy may look.

    Args:
        strategy: the strategy.
        world: the world.
        entropy: chooses the world's luck; the same number gives the same run.
        candidates: most candidates; the wish that would pass it is cut.
        asks: wishes after which the strategy counts as endless.
        echo: whether proposals name the parents that were asked for, as proposers need not.
        offered: most proposals that come for one wish, as proposers may give fewer than asked.
        start: candidates and truths to go on from, the first of an earlier run.

    Raises:
        AssertionError: the strategy is endless, names candidates that do not exist, or asks for what it has.
    """
    history = [candidate for candidate, _ in start]
    truths = [truth for _, truth in start]
    evaluations = sum(len(candidate.scores) for candidate in history)
    for done in range(asks):
        ask = strategy.ask(tuple(history))
        if ask is None or (candidates is not None and ask.count and len(history) >= candidates):
            return Rehearsal(tuple(history), tuple(truths), evaluations, done, strategy.winner(tuple(history)))
        _check_wish(ask, len(history))
        first = len(history)
        limits = (None if candidates is None else candidates - first, offered)
        count = min(ask.count, *(limit for limit in limits if limit is not None), ask.count)
        group = max((candidate.group for candidate in history), default=-1) + 1
        past = tuple(truths)
        for number in range(first, first + count):
            dice = random.Random(f"offer/{entropy}/{number}")  # noqa: S311  # reproducible on purpose
            truths.append(world.offer(ask, number - first, [past[n] for n in ask.parents], past, dice))
            program = Program((("policy.py", f"policy = {number}  # {truths[number]!r}\n"),))
            history.append(Candidate(number, Proposal(program, ask.parents if echo else ()), group))
        before = evaluations
        for number in (*range(first, first + count), *ask.again):
            missing = range(len(history[number].scores), ask.seeds if history[number].fault is None else 0)
            evaluations += len(missing)
            history[number] = _judged(history[number], missing, world, truths[number], entropy)
        if evaluations == before:
            raise AssertionError("The strategy asks for nothing that it does not have; return None to end.")
    raise AssertionError(f"The strategy has not ended after {asks} wishes; return None when there is no more to ask.")


def _check_wish(ask: Ask, known: int) -> None:
    if ask.count < 0 or ask.seeds < 1:
        raise AssertionError(f"The strategy asks for {ask.count} candidates on {ask.seeds} seeds.")
    for number in (*ask.parents, *ask.again):
        if not 0 <= number < known:
            raise AssertionError(f"The strategy names candidate {number}, of {known} that exist.")


def _judged(subject: Candidate, missing: range, world: World, truth: object, entropy: int) -> Candidate:
    scores = list(subject.scores)
    for seed in missing:
        score = world.score(truth, seed, random.Random(f"score/{entropy}/{subject.number}/{seed}"))  # noqa: S311
        if score is None:
            return msgspec.structs.replace(subject, scores=(), fault=VOID)
        scores.append(score)
    return msgspec.structs.replace(subject, scores=tuple(scores))


class Verdicts(Value, frozen=True):
    """Independent candidates, right with probability ``right``, before a verifier that errs in the same way each time.

    The verdict on a right candidate is 1 with probability ``hit``, on a wrong one with ``slip``. No strategy that sees
    verdicts only can be right more often than ``ceiling``; one that takes the first of those with the best verdict
    among n is right with probability ``success(n)``. A truth is the pair (right, verdict).
    """

    right: float = 0.2
    hit: float = 0.9
    slip: float = 0.1
    void: float = 0.0  # share of candidates that are invalid

    def offer(
        self, _ask: Ask, _place: int, _parents: Sequence[object], _past: Sequence[object], dice: random.Random, /
    ) -> object:
        """Draw a candidate, whatever its parents."""
        right, verdict, void = dice.random() < self.right, dice.random(), dice.random() < self.void
        return right, None if void else float(verdict < (self.hit if right else self.slip))

    def score(self, truth: object, _seed: int, _dice: random.Random, /) -> float | None:
        """Return the verdict, the same on each seed."""
        assert isinstance(truth, tuple)
        return truth[1]  # pyright: ignore[reportUnknownVariableType]  # the pair that offer made

    def is_right(self, truth: object) -> bool:
        """Tell whether a candidate is right."""
        assert isinstance(truth, tuple)
        return bool(truth[0])  # pyright: ignore[reportUnknownArgumentType]  # the pair that offer made

    @property
    def praise(self) -> float:
        """Probability that a candidate is found right."""
        return self.right * self.hit + (1 - self.right) * self.slip

    @property
    def ceiling(self) -> float:
        """Probability that a candidate found right is right: what no number of candidates can pass."""
        return self.right * self.hit / self.praise

    def success(self, count: int) -> float:
        """Return the probability that the first of the best of ``count`` candidates is right."""
        missed = (1 - self.praise) ** count
        return (1 - missed) * self.ceiling + missed * self.right * (1 - self.hit) / (1 - self.praise)
