"""What one agent sees in the decentralised mode: the window ahead of it; everything else is blank before it is sent.

    agents out of view    row, column, orientation, timeout and hits are 255
    apples out of view    not alive, with timer 255
    river out of view     clean

The window has the agent's own row of cells and those up to ``ahead`` in front, each as far as ``sideways`` to the left
and right; nothing behind. Walls do not block the view. Windows: Leibo et al. 2017, Perolat et al. 2017.
"""

from functools import cache
from typing import NamedTuple

from solon.tasks.games.maps import Map

UNSEEN = 255
_HEADINGS = ((-1, 0), (0, 1), (1, 0), (0, -1))  # north, east, south, west as (row, column)


@cache
def window_cells(board: Map, cell: int, orientation: int, ahead: int, sideways: int) -> tuple[int, ...]:
    """Return the cells in view from a place, walls included, in rising order."""
    row, column = divmod(cell, board.width)
    down, across = _HEADINGS[orientation]
    right_down, right_across = _HEADINGS[(orientation + 1) % 4]
    cells: list[int] = []
    for far in range(ahead + 1):
        for side in range(-sideways, sideways + 1):
            r, c = row + down * far + right_down * side, column + across * far + right_across * side
            if 0 <= r < board.height and 0 <= c < board.width:
                cells.append(r * board.width + c)
    return tuple(sorted(cells))


class _View(NamedTuple):
    cells: frozenset[int]
    things: bytes  # 255 for each byte of apples and river that is in view


class Blinds:
    """Cuts snapshots down to what an agent sees; see the module for the values of the rest."""

    def __init__(self, board: Map, n_agents: int, ahead: int, sideways: int) -> None:
        self._board = board
        self._n_agents = n_agents
        self._window = (ahead, sideways)
        apples, river = len(board.apples), len(board.river)
        blank = bytes([UNSEEN]) * (5 * n_agents) + bytes(apples) + bytes([UNSEEN]) * apples + bytes(river)
        self._size = len(blank)
        self._blank = int.from_bytes(blank, "little")
        self._views: dict[tuple[int, int], _View] = {}

    def cut(self, snapshot: bytes, agent: int) -> bytes:
        """Return the snapshot as one agent sees it, with as many bytes."""
        n, width = self._n_agents, self._board.width
        rows, columns = snapshot[:n], snapshot[n : 2 * n]
        cells = [row * width + column for row, column in zip(rows, columns, strict=True)]
        view = self._view(cells[agent], snapshot[2 * n + agent])
        seen = bytes([UNSEEN if cell in view.cells else 0 for cell in cells])
        # A byte of the mask is 255 where the truth goes through, else 0.
        mask = int.from_bytes(seen * 5 + view.things, "little")
        truth = int.from_bytes(snapshot, "little")
        return (self._blank ^ ((self._blank ^ truth) & mask)).to_bytes(self._size, "little")

    def _view(self, cell: int, orientation: int) -> _View:
        view = self._views.get((cell, orientation))
        if view is None:
            cells = frozenset(window_cells(self._board, cell, orientation, *self._window))
            apples, river = (
                bytes([UNSEEN if place in cells else 0 for place in places])
                for places in (self._board.apples, self._board.river)
            )
            view = self._views[cell, orientation] = _View(cells, apples + apples + river)
        return view
