"""The games as tasks: the judge's side of an episode, where state, randomness and score live."""

import importlib
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from importlib import resources
from typing import ClassVar, Literal, cast

import msgspec
from msgspec import structs

from solon.contract import Episode, Fault, Figure, Finding, Jail, Program, Seed, Task
from solon.crossplay import check_seating, program_means
from solon.playback import Recording
from solon.sketch import Sketch
from solon.tasks.games import bounds, brief
from solon.tasks.games.cleanup import Cleanup, CleanupRules
from solon.tasks.games.crew import Crew, Post, assign
from solon.tasks.games.gathering import Commons, CommonsRules, Gathering, GatheringRules
from solon.tasks.games.kernel import STAND, Kernel, Rules
from solon.tasks.games.maps import Map, load_map
from solon.tasks.games.metrics import Tally, equality
from solon.tasks.games.objective import Goal, goal
from solon.tasks.games.recording import Recorder
from solon.tasks.games.streams import Draws, KeyedDraws, PaperDraws
from solon.tasks.games.view import Setup
from solon.tasks.games.window import Blinds
from solon.watch import conserved

GUEST = "solon.tasks.games.guest"

_REVISION = "1"  # raise it with every change of a rule, a draw or a metric
_RAISED = 255  # the guest's byte for a decision that raised; other bytes out of range are no actions
_CONTROL = "nearest_apple"
_FAMILIAR = (_CONTROL, "stand", "random", "exploiting", "cooperating", "waste_adaptive")
_WHOLE_BOARD = {
    "cleanup_maximin",
    "cleanup_synthesised",
    "gathering_synthesised",
}  # lost where a window is all they see


