"""Harvest as a task."""

from dataclasses import dataclass

from msgspec import structs

from solon.contract import Seed
from solon.tasks.games.harvest import Harvest, HarvestDraws, HarvestRules, harvest_bound
from solon.tasks.games.task import SketchedGameTask


@dataclass(frozen=True, kw_only=True)
class HarvestTask(SketchedGameTask):
    """Apples grow next to apples; who takes the last one of a patch ends it."""

    name = "harvest"
    game = "harvest"
    window = (9, 5)
    map: str = "open"
    n_agents: int = 7
    timeout_steps: int = 4
    exclusive_cells: bool = True
    walls_stop_beams: bool = True

    def rules(self) -> HarvestRules:
        """Return the game's constants with this task's variants."""
        return structs.replace(HarvestRules(), **self._variants())

    def draws(self, seed: Seed) -> HarvestDraws:
        """Return the seed's luck."""
        return HarvestDraws(seed, self.board, self.n_agents)

    def kernel(self, seed: Seed) -> Harvest:
        """Return the start of an episode."""
        return Harvest(self.board, self.n_agents, self.draws(seed), self.rules())

    def efficiency_bound(self) -> float:
        """Return the proved bound on efficiency."""
        return harvest_bound(self.board, self.n_agents, self.steps, self.rules())

    def proof(self) -> str:
        """Return where the bound is derived."""
        return "solon.tasks.games.harvest.harvest_bound, with its proof"
