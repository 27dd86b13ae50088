"""The snapshot ``env`` that a policy reads: one immutable object a step, decoded lazily from the payload's bytes.

    payload = step (2 bytes, little-endian) · rows · columns · orientations · timeouts · hits · alive · timers · waste

Attributes carry the names of the published code (arXiv 2603.19453) as read-only arrays, beside plain lists that
are several times faster to read from Python. What depends on the map alone lives on the class, made once a worker.
Where an agent sees a window only, ``WindowedSnapshot`` decodes the values that stand for what is out of view.
"""

from collections.abc import Callable, Iterable
from itertools import compress
from typing import Generic, Literal, Never, Self, TypeVar, overload

import numpy as np
import numpy.typing as npt

from solon.contract import Value
from solon.tasks.games.maps import Map
from solon.tasks.games.window import UNSEEN, window_cells

Integers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Owner = TypeVar("Owner", bound="Snapshot")
Result = TypeVar("Result")

STEP_BYTES = 2
EMPTY, IRON, GOLD, STRUCK = range(4)  # states of an ore site; gold that agent i has struck is STRUCK + i


class Setup(Value, frozen=True):
    """What a worker must know before the first step; sent as JSON."""

    game: Literal["gathering", "commons", "cleanup", "harvest", "mining"]
    map: str
    n_agents: int
    beam_length: int
    beam_width: int
    hits_to_tag: int
    timeout_steps: int
    apple_respawn_time: int
    walls_stop_beams: bool = False
    window: tuple[int, int] | None = None  # cells ahead and to each side in view; None for the whole grid


class ReadOnlySet(set[tuple[int, int]]):
    """A set that refuses changes; its operators and ``copy`` give ordinary sets."""

    def _refuse(self, *_: object) -> Never:
        raise TypeError("sets of the environment are read-only; take a copy with set(...) first")

    add = discard = remove = pop = clear = update = _refuse
    difference_update = intersection_update = symmetric_difference_update = _refuse
    __ior__ = __iand__ = __isub__ = __ixor__ = _refuse

    def copy(self) -> set[tuple[int, int]]:
        """Return an ordinary set that may be changed."""
        return set(self)


class Lazy(Generic[Owner, Result]):
    """An attribute computed at its first use and then kept in the instance."""

    def __init__(self, build: Callable[[Owner], Result]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Owner, owner: type) -> Result: ...
    def __get__(self, instance: Owner | None, owner: type) -> Self | Result:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._build(instance)
        return value


