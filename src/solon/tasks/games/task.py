"""The games as tasks: the judge's side of an episode, where state, randomness and score live."""

import importlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from importlib import resources
from typing import ClassVar, Literal, cast

import msgspec
from msgspec import structs

from solon.contract import Episode, Fault, Figure, Jail, Program, ProgramFault, Seed, Task
from solon.sketch import Sketch
from solon.tasks.games import bounds, brief
from solon.tasks.games.cleanup import Cleanup, CleanupRules
from solon.tasks.games.gathering import Commons, CommonsRules, Gathering, GatheringRules
from solon.tasks.games.kernel import STAND, Kernel, Rules
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.metrics import Tally, declare
from solon.tasks.games.streams import Draws, KeyedDraws, PaperDraws
from solon.tasks.games.view import Setup

GUEST = "solon.tasks.games.guest"

_REVISION = "1"  # raise it with every change of a rule, a draw or a metric
_RAISED = 255  # the guest's byte for a decision that raised; other bytes out of range are no actions
_CONTROL = "nearest_apple"
_FAMILIAR = (_CONTROL, "stand", "random", "exploiting", "cooperating", "waste_adaptive")


@dataclass(frozen=True, kw_only=True)
class GameTask(Task):
    """A game in self-play; every option that is not the default shows in the version."""

    game: ClassVar[Literal["gathering", "commons", "cleanup"]]
    luck: ClassVar[Literal["keyed", "paper"]] = "keyed"

    map: str
    n_agents: int = 10
    steps: int = 1000
    objective: str = "efficiency"
    timeout_steps: int = 25
    exclusive_cells: bool = False
    walls_stop_beams: bool = False
    fair_order: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 65535:
            raise ValueError(f"steps must lie in 1..65535, got {self.steps}")
        if self.fair_order and self.luck == "paper":
            raise ValueError(f"{self.name!r} keeps the published order; for fair_order take {self.game!r}")
        metrics = declare(self.n_agents, self.steps, self.objective)
        object.__setattr__(self, "metrics", metrics)
        changed = ",".join(f"{name}={value}" for name, value in self._changed().items())
        object.__setattr__(self, "version", f"{_REVISION}[{changed}]" if changed else _REVISION)
        self.kernel(Seed(0))

    def _changed(self) -> dict[str, object]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        defaults = {field.name: field.default for field in fields(self) if field.default is not MISSING}
        return {name: value for name, value in values.items() if value != defaults[name]}

    def _variants(self) -> dict[str, int]:
        return {
            "timeout_steps": self.timeout_steps,
            "exclusive_cells": self.exclusive_cells,
            "walls_stop_beams": self.walls_stop_beams,
            "fair_order": self.fair_order,
        }

    @property
    def board(self) -> Map:
        """The map."""
        return load_map(self.game, self.map)

    @abstractmethod
    def rules(self) -> Rules:
        """Return the game's constants with this task's variants."""

    @abstractmethod
    def kernel(self, seed: Seed) -> Kernel:
        """Return the start of an episode."""

    @abstractmethod
    def efficiency_bound(self) -> float:
        """Return the proved bound on efficiency."""

    def draws(self, seed: Seed) -> Draws:
        """Return the seed's luck; without a key, the paper's tasks use the published generator of that number."""
        if self.luck == "keyed":
            return KeyedDraws(seed, self.board, self.n_agents)
        return PaperDraws(int.from_bytes(seed.derive("paper"), "little") if seed.key else seed.number)

    def brief(self) -> str:
        """Return the complete system prompt."""
        return brief.write(self.board, self.n_agents, self.steps, self.rules(), self.metrics)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Play one episode with the program in every seat."""
        kernel, tally = self.kernel(seed), Tally(self.n_agents)
        n_agents, n_actions = self.n_agents, kernel.n_actions
        slips, first_slip = 0, None
        # Public on purpose: what the program may draw must say nothing about the game's own streams.
        episode = Seed(seed.number).derive("worker")
        with jail.open(program, GUEST, self._setup(), episode) as worker:
            for step in range(self.steps):
                reply = worker.ask(step.to_bytes(2, "little") + kernel.snapshot(), n_agents)
                if len(reply) != n_agents:
                    message = f"the worker sent {len(reply)} actions for {n_agents} agents"
                    raise ProgramFault(Fault("protocol", message, "leave the standard streams alone", step=step))
                if max(reply) >= n_actions:
                    first_slip = first_slip or _slip(reply, n_actions, step, worker.note)
                    slips += sum(action >= n_actions for action in reply)
                    reply = bytes(action if action < n_actions else STAND for action in reply)
                rewards = kernel.step(reply)
                tally.add(rewards, kernel.timeouts)
        agents = {"return": tuple(tally.returns)}
        return Episode(metrics=tally.metrics(), agents=agents, slips=slips, first_slip=first_slip)

    def _setup(self) -> bytes:
        rules = self.rules()
        setup = Setup(
            game=self.game,
            map=self.map,
            n_agents=self.n_agents,
            beam_length=rules.beam_length,
            beam_width=rules.beam_width,
            hits_to_tag=rules.hits_to_tag,
            timeout_steps=rules.timeout_steps,
            apple_respawn_time=0 if self.game == "cleanup" else 25,
            walls_stop_beams=rules.walls_stop_beams,
        )
        return msgspec.json.encode(setup)

    def figures(self) -> Sequence[Figure]:
        """Return the proved bound and, in the published setting, what others reached."""
        bound = bounds.bound_figure(
            "no play can have more",
            self.efficiency_bound(),
            n_agents=self.n_agents,
            steps=self.steps,
            source=f"solon.tasks.games.bounds.{self.game}_bound, with its proof",
        )
        published = () if set(self._changed()) - {"objective"} else bounds.published_figures(self.game)
        return (bound, *published)

    def references(self) -> Mapping[str, Program]:
        """Return the shipped policies that play this game; the first is the control arm.

        A policy file whose name starts with a game's name plays only that game.
        """
        folder = resources.files("solon.tasks.games") / "policies"
        texts = {
            file.name.removesuffix(".py"): file.read_text("utf-8")
            for file in folder.iterdir()
            if file.name.endswith(".py") and file.name != "__init__.py"
        }
        ordered = [name for name in _FAMILIAR if name in texts]
        ordered += sorted(name for name in texts if name not in _FAMILIAR)
        return {name: Program(files=(("policy.py", texts[name]),)) for name in ordered if self._plays(name)}

    def _plays(self, policy: str) -> bool:
        if policy == "waste_adaptive":
            return self.game == "cleanup"
        family = policy.partition("_")[0]
        return family == self.game or family not in {"cleanup", "gathering", "commons"}


@dataclass(frozen=True, kw_only=True)
class SketchedGameTask(GameTask):
    """A game for which the offline proposer has a space of programs."""

    def sketch(self) -> Sketch:
        """Return the game's sketch for this map and number of agents."""
        module = importlib.import_module(f"solon.tasks.games.sketches.{self.game}")
        return cast("Sketch", module.sketch(self.board, self.n_agents))


