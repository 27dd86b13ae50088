"""Writing an episode down: where everybody is, what each step changed, and the story in words."""

from collections.abc import Sequence

from solon.contract import Episode
from solon.playback import Board, Frame, Recording
from solon.tasks.games.kernel import BEAM, CLEAN, Kernel
from solon.tasks.games.maps import Map
from solon.tasks.games.story import Story


class Recorder:
    """Watches the kernel of one episode and changes nothing; what it writes follows from the steps alone."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._frames: list[Frame] = []

    def begin(self, kernel: Kernel) -> None:
        """Write down the start; the kernel is the one that is watched from now on."""
        self._kernel = kernel
        self._story = Story(kernel, self._steps)
        self._alive, self._waste = bytes(len(kernel.board.apples)), bytes(len(kernel.board.river))
        self._write({}, (), "")

    def step(self, decided: bytes, rewards: Sequence[float]) -> None:
        """Note the kernel's last step; ``decided`` are the bytes of the crew, those included that are no actions."""
        kernel = self._kernel
        cleaning = [agent for agent in kernel.beams if decided[agent] == CLEAN]
        tags = sorted(kernel.tags, key=lambda pair: pair[1])
        self._story.step(rewards, cleaning, tags)
        flashes: dict[str, set[int]] = {}
        for agent, cells in kernel.beams.items():
            flashes.setdefault("beam" if decided[agent] == BEAM else "clean", set()).update(cells)
        captions = [f"agent {who} tags agent {whom}" for who, whom in tags]
        captions += [f"no action from agent {who}" for who, action in enumerate(decided) if action >= kernel.n_actions]
        shown = {layer: tuple(sorted(cells)) for layer, cells in flashes.items()}
        self._write(shown, tuple(map(_short, rewards)), "; ".join(captions))

    def _write(self, flashes: dict[str, tuple[int, ...]], rewards: tuple[float, ...], caption: str) -> None:
        kernel = self._kernel
        board, alive, waste = kernel.board, bytes(kernel.alive[:-1]), bytes(kernel.waste)
        added: dict[str, tuple[int, ...]] = {}
        removed: dict[str, tuple[int, ...]] = {}
        for layer, places, before, after in (
            ("waste", board.river, self._waste, waste),
            ("apple", board.apples, self._alive, alive),
        ):
            if before != after:
                _change(added, layer, places, before, after)
                _change(removed, layer, places, after, before)
        self._alive, self._waste = alive, waste
        agents = tuple(
            (cell, orientation, int(timeout > 0))
            for cell, orientation, timeout in zip(kernel.cells, kernel.orientations, kernel.timeouts, strict=True)
        )
        self._frames.append(Frame(agents, added, removed, flashes, rewards, caption))

    def finish(self, episode: Episode) -> Recording:
        """Return what was recorded."""
        kernel = self._kernel
        return Recording(
            frames=tuple(self._frames),
            moments=self._story.finish(episode),
            board=draw(kernel.board),
            agents=tuple(f"agent {agent}" for agent in range(kernel.n_agents)),
        )


def draw(board: Map) -> Board:
    """Return a map for a player; what may grow or be polluted are the layers that change."""
    fixed = {"wall": tuple(sorted(board.walls)), "water": board.river, "stream": board.stream}
    fixed["apple spot"] = board.apples
    layers = ("waste", "apple") if board.river else ("apple",)
    return Board(board.height, board.width, {name: cells for name, cells in fixed.items() if cells}, layers)


def _change(into: dict[str, tuple[int, ...]], layer: str, places: Sequence[int], without: bytes, with_: bytes) -> None:
    cells = tuple(place for place, old, new in zip(places, without, with_, strict=True) if new and not old)
    if cells:
        into[layer] = cells


def _short(reward: float) -> float:
    """Return a whole number as an int, which is written without a point."""
    return int(reward) if reward == int(reward) else reward