class Snapshot:
    """One step as all agents of a worker see it; lists are shared by the agents, so treat them as read-only."""

    game: str
    map: Map
    height: int
    width: int
    n_agents: int
    n_apples: int
    beam_length: int
    beam_width: int
    hits_to_tag: int
    timeout_steps: int
    apple_respawn_time: int
    walls: Flags
    apple_pos: Integers
    _apple_pos: Integers
    apple_cells: list[int]
    open_cells: list[int]
    river_cells: list[int]
    river_cells_set: ReadOnlySet
    river_cells_list: list[tuple[int, int]]
    stream_cells_set: ReadOnlySet
    static: dict[object, object]
    memo: dict[object, object]
    payload: bytes

    def __init__(self, payload: bytes) -> None:
        fields = self.__dict__
        fields["payload"] = payload
        fields["memo"] = {}

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"env.{name} cannot be set: the environment is read-only; keep notes in env.memo")

    def __delattr__(self, name: str) -> Never:
        raise AttributeError(f"env.{name} cannot be deleted: the environment is read-only")

    def _agent_bytes(self, field: int) -> bytes:
        n = self.n_agents
        return self.payload[STEP_BYTES + field * n : STEP_BYTES + (field + 1) * n]

    def _apple_bytes(self, field: int) -> bytes:
        start = STEP_BYTES + 5 * self.n_agents + field * self.n_apples
        return self.payload[start : start + self.n_apples]

    def _waste_bytes(self) -> bytes:
        return self.payload[STEP_BYTES + 5 * self.n_agents + 2 * self.n_apples :]

    @Lazy
    def step_count(self) -> int:
        """Steps already played."""
        return int.from_bytes(self.payload[:STEP_BYTES], "little")

    @Lazy
    def _step_count(self) -> int:
        return self.step_count

    @Lazy
    def positions(self) -> list[int]:
        """Cell number of each agent."""
        n, width, payload = self.n_agents, self.width, self.payload
        rows, columns = payload[STEP_BYTES : STEP_BYTES + n], payload[STEP_BYTES + n : STEP_BYTES + 2 * n]
        return [row * width + column for row, column in zip(rows, columns, strict=True)]

    @Lazy
    def orientations(self) -> list[int]:
        """Orientation of each agent: 0 north, 1 east, 2 south, 3 west."""
        return list(self._agent_bytes(2))

    @Lazy
    def timeouts(self) -> list[int]:
        """Steps until each agent may act again; 0 when active."""
        return list(self._agent_bytes(3))

    @Lazy
    def hits(self) -> list[int]:
        """Beam hits that each agent has taken towards a tag."""
        return list(self._agent_bytes(4))

    @Lazy
    def alive(self) -> list[int]:
        """Cells with a live apple, row-major."""
        return list(compress(self.apple_cells, self._apple_bytes(0)))

    @Lazy
    def n_alive(self) -> int:
        """Number of live apples."""
        return self._apple_bytes(0).count(1)

    @Lazy
    def timers(self) -> list[int]:
        """Respawn timer of each apple spot."""
        return list(self._apple_bytes(1))

    @Lazy
    def waste_cells(self) -> list[int]:
        """River cells with waste, row-major."""
        return list(compress(self.river_cells, self._waste_bytes()))

    @Lazy
    def dirty(self) -> Flags:
        """Whether each river cell holds waste, (river cells,)."""
        return np.frombuffer(self._waste_bytes(), np.bool_)

    @Lazy
    def waste_bits(self) -> int:
        """The waste as one integer: byte ``i`` is 1 when the river's cell ``i`` holds waste."""
        return int.from_bytes(self._waste_bytes(), "little")

    @Lazy
    def agent_pos(self) -> Integers:
        """Row and column of each agent, (n_agents, 2)."""
        n = self.n_agents
        pairs = np.frombuffer(self.payload, np.uint8, 2 * n, STEP_BYTES).reshape(2, n).T
        return _integers(pairs, (n, 2))

    @Lazy
    def agent_orient(self) -> Integers:
        """Orientation of each agent, (n_agents,)."""
        return _integers(np.frombuffer(self._agent_bytes(2), np.uint8), (self.n_agents,))

    @Lazy
    def agent_timeout(self) -> Integers:
        """Steps until each agent may act again, (n_agents,)."""
        return _integers(np.frombuffer(self._agent_bytes(3), np.uint8), (self.n_agents,))

    @Lazy
    def agent_beam_hits(self) -> Integers:
        """Beam hits taken towards a tag, (n_agents,)."""
        return _integers(np.frombuffer(self._agent_bytes(4), np.uint8), (self.n_agents,))

    @Lazy
    def apple_alive(self) -> Flags:
        """Whether each apple spot holds an apple, (n_apples,)."""
        return np.frombuffer(self._apple_bytes(0), np.bool_)

    @Lazy
    def apple_timer(self) -> Integers:
        """Respawn timer of each apple spot, (n_apples,)."""
        return _integers(np.frombuffer(self._apple_bytes(1), np.uint8), (self.n_apples,))


class RiverSnapshot(Snapshot):
    """A snapshot of Cleanup, the only game whose ``env`` has an attribute ``waste``."""

    @Lazy
    def waste(self) -> Flags:
        """Whether each cell holds waste, (height, width)."""
        marks = bytearray(self.height * self.width)
        for cell in self.waste_cells:
            marks[cell] = 1
        return np.frombuffer(bytes(marks), np.bool_).reshape(self.height, self.width)


class OreSnapshot(Snapshot):
    """A snapshot of Mining: sites hold ore instead of apples, and beams need a rest."""

    @Lazy
    def ores(self) -> bytes:
        """State of each site: 0 empty, 1 iron, 2 gold, 3 + i gold that agent i has struck."""
        return self._apple_bytes(0)

    @Lazy
    def n_alive(self: Snapshot) -> int:
        """Number of sites with ore."""
        return self.n_apples - self._apple_bytes(0).count(EMPTY)

    @Lazy
    def apple_alive(self: Snapshot) -> Flags:
        """Whether each site holds ore, (n_apples,)."""
        alive = np.frombuffer(self._apple_bytes(0), np.uint8) > EMPTY
        return np.frombuffer(alive.tobytes(), np.bool_)  # like all others, for reading only

    @Lazy
    def iron(self) -> list[int]:
        """Cells with iron, row-major."""
        return [cell for cell, ore in zip(self.apple_cells, self.ores, strict=True) if ore == IRON]

    @Lazy
    def gold(self) -> list[int]:
        """Cells with gold, struck or not, row-major."""
        return [cell for cell, ore in zip(self.apple_cells, self.ores, strict=True) if ore >= GOLD]

    @Lazy
    def struck(self) -> dict[int, int]:
        """Cells with struck gold, and who struck it."""
        return {cell: ore - STRUCK for cell, ore in zip(self.apple_cells, self.ores, strict=True) if ore >= STRUCK}

    @Lazy
    def ready(self) -> list[bool]:
        """Whether each agent's beam works in this step; not out of view."""
        return [0 <= rest <= 1 for rest in self.hits]


