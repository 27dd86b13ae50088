"""When a child counts as better than its parent: a sequential paired test that may be looked at after every seed.

The test bets on the sign of each paired difference. Let d be the child's score minus the parent's on a seed and m the
largest absolute difference so far, this seed included. A player who starts with 1 and stakes the share b of the
capital on "the child is better" multiplies it by 1 + b d / m. If the two programs differ in nothing, d and -d are
equally likely given its size, so no stake gains on average: the capital is a martingale, and by Ville's inequality it
ever reaches 1 / alpha with probability alpha at most, whenever and however often one looks. The capital used here is
the mean over several stakes, again a martingale (Waudby-Smith and Ramdas 2024, "Estimating means of bounded random
variables by betting"; for symmetry as the hypothesis, Efron 1969). Skewed, discrete or heavy-tailed noise change
nothing, because differences of exchangeable scores are symmetric; ties neither gain nor lose. What is not covered is a
child that differs from its parent but has the same mean: one that gains a little and rarely loses much may pass before
a loss is seen.
"""

import math
from collections.abc import Sequence
from typing import Literal

from solon.contract import Ask, Candidate, Value
from solon.search.graph import best_first, mean

STAKES = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9)


class Decision(Value, frozen=True):
    """A verdict, the number of pairs it rests on, and the capital of the player who bets on the child."""

    verdict: Literal["accept", "reject", "undecided"]
    pairs: int
    capital: float


def accept(
    parent: Sequence[float], child: Sequence[float], *, alpha: float = 0.05, limit: int = 40, start: int = 0
) -> Decision:
    """Decide whether the child is better, from scores on common seeds; more scores never change a decision.

    A child is rejected once it is clearly worse, or can no longer be accepted within ``limit`` pairs.

    Args:
        parent: scores on seeds 0, 1, ...
        child: scores on the same seeds; the longer of both is cut.
        alpha: the most that the probability of accepting an equal child may be.
        limit: pairs after which an undecided child is rejected.
        start: leading seeds to leave out, because the child was chosen by them.
    """
    if not 0 < alpha < 1 or limit < 1:
        raise ValueError(f"accept needs alpha between 0 and 1 and a limit of at least 1, not {alpha!r} and {limit!r}.")
    wanted, largest, pairs = 1 / alpha, 0.0, 0
    better, worse = [1.0] * len(STAKES), [1.0] * len(STAKES)
    for one, other in list(zip(parent, child, strict=False))[start : start + limit]:
        pairs += 1
        largest = max(largest, abs(other - one))
        share = (other - one) / largest if largest else 0.0
        better = [capital * (1 + stake * share) for capital, stake in zip(better, STAKES, strict=True)]
        worse = [capital * (1 - stake * share) for capital, stake in zip(worse, STAKES, strict=True)]
        capital = math.fsum(better) / len(STAKES)
        if capital >= wanted:
            return Decision("accept", pairs, capital)
        hopes = (own * (1 + stake) ** (limit - pairs) for own, stake in zip(better, STAKES, strict=True))
        if math.fsum(worse) / len(STAKES) >= wanted or math.fsum(hopes) / len(STAKES) < wanted:
            return Decision("reject", pairs, capital)
    return Decision("undecided", pairs, math.fsum(better) / len(STAKES))


class Contest(Value, frozen=True):
    """A child's challenge of its parent, on seeds by which the child was not chosen."""

    seeds: int  # seeds that every candidate plays, by which children are chosen
    alpha: float
    limit: int  # most pairs beyond those

    def challenger(self, parent: Candidate, children: Sequence[Candidate]) -> Candidate | None:
        """Return the child worth testing: the best on the common seeds, if it is better there."""
        best = next(iter(best_first(children, self.seeds)), None)
        return best if best is not None and mean(best, self.seeds) > mean(parent, self.seeds) else None

    def decide(self, parent: Candidate, child: Candidate) -> Decision:
        """Decide between the two as far as their seeds go."""
        return accept(parent.scores, child.scores, alpha=self.alpha, limit=self.limit, start=self.seeds)

    def more(self, open_pairs: Sequence[tuple[Candidate, Candidate]]) -> Ask:
        """Return the wish for the seeds that undecided pairs need next: half as many again, two at least."""
        have = max(min(len(parent.scores), len(child.scores)) for parent, child in open_pairs)
        seeds = min(self.seeds + self.limit, have + max(2, have // 2))
        return Ask(0, seeds, again=tuple(sorted({each.number for pair in open_pairs for each in pair})))
