"""How good each candidate is, judged from scores on different numbers of common seeds.

A score is modelled as ``level + seed effect + noise``, with levels normal around a common mean, seed effects free
and noise normal: Henderson's mixed model. Its estimates are paired comparisons where candidates share seeds, and they
shrink a level towards the mean the more, the fewer seeds it rests on. Because the likelihood uses the very scores by
which candidates were selected for more seeds, the selection does not bias it (Henderson 1975, "Best linear unbiased
estimation and prediction under a selection model"). The two variances come from expectation-maximisation.
"""

import math
from collections.abc import Sequence

from solon.contract import Candidate, History, Value

VIOLATION = 1e30
"""A score of at most minus this says that a constraint is violated on the seed: worse than any sum of objectives."""

ITERATIONS = 60
TOLERANCE = 1e-6  # of the standard deviation of the scores


class Standing(Value, frozen=True):
    """A candidate's estimated level, in units of the objective, with its standard error."""

    number: int
    level: float
    error: float
    seeds: int
    violating: bool = False

    def clearly_below(self, other: "Standing", deviations: float) -> bool:
        """Tell whether this level is below the other's by more than so many standard errors of the difference."""
        return other.level - self.level > deviations * math.hypot(self.error, other.error)


def rank(history: History) -> list[Standing]:
    """Return the standing of each valid and scored candidate, best first; ties go to the earlier candidate.

    Who violates a constraint on any seed comes after all others, by plain means, and takes no part in the model.
    """
    candidates = [candidate for candidate in history if candidate.fault is None and candidate.scores]
    standings = _estimate([candidate for candidate in candidates if not violates(candidate.scores)])
    for it in candidates:
        if violates(it.scores):
            mean = math.fsum(it.scores) / len(it.scores)
            standings.append(Standing(it.number, mean, 0.0, len(it.scores), violating=True))
    return sorted(standings, key=lambda standing: (-standing.level, standing.number))


def violates(scores: Sequence[float]) -> bool:
    """Tell whether a constraint is violated on one of the seeds."""
    return any(score <= -VIOLATION for score in scores)


def _estimate(candidates: list[Candidate]) -> list[Standing]:
    """Fit the mixed model; levels are reported at the average seed among those in use."""
    scores = [candidate.scores for candidate in candidates]
    if not scores:
        return []
    values = [score for row in scores for score in row]
    centre = math.fsum(values) / len(values)
    spread = math.sqrt(math.fsum((value - centre) ** 2 for value in values) / len(values))
    if spread <= 1e-12 * max(1.0, abs(centre)):
        return [Standing(c.number, math.fsum(c.scores) / len(c.scores), 0.0, len(c.scores)) for c in candidates]
    rows = [[(value - centre) / spread for value in row] for row in scores]
    levels, effects, noise, between = _fit(rows)
    shrinkage = noise / between
    average = math.fsum(effects) / len(effects)
    return [
        Standing(
            candidate.number,
            centre + spread * (level + average),
            spread * math.sqrt(noise / (len(row) + shrinkage)),
            len(row),
        )
        for candidate, level, row in zip(candidates, levels, rows, strict=True)
    ]


def _fit(rows: list[list[float]]) -> tuple[list[float], list[float], float, float]:
    """Return levels, seed effects, variance of the noise and variance between candidates, for scaled scores."""
    longest = max(len(row) for row in rows)
    total = sum(len(row) for row in rows)
    levels = [0.0] * len(rows)
    effects = [0.0] * longest
    noise = between = 0.5
    for _ in range(ITERATIONS):
        before = levels
        effects = _seed_effects(rows, levels, longest)
        shrinkage = noise / between
        levels = [
            math.fsum(value - effect for value, effect in zip(row, effects, strict=False)) / (len(row) + shrinkage)
            for row in rows
        ]
        uncertainty = [noise / (len(row) + shrinkage) for row in rows]
        residual = math.fsum(
            (value - effect - level) ** 2
            for row, level in zip(rows, levels, strict=True)
            for value, effect in zip(row, effects, strict=False)
        )
        blur = math.fsum(len(row) * variance for row, variance in zip(rows, uncertainty, strict=True))
        noise = max((residual + blur) / total, 1e-9)
        squares = math.fsum(level**2 + variance for level, variance in zip(levels, uncertainty, strict=True))
        between = max(squares / len(rows), 1e-9)
        if max(abs(new - old) for new, old in zip(levels, before, strict=True)) < TOLERANCE:
            break
    return levels, effects, noise, between


def _seed_effects(rows: list[list[float]], levels: list[float], seeds: int) -> list[float]:
    """Return the mean over the candidates that played each seed of what their levels leave unexplained."""
    sums = [0.0] * seeds
    counts = [0] * seeds
    for row, level in zip(rows, levels, strict=True):
        for seed, value in enumerate(row):
            sums[seed] += value - level
            counts[seed] += 1
    return [total / count for total, count in zip(sums, counts, strict=True)]