class WindowedSnapshot(Snapshot):
    """One step as one agent sees it.

    An agent out of view has position, orientation and hits -1, row and column -1 and timeout 255, so that whoever
    asks for active agents passes it over; nothing can be reached from cell -1. An apple out of view is not alive and
    has timer 255, and the river is clean there; ``seen`` says which cells are in view.
    """

    window: tuple[int, int]
    viewer: int  # the agent whose view it is

    @Lazy
    def seen(self) -> list[int]:
        """Cells in view, walls left out, row-major."""
        viewer = self.viewer
        cells = window_cells(self.map, self.positions[viewer], self.orientations[viewer], *self.window)
        return [cell for cell in cells if cell not in self.map.walls]

    @Lazy
    def positions(self: Snapshot) -> list[int]:
        """Cell number of each agent, -1 out of view."""
        n, width, payload = self.n_agents, self.width, self.payload
        rows, columns = payload[STEP_BYTES : STEP_BYTES + n], payload[STEP_BYTES + n : STEP_BYTES + 2 * n]
        return [-1 if row == UNSEEN else row * width + column for row, column in zip(rows, columns, strict=True)]

    @Lazy
    def orientations(self: Snapshot) -> list[int]:
        """Orientation of each agent, -1 out of view."""
        return [-1 if value == UNSEEN else value for value in self._agent_bytes(2)]

    @Lazy
    def hits(self: Snapshot) -> list[int]:
        """Beam hits that each agent has taken towards a tag, -1 out of view."""
        return [
            -1 if position < 0 else hits for position, hits in zip(self.positions, self._agent_bytes(4), strict=True)
        ]

    @Lazy
    def agent_pos(self: Snapshot) -> Integers:
        """Row and column of each agent, (n_agents, 2), -1 out of view."""
        pairs = [(-1, -1) if cell < 0 else divmod(cell, self.width) for cell in self.positions]
        return _integers(np.array(pairs), (self.n_agents, 2))

    @Lazy
    def agent_orient(self: Snapshot) -> Integers:
        """Orientation of each agent, (n_agents,), -1 out of view."""
        return _integers(np.array(self.orientations), (self.n_agents,))

    @Lazy
    def agent_beam_hits(self: Snapshot) -> Integers:
        """Beam hits taken towards a tag, (n_agents,), -1 out of view."""
        return _integers(np.array(self.hits), (self.n_agents,))


def _integers(values: npt.NDArray[np.integer], shape: tuple[int, ...]) -> Integers:
    # signed and wide: differences of unsigned bytes would wrap round
    return np.frombuffer(values.astype(np.int32, order="C").tobytes(), np.int32).reshape(shape)


def snapshot_class(setup: Setup, game_map: Map, viewer: int = 0) -> type[Snapshot]:
    """Return the snapshot's class for one worker, with a fresh ``static``; its name is the published environment's.

    ``viewer`` is the agent whose view it is, where the setup has a window.
    """
    width = game_map.width

    def pairs(cells: Iterable[int]) -> list[tuple[int, int]]:
        return [divmod(cell, width) for cell in cells]

    wall_bytes = bytes(cell in game_map.walls for cell in range(game_map.size))
    apples = np.array(pairs(game_map.apples), np.int32).reshape(-1, 2)
    apple_pos = np.frombuffer(apples.tobytes(), np.int32).reshape(-1, 2)
    attributes: dict[str, object] = {
        "game": setup.game,
        "map": game_map,
        "height": game_map.height,
        "width": width,
        "n_agents": setup.n_agents,
        "n_apples": len(game_map.apples),
        "beam_length": setup.beam_length,
        "beam_width": setup.beam_width,
        "hits_to_tag": setup.hits_to_tag,
        "timeout_steps": setup.timeout_steps,
        "apple_respawn_time": setup.apple_respawn_time,
        "walls": np.frombuffer(wall_bytes, np.bool_).reshape(game_map.height, width),
        "apple_pos": apple_pos,
        "_apple_pos": apple_pos,
        "apple_cells": list(game_map.apples),
        "open_cells": list(game_map.walkable),
        "river_cells": list(game_map.river),
        "static": {},
    }
    bases: tuple[type[Snapshot], ...] = ()
    if setup.window is not None:
        bases = (WindowedSnapshot,)
        attributes |= {"window": setup.window, "viewer": viewer}
    if setup.game == "mining":
        attributes["ore_cells"] = attributes["apple_cells"]
        return type("MiningEnv", (*bases, OreSnapshot), attributes)
    if setup.game != "cleanup":
        return type("GatheringEnv", bases or (Snapshot,), attributes)
    attributes["river_cells_list"] = pairs(game_map.river)
    attributes["river_cells_set"] = ReadOnlySet(pairs(game_map.river))
    attributes["stream_cells_set"] = ReadOnlySet(pairs(game_map.stream))
    return type("CleanupEnv", (*bases, RiverSnapshot), attributes)
