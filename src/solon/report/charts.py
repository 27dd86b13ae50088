"""Drawings of a page that keep their type at every width: places across are per cent, places down are pixels.

Why no chart library draws them stands in ``docs/design/report.md``.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from solon.contract import Value

_HEIGHT = 220
_TOP, _BOTTOM = 10, 24
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
    return f"{value:,.0f}" if size >= 1000 else f"{value:.1f}" if size >= 100 else f"{value:.2f}"


def half_width(mean: float, low: float, high: float) -> str:
    """Return half of an interval; what is left of rounding alone is 0."""
    half = (high - low) / 2
    return figure(half if half > 1e-9 * abs(mean) else 0.0)


def bars(rows: Sequence[Bar], bound: float | None, *, name: str) -> str:
    """Draw rows as dots with whiskers on a common scale, and the proved bound as a dashed line."""
    ends = [row.mean for row in rows] + [end for row in rows for end in (row.low, row.high) if end is not None]
    if bound is not None:
        ends.append(bound)
    low = min(0.0, *ends)
    high = max(0.0, *ends) or (1.0 if low == 0.0 else 0.0)

    def x(value: float) -> str:
        return f"{1 + 98 * (value - low) / (high - low):.2f}%"

    lines = _upright(x(0.0), "axis")
    if bound is not None:
        lines += _upright(x(bound), "bound")
    drawn = "".join(
        f'<div class="bar {escape(row.colour)}"><span class="label">{escape(row.label)}</span>'
        f'<svg height="26" aria-hidden="true">{lines}{_whisker(row, x)}</svg>'
        f'<span class="value">{_value(row)}</span></div>'
        for row in rows
    )
    words = f"proved bound {figure(bound)}" if bound is not None else ""
    end = f"<span>{figure(high)}</span>" if bound != high else ""  # once is enough
    scale = f'<p class="scale"><span>{figure(low)}</span><span class="bound">{words}</span>{end}</p>'
    return f'<div class="bars" role="group" aria-label="{escape(name)}, arms with intervals">{drawn}{scale}</div>'


def _upright(x: str, kind: str) -> str:
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="0" y2="26"/>'


def _whisker(row: Bar, x: Callable[[float], str]) -> str:
    line = ""
    if row.low is not None and row.high is not None:
        line = f'<line class="whisker" x1="{x(row.low)}" x2="{x(row.high)}" y1="13" y2="13"/>'
    return f'{line}<circle class="mean" cx="{x(row.mean)}" cy="13" r="5"/>'


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
    """Draw for each bin the middle half of its scores, its best, and the best so far as a line."""
    scores = sorted(it for one in bins for it in one.scores)
    if not scores:
        return "<p>No candidate was valid.</p>"
    low, high = visible(scores, less=less)
    parts = [
        f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>' for y in (_TOP, _middle(), _HEIGHT - _BOTTOM)
    ]
    step, best, before = 100 / len(bins), math.nan, math.nan
    for place, one in enumerate(bins):
        left, centre = place * step, (place + 0.5) * step
        if one.scores:
            own = min(one.scores) if less else max(one.scores)
            if math.isnan(best) or (own < best if less else own > best):
                best = own
            parts += _column(one, (centre, step), (low, high), own)
        if not math.isnan(best):
            y = _y(best, low, high)
            if not math.isnan(before) and before != best:
                parts.append(_line("best", (left, left), (_y(before, low, high), y)))
            parts.append(_line("best", (left, left + step), (y, y)))
            before = best
    labels = (high, (low + high) / 2, low)
    marks = "".join(
        f'<text x="100%" y="{_y(it, low, high) + 4:.1f}" text-anchor="end">{figure(it)}</text>' for it in labels
    )
    first, last = escape(bins[0].label), escape(bins[-1].label)
    parts.append(
        f'<text x="0" y="{_HEIGHT - 6}">{first}</text><text x="100%" y="{_HEIGHT - 6}" text-anchor="end">{last}</text>'
    )
    words = f"{name} by {bins[0].label.partition(' ')[0]}; best {figure(best)}"
    return (
        f'<div class="plot" role="img" aria-label="{escape(words)}"><svg class="marks" height="{_HEIGHT}">{marks}</svg>'
        f'<svg height="{_HEIGHT}">{"".join(parts)}</svg></div>'
    )


def _column(one: Bin, place: tuple[float, float], span: tuple[float, float], own: float) -> Iterator[str]:
    """Draw one bin at (centre, width), in per cent."""
    (centre, step), (low, high) = place, span
    ordered = sorted(one.scores)
    upper, lower = (_y(ordered[round(share * (len(ordered) - 1))], low, high) for share in (0.75, 0.25))
    hint = f"{one.label}: {len(ordered)} valid, {one.rejected} rejected, best {figure(own)}"
    if len(ordered) > 1:
        yield (
            f'<rect class="half" x="{centre - 0.32 * step:.2f}%" width="{0.64 * step:.2f}%" y="{upper:.1f}" '
            f'height="{max(1.5, lower - upper):.1f}"/>'
        )
    yield (
        f'<circle class="own" cx="{centre:.2f}%" cy="{_y(own, low, high):.1f}" '
        f'r="3.5"><title>{escape(hint)}</title></circle>'
    )


def visible(ordered: Sequence[float], *, less: bool) -> tuple[float, float]:
    """Return the span of scores to draw, from sorted ones: the good ones all, of the bad ones no far outliers."""
    low, high = ordered[0], ordered[-1]
    lower, upper = (ordered[round(share * (len(ordered) - 1))] for share in (0.25, 0.75))
    reach = 3 * (upper - lower) or (high - low)
    low, high = (low, min(high, upper + reach)) if less else (max(low, lower - reach), high)
    return (low, high) if high > low else (low - 1, high + 1)


def _middle() -> float:
    return (_TOP + _HEIGHT - _BOTTOM) / 2


def _y(score: float, low: float, high: float) -> float:
    share = min(1.0, max(0.0, (score - low) / (high - low)))
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)


def _line(kind: str, across: tuple[float, float], down: tuple[float, float]) -> str:
    return f'<line class="{kind}" x1="{across[0]:.2f}%" x2="{across[1]:.2f}%" y1="{down[0]:.1f}" y2="{down[1]:.1f}"/>'
