"""The repeated games as tasks: one strategy against a field, or strategies against one another in cross-play."""

import random
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import structs

from solon.contract import Episode, Figure, Finding, Jail, Metric, Program, ProgramFault, Seed, Task
from solon.crossplay import MeetingFault, check_seating, program_means
from solon.playback import Recording
from solon.sketch import Sketch
from solon.tasks.matrix import brief, story
from solon.tasks.matrix.automata import best_response, classics
from solon.tasks.matrix.guest import Setup
from solon.tasks.matrix.payoffs import CHICKEN, COOPERATE, PRISONERS, STAG, Game
from solon.tasks.matrix.players import GUEST, AutomataPlayer, Player, ProgramPlayer, play
from solon.tasks.matrix.programs import SOURCES
from solon.tasks.matrix.published import ENTRANTS, PublishedPlayer, check_installed
from solon.tasks.matrix.sketch import learner, sketch
from solon.watch import conserved

_REVISION = "2"  # raise it with every change of a rule, a draw, an opponent or a metric
SEATS = 8
FIELDS = ("classics", "axelrod")

Moves = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class MatrixTask(Task):
    """A repeated game; the program plays a match against every opponent of the field, all side by side.

    Every option that is not the default shows in the version. In cross-play each of the eight seats plays a match with
    every other one, and the field is not there.
    """

    game: ClassVar[Game]

    rounds: int = 200
    noise: float = 0.0
    field: str = "classics"

    def __post_init__(self) -> None:
        if not 1 <= self.rounds <= 5000:
            raise ValueError(f"rounds must lie in 1..5000, got {self.rounds}")
        if not 0 <= self.noise <= 0.5:
            raise ValueError(f"noise must lie in 0..0.5, got {self.noise}")
        if self.field not in FIELDS:
            raise ValueError(f"no field {self.field!r}; choose one of {', '.join(FIELDS)}")
        if self.field == "axelrod":
            check_installed()
        values = {each.name: (getattr(self, each.name), each.default) for each in fields(self)}
        changed = ",".join(
            f"{name}={value}"
            for name, (value, default) in values.items()
            if default is not MISSING and value != default
        )
        object.__setattr__(self, "version", f"{_REVISION}[{changed}]" if changed else _REVISION)
        object.__setattr__(self, "metrics", _declare(self.game))

    @property
    def opponents(self) -> tuple[str, ...]:
        """Names of the field, in the order of ``agents["return"]``."""
        return ENTRANTS if self.field == "axelrod" else tuple(automaton.name for automaton in classics())

    @property
    def seats(self) -> int:
        """How many programs can meet."""
        return SEATS

    @property
    def decisions(self) -> int:
        """How many decisions an episode takes: one a match and round."""
        return self.rounds * len(self.opponents)

    def brief(self) -> str:
        """Return the complete system prompt."""
        return brief.write(self.game, self.rounds, self.noise, self.opponents, self.metrics)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Play a match with every opponent of the field, in an order drawn by the seed."""
        moves, player = self._tournament(program, seed, jail)
        mine, theirs = self._payoffs(moves)
        metrics = {
            "score": float(mine.mean()),
            "worst": float(mine.min()),
            "rival": float(theirs.mean()),
            "cooperation": float((moves[:, :, 0] == COOPERATE).mean()),
            "mutual": float((moves == COOPERATE).all(axis=2).mean()),
        }
        returns = tuple(float(mean) for mean in mine)
        return Episode(metrics, {"return": returns}, slips=player.slips, first_slip=player.first_slip)

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Play one episode as ``evaluate`` does and write it down; see ``solon.playback.Recordable``."""
        moves, player = self._tournament(program, seed, jail)
        return story.record(self.game, self.opponents, moves, player.first_slip)

    def _tournament(self, program: Program, seed: Seed, jail: Jail) -> tuple[Moves, ProgramPlayer]:
        """Return the moves of all matches in the order of the field, (rounds, opponents, 2), and who made them."""
        order = list(range(len(self.opponents)))
        random.Random(seed.derive("order")).shuffle(order)  # noqa: S311 - reproducible on purpose
        luck, flips = self._luck(seed, len(order))
        with jail.open(program, GUEST, self._setup(), Seed(seed.number).derive("worker")) as worker:
            player = ProgramPlayer(worker)
            moves = play((player, self._rivals(order, luck, seed)), [(0, 1)] * len(order), self.rounds, flips)
        return moves[:, np.argsort(order)], player

    def meet(self, programs: Sequence[Program], seating: Sequence[int], seed: Seed, jail: Jail) -> Episode:
        """Play one match for every pair of seats; see ``solon.crossplay.Crossplay``.

        Every seat has a worker of its own: in a repeated game nobody may know an equal by anything but its moves.
        """
        check_seating(programs, seating, SEATS)
        owners = [programs.index(programs[index]) for index in seating]
        pairs = [(one, other) for one in range(SEATS) for other in range(one + 1, SEATS)]
        _, flips = self._luck(seed, len(pairs))
        public = Seed(seed.number)
        with ExitStack() as stack:
            players: list[ProgramPlayer] = []
            for seat, owner in enumerate(owners):
                with _blamed(owner):
                    opened = jail.open(programs[owner], GUEST, self._setup(), public.derive(f"worker/{seat}"))
                    players.append(ProgramPlayer(stack.enter_context(opened)))
            blamed = [_Blamed(player, owner) for player, owner in zip(players, owners, strict=True)]
            moves = play(blamed, pairs, self.rounds, flips)
        return self._met(moves, pairs, players, programs, seating)

    def _met(
        self,
        moves: Moves,
        pairs: Sequence[tuple[int, int]],
        players: Sequence[ProgramPlayer],
        programs: Sequence[Program],
        seating: Sequence[int],
    ) -> Episode:
        left, right = self._payoffs(moves)
        shares: list[list[float]] = [[] for _ in range(SEATS)]
        for (one, other), mine, theirs in zip(pairs, left, right, strict=True):
            shares[one].append(float(mine))
            shares[other].append(float(theirs))
        returns = tuple(sum(share) / len(share) for share in shares)
        score = sum(returns) / SEATS
        metrics = {
            "score": score,
            "worst": min(map(min, shares)),
            "rival": score,
            "cooperation": float((moves == COOPERATE).mean()),
            "mutual": float((moves == COOPERATE).all(axis=2).mean()),
        }
        agents = {"return": returns, "program": program_means(returns, seating, len(programs))}
        first = next((player.first_slip for player in players if player.first_slip), None)
        return Episode(metrics, agents, slips=sum(player.slips for player in players), first_slip=first)

    def _payoffs(self, moves: Moves) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return each match's mean payoff per round, of the left and of the right side."""
        table = np.array(self.game.payoffs)
        left, right = moves[:, :, 0], moves[:, :, 1]
        return table[left, right].mean(axis=0), table[right, left].mean(axis=0)

    def _luck(self, seed: Seed, matches: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """Return uniform numbers for the opponents and the moves that noise turns, the same whatever anybody does."""
        draws = [
            np.random.Generator(np.random.Philox(key=int.from_bytes(seed.derive(purpose), "little")))
            for purpose in ("opponents", "noise")
        ]
        luck = draws[0].random((self.rounds, matches))
        return luck, draws[1].random((self.rounds, matches, 2)) < self.noise

    def _rivals(self, order: Sequence[int], luck: npt.NDArray[np.float64], seed: Seed) -> Player:
        if self.field == "classics":
            return AutomataPlayer([classics()[number] for number in order], luck)
        dice = random.Random(seed.derive("published"))  # noqa: S311 - reproducible on purpose
        seeds = [dice.randrange(2**31) for _ in ENTRANTS]
        return PublishedPlayer(order, seeds, self.game, self.rounds, self.noise)

    def _setup(self) -> bytes:
        return msgspec.json.encode(Setup(self.game.payoffs, self.rounds, self.noise))

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        """Yield an alarm when the metrics are not those of the matches, or a match pays what none can."""
        returns, metrics = episode.agents["return"], episode.metrics
        yield from conserved(score=(metrics["score"], sum(returns) / len(returns)))
        if min(returns) < self.game.least or max(returns) > self.game.most:
            yield Finding("impossible", "alarm", "a match paid more or less than any outcome of the game does")

    def figures(self) -> Sequence[Figure]:
        """Return the proved bound: the best answer to each automaton, or the largest payoff for other fields."""
        if self.field != "classics":
            limits = {"score": self.game.most, "worst": self.game.most}
            return (Figure("bound", "no outcome pays more", limits, "the largest payoff of the game"),)
        best = [best_response(automaton, self.game, self.rounds, self.noise) for automaton in classics()]
        limits = {"score": sum(best) / len(best), "worst": min(best)}
        source = "solon.tasks.matrix.automata.best_response, with its proof"
        return (Figure("bound", "the best answer to each opponent, known from the start", limits, source),)

    def references(self) -> Mapping[str, Program]:
        """Return the shipped strategies; the first is the control arm."""
        known = {name: Program(files=(("policy.py", source),)) for name, source in SOURCES.items()}
        return {**known, "learner": learner()}

    def sketch(self) -> Sketch:
        """Return memory tables, finite automata and learners with holes."""
        return sketch()


def _declare(game: Game) -> tuple[Metric, ...]:
    def payoff(name: str, meaning: str) -> Metric:
        return Metric(name, low=game.least, high=game.most, unit="payoff per round", meaning=meaning)

    return (
        structs.replace(payoff("score", "mean payoff per round over all matches"), role="objective"),
        payoff("worst", "mean payoff per round of the worst match"),
        payoff("rival", "mean payoff per round of those it played against"),
        Metric("cooperation", low=0.0, high=1.0, meaning="share of its moves that were C"),
        Metric("mutual", low=0.0, high=1.0, meaning="share of rounds in which both played C"),
    )


@contextmanager
def _blamed(index: int) -> Generator[None]:
    """Turn a program's fault within the block into one that names the program."""
    try:
        yield
    except ProgramFault as raised:
        raise MeetingFault(raised.fault, index) from None


class _Blamed:
    """A player whose faults name its program."""

    def __init__(self, player: ProgramPlayer, index: int) -> None:
        self._player = player
        self._index = index

    def choose(self, round_: int, own: bytes, other: bytes) -> bytes:
        """Return the program's moves. Raises MeetingFault."""
        with _blamed(self._index):
            return self._player.choose(round_, own, other)


@dataclass(frozen=True, kw_only=True)
class PrisonersTask(MatrixTask):
    """The repeated prisoner's dilemma of the published tournaments."""

    name = "matrix-prisoners"
    game = PRISONERS


@dataclass(frozen=True, kw_only=True)
class ChickenTask(MatrixTask):
    """Repeated chicken: giving in is better than a crash."""

    name = "matrix-chicken"
    game = CHICKEN


@dataclass(frozen=True, kw_only=True)
class StagTask(MatrixTask):
    """The repeated stag hunt: the best outcome needs trust."""

    name = "matrix-stag"
    game = STAG
