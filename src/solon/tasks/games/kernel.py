"""The rules that all games share: moving, turning, tagging, collecting; state is flat cells and byte arrays.

One step, in this order: timeouts count down; agents act, each action at once; the world grows (each game its own
way); agents collect. Agents act and collect in index order, so the lower index wins a tie, unless ``fair_order``.
Source: the public code of arXiv 2603.19453, step for step.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from typing import ClassVar

from solon.contract import Value
from solon.tasks.games.maps import Map
from solon.tasks.games.streams import Draws

FORWARD, BACKWARD, STEP_LEFT, STEP_RIGHT, ROTATE_LEFT, ROTATE_RIGHT, BEAM, STAND, CLEAN = range(9)

COUNT_DOWN = bytes([0, *range(255)])  # translation table: one less, zero stays
_HEADINGS = ((-1, 0), (0, 1), (1, 0), (0, -1))  # north, east, south, west as (row, column)


class Rules(Value, frozen=True):
    """Constants of a game and its variants; the defaults of the variants are the published behaviour."""

    most_reward: ClassVar[float] = 1.0  # the largest reward of an agent in a step

    beam_length: int
    beam_width: int
    hits_to_tag: int
    timeout_steps: int = 25
    exclusive_cells: bool = False  # a move onto a cell that holds an agent, tagged or not, does nothing
    walls_stop_beams: bool = False  # a wall shades the cells behind it at the same sideways offset
    fair_order: bool = False  # each step a random order of acting and collecting

    def __post_init__(self) -> None:
        if min(self.beam_length, self.beam_width, self.hits_to_tag) < 1 or self.hits_to_tag > 255:
            raise ValueError(f"beam sizes and hits to tag must be at least 1, hits at most 255; got {self!r}")
        if not 0 <= self.timeout_steps <= 255:
            raise ValueError(f"timeout_steps must lie in 0..255, got {self.timeout_steps}")


@cache
def _moves(board: Map) -> tuple[int, ...]:
    """Destinations by ``(cell * 4 + orientation) * 4 + action``."""
    table: list[int] = []
    for cell in range(board.size):
        row, column = divmod(cell, board.width)
        for orientation in range(4):
            # forward, backward, left, right are the headings 0, 2, 3 and 1 quarter turns further.
            for turn in (0, 2, 3, 1):
                down, across = _HEADINGS[(orientation + turn) % 4]
                inside = 0 <= row + down < board.height and 0 <= column + across < board.width
                target = (row + down) * board.width + column + across
                table.append(target if inside and target not in board.walls else cell)
    return tuple(table)


@cache
def beam_cells(
    board: Map, cell: int, orientation: int, length: int, width: int, *, walls_stop: bool = False
) -> frozenset[int]:
    """Return the cells of a beam: forward 1 to ``length``, sideways up to ``width // 2``, walls left out."""
    row, column = divmod(cell, board.width)
    down, across = _HEADINGS[orientation]
    right_down, right_across = _HEADINGS[(orientation + 1) % 4]
    cells: list[int] = []
    for side in range(-(width // 2), width // 2 + 1):
        for distance in range(1, length + 1):
            at_row = row + down * distance + right_down * side
            at_column = column + across * distance + right_across * side
            if not (0 <= at_row < board.height and 0 <= at_column < board.width):
                break
            target = at_row * board.width + at_column
            if target not in board.walls:
                cells.append(target)
            elif walls_stop:
                break
    return frozenset(cells)


class Kernel(ABC):
    """State and rules of one episode; a game adds how its world grows.

    Attributes:
        cells, orientations: per agent; cells are flat numbers.
        timeouts, hits: per agent.
        alive, timers: per apple, one spare zero at the end of ``alive``.
        waste: per river cell.
        beams: cells of the beams fired in the last step, by agent in the order of firing.
        tags: pairs of who and whom in the last step, in the order of firing; nothing where nobody is sent away.
    """

    crop: ClassVar[str] = "apple"  # what is collected where ``alive`` is 1
    n_actions = 8
    fire_cost = 0.0
    hit_penalty = 0.0

    def __init__(self, board: Map, n_agents: int, draws: Draws, rules: Rules) -> None:
        if not 1 <= n_agents <= 255:
            raise ValueError(f"n_agents must lie in 1..255, got {n_agents}")
        if rules.exclusive_cells and n_agents > len({*board.spawns, *board.open_cells}):
            raise ValueError(f"map {board.name!r} has no room for {n_agents} agents with cells of their own")
        self.board = board
        self.n_agents = n_agents
        self.rules = rules
        self.clock = 0  # steps taken
        self._draws = draws
        self.cells, self.orientations = draws.placements(board, n_agents, exclusive=rules.exclusive_cells)
        self.timeouts = bytearray(n_agents)
        self.hits = bytearray(n_agents)
        n_apples = len(board.apples)
        self.alive = bytearray(b"\x01" * n_apples + b"\x00")
        self.timers = bytearray(n_apples)
        self.waste = bytearray(len(board.river))
        self.beams: dict[int, frozenset[int]] = {}
        self.tags: list[tuple[int, int]] = []
        self._n_apples = n_apples
        self._moves = _moves(board)
        self._seats = tuple(range(n_agents))
        self._beam_from: dict[int, frozenset[int]] = {}
        # Cells without an apple point to the spare entry of ``alive``, which stays zero.
        numbers = {cell: number for number, cell in enumerate(board.apples)}
        self._apple_at = [numbers.get(cell, n_apples) for cell in range(board.size)]
        self._row_of = bytes(cell // board.width for cell in range(board.size))
        self._column_of = bytes(cell % board.width for cell in range(board.size))

    def step(self, actions: Sequence[int]) -> list[float]:
        """Play one step and return the rewards; a value that is no action does nothing."""
        rewards = [0.0] * self.n_agents
        self.beams.clear()
        self.tags.clear()
        if any(self.timeouts):
            self.timeouts = self.timeouts.translate(COUNT_DOWN)
        order = self._draws.order(self.clock, self.n_agents) if self.rules.fair_order else self._seats
        self._act(order, actions, rewards)
        self._grow()
        self._collect(order, rewards)
        self.clock += 1
        return rewards

    def _act(self, order: Sequence[int], actions: Sequence[int], rewards: list[float]) -> None:
        timeouts, cells, moves = self.timeouts, self.cells, self._moves
        exclusive = self.rules.exclusive_cells
        for agent in order:
            if timeouts[agent]:
                continue
            action = actions[agent]
            if 0 <= action <= STEP_RIGHT:
                target = moves[(cells[agent] * 4 + self.orientations[agent]) * 4 + action]
                if not (exclusive and target in cells):
                    cells[agent] = target
            elif action == ROTATE_LEFT:
                self.orientations[agent] = (self.orientations[agent] - 1) % 4
            elif action == ROTATE_RIGHT:
                self.orientations[agent] = (self.orientations[agent] + 1) % 4
            elif action == BEAM:
                self._tag(agent, rewards)
            elif action == CLEAN:
                self._clean(agent, rewards)

    def _collect(self, order: Sequence[int], rewards: list[float]) -> None:
        alive, apple_at, cells, timeouts = self.alive, self._apple_at, self.cells, self.timeouts
        for agent in order:
            apple = apple_at[cells[agent]]
            if alive[apple] and not timeouts[agent]:
                alive[apple] = 0
                rewards[agent] += 1.0
                self._taken(apple)

    def snapshot(self) -> bytes:
        """Return rows, columns, orientations, timeouts, hits, live apples, apple timers and waste, a byte each."""
        row_of, column_of = self._row_of, self._column_of
        return b"".join(
            (
                bytes([row_of[cell] for cell in self.cells]),
                bytes([column_of[cell] for cell in self.cells]),
                bytes(self.orientations),
                self.timeouts,
                self.hits,
                self.alive[: self._n_apples],
                self.timers,
                self.waste,
            )
        )

    def _fire(self, agent: int) -> frozenset[int]:
        place = self.cells[agent] * 4 + self.orientations[agent]
        beam = self._beam_from.get(place)
        if beam is None:
            rules = self.rules
            beam = beam_cells(
                self.board,
                self.cells[agent],
                self.orientations[agent],
                rules.beam_length,
                rules.beam_width,
                walls_stop=rules.walls_stop_beams,
            )
            self._beam_from[place] = beam
        self.beams[agent] = beam
        return beam

    def _tag(self, agent: int, rewards: list[float]) -> None:
        beam, timeouts, hits = self._fire(agent), self.timeouts, self.hits
        rewards[agent] -= self.fire_cost
        for other, cell in enumerate(self.cells):
            if cell in beam and not timeouts[other]:  # no beam covers its own firer's cell
                hits[other] += 1
                rewards[other] -= self.hit_penalty
                if hits[other] >= self.rules.hits_to_tag:
                    timeouts[other] = self.rules.timeout_steps
                    hits[other] = 0
                    if self.rules.timeout_steps:
                        self.tags.append((agent, other))

    def _clean(self, agent: int, rewards: list[float]) -> None:  # noqa: B027 - a default, not a duty
        """Do nothing: only Cleanup has a cleaning beam."""

    @abstractmethod
    def _grow(self) -> None:
        """Let the world change between acting and collecting."""

    @abstractmethod
    def _taken(self, apple: int) -> None:
        """Note that an apple was taken."""
