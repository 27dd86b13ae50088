"""A recording in the terminal: coloured cells, each two columns wide where there is room, else half a character."""

import time
from collections.abc import Callable
from typing import Final

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.style import Style
from rich.text import Text

from solon.playback import Board, Recording
from solon.view.palette import Colour, Palette, blend, shape
from solon.view.scenes import Scene, scenes, seats, shown

_POINTERS: Final = "▲▶▼◀"
_SIGNS: Final = {"disc": "●", "square": "■", "frame": "□", "diamond": "◆"}
_LINES: Final = 12  # of a story


class Screen:
    """Draws the steps of one recording for a terminal; the dark palette, because most terminals are dark."""

    def __init__(self, recording: Recording, title: str) -> None:
        board = recording.board
        names = (*board.fixed, *board.layers) if board else ()
        self._recording = recording
        self._title = title
        self._palette = Palette("dark", names, seats(recording))
        self._story: list[Text] = []
        self._ground: list[Colour] = []
        if board is not None:
            self._ground = [self._palette["floor"]] * (board.rows * board.columns)
            for layer, cells in board.fixed.items():
                for cell in cells:
                    self._ground[cell] = self._palette.layer(layer)

    def draw(self, scene: Scene, width: int, height: int) -> RenderableType:
        """Return one step, to fit a terminal of that size; what does not fit is left out at the right and below."""
        head = Text.assemble(
            (self._title, "bold"),
            f"  step {scene.step} of {len(self._recording.frames) - 1}{scene.earned}",
        )
        board = self._recording.board
        if board is None:
            return Group(_fitting(head, width), *self._tell(scene, width, height))
        rows = max(1, height - 3)
        wide = 2 * board.columns <= width and board.rows <= rows
        draw = self._wide if wide else self._half
        caption = Text(_printable(scene.frame.caption), "dim")
        return Group(_fitting(head, width), *draw(board, scene, width)[:rows], _fitting(caption, width))

    def _tell(self, scene: Scene, width: int, height: int) -> list[Text]:
        for line in self._story[-1:]:
            line.stylize("dim")
        self._story.append(_fitting(Text(f"{scene.step:>5}  {_printable(scene.frame.caption)}"), width))
        del self._story[: -min(_LINES, max(1, height - 2))]
        return self._story

    def _cells(self, scene: Scene) -> list[Colour]:
        cells = list(self._ground)
        for layer, covered in scene.layers.items():
            for cell in covered:
                cells[cell] = self._palette.layer(layer)
        for layer, covered in scene.frame.flashes.items():
            for cell in covered:
                cells[cell] = blend(self._palette.layer(layer), cells[cell], 0.45)
        return cells

    def _wide(self, board: Board, scene: Scene, _width: int) -> list[Text]:
        cells = self._cells(scene)
        grounds = self._ground
        lines: list[Text] = []
        agents = {cell: (seat, turned) for seat, (cell, turned, away) in enumerate(scene.frame.agents) if not away}
        dots = {cell: layer for layer, covered in scene.layers.items() if shape(layer) != "whole" for cell in covered}
        flashed = {cell for covered in scene.frame.flashes.values() for cell in covered}
        for row in range(board.rows):
            line = Text(no_wrap=True)
            for cell in range(row * board.columns, (row + 1) * board.columns):
                below = cells[cell] if cell in flashed or cell not in dots else grounds[cell]
                if cell in agents:
                    seat, turned = agents[cell]
                    sign = _POINTERS[turned % 4] if turned >= 0 else "●"
                    line.append(f"{sign} ", _style(self._palette.agents[seat], below, bold=True))
                elif cell in dots:
                    line.append(f"{_SIGNS[shape(dots[cell])]} ", _style(self._palette.layer(dots[cell]), below))
                else:
                    line.append("  ", _style(below, below))
            lines.append(line)
        return lines

    def _half(self, board: Board, scene: Scene, width: int) -> list[Text]:
        """Draw two rows of cells as one line of upper half blocks."""
        cells = self._cells(scene)
        for seat, (cell, _, away) in enumerate(scene.frame.agents):
            colour = self._palette.agents[seat]
            cells[cell] = blend(colour, cells[cell], 0.3) if away else colour
        cells += [self._palette["page"]] * board.columns
        lines: list[Text] = []
        for row in range(0, board.rows, 2):
            line = Text(no_wrap=True)
            for column in range(min(board.columns, width)):
                upper = row * board.columns + column
                line.append("▀", _style(cells[upper], cells[upper + board.columns]))
            lines.append(line)
        return lines


def play(  # the parts of a performance
    console: Console,
    recording: Recording,
    title: str,
    *,
    fps: float,
    every: int,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Play a recording once and leave its last step on the screen."""
    screen = Screen(recording, title)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        due = time.monotonic()
        for scene in shown(recording, every):
            size = console.size
            live.update(screen.draw(scene, size.width, size.height), refresh=True)
            due = max(due + 1 / fps, time.monotonic() - 1 / fps)  # a slow terminal is not made up for by haste
            sleep(max(0.0, due - time.monotonic()))


def tell(console: Console, recording: Recording, title: str) -> None:
    """Print what happened as plain lines: the moments, or every caption where there are none."""
    story = [(it.step, it.text) for it in recording.moments]
    for step, text in story or [(step, it.caption) for step, it in enumerate(recording.frames) if it.caption]:
        console.print(f"step {step:>4}  {_printable(text)}", soft_wrap=True)
    *_, last = scenes(recording)
    console.print(f"{title}: {last.step} step{'s' * (last.step != 1)}{last.earned}", soft_wrap=True)


def _fitting(text: Text, width: int) -> Text:
    if cell_len(text.plain) > width:
        text.truncate(width, overflow="ellipsis")
    return text


def _style(over: Colour, under: Colour, *, bold: bool = False) -> Style:
    return Style(color="#{:02x}{:02x}{:02x}".format(*over), bgcolor="#{:02x}{:02x}{:02x}".format(*under), bold=bold)


def _printable(text: str) -> str:
    """Leave out what a terminal could take for a command; programs choose some captions."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
