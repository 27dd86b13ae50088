"""Intervals beside every figure: Student's t over seeds, and paired differences over common seeds."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from solon.contract import Value

CONFIDENCE = 0.95


class Estimate(Value, frozen=True):
    """A mean with its two-sided 95 % confidence interval; the ends are None for fewer than two values."""

    mean: float
    low: float | None
    high: float | None
    per_seed: tuple[float, ...]


def estimate(values: Sequence[float]) -> Estimate:
    """Estimate the mean of independent values, at least one."""
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Estimate(mean, None, None, tuple(values))
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    half = student_quantile(count - 1) * deviation / math.sqrt(count)
    return Estimate(mean, mean - half, mean + half, tuple(values))


def proportion(values: Sequence[float]) -> Estimate:
    """Estimate a share from independent values of 0 and 1, with Wilson's interval: it has a width where all agree."""
    if not values or any(value not in (0, 1) for value in values):
        raise ValueError("a share is estimated from values of 0 and 1, at least one")
    count = len(values)
    share = math.fsum(values) / count
    z = 1.959963984540054  # of a normal variable: 95 % lie within
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half), tuple(values))


def paired_difference(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """Estimate the mean of first - second over common seeds; common noise cancels."""
    if len(first) != len(second):
        raise ValueError(f"paired values need common seeds, got {len(first)} and {len(second)}; judge both on the same")
    return estimate([a - b for a, b in zip(first, second, strict=True)])


def student_quantile(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Return t with P(|T| <= t) = confidence for Student's T with a whole number of degrees of freedom.

    Uses the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4, inverted by bisection on the angle.
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        if _student_central(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return math.tan((low + high) / 2) * math.sqrt(freedom)


def _student_central(angle: float, freedom: int) -> float:
    """Return P(|T| <= tan(angle) sqrt(freedom))."""
    cosine, term, total = math.cos(angle), 1.0, 0.0
    odd = freedom % 2
    if odd:
        term = cosine
    for step in range(freedom // 2):
        total += term
        term *= cosine * cosine * (2 * step + 1 + odd) / (2 * step + 2 + odd)
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


def rank_sum_tail(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the probability that a random division of all values gives ``first`` at least its sum of ranks.

    Exact, with mid-ranks for ties, by counting subsets; the normal approximation above 100 values.
    """
    pooled = sorted((*first, *second))
    doubled = [bisect_left(pooled, value) + bisect_right(pooled, value) + 1 for value in (*first, *second)]
    total, count = len(doubled), len(first)
    observed = sum(doubled[:count])
    if total > 100:
        centre = count * (total + 1)
        variance = (
            count * (total - count) * math.fsum((rank - total - 1) ** 2 for rank in doubled) / total / (total - 1)
        )
        return 0.5 * math.erfc((observed - 1 - centre) / math.sqrt(2 * variance)) if variance else 1.0
    # One large whole number holds, in slots of ``total`` bits, how many subsets have each sum of ranks.
    subsets = [1] + [0] * count
    for rank in doubled:
        for size in range(count, 0, -1):
            subsets[size] += subsets[size - 1] << (rank * total)
    ways, reached, mask = subsets[count] >> (observed * total), 0, (1 << total) - 1
    while ways:
        reached += ways & mask
        ways >>= total
    return reached / math.comb(total, count)
