"""Intervals beside every figure: Student's t over seeds, and paired differences over common seeds."""

import math
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
