"""The figure of an experiment: a panel a table, every row a dot on the scale of the first column's metric."""

from collections.abc import Callable, Sequence
from html import escape

from solon.bench.results import Column, Result, Row, TableResult
from solon.report.frame import LETTER, framed

_WIDTH, _LINE, _HEAD, _FOOT = 980, 24, 58, 56
_CELL = 58  # width of a column of figures at the right
_LONGEST = 52  # letters of a label
_FAR = 0.35  # what lies farther below zero than this share of the best is named, not drawn


def figure(result: Result) -> str:
    """Draw the tables one under the other, best rows first; hollow dots are published figures."""
    parts: list[str] = []
    top = 0.0
    for table in result.tables:
        drawn, height = _panel(table, table.columns or result.columns)
        parts.append(f'<g transform="translate(0 {top:.0f})">{drawn}</g>')
        top += height
    return framed(parts, _WIDTH, top, label=result.title)


def in_order(rows: Sequence[Row], metric: str) -> list[Row]:
    """Return the rows that have the metric, the largest first."""
    return sorted((row for row in rows if metric in row.metrics), key=lambda row: -row.metrics[metric].mean)


def full_label(row: Row) -> str:
    """Return a row's label with what the proposer saw, where the label does not say so."""
    return f"{row.label}, {row.feedback}" if row.feedback and row.feedback not in row.label else row.label


def _panel(table: TableResult, columns: Sequence[Column]) -> tuple[str, float]:
    goal, others = columns[0], columns[1:3]
    rows = in_order(table.rows, goal.metric)
    if not rows:
        return f'<text class="name" x="16" y="26">{escape(table.title)}: nothing was measured</text>', _HEAD
    best = max(table.bound or 0.0, rows[0].metrics[goal.metric].mean, 1e-9)
    near = [row for row in rows if row.metrics[goal.metric].mean >= -_FAR * best]
    shown = near or rows
    lowest = [end for it in shown for end in (it.metrics[goal.metric].low or 0.0, it.metrics[goal.metric].mean)]
    low = max(-_FAR * best if near else min(lowest), min(0.0, *lowest))
    left = 30 + LETTER * min(_LONGEST, max(len(_name(row)) for row in shown))
    right = _WIDTH - 70 - _CELL * len(others)

    def x(value: float) -> float:
        return left + (min(max(value, low), best) - low) / (best - low) * (right - left)

    bottom = _HEAD + _LINE * len(shown)
    parts = [
        f'<text class="name" x="16" y="26" style="font-weight: 600">{escape(table.title)}</text>',
        _rule(x(0.0), bottom, ""),
    ]
    parts += _cells([escape(column.heading) for column in (goal, *others)], _HEAD - 12)
    if table.bound is not None:
        parts.append(_rule(x(table.bound), bottom, f"proved bound {table.bound:.2f}"))
    for number, row in enumerate(shown):
        y = _HEAD + _LINE * number + _LINE / 2
        parts.append(
            f'<text class="name" x="{left - 14:.1f}" y="{y + 4}" text-anchor="end">{escape(_name(row))}</text>'
        )
        parts.append(_dot(row, goal, x, y))
        values = [(row.metrics.get(column.metric), column.digits) for column in (goal, *others)]
        parts += _cells([f"{value.mean:.{digits}f}" if value else "" for value, digits in values], y + 4)
    left_out = [f"{row.label} {row.metrics[goal.metric].mean:.2f}" for row in rows if row not in shown]
    note = f"; off the scale: {', '.join(left_out)}" if left_out else ""
    words = f"hollow: published; filled: measured here, line: 95 % interval{note}"
    parts.append(f'<text x="16" y="{bottom + 36}">{escape(words)}</text>')
    return "".join(parts), bottom + _FOOT


def _cells(texts: Sequence[str], y: float) -> list[str]:
    """Return texts in columns that end at the right."""
    ends = [_WIDTH - 16 - _CELL * (len(texts) - 1 - place) for place in range(len(texts))]
    return [f'<text x="{at}" y="{y}" text-anchor="end">{text}</text>' for at, text in zip(ends, texts, strict=True)]


def _dot(row: Row, goal: Column, x: Callable[[float], float], y: float) -> str:
    value = row.metrics[goal.metric]
    published = row.kind == "published"
    colour = {"published": "published", "baseline": "other"}.get(row.kind if published else row.group, "accent")
    found = ""
    if value.low is not None and value.high is not None:
        ends = f'x1="{x(value.low):.1f}" x2="{x(value.high):.1f}" y1="{y}" y2="{y}"'
        found = f'<line {ends} stroke="var(--{colour})" stroke-width="3"/>'
    fill = "var(--page)" if published else f"var(--{colour})"
    dot = f'<circle cx="{x(value.mean):.1f}" cy="{y}" r="4.5" fill="{fill}" stroke="var(--{colour})" stroke-width="2"/>'
    return found + dot


def _rule(x: float, bottom: float, label: str) -> str:
    dashes = ' stroke-dasharray="4 4"' if label else ""
    colour = "var(--accent)" if label else "var(--line)"
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_HEAD - 8}" y2="{bottom}" stroke="{colour}"{dashes}/>'
    words = f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{label}</text>' if label else ""
    return line + words


def _name(row: Row) -> str:
    label = full_label(row)
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 3]}..."
