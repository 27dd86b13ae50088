"""A payoff matrix in SVG: who plays, against whom, and what a seat returns; the higher, the darker."""

from collections.abc import Sequence
from html import escape

from solon.engine import Estimate
from solon.report.frame import LETTER, framed

_CELL_WIDTH, _CELL_HEIGHT = 92, 40
_TOP, _MARGIN = 66, 16
_LONGEST = 30  # letters of a name


def payoff_matrix(names: Sequence[str], cells: Sequence[Sequence[Estimate | None]], *, title: str) -> str:
    """Draw the matrix; ``cells[row][column]`` is the row's return against the column, None where a program failed.

    Columns are numbered as the rows are, so that long names stand once.
    """
    left = _MARGIN + LETTER * (5 + max(len(_short(name)) for name in names))
    width, height = left + _CELL_WIDTH * len(names) + _MARGIN, _TOP + _CELL_HEIGHT * len(names) + 40
    means = [cell.mean for row in cells for cell in row if cell is not None]
    low, high = min(means, default=0.0), max(means, default=0.0)
    parts = [f'<text class="name" x="{_MARGIN}" y="26" style="font-weight: 600">{escape(title)}</text>']
    for number, (name, row) in enumerate(zip(names, cells, strict=True), 1):
        y = _TOP + _CELL_HEIGHT * (number - 1)
        middle = y + _CELL_HEIGHT / 2 + 4
        parts.append(f'<text class="name" x="{_MARGIN}" y="{middle}">{number}  {escape(_short(name))}</text>')
        x = left + _CELL_WIDTH * (number - 0.5)
        parts.append(f'<text x="{x:.0f}" y="{_TOP - 10}" text-anchor="middle">against {number}</text>')
        for place, cell in enumerate(row):
            parts.append(_cell(cell, left + _CELL_WIDTH * place, y, (low, high)))
    note = "mean return of a seat, half of the seats each; ± half of the 95 % interval; self-play on the diagonal"
    parts.append(f'<text x="{_MARGIN}" y="{height - 14}">{note}</text>')
    return framed(parts, max(width, 640), height, label=title)


def _cell(cell: Estimate | None, x: float, y: float, span: tuple[float, float]) -> str:
    centre = x + _CELL_WIDTH / 2
    box = f'x="{x + 1:.1f}" y="{y + 1}" width="{_CELL_WIDTH - 2}" height="{_CELL_HEIGHT - 2}" rx="3"'
    if cell is None:
        words = f'<text x="{centre:.1f}" y="{y + 24}" text-anchor="middle">invalid</text>'
        return f'<rect {box} fill="none" stroke="var(--alarm)"/>{words}'
    low, high = span
    share = (cell.mean - low) / (high - low) if high > low else 0.5
    found = f'<rect {box} fill="var(--accent)" opacity="{0.06 + 0.44 * share:.3f}"/>'
    found += f'<text class="name" x="{centre:.1f}" y="{y + 18}" text-anchor="middle">{cell.mean:.1f}</text>'
    if cell.low is not None and cell.high is not None:
        half = (cell.high - cell.low) / 2
        found += f'<text x="{centre:.1f}" y="{y + 33}" text-anchor="middle">± {half:.1f}</text>'
    return found


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"...{name[3 - _LONGEST :]}"
