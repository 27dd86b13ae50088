"""Mining as a task."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import structs

from solon.contract import Jail, Program, Seed
from solon.playback import Recording
from solon.tasks.games import mining_brief
from solon.tasks.games.mining import Mining, MiningDraws, MiningRules, mining_bound
from solon.tasks.games.task import SketchedGameTask

_CONTROL = "mining_nearest_iron"
_IDLERS = ("stand", "random")


@dataclass(frozen=True, kw_only=True)
class MiningTask(SketchedGameTask):
    """Iron is safe and poor; gold is rich and needs a partner who keeps coming."""

    name = "mining"
    game = "mining"
    window = (9, 5)
    map: str = "quarry"
    n_agents: int = 6
    timeout_steps: int = 0
    exclusive_cells: bool = True
    walls_stop_beams: bool = True

    def rules(self) -> MiningRules:
        """Return the game's constants with this task's variants."""
        return structs.replace(MiningRules(), **self._variants())

    def draws(self, seed: Seed) -> MiningDraws:
        """Return the seed's luck."""
        return MiningDraws(seed, self.board, self.n_agents)

    def kernel(self, seed: Seed) -> Mining:
        """Return the start of an episode."""
        return Mining(self.board, self.n_agents, self.draws(seed), self.rules())

    def efficiency_bound(self) -> float:
        """Return the proved bound on efficiency."""
        return mining_bound(self.board, self.n_agents, self.steps, self.rules())

    def proof(self) -> str:
        """Return where the bound is derived."""
        return "solon.tasks.games.mining.mining_bound, with its proof"

    def brief(self) -> str:
        """Return the complete system prompt."""
        window = self.window if self.decentralised else None
        return mining_brief.write(self.board, self.n_agents, self.steps, self.rules(), self.metrics, window)

    def references(self) -> Mapping[str, Program]:
        """Return the shipped policies that know ore; the first is the control arm, which needs nobody's help."""
        known = super().references()
        names = [_CONTROL, *(name for name in known if name.startswith("mining_") and name != _CONTROL), *_IDLERS]
        return {name: known[name] for name in names}

    def partners(self) -> Mapping[str, Program]:
        """Return the kinds of miners with which programs are tried."""
        known = self.references()
        return {name: known[name] for name in (_CONTROL, "mining_nearest_ore", "mining_pairs", *_IDLERS)}

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Play one episode with the program in every seat and write it down, with ore in place of apples."""
        recording = super().record(program, seed, jail)
        frames = tuple(
            structs.replace(frame, added=_renamed(frame.added), removed=_renamed(frame.removed))
            for frame in recording.frames
        )
        board = recording.board
        if board is not None:
            board = structs.replace(board, fixed=_renamed(board.fixed), layers=("ore",))
        return structs.replace(recording, frames=frames, board=board)


def _renamed(layers: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    names = {"apple": "ore", "apple spot": "ore site"}
    return {names.get(layer, layer): cells for layer, cells in layers.items()}
