"""Two small drawings in SVG: arms with their intervals, and scores over the search."""

import math
from collections.abc import Sequence
from html import escape

from solon.contract import Value

_WIDTH = 880
_LETTER = 6.6  # width of a letter of a label, about
_RIGHT = 70


class Bar(Value, frozen=True):
    """One row: a mean, its interval if measured here, and which colour it takes."""

    label: str
    mean: float
    low: float | None
    high: float | None
    colour: str


def bars(rows: Sequence[Bar], bound: float | None) -> str:
    """Draw rows as dots with whiskers on a common scale, and the proved bound as a line."""
    ends = [row.mean for row in rows] + [end for row in rows for end in (row.low, row.high) if end is not None]
    low = min(0.0, *ends)
    high = max(bound or 0.0, *ends) or 1.0
    left = 24 + min(_LETTER * max(len(row.label) for row in rows), _WIDTH / 2)
    height = 30 * len(rows) + 34

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * (_WIDTH - left - _RIGHT)

    parts = [f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="Arms with intervals">']
    parts.append(_vertical(x(0.0), height, "var(--line)", ""))
    if bound is not None:
        parts.append(_vertical(x(bound), height, "var(--accent)", f"proved bound {bound:.2f}"))
    for index, row in enumerate(rows):
        y = 30 * index + 20
        colour = f"var(--{row.colour})"
        parts.append(f'<text class="name" x="{left - 14}" y="{y + 4}" text-anchor="end">{escape(row.label)}</text>')
        if row.low is not None and row.high is not None:
            ends_at = f'x1="{x(row.low):.1f}" x2="{x(row.high):.1f}" y1="{y}" y2="{y}"'
            parts.append(f'<line {ends_at} stroke="{colour}" stroke-width="3"/>')
        fill = colour if row.colour != "published" else "none"
        parts.append(
            f'<circle cx="{x(row.mean):.1f}" cy="{y}" r="5" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(f'<text x="{x(max(row.mean, row.high or row.mean)) + 12:.1f}" y="{y + 4}">{row.mean:.2f}</text>')
    parts.append("</svg>")
    return "".join(parts)


def _vertical(x: float, height: int, colour: str, label: str) -> str:
    dashes = ' stroke-dasharray="4 4"' if label else ""
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 18}" stroke="{colour}"{dashes}/>'
    text = f'<text x="{x:.1f}" y="{height - 4}" text-anchor="middle">{escape(label)}</text>' if label else ""
    return line + text


def search(scores: Sequence[tuple[int, float]], winner: int | None, *, less: bool = False) -> str:
    """Draw the search score of every valid candidate by number, and the best so far as a line.

    With ``less``, less is better.
    """
    height, bottom = 240, 26
    if not scores:
        return "<p>No candidate was valid.</p>"
    last = max(number for number, _ in scores) or 1
    low, high = min(score for _, score in scores), max(score for _, score in scores)
    low, high = (low, high) if high > low else (low - 1, high + 1)

    def x(number: int) -> float:
        return 60 + number / last * (_WIDTH - 80)

    def y(score: float) -> float:
        return height - bottom - (score - low) / (high - low) * (height - bottom - 14)

    parts = [f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="Scores over the search">']
    for score in (low, (low + high) / 2, high):
        parts.append(f'<line x1="60" x2="{_WIDTH - 20}" y1="{y(score):.1f}" y2="{y(score):.1f}" stroke="var(--line)"/>')
        parts.append(f'<text x="50" y="{y(score) + 4:.1f}" text-anchor="end">{score:.2f}</text>')
    best, path = math.nan, ""
    for number, score in scores:
        if math.isnan(best) or (score < best if less else score > best):
            before = (high if less else low) if math.isnan(best) else best
            path += f"{'L' if path else 'M'}{x(number):.1f} {y(before):.1f} L{x(number):.1f} {y(score):.1f} "
            best = score
    path += f"L{x(last):.1f} {y(best):.1f}"
    parts.append(f'<path d="{path}" fill="none" stroke="var(--accent)" stroke-width="1.5"/>')
    for number, score in scores:
        colour, radius = ("accent", 5.5) if number == winner else ("other", 2.5)
        parts.append(f'<circle cx="{x(number):.1f}" cy="{y(score):.1f}" r="{radius}" fill="var(--{colour})"/>')
    parts.append(f'<text x="60" y="{height - 6}">candidate 0</text>')
    parts.append(f'<text x="{_WIDTH - 20}" y="{height - 6}" text-anchor="end">candidate {last}</text></svg>')
    return "".join(parts)
