"""Gathering and Commons: apples that come back after a fixed time, or with a probability that rises with density."""

from collections.abc import Sequence
from functools import cache

from solon.tasks.games.kernel import COUNT_DOWN, Kernel, Rules
from solon.tasks.games.maps import Map
from solon.tasks.games.streams import FLIP, Draws


class GatheringRules(Rules, frozen=True):
    """Constants of Gathering (Leibo et al. 2017)."""

    beam_length: int = 20
    beam_width: int = 1
    hits_to_tag: int = 2
    respawn_time: int = 25

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.respawn_time <= 255:
            raise ValueError(f"respawn_time must lie in 1..255, got {self.respawn_time}")


class CommonsRules(Rules, frozen=True):
    """Constants of Commons (Perolat et al. 2017)."""

    beam_length: int = 20
    beam_width: int = 5
    hits_to_tag: int = 1
    taken_timer: int = 25  # what the published code notes on a taken apple; never counted down
    radius: int = 2  # Chebyshev distance within which live apples help
    growth: tuple[float, ...] = (0.0, 0.01, 0.01, 0.05, 0.05, 0.1)  # by live neighbours; the last holds above


class Gathering(Kernel):
    """Every taken apple is back when its timer has run down."""

    def __init__(self, board: Map, n_agents: int, draws: Draws, rules: GatheringRules | None = None) -> None:
        own = rules or GatheringRules()
        super().__init__(board, n_agents, draws, own)
        self._respawn_time = own.respawn_time

    def _grow(self) -> None:
        # In Gathering an apple is dead exactly while its timer runs.
        if any(self.timers):
            self.timers = self.timers.translate(COUNT_DOWN)
            self.alive = self.timers.translate(FLIP)
            self.alive.append(0)

    def _taken(self, apple: int) -> None:
        self.timers[apple] = self._respawn_time


@cache
def neighbours(board: Map, radius: int) -> tuple[tuple[int, ...], ...]:
    """Return for each apple number the others within a Chebyshev distance."""
    places = [divmod(cell, board.width) for cell in board.apples]
    return tuple(
        tuple(
            other
            for other, (other_row, other_column) in enumerate(places)
            if other != number and max(abs(row - other_row), abs(column - other_column)) <= radius
        )
        for number, (row, column) in enumerate(places)
    )


def linked(near: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the classes of apple numbers linked by growth, each sorted; ``near`` holds each apple's neighbours."""
    unseen, found = set(range(len(near))), list[list[int]]()
    while unseen:
        patch, frontier = set[int](), {min(unseen)}
        while frontier:
            patch |= frontier
            frontier = {other for apple in frontier for other in near[apple]} - patch
        unseen -= patch
        found.append(sorted(patch))
    return found


class Commons(Kernel):
    """A dead apple grows with a probability that its live neighbours decide; a patch eaten bare stays bare."""

    def __init__(self, board: Map, n_agents: int, draws: Draws, rules: CommonsRules | None = None) -> None:
        own = rules or CommonsRules()
        super().__init__(board, n_agents, draws, own)
        self._taken_timer = own.taken_timer
        self._neighbours = neighbours(board, own.radius)
        self._stock = [len(near) for near in self._neighbours]  # live neighbours of each apple
        self._dead: set[int] = set()
        most = max(len(own.growth) - 1, *self._stock)
        self._growth = (*own.growth, *([own.growth[-1]] * (most + 1 - len(own.growth))))

    def _grow(self) -> None:
        if not self._dead:
            return
        stock, growth, draws, clock = self._stock, self._growth, self._draws, self.clock
        for apple in sorted(self._dead):
            probability = growth[stock[apple]]
            if probability > 0 and draws.apple(clock, apple, probability):
                self.alive[apple] = 1
                self._dead.discard(apple)
                for near in self._neighbours[apple]:
                    stock[near] += 1

    def _taken(self, apple: int) -> None:
        self.timers[apple] = self._taken_timer
        self._dead.add(apple)
        for near in self._neighbours[apple]:
            self._stock[near] -= 1
