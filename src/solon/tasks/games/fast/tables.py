"""What the compiled rules read and write: constant tables of one task, and arrays over many episodes."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solon.tasks.games.cleanup import CleanupRules
from solon.tasks.games.gathering import CommonsRules, GatheringRules, neighbours
from solon.tasks.games.geometry import STEP_ACTIONS, Geometry
from solon.tasks.games.kernel import Rules, beam_cells
from solon.tasks.games.maps import Map
from solon.tasks.games.task import GameTask

GATHERING, COMMONS, CLEANUP = range(3)
CLOCK, DIRTY = range(2)

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int16]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


class World(NamedTuple):
    """Rules and map; a place is ``cell * 4 + orientation``. Lists of different lengths end with -1."""

    game: int
    n_agents: int
    n_apples: int
    n_river: int
    paper: bool  # draw in the paper's order, from one generator
    exclusive_cells: bool
    fair_order: bool
    hits_to_tag: int
    timeout_steps: int
    taken_timer: int
    depleted: int  # waste cells at which the river is depleted
    fire_cost: float
    hit_penalty: float
    clean_cost: float
    waste_chance: float
    moves: Small  # (places, 4): destination by action
    in_beam: Bytes  # (places, cells): whether a beam covers the cell
    covered: Small  # (places, most): river numbers under a beam
    apple_at: Small  # (cells,): apple number, or n_apples
    river_at: Small  # (cells,): river number, or n_river
    near: Small  # (apples, most): apples that help this one grow
    growth: Floats  # chance of an apple by waste cells (Cleanup) or by live neighbours (Commons)


class State(NamedTuple):
    """The episodes of a batch, one a row, or one episode of it without this first axis; and shared scratch."""

    counts: Integers  # (episodes, 2): steps taken, and waste cells
    cells: Small  # (episodes, agents)
    orientations: Bytes
    timeouts: Bytes
    hits: Bytes
    alive: Bytes  # (episodes, apples + 1): the spare entry stays zero
    timers: Bytes  # (episodes, apples)
    stock: Small  # (episodes, apples): live neighbours
    waste: Bytes  # (episodes, river)
    luck: Words  # (episodes, 6)
    order: Integers  # (agents,): scratch
    blocked: Bytes  # (the longer of apples and river, plus one,): scratch
    row: Floats  # scratch: a step's numbers of one stream


def build_world(task: GameTask) -> World:
    """Return a task's rules as tables."""
    rules, board = task.rules(), task.board
    geometry = Geometry(board, beam_length=rules.beam_length, beam_width=rules.beam_width)
    beams = [
        beam_cells(board, *divmod(place, 4), rules.beam_length, rules.beam_width, walls_stop=rules.walls_stop_beams)
        for place in range(4 * board.size)
    ]
    in_beam = np.zeros((len(beams), board.size), np.uint8)
    for place, beam in enumerate(beams):
        in_beam[place, list(beam)] = 1
    river = {cell: number for number, cell in enumerate(board.river)}
    cleanup = rules if isinstance(rules, CleanupRules) else CleanupRules()
    return World(
        game=("gathering", "commons", "cleanup").index(task.game),
        n_agents=task.n_agents,
        n_apples=len(board.apples),
        n_river=len(river),
        paper=task.luck == "paper",
        exclusive_cells=rules.exclusive_cells,
        fair_order=rules.fair_order,
        hits_to_tag=rules.hits_to_tag,
        timeout_steps=rules.timeout_steps,
        taken_timer=_taken_timer(rules),
        depleted=sum(waste / max(len(river), 1) < cleanup.depletion for waste in range(len(river) + 1)),
        fire_cost=cleanup.fire_cost if cleanup is rules else 0.0,
        hit_penalty=cleanup.hit_penalty if cleanup is rules else 0.0,
        clean_cost=cleanup.clean_cost,
        waste_chance=cleanup.waste_chance,
        moves=_moves(geometry),
        in_beam=in_beam,
        covered=_ragged([sorted(river[cell] for cell in beam if cell in river) for beam in beams]),
        apple_at=_numbers(board.apples, board),
        river_at=_numbers(board.river, board),
        near=_ragged(neighbours(board, rules.radius if isinstance(rules, CommonsRules) else 0)),
        growth=np.array(_growth(rules, board)),
    )


def build_state(world: World, episodes: int) -> State:
    """Return arrays for so many episodes, all zero."""
    agents, apples, river = world.n_agents, world.n_apples, world.n_river
    return State(
        counts=np.zeros((episodes, 2), np.int64),
        cells=np.zeros((episodes, agents), np.int16),
        orientations=np.zeros((episodes, agents), np.uint8),
        timeouts=np.zeros((episodes, agents), np.uint8),
        hits=np.zeros((episodes, agents), np.uint8),
        alive=np.zeros((episodes, apples + 1), np.uint8),
        timers=np.zeros((episodes, apples), np.uint8),
        stock=np.zeros((episodes, apples), np.int16),
        waste=np.zeros((episodes, river), np.uint8),
        luck=np.zeros((episodes, 6), np.uint64),
        order=np.zeros(agents, np.int64),
        blocked=np.zeros(max(apples, river) + 1, np.uint8),
        row=np.zeros(max(agents, apples, river + 1) + 6),
    )


def _moves(geometry: Geometry) -> Small:
    table = np.repeat(np.arange(geometry.map.size, dtype=np.int16), 16).reshape(-1, 4)
    for cell, around in enumerate(geometry.neighbours):
        for facing, actions in enumerate(STEP_ACTIONS):
            for direction, neighbour in around:
                table[cell * 4 + facing, actions[direction]] = neighbour
    return table


def _ragged(lists: Iterable[Iterable[int]]) -> Small:
    rows = [list(row) for row in lists]
    width = max(map(len, rows), default=0) + 1
    return np.array([row + [-1] * (width - len(row)) for row in rows], np.int16).reshape(-1, width)


def _numbers(cells: tuple[int, ...], board: Map) -> Small:
    table = np.full(board.size, len(cells), np.int16)
    table[list(cells)] = np.arange(len(cells))
    return table


def _taken_timer(rules: Rules) -> int:
    if isinstance(rules, GatheringRules):
        return rules.respawn_time
    return rules.taken_timer if isinstance(rules, CommonsRules) else 0


def _growth(rules: Rules, board: Map) -> list[float]:
    if isinstance(rules, CleanupRules):
        n_river = len(board.river)
        densities = (waste / n_river if n_river else 0.0 for waste in range(n_river + 1))
        # the order of operations decides the last bit
        return [(1.0 - d / rules.depletion) * rules.apple_chance if d < rules.depletion else 0.0 for d in densities]
    if isinstance(rules, CommonsRules):
        return [*rules.growth, *[rules.growth[-1]] * len(board.apples)]
    return [0.0]
