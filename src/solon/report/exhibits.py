"""The panels that a family of tasks adds to a page: texts, steps and tables of each recorded arm, side by side."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from solon.playback import Exhibit

_LONGEST = 40_000
"""Characters of a text, and a limit on the steps and rows together, that a page shows."""

_LINES = 400

_WIDE = 4
"""Columns from which tables stand below each other, not side by side."""

_SHORT = 18
"""Letters of a cell up to which it stays on one line."""

_LONG_WORD = re.compile(r"(\S{25,})")
_PIECE = re.compile(r"\w{1,24}[^\w\s]?|[^\w\s]")

_NONE = '<p class="none">none</p>'


def exhibits(arms: Mapping[str, Sequence[Exhibit]]) -> str:
    """Return the exhibits of several arms, those of one title beside each other; nothing where there are none.

    What is the same in all arms is shown once and named by none.
    """
    titles = dict.fromkeys(it.title for several in arms.values() for it in several)
    panels = ""
    for title in titles:
        shown = {arm: it for arm, several in arms.items() for it in several if it.title == title}
        same = len(shown) == len(arms) and len(set(shown.values())) == 1
        drawn = dict(list(shown.items())[:1]) if same else shown
        columns = "".join(_panel(arm, it, named=not same) for arm, it in drawn.items())
        wide = " wide" if any(len(it.head) >= _WIDE for it in drawn.values()) else ""
        panels += f'<h3>{escape(title)}</h3><div class="exhibits{wide}">{columns}</div>'
    return panels


def _panel(arm: str, it: Exhibit, *, named: bool) -> str:
    head = f'<p class="soft">{escape(arm)}</p>' if named else ""
    content = f"{_text(it)}{_steps(it)}{_table(it)}" or _NONE
    return f'<div class="exhibit">{head}{content}</div>'


def _text(it: Exhibit) -> str:
    if not it.text:
        return ""
    cut = f"{it.text[:_LONGEST]}\n..." if len(it.text) > _LONGEST else it.text
    return f'<pre tabindex="0"><code>{escape(cut)}</code></pre>'


def _steps(it: Exhibit) -> str:
    if not it.steps:
        return ""
    lines = "".join(f"<li{_mark(place, it)}>{escape(step)}</li>" for place, step in enumerate(it.steps[:_LINES]))
    return f'<ol class="exhibit-steps">{lines}</ol>{_left_out(len(it.steps))}'


def _table(it: Exhibit) -> str:
    if not it.rows:
        return _NONE if it.head else ""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in it.head)
    body = "".join(
        f"<tr{_mark(place, it)}>{''.join(_cell(cell) for cell in row)}</tr>"
        for place, row in enumerate(it.rows[:_LINES])
    )
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    table = f"<table>{top}<tbody>{body}</tbody></table>"
    return f'<div class="exhibit-table" tabindex="0">{table}</div>{_left_out(len(it.rows))}'


def _cell(cell: str) -> str:
    kind = ' class="short"' if len(cell) <= _SHORT else ""
    return f"<td{kind}>{_breakable(cell)}</td>"


def _breakable(cell: str) -> str:
    """Return a cell in which a long word may be broken after a sign or 24 letters, and a short one nowhere."""
    parts = _LONG_WORD.split(cell)  # every second one is a long word
    return "".join(
        "<wbr>".join(map(escape, _PIECE.findall(it))) if at % 2 else escape(it) for at, it in enumerate(parts)
    )


def _mark(place: int, it: Exhibit) -> str:
    return ' class="trouble"' if place in it.trouble else ""


def _left_out(count: int) -> str:
    return f'<p class="soft">and {count - _LINES} more</p>' if count > _LINES else ""
