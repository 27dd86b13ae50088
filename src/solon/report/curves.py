"""Invasion curves in SVG: a panel a pair, the returns of both against the number of mutants."""

import math
from collections.abc import Callable, Sequence
from html import escape

from solon.engine import Estimate
from solon.engine.match import Invasion
from solon.report.frame import framed

_PANEL_WIDTH, _PANEL_HEIGHT = 440, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 46, 40


def curves(invasions: Sequence[Invasion]) -> str:
    """Draw one panel for each pair that met, in two columns; a file of its own, light or dark as the reader likes."""
    pairs: dict[frozenset[str], Invasion] = {}
    for invasion in invasions:
        if invasion.points:
            pairs.setdefault(frozenset((invasion.mutant, invasion.resident)), invasion)
    columns = min(2, max(1, len(pairs)))
    rows = max(1, math.ceil(len(pairs) / columns))
    width, height = columns * _PANEL_WIDTH, rows * _PANEL_HEIGHT
    parts: list[str] = []
    for number, invasion in enumerate(pairs.values()):
        row, column = divmod(number, columns)
        parts.append(f'<g transform="translate({column * _PANEL_WIDTH} {row * _PANEL_HEIGHT})">{_panel(invasion)}</g>')
    if not pairs:
        parts.append(f'<text x="{_LEFT}" y="{_TOP}">No two programs met.</text>')
    return framed(parts, width, height, label="Invasion curves")


def _panel(invasion: Invasion) -> str:
    sides = (
        (invasion.mutant, "accent", [point.mutant for point in invasion.points]),
        (invasion.resident, "published", [point.resident for point in invasion.points]),
    )
    mutants = [point.mutants for point in invasion.points]
    ends = [
        end for _, _, estimates in sides for it in estimates for end in (it.mean, it.low, it.high) if end is not None
    ]
    low, high = min(ends), max(ends)
    low, high = (low, high) if high > low else (low - 1, high + 1)

    def x(count: int) -> float:
        span = max(1, mutants[-1] - mutants[0])
        return _LEFT + (count - mutants[0]) / span * (_PANEL_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _PANEL_HEIGHT - _BOTTOM - (value - low) / (high - low) * (_PANEL_HEIGHT - _TOP - _BOTTOM)

    parts: list[str] = []
    for value in (low, (low + high) / 2, high):
        parts.append(_line(_LEFT, _PANEL_WIDTH - _RIGHT, y(value)))
        parts.append(f'<text x="{_LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.4g}</text>')
    for place, (name, colour, estimates) in enumerate(sides):
        points = [(x(count), it) for count, it in zip(mutants, estimates, strict=True)]
        band = _band(points, y)
        if band:
            parts.append(f'<polygon points="{band}" fill="var(--{colour})" opacity="0.18"/>')
        line = " ".join(f"{at:.1f},{y(it.mean):.1f}" for at, it in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="var(--{colour})" stroke-width="2"/>')
        parts += [f'<circle cx="{at:.1f}" cy="{y(it.mean):.1f}" r="3" fill="var(--{colour})"/>' for at, it in points]
        middle = _LEFT + place * (_PANEL_WIDTH - _LEFT) / 2
        parts.append(f'<circle cx="{middle + 4:.1f}" cy="20" r="4" fill="var(--{colour})"/>')
        parts.append(f'<text class="name" x="{middle + 14:.1f}" y="24">{escape(name)}</text>')
    bottom = _PANEL_HEIGHT - _BOTTOM + 18
    parts += [
        f'<text x="{x(count):.1f}" y="{bottom}" text-anchor="middle">{count}</text>'
        for count in mutants[:: _gap(len(mutants))]
    ]
    label = f"seats of {escape(invasion.mutant)}; mean return of a seat"
    parts.append(
        f'<text x="{(_LEFT + _PANEL_WIDTH - _RIGHT) / 2:.1f}" y="{bottom + 16}" text-anchor="middle">{label}</text>'
    )
    return "".join(parts)


def _gap(count: int) -> int:
    """Return how many ticks to skip so that their numbers do not touch."""
    return math.ceil(count / 16)


def _line(left: float, right: float, y: float) -> str:
    return f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--line)"/>'


def _band(points: Sequence[tuple[float, Estimate]], y: Callable[[float], float]) -> str:
    upper = [f"{at:.1f},{y(it.high):.1f}" for at, it in points if it.high is not None]
    lower = [f"{at:.1f},{y(it.low):.1f}" for at, it in points if it.low is not None]
    return " ".join([*upper, *reversed(lower)])