@dataclass(frozen=True, kw_only=True)
class GameTask(Task):
    """A game in self-play or cross-play; every option that is not the default shows in the version.

    Where it is decentralised, each agent has a worker of its own that is sent what the agent sees and nothing else.
    """

    game: ClassVar[Literal["gathering", "commons", "cleanup", "harvest", "mining"]]
    luck: ClassVar[Literal["keyed", "paper"]] = "keyed"
    window: ClassVar[tuple[int, int]]  # cells ahead and to each side that an agent sees where it is decentralised

    map: str
    n_agents: int = 10
    steps: int = 1000
    objective: str = "efficiency"
    constraint: str = ""
    measure: str = ""
    timeout_steps: int = 25
    exclusive_cells: bool = False
    walls_stop_beams: bool = False
    fair_order: bool = False
    decentralised: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 65535:
            raise ValueError(f"steps must lie in 1..65535, got {self.steps}")
        if self.fair_order and self.luck == "paper":
            raise ValueError(f"{self.name!r} keeps the published order; for fair_order take {self.game!r}")
        object.__setattr__(self, "metrics", self.goal().metrics)
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

    def proof(self) -> str:
        """Return where the bound is derived."""
        return f"solon.tasks.games.bounds.{self.game}_bound, with its proof"

    def gross_bound(self) -> float:
        """Return a proved bound on the apples taken per step, whatever they cost."""
        return self.efficiency_bound()

    def most_apples(self) -> float | None:
        """Return the most reward of any one episode, if a better limit than one apple an agent and step is proved."""
        return None

    def goal(self) -> Goal:
        """Return what the game is played for."""
        return goal(self.n_agents, self.steps, self.rules(), self.objective, self.constraint, self.measure)

    def draws(self, seed: Seed) -> Draws:
        """Return the seed's luck; without a key, the paper's tasks use the published generator of that number."""
        if self.luck == "keyed":
            return KeyedDraws(seed, self.board, self.n_agents)
        return PaperDraws(int.from_bytes(seed.derive("paper"), "little") if seed.key else seed.number)

    def brief(self) -> str:
        """Return the complete system prompt."""
        window = self.window if self.decentralised else None
        return brief.write(self.board, self.n_agents, self.steps, self.rules(), self.metrics, window)

    def sections(self) -> Mapping[str, str]:
        """Return the parts of the brief by name; joined in this order they are the brief, to the byte."""
        return brief.sections(self.brief())

    @property
    def seats(self) -> int:
        """How many programs can meet: one an agent."""
        return self.n_agents

    @property
    def decisions(self) -> int:
        """How many decisions an episode takes: one an agent and step."""
        return self.n_agents * self.steps

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Play one episode with the program in every seat."""
        seating = (0,) * self.n_agents
        return self._play(assign((program,), seating, alone=self.decentralised), seed, jail)

    def meet(self, programs: Sequence[Program], seating: Sequence[int], seed: Seed, jail: Jail) -> Episode:
        """Play one episode with a program in each seat; see ``solon.crossplay.Crossplay``."""
        check_seating(programs, seating, self.n_agents)
        episode = self._play(assign(programs, seating, alone=self.decentralised), seed, jail)
        means = program_means(episode.agents["return"], seating, len(programs))
        return structs.replace(episode, agents={**episode.agents, "program": means})

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Play one episode with the program in every seat and write it down; see ``solon.playback.Recordable``."""
        recorder, seating = Recorder(self.steps), (0,) * self.n_agents
        return recorder.finish(self._play(assign((program,), seating, alone=self.decentralised), seed, jail, recorder))

    def _play(self, posts: Sequence[Post], seed: Seed, jail: Jail, recorder: Recorder | None = None) -> Episode:
        kernel, tally = self.kernel(seed), Tally(self.n_agents)
        if recorder is not None:
            recorder.begin(kernel)
        n_actions = kernel.n_actions
        slips, first_slip = 0, None
        blinds = Blinds(self.board, self.n_agents, *self.window) if self.decentralised else None
        # Public on purpose: what the program may draw must say nothing about the game's own streams.
        public = Seed(seed.number).derive("worker")
        with Crew.working(posts, jail, GUEST, self.setup(), public, n_agents=self.n_agents, blinds=blinds) as crew:
            for step in range(self.steps):
                decided = actions = crew.decide(step, kernel.snapshot())
                if max(actions) >= n_actions:
                    first_slip = first_slip or _slip(actions, n_actions, step, crew)
                    slips += sum(action >= n_actions for action in actions)
                    actions = bytes(action if action < n_actions else STAND for action in actions)
                rewards = kernel.step(actions)
                tally.add(rewards, kernel.timeouts)
                if recorder is not None:
                    recorder.step(decided, rewards)
        agents = {"return": tuple(tally.returns)}
        metrics = self.goal().measured(tally.metrics(), tally.returns)
        return Episode(metrics=metrics, agents=agents, slips=slips, first_slip=first_slip)

    def setup(self) -> bytes:
        """Return what the guest is warmed with: the game, its map and its constants."""
        rules = self.rules()
        setup = Setup(
            game=self.game,
            map=self.map,
            n_agents=self.n_agents,
            beam_length=rules.beam_length,
            beam_width=rules.beam_width,
            hits_to_tag=rules.hits_to_tag,
            timeout_steps=rules.timeout_steps,
            apple_respawn_time=25 if self.game in {"gathering", "commons"} else 0,
            walls_stop_beams=rules.walls_stop_beams,
            window=self.window if self.decentralised else None,
        )
        return msgspec.json.encode(setup)

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        """Yield an alarm when the metrics are not those of the agents' returns."""
        returns, metrics = episode.agents["return"], episode.metrics
        yield from conserved(
            efficiency_times_steps=(metrics["efficiency"] * self.steps, sum(returns)),
            reward_times_agents=(metrics["reward"] * self.n_agents, sum(returns)),
            maximin=(metrics["maximin"], min(returns)),
            equality=(metrics["equality"], equality(returns)),
            number_of_agents=(len(returns), self.n_agents),
        )

    def figures(self) -> Sequence[Figure]:
        """Return the proved bound and, in the published setting, what others reached."""
        bound = bounds.bound_figure(
            "no play can have more",
            self.efficiency_bound(),
            n_agents=self.n_agents,
            steps=self.steps,
            source=self.proof(),
        )
        derived = self._derived_bound(bound)
        changed = set(self._changed()) - {"objective", "constraint", "measure"}
        published = () if changed else bounds.published_figures(self.game)
        return (bound, *((derived,) if derived else ()), *published)

    def _derived_bound(self, bound: Figure) -> Figure | None:
        goal = self.goal()
        if not goal.derived:
            return None
        # Where all returns are positive, their geometric mean is at most the mean, hence the apples of an agent.
        proved = {**bound.metrics, "nash": self.gross_bound() * self.steps / self.n_agents}
        most = self.most_apples()
        always = {} if most is None else bounds.implied(most / self.steps, self.n_agents, self.steps)
        return goal.bound(proved, always)

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

    def partners(self) -> Mapping[str, Program]:
        """Return the published kinds of behaviour, with which programs are tried; programs shipped later are not."""
        known = self.references()
        return {name: known[name] for name in _FAMILIAR if name in known}

    def _plays(self, policy: str) -> bool:
        if self.decentralised and policy in _WHOLE_BOARD:
            return False
        if policy == "waste_adaptive":
            return self.game == "cleanup"
        family = policy.partition("_")[0]
        return family == self.game or family not in {"cleanup", "gathering", "commons", "harvest", "mining"}


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
    window = (15, 10)
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

    def most_apples(self) -> float:
        """Return how often apples can be taken in any one episode."""
        return bounds.gathering_takings(self.board, self.n_agents, self.steps, self.rules())