@dataclass(frozen=True, kw_only=True)
class GatheringTask(SketchedGameTask):
    """Apples come back after a fixed time; who tags rivals has more of them."""

    name = "gathering"
    game = "gathering"
    map: str = "large"

    def rules(self) -> GatheringRules:
        """Return the game's constants with this task's variants."""
        return structs.replace(GatheringRules(), **self._variants())

    def kernel(self, seed: Seed) -> Gathering:
        """Return the start of an episode."""
        return Gathering(self.board, self.n_agents, self.draws(seed), self.rules())

    def efficiency_bound(self) -> float:
        """Return the proved bound on efficiency."""
        return bounds.gathering_bound(self.board, self.n_agents, self.steps, self.rules())


@dataclass(frozen=True, kw_only=True)
class CommonsTask(GameTask):
    """Apples grow where apples are left; a patch eaten bare is lost."""

    name = "commons"
    game = "commons"
    map: str = "commons"
    n_agents: int = 12

    def rules(self) -> CommonsRules:
        """Return the game's constants with this task's variants."""
        return structs.replace(CommonsRules(), **self._variants())

    def kernel(self, seed: Seed) -> Commons:
        """Return the start of an episode."""
        return Commons(self.board, self.n_agents, self.draws(seed), self.rules())

    def efficiency_bound(self) -> float:
        """Return the proved bound on efficiency."""
        return bounds.commons_bound(self.board, self.n_agents, self.steps, self.rules())


@dataclass(frozen=True, kw_only=True)
class CleanupTask(SketchedGameTask):
    """Apples grow while somebody pays for cleaning the river."""

    name = "cleanup"
    game = "cleanup"
    map: str = "full"

    def rules(self) -> CleanupRules:
        """Return the game's constants with this task's variants."""
        return structs.replace(CleanupRules(), **self._variants())

    def kernel(self, seed: Seed) -> Cleanup:
        """Return the start of an episode."""
        return Cleanup(self.board, self.n_agents, self.draws(seed), self.rules())

    def efficiency_bound(self) -> float:
        """Return the proved bound on efficiency."""
        return bounds.cleanup_bound(self.board, self.n_agents, self.steps, self.rules())


@dataclass(frozen=True, kw_only=True)
class GatheringPaperTask(GatheringTask):
    """Gathering with the published order of draws, step for step."""

    name = "gathering-paper"
    luck = "paper"


@dataclass(frozen=True, kw_only=True)
class CommonsPaperTask(CommonsTask):
    """Commons with the published order of draws, step for step."""

    name = "commons-paper"
    luck = "paper"


@dataclass(frozen=True, kw_only=True)
class CleanupPaperTask(CleanupTask):
    """Cleanup with the published order of draws, step for step."""

    name = "cleanup-paper"
    luck = "paper"


def _slip(reply: bytes, n_actions: int, step: int, note: str) -> Fault:
    agent = next(agent for agent, action in enumerate(reply) if action >= n_actions)
    if reply[agent] == _RAISED:
        message = f"the policy raised at step {step} for agent {agent}, which stood still instead"
        return Fault("raised", message, "correct what the traceback shows", traceback=note, step=step)
    message = f"the policy returned no action at step {step} for agent {agent}, which stood still instead"
    return Fault("output", message, f"return an integer from 0 to {n_actions - 1}", traceback=note, step=step)
