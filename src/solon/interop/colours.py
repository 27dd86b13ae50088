"""Pictures of a game's state: the whole board or what one agent sees, a colour a cell."""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from solon.tasks.games.kernel import Kernel
from solon.tasks.games.maps import Map

Pixels = npt.NDArray[np.uint8]

_FLOOR, _WALL, _APPLE, _WATER, _WASTE, _STREAM, _BEAM, _OTHER, _SELF, _AWAY, _GOLD = range(11)
PALETTE: Final[Pixels] = np.array(
    [
        (24, 26, 30),  # floor
        (110, 114, 122),  # wall, and beyond the edge
        (86, 180, 80),  # apple, or iron
        (66, 120, 190),  # clean river
        (140, 96, 48),  # waste
        (110, 170, 215),  # stream
        (240, 210, 80),  # beam
        (214, 84, 84),  # another agent
        (120, 200, 255),  # the agent itself
        (70, 60, 70),  # an agent in timeout
        (255, 150, 20),  # gold, struck or not
    ],
    np.uint8,
)
"""Red, green and blue by kind of cell."""


def board_kinds(kernel: Kernel, focal: int | None = None) -> Pixels:
    """Return the kind of each cell, flat, with one entry more for what lies beyond the edge."""
    kinds = _ground(kernel.board).copy()
    sites, alive = np.array(kernel.board.apples, np.intp), np.frombuffer(kernel.alive, np.uint8)[:-1]
    kinds[sites[alive == 1]] = _APPLE
    kinds[sites[alive > 1]] = _GOLD
    if kernel.board.river:
        kinds[np.array(kernel.board.river, np.intp)[np.frombuffer(kernel.waste, np.uint8) == 1]] = _WASTE
    for beam in kernel.beams.values():
        kinds[list(beam)] = _BEAM
    for agent, cell in enumerate(kernel.cells):
        kinds[cell] = _AWAY if kernel.timeouts[agent] else _OTHER
    if focal is not None:
        kinds[kernel.cells[focal]] = _SELF
    return kinds


def board_picture(kernel: Kernel) -> Pixels:
    """Return the whole board, (height, width, 3)."""
    board = kernel.board
    return PALETTE[board_kinds(kernel)[:-1].reshape(board.height, board.width)]


def egocentric_picture(kernel: Kernel, agent: int, ahead: int, sideways: int) -> Pixels:
    """Return what an agent sees, itself in the middle of the last row and looking up.

    Shape (ahead + 1, 2 sideways + 1, 3), as the windows of Leibo et al. 2017. In timeout everything is dark.
    """
    if kernel.timeouts[agent]:
        return np.zeros((ahead + 1, 2 * sideways + 1, 3), np.uint8)
    cells = _window(kernel.board, kernel.cells[agent], kernel.orientations[agent], ahead, sideways)
    return PALETTE[board_kinds(kernel, agent)[cells]]


@cache
def _ground(board: Map) -> Pixels:
    kinds = np.full(board.size + 1, _FLOOR, np.uint8)
    kinds[board.size] = _WALL
    kinds[list(board.walls)] = _WALL
    kinds[list(board.river)] = _WATER
    kinds[list(board.stream)] = _STREAM
    kinds.setflags(write=False)
    return kinds


@cache
def _window(board: Map, cell: int, orientation: int, ahead: int, sideways: int) -> npt.NDArray[np.intp]:
    """Return the cells in view by rows from far to near and columns from left to right; the size is beyond the edge."""
    row, column = divmod(cell, board.width)
    down, across = ((-1, 0), (0, 1), (1, 0), (0, -1))[orientation]
    right_down, right_across = across, -down
    far = np.arange(ahead, -1, -1)[:, None]
    side = np.arange(-sideways, sideways + 1)[None, :]
    rows, columns = row + down * far + right_down * side, column + across * far + right_across * side
    inside = (rows >= 0) & (rows < board.height) & (columns >= 0) & (columns < board.width)
    return np.where(inside, rows * board.width + columns, board.size)
