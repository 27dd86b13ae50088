"""What the charts of a page show. A chart is data in its place; ``charts.js`` has Chart.js draw it."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import msgspec

from solon.contract import Value

_MOST_BINS = 120


class Bar(Value, frozen=True):
    """One row: a mean, its interval if measured here, and which colour it takes."""

    label: str
    mean: float
    low: float | None
    high: float | None
    colour: str


def figure(value: float) -> str:
    """Return a figure with about three digits behind the leading ones, and no more."""
    size = abs(value)
    if size >= 1e6 or 0 < size < 1e-3:
        return f"{value:.3g}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 100 else f"{value:z.2f}"


def half_width(mean: float, low: float, high: float) -> str:
    """Return half of an interval with as many digits as its mean has; what is left of rounding alone is 0."""
    half, size = (high - low) / 2, abs(mean)
    if half <= 1e-9 * size:
        half = 0.0
    if size >= 1e6 or 0 < size < 1e-3:
        return figure(half)
    return f"{half:,.{0 if size >= 1000 else 1 if size >= 100 else 2}f}"


def bars(rows: Sequence[Bar], bound: float | None, *, name: str) -> str:
    """Show rows as dots with whiskers on a common scale, their figures beside them, and the proved bound as a line."""
    limit = None if bound is None else (bound, f"proved bound {figure(bound)}")
    told = "".join(
        f'<li class="{escape(row.colour)}"><span>{escape(row.label)}</span><i></i><b>{_value(row)}</b></li>'
        for row in rows
    )
    shown = [(row.label, row.mean, row.low, row.high, row.colour) for row in rows]
    return _chart("means", {"rows": shown, "bound": limit}, f"{name}, arms with intervals", f"<ul>{told}</ul>")


def _value(row: Bar) -> str:
    if row.low is None or row.high is None:
        return figure(row.mean)
    return f"{figure(row.mean)} <small>± {half_width(row.mean, row.low, row.high)}</small>"


class Bin(NamedTuple):
    """Candidates that are drawn as one column: a round, or several."""

    label: str
    scores: Sequence[float]
    rejected: int


def binned(groups: Sequence[tuple[Sequence[float], int]], *, noun: str) -> list[Bin]:
    """Join neighbouring groups of (scores, rejected) until they can be told apart on a screen."""
    width = math.ceil(len(groups) / _MOST_BINS) or 1
    found: list[Bin] = []
    for first in range(0, len(groups), width):
        part = groups[first : first + width]
        last = first + len(part) - 1
        label = f"{noun} {first}" if last == first else f"{noun}s {first} to {last}"
        found.append(Bin(label, [it for scores, _ in part for it in scores], sum(count for _, count in part)))
    return found


def rounds(bins: Sequence[Bin], *, less: bool, name: str) -> str:
    """Show for each bin the middle half of its scores, its best, and the best so far as a line."""
    scores = sorted(it for one in bins for it in one.scores)
    if not scores:
        return "<p>No candidate was valid.</p>"
    best: float | None = None
    columns: list[tuple[str, float | None, float | None, float | None, float | None, int, int]] = []
    for one in bins:
        own = (min(one.scores) if less else max(one.scores)) if one.scores else None
        if own is not None and (best is None or (own < best if less else own > best)):
            best = own
        lower, upper = _middle_half(sorted(one.scores))
        columns.append((one.label, best, own, lower, upper, len(one.scores), one.rejected))
    words = f"{name} by {bins[0].label.partition(' ')[0]}; best {figure(best if best is not None else math.nan)}"
    data = {"columns": columns, "span": visible(scores, less=less)}
    return _chart("rounds", data, words, f"<noscript>{escape(words)}</noscript>")


def visible(ordered: Sequence[float], *, less: bool) -> tuple[float, float]:
    """Return the span of scores to draw, from sorted ones: the good ones all, of the bad ones no far outliers."""
    low, high = ordered[0], ordered[-1]
    lower, upper = (ordered[round(share * (len(ordered) - 1))] for share in (0.25, 0.75))
    reach = 3 * (upper - lower) or (high - low)
    low, high = (low, min(high, upper + reach)) if less else (max(low, lower - reach), high)
    margin = 0.0 if high > low else abs(low) / 10 or 1.0  # scores that are all the same stand in the middle
    return low - margin, high + margin


def _middle_half(ordered: Sequence[float]) -> tuple[float | None, float | None]:
    if len(ordered) < 2:
        return None, None
    return ordered[round(0.25 * (len(ordered) - 1))], ordered[round(0.75 * (len(ordered) - 1))]


def _chart(kind: str, data: object, name: str, inner: str) -> str:
    """Return the place of a chart: its data, its name for those who do not see it, and what stands there in words."""
    content = escape(msgspec.json.encode(data).decode())
    return f'<div class="chart {kind}" role="group" aria-label="{escape(name)}" data-chart="{content}">{inner}</div>'
