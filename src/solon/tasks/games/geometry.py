"""Tables of a map that helpers answer from: distances between all cells, neighbours and beams.

Agents step to the four neighbours, walls block and agents do not. Directions are map directions, 0 north, 1 east,
2 south, 3 west; ties between first steps go to north, south, west, east in this order, as in the published search.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from solon.tasks.games.maps import Map

UNREACHABLE = 255
FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, ROTATE_LEFT, ROTATE_RIGHT, BEAM, STAND, CLEAN = range(9)

NORTH, EAST, SOUTH, WEST = range(4)
SEARCH_ORDER = (NORTH, SOUTH, WEST, EAST)
UNIT_STEPS = ((-1, 0), (0, 1), (1, 0), (0, -1))  # by direction

_RELATIVE = (FORWARD, STEP_RIGHT, BACKWARD, STEP_LEFT)  # by quarter turns clockwise from the agent's orientation
STEP_ACTIONS = tuple(tuple(_RELATIVE[(direction - facing) % 4] for direction in range(4)) for facing in range(4))


def distance_table(walls: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """Return the steps between all pairs of cells, (cells, cells) and read-only; 255 where there is no path.

    One breadth-first search from all sources at once. Raises ValueError when a path needs more than 254 steps.
    """
    height, width = walls.shape
    cells = height * width
    table = np.full((cells, height, width), UNREACHABLE, np.uint8)
    sources = np.flatnonzero(~walls)
    frontier = np.zeros((cells, height, width), np.bool_)
    frontier[sources, sources // width, sources % width] = True
    unreached = np.broadcast_to(~walls, frontier.shape) & ~frontier
    steps = 0
    while frontier.any():
        if steps == UNREACHABLE:
            raise ValueError(f"a map of {height} x {width} has a path of more than 254 steps; use a more open map")
        np.copyto(table, np.uint8(steps), where=frontier)
        steps += 1
        grown = np.zeros_like(frontier)
        grown[:, 1:] |= frontier[:, :-1]
        grown[:, :-1] |= frontier[:, 1:]
        grown[:, :, 1:] |= frontier[:, :, :-1]
        grown[:, :, :-1] |= frontier[:, :, 1:]
        grown &= unreached
        unreached ^= grown
        frontier = grown
    table = table.reshape(cells, cells)
    table.setflags(write=False)
    return table


class Geometry:
    """The tables of one map and one beam; built before any program is loaded and never changed."""

    def __init__(self, game_map: Map, *, beam_length: int, beam_width: int, walls_stop_beams: bool = False) -> None:
        self.map = game_map
        self.height, self.width = game_map.height, game_map.width
        self.beam_length, self.beam_width = beam_length, beam_width
        self.walls_stop_beams = walls_stop_beams
        walls = np.zeros(game_map.size, np.bool_)
        walls[list(game_map.walls)] = True
        # Cell -1 is where an agent out of view stands; as Python counts, it is the row after the last cell's.
        nowhere = np.full((1, game_map.size), UNREACHABLE, np.uint8)
        self.table = np.vstack((distance_table(walls.reshape(self.height, self.width)), nowhere))
        self.table.setflags(write=False)
        self.rows: tuple[bytes, ...] = tuple(row.tobytes() for row in self.table)
        self.apple_table = self.table[list(game_map.apples)]
        self.neighbours = tuple(self._neighbours(cell) for cell in range(game_map.size))

    def _neighbours(self, cell: int) -> tuple[tuple[int, int], ...]:
        """Return (direction, neighbour) pairs in search order, walls left out."""
        row, column = divmod(cell, self.width)
        found: list[tuple[int, int]] = []
        for direction in SEARCH_ORDER:
            dr, dc = UNIT_STEPS[direction]
            if 0 <= row + dr < self.height and 0 <= column + dc < self.width:
                neighbour = cell + dr * self.width + dc
                if neighbour not in self.map.walls:
                    found.append((direction, neighbour))
        return tuple(found)

    def beam(self, cell: int, orientation: int) -> tuple[int, ...]:
        """Return the cells of a beam by distance, then from left to right; walls are left out."""
        row, column = divmod(cell, self.width)
        ahead_row, ahead_column = UNIT_STEPS[orientation]
        right_row, right_column = UNIT_STEPS[(orientation + 1) % 4]
        half = self.beam_width // 2
        lanes = list(range(-half, half + 1))
        found: list[int] = []
        for distance in range(1, self.beam_length + 1):
            for offset in tuple(lanes):
                r = row + ahead_row * distance + right_row * offset
                c = column + ahead_column * distance + right_column * offset
                if not (0 <= r < self.height and 0 <= c < self.width):
                    lanes.remove(offset)
                elif r * self.width + c not in self.map.walls:
                    found.append(r * self.width + c)
                elif self.walls_stop_beams:
                    lanes.remove(offset)
        return tuple(found)

    def field(self, cells: Sequence[int]) -> bytes:
        """Return the distance from every cell to the nearest of ``cells``."""
        return nearest(self.table[list(cells)])


class CleaningTables:
    """Which river cells a clean removes from where; a place is ``cell * 4 + orientation``."""

    def __init__(self, geometry: Geometry) -> None:
        index = {cell: number for number, cell in enumerate(geometry.map.river)}
        self.places = 4 * geometry.map.size
        bits = [0] * self.places  # byte i is 1 when a clean from the place removes waste from river cell i
        seen_from: list[list[int]] = [[] for _ in index]
        for cell in geometry.map.walkable if index else ():
            for orientation in range(4):
                for covered in geometry.beam(cell, orientation):
                    number = index.get(covered)
                    if number is not None:
                        bits[cell * 4 + orientation] |= 1 << 8 * number
                        seen_from[number].append(orientation * geometry.map.size + cell)
        self.bits = tuple(bits)
        longest = max(map(len, seen_from), default=0)
        padded = [places + [self.places] * (longest - len(places)) for places in seen_from]
        self._seen_from = np.array(padded, np.int64).reshape(len(index), longest)

    def gains(self, dirty: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Count the waste that a clean from each place would remove, (4 orientations, cells) and read-only."""
        counts = np.bincount(self._seen_from[dirty].ravel(), minlength=self.places + 1)[:-1].reshape(4, -1)
        counts.setflags(write=False)
        return counts


def nearest(rows: npt.NDArray[np.uint8]) -> bytes:
    """Return the minimum over rows of the distance table; 255 everywhere without rows."""
    return np.minimum.reduce(rows, axis=0, initial=UNREACHABLE).tobytes()