@dataclass(frozen=True, kw_only=True)
class CommonsTask(GameTask):
    """Apples grow where apples are left; a patch eaten bare is lost."""

    name = "commons"
    game = "commons"
    window = (20, 10)
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
    window = (7, 7)
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

    def gross_bound(self) -> float:
        """Return a proved bound on the apples taken per step: the bound of the game in which cleaning is free."""
        free = structs.replace(self.rules(), clean_cost=0.0)
        return bounds.cleanup_bound(self.board, self.n_agents, self.steps, free)


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


@dataclass(frozen=True, kw_only=True)
class BarrenCleanupTask(CleanupTask):
    """Cleanup without apples, in which nobody can gain anything: whoever does has deceived the judge."""

    name = "canary-cleanup"

    def rules(self) -> CleanupRules:
        """Return the game's constants; no apple ever grows."""
        return structs.replace(super().rules(), apple_chance=0.0)

    def kernel(self, seed: Seed) -> Cleanup:
        """Return the start of an episode, with no apple on the map."""
        kernel = super().kernel(seed)
        kernel.alive[:] = bytes(len(kernel.alive))
        return kernel

    def efficiency_bound(self) -> float:
        """Return 0: rewards come from apples alone, and there is none."""
        return 0.0

    def gross_bound(self) -> float:
        """Return 0 for the same reason."""
        return 0.0

    def figures(self) -> Sequence[Figure]:
        """Return the bound alone: nobody has published figures of this game."""
        return tuple(figure for figure in super().figures() if figure.kind == "bound")

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        """Yield an alarm when anybody gained something, besides what every game yields."""
        yield from super().suspicions(episode)
        best = max(episode.agents["return"])
        if best > 0:
            yield Finding("canary", "alarm", f"an agent gained {best:g} in a world without apples; the judge is broken")


def _slip(actions: bytes, n_actions: int, step: int, crew: Crew) -> Fault:
    agent = next(agent for agent, action in enumerate(actions) if action >= n_actions)
    name, note = crew.name(agent), crew.note(agent)
    if actions[agent] == _RAISED:
        message = f"the policy raised at step {step} for {name}, which stood still instead"
        return Fault("raised", message, "correct what the traceback shows", traceback=note, step=step)
    message = f"the policy returned no action at step {step} for {name}, which stood still instead"
    return Fault("output", message, f"return an integer from 0 to {n_actions - 1}", traceback=note, step=step)
