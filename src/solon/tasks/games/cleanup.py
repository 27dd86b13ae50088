"""Cleanup: apples grow only while the river is clean, and cleaning costs the cleaner (Hughes et al. 2018)."""

from functools import cache
from itertools import compress

from solon.tasks.games.kernel import Kernel, Rules
from solon.tasks.games.maps import Map
from solon.tasks.games.streams import FLIP, Draws


class CleanupRules(Rules, frozen=True):
    """Constants of Cleanup; densities are waste cells over river cells."""

    beam_length: int = 5
    beam_width: int = 3
    hits_to_tag: int = 1
    fire_cost: float = 1.0
    hit_penalty: float = 50.0
    clean_cost: float = 1.0
    depletion: float = 0.4  # at this density and above neither waste nor apples appear
    waste_chance: float = 0.5
    apple_chance: float = 0.05  # per apple cell and step with a clean river


@cache
def _growth(rules: CleanupRules, n_river: int) -> tuple[float, ...]:
    """Return the probability of an apple by number of waste cells, in the published order of operations."""
    table: list[float] = []
    for waste in range(n_river + 1):
        density = waste / n_river if n_river else 0.0
        if density >= rules.depletion:
            table.append(0.0)
        else:
            table.append((1.0 - density / rules.depletion) * rules.apple_chance)
    return tuple(table)


class Cleanup(Kernel):
    """Waste appears on the river, cleaning beams remove it, and its density decides how fast apples grow."""

    n_actions = 9

    def __init__(self, board: Map, n_agents: int, draws: Draws, rules: CleanupRules | None = None) -> None:
        own = rules or CleanupRules()
        super().__init__(board, n_agents, draws, own)
        n_river = len(board.river)
        numbers = {cell: number for number, cell in enumerate(board.river)}
        self.fire_cost = own.fire_cost
        self.hit_penalty = own.hit_penalty
        self._clean_cost = own.clean_cost
        self._waste_chance = own.waste_chance
        self._growth = _growth(own, n_river)
        # The least number of waste cells at which the river is depleted and nothing grows.
        self.depleted = next(
            (waste for waste in range(n_river + 1) if waste / max(n_river, 1) >= own.depletion), n_river + 1
        )
        self._river_number = numbers
        # Agents off the river mark the spare entry that the candidates' list leaves out.
        self._river_at = [numbers.get(cell, n_river) for cell in range(board.size)]
        self._polluted = set(board.polluted)  # the cells whose entry of ``waste`` is one
        for cell in board.polluted:
            self.waste[numbers[cell]] = 1

    def _clean(self, agent: int, rewards: list[float]) -> None:
        rewards[agent] -= self._clean_cost
        removed = self._polluted & self._fire(agent)
        if removed:
            self._polluted -= removed
            for cell in removed:
                self.waste[self._river_number[cell]] = 0

    def _grow(self) -> None:
        growth, draws, clock, cells = self._growth, self._draws, self.clock, self.cells
        if len(self._polluted) < self.depleted:
            self._pollute()
        probability = growth[len(self._polluted)]
        if probability > 0.0:
            apple_at = self._apple_at
            blocked = bytearray(self.alive)  # live, or under an agent; agents elsewhere mark the spare entry
            blocked[-1] = 1
            for cell in cells:
                blocked[apple_at[cell]] = 1
            for apple in draws.apples(clock, blocked, probability):
                self.alive[apple] = 1

    def _pollute(self) -> None:
        draws, clock, river_at = self._draws, self.clock, self._river_at
        if not draws.waste_appears(clock, self._waste_chance):
            return
        blocked = self.waste + b"\x01"
        for cell in self.cells:
            blocked[river_at[cell]] = 1
        candidates = list(compress(range(len(blocked)), blocked.translate(FLIP)))
        if candidates:
            number = draws.waste_place(clock, candidates)
            self.waste[number] = 1
            self._polluted.add(self.board.river[number])

    def _taken(self, apple: int) -> None:
        """Do nothing: no timer runs in Cleanup."""
