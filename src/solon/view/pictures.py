"""Drawing the steps of a recording as pictures, with Pillow: a board, or the story where there is none."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from solon.playback import Board, Recording
from solon.view.palette import Colour, Palette, blend, shape
from solon.view.scenes import Scene, seats, shown

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_FINE: Final = 3  # points drawn for one that is shown, so that edges are smooth
_WIDTH: Final = 480  # points that a board may take
_HEIGHT: Final = 520
_FOOT: Final = 22
_LINES, _LINE, _LETTERS = 16, 18, 78  # of a story


class Artist:
    """Draws one recording; pictures of one recording have one size, with even sides."""

    def __init__(self, recording: Recording, title: str) -> None:
        from PIL import ImageFont

        board = recording.board
        names = (*board.fixed, *board.layers) if board else ()
        self._recording = recording
        self._title = title
        self._palette = Palette("light", names, seats(recording))
        self._font = ImageFont.load_default(12)
        self._story: list[str] = []
        if board is None:
            self._side = 0
            self.size: tuple[int, int] = (_WIDTH + 80, _LINES * _LINE + _FOOT + 12)
            return
        self._side = max(6, min(28, _WIDTH // board.columns, _HEIGHT // board.rows))
        width, height = board.columns * self._side, board.rows * self._side + _FOOT
        self.size = (max(width + width % 2, 340), height + height % 2)
        self._left = (self.size[0] - width) // 2
        self._ground = self._draw_ground(board)

    def pictures(self, every: int) -> Iterator["Image"]:
        """Yield a picture of every ``every``-th step, and of the last."""
        for scene in shown(self._recording, every):
            picture = self._told(scene) if self._recording.board is None else self._drawn(scene, self._recording.board)
            self._write_foot(picture, scene)
            yield picture

    def _draw_ground(self, board: Board) -> "Image":
        from PIL import Image, ImageDraw

        side = self._side * _FINE
        ground = Image.new("RGB", (board.columns * side, board.rows * side), self._palette["floor"])
        pen = ImageDraw.Draw(ground)
        for layer, cells in board.fixed.items():
            for cell in cells:
                pen.rectangle(_square(cell, board, side), self._palette.layer(layer))
        return ground

    def _drawn(self, scene: Scene, board: Board) -> "Image":
        from PIL import Image, ImageDraw

        side = self._side * _FINE
        fine = self._ground.copy()
        pen = ImageDraw.Draw(fine)
        for layer, cells in scene.layers.items():
            colour = self._palette.layer(layer)
            for cell in cells:
                _draw_thing(pen, _square(cell, board, side), colour, shape(layer))
        for layer, cells in scene.frame.flashes.items():
            colour = self._palette.layer(layer)
            for cell in cells:
                box = _square(cell, board, side)
                part = fine.crop((box[0], box[1], box[2] + 1, box[3] + 1))
                fine.paste(Image.blend(part, Image.new("RGB", part.size, colour), 0.45), box[:2])
        for seat, (cell, orientation, away) in enumerate(scene.frame.agents):
            left, top, right, bottom = _square(cell, board, side)
            colour = self._palette.agents[seat]
            colour = blend(colour, self._palette["floor"], 0.25) if away else colour
            _draw_agent(pen, ((left + right) / 2, (top + bottom) / 2), side, orientation, colour, self._palette["card"])
        picture = Image.new("RGB", self.size, self._palette["page"])
        picture.paste(fine.reduce(_FINE), (self._left, 0))
        return picture

    def _told(self, scene: Scene) -> "Image":
        from PIL import Image, ImageDraw

        picture = Image.new("RGB", self.size, self._palette["page"])
        pen = ImageDraw.Draw(picture)
        line = f"{scene.step:>4}  {_printable(scene.frame.caption)}"
        self._story = [*self._story[1 - _LINES :], line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…"]
        for row, line in enumerate(self._story):
            newest = row == len(self._story) - 1
            pen.text((10, 8 + row * _LINE), line, self._palette["ink" if newest else "soft"], font=self._font)
        return picture

    def _write_foot(self, picture: "Image", scene: Scene) -> None:
        from PIL import ImageDraw

        pen = ImageDraw.Draw(picture)
        width, height = self.size
        rest = f"step {scene.step}{scene.earned}"
        right = width - 6 - math.ceil(pen.textlength(rest, font=self._font))
        pen.text((right, height - _FOOT + 4), rest, self._palette["soft"], font=self._font)
        title = self._title
        while title and 6 + pen.textlength(title, font=self._font) > right - 12:
            title = title[:-2] + "…" if len(title) > 2 else ""
        pen.text((6, height - _FOOT + 4), title, self._palette["ink"], font=self._font)


def _square(cell: int, board: Board, side: int) -> tuple[int, int, int, int]:
    row, column = divmod(cell, board.columns)
    return column * side, row * side, (column + 1) * side - 1, (row + 1) * side - 1


def _draw_thing(pen: "ImageDraw", square: tuple[int, int, int, int], colour: Colour, form: str) -> None:
    left, top, right, bottom = square
    side = right - left + 1
    edge = 0.0 if form == "whole" else (0.14 if form in ("square", "frame") else 0.2) * side
    box = (left + edge, top + edge, right - edge, bottom - edge)
    if form in ("whole", "square"):
        pen.rectangle(box, colour)
    elif form == "frame":
        pen.rectangle(box, outline=colour, width=max(1, round(side * 0.12)))
    elif form == "diamond":
        x, y, reach = (left + right) / 2, (top + bottom) / 2, side * 0.36
        pen.polygon([(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)], colour)
    else:
        pen.ellipse(box, colour)


_POINTER = ((0.0, -0.48), (0.38, 0.4), (0.0, 0.22), (-0.38, 0.4))


def _draw_agent(  # what a figure is made of
    pen: "ImageDraw", centre: tuple[float, float], side: int, orientation: int, colour: Colour, edge: Colour, /
) -> None:
    x, y = centre
    line = max(1, round(side * 0.06))
    if orientation < 0:
        radius = side * 0.38
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), colour, edge, line)
        return
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[orientation % 4]
    corners = [(x + side * (a * cosine - b * sine), y + side * (a * sine + b * cosine)) for a, b in _POINTER]
    pen.polygon(corners, colour, edge, line)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
