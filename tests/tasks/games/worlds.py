"""Random small worlds, and a naive search that shares nothing with the tables it checks."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from solon.tasks.games.geometry import Geometry
from solon.tasks.games.helpers import Helpers
from solon.tasks.games.maps import Map
from solon.tasks.games.paper_names import PaperNames
from solon.tasks.games.view import Setup, Snapshot, snapshot_class

CONSTANTS = {  # beam length, beam width, hits to tag, timeout, respawn time
    "gathering": (20, 1, 2, 25, 25),
    "commons": (20, 5, 1, 25, 25),
    "cleanup": (5, 3, 1, 25, 0),
}
MAPS = (
    ("gathering", "small"),
    ("gathering", "default"),
    ("gathering", "large"),
    ("commons", "commons"),
    ("cleanup", "full"),
    ("cleanup", "small"),
)
STEPS = {"north": (-1, 0), "south": (1, 0), "west": (0, -1), "east": (0, 1)}


def setup_of(game: str, name: str, n_agents: int = 10) -> Setup:
    return Setup(game, name, n_agents, *CONSTANTS[game])


@dataclass(frozen=True)
class World:
    board: Map
    setup: Setup
    env: Snapshot
    helpers: Helpers
    paper: PaperNames

    def first_step(self, start: int, targets: Iterable[int]) -> tuple[int, int] | None:
        """Search breadth first, neighbours north, south, west, east; return the first step, (0, 0) when there."""
        goals = set(targets)
        queue = deque([(start, (0, 0))])
        seen = {start}
        while queue:
            cell, first = queue.popleft()
            if cell in goals:
                return first
            row, column = divmod(cell, self.board.width)
            for dr, dc in STEPS.values():
                r, c = row + dr, column + dc
                at = r * self.board.width + c
                inside = 0 <= r < self.board.height and 0 <= c < self.board.width
                if inside and at not in self.board.walls and at not in seen:
                    seen.add(at)
                    queue.append((at, (dr, dc) if first == (0, 0) else first))
        return None

    def steps_between(self, start: int, goal: int) -> int:
        """Return the length of a shortest path by relaxing all cells until nothing changes; 255 without one."""
        if start in self.board.walls or goal in self.board.walls:
            return 255
        length = dict.fromkeys(self.board.walkable, 255) | {start: 0}
        for _ in self.board.walkable:
            for cell in self.board.walkable:
                row, column = divmod(cell, self.board.width)
                for other in self.board.walkable:
                    r, c = divmod(other, self.board.width)
                    if abs(row - r) + abs(column - c) == 1:
                        length[cell] = min(length[cell], length[other] + 1)
        return length[goal]

    def in_beam(self, cell: int, orientation: int, target: int) -> bool:
        """Say whether a beam covers a target, by turning the world until the beam points north."""
        row, column = divmod(cell, self.board.width)
        r, c = divmod(target, self.board.width)
        down, across = r - row, c - column
        for _ in range(orientation):
            down, across = -across, down
        ahead = 1 <= -down <= self.setup.beam_length and abs(across) <= self.setup.beam_width // 2
        return ahead and target not in self.board.walls


def make_world(board: Map, setup: Setup, payload: bytes) -> World:
    geometry = Geometry(board, beam_length=setup.beam_length, beam_width=setup.beam_width)
    helpers = Helpers(geometry)
    return World(board, setup, snapshot_class(setup, board)(payload), helpers, PaperNames(geometry, helpers))


def make_board(height: int, width: int, walls: Iterable[int], apples: Sequence[int], river: Sequence[int]) -> Map:
    blocked = frozenset(walls)
    walkable = tuple(cell for cell in range(height * width) if cell not in blocked)
    return Map(
        name="random",
        height=height,
        width=width,
        walls=blocked,
        apples=tuple(sorted(apples)),
        spawns=walkable,
        open_cells=walkable,
        walkable=walkable,
        river=tuple(sorted(river)),
        stream=walkable[:1],
    )


@st.composite
def worlds(draw: st.DrawFn, game: str = "cleanup") -> World:
    height, width = draw(st.integers(2, 6)), draw(st.integers(2, 6))
    walls = draw(st.sets(st.integers(0, height * width - 1), max_size=height * width // 2))
    walkable = [cell for cell in range(height * width) if cell not in walls]
    some = st.sets(st.sampled_from(walkable), max_size=12)
    board = make_board(height, width, walls, sorted(draw(some)), sorted(draw(some)) if game == "cleanup" else ())
    n = draw(st.integers(1, 4))
    shape = (draw(st.integers(1, 6)), draw(st.sampled_from((1, 3, 5))))
    setup = Setup(game, "random", n, *shape, hits_to_tag=2, timeout_steps=25, apple_respawn_time=25)  # pyright: ignore[reportArgumentType]

    def numbers(count: int, highest: int) -> list[int]:
        return draw(st.lists(st.integers(0, highest), min_size=count, max_size=count))

    cells = draw(st.lists(st.sampled_from(walkable), min_size=n, max_size=n))
    agents = [*(cell // width for cell in cells), *(cell % width for cell in cells)]
    agents += numbers(n, 3) + numbers(n, 1) + numbers(n, 1)
    rest = numbers(len(board.apples), 1) + numbers(len(board.apples), 25) + numbers(len(board.river), 1)
    step = draw(st.integers(0, 1000))
    return make_world(board, setup, step.to_bytes(2, "little") + bytes(agents + rest))
