"""The card: what a run may claim, each figure with its interval, control arm, bound and isolation level."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from solon.contract import (
    Candidate,
    Episode,
    Figure,
    Finding,
    InfrastructureError,
    Invalid,
    Outcome,
    Program,
    Scored,
    Task,
    Unavailable,
    Value,
    Verdict,
)
from solon.engine.bundle import Bundle, Configuration, package_versions
from solon.engine.constraints import Held, held, kept
from solon.engine.feedback import objective
from solon.engine.match import HeldOut
from solon.engine.proofs import verdict_of
from solon.engine.statistics import Estimate, estimate, paired_difference
from solon.journal import State
from solon.journal.remedies import remedy
from solon.search import Pareto, make_strategy


class Arm(Value, frozen=True):
    """One program on the sealed seeds."""

    program: str  # digest
    metrics: dict[str, Estimate]
    agents: dict[str, tuple[float, ...]] = {}  # mean over seeds, per agent
    slips: int = 0
    note: str = ""  # why there are no figures, if there are none


class Comparison(Value, frozen=True):
    """Winner minus another arm in the objective, on common sealed seeds, in the unit of the objective."""

    arm: str
    difference: Estimate
    improved: bool  # the whole interval lies on the better side of zero, and the winner keeps all constraints


class OnFrontier(Value, frozen=True):
    """A candidate that no other beats in all metrics that the strategy weighs up, as far as search seeds show."""

    number: int
    program: str  # digest
    metrics: dict[str, float]  # means over the search seeds
    seeds: int


class Bill(Value, frozen=True):
    """What the proposer's calls came to."""

    words: str = "no calls"
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0  # None if no call had a known price


class Cost(Value, frozen=True):
    """What the search spent; clock readings are kept apart in timing.json, so that cards can be compared."""

    candidates: int
    invalid: int
    search_episodes: int
    sealed_episodes: int
    bill: Bill


class Card(Value, frozen=True):
    """The claim of one run."""

    task: str
    version: str
    options: dict[str, str | int | float | bool]
    objective: str
    winner: int | None
    program: str | None
    reason: str  # why the search ended
    arms: dict[str, Arm]
    comparisons: tuple[Comparison, ...]
    held_out: HeldOut | None  # with partners that the search never met, where programs can meet
    share_of_bound: dict[str, float]
    bounds: tuple[Figure, ...]
    published: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    isolation: str
    sealed_seeds: int
    cost: Cost
    commitment: str
    root: str  # hexadecimal; published only now, and checked against the commitment
    packages: dict[str, str]
    minimised: tuple[str, ...] = ()  # metrics of which less is better
    constraints: tuple[Held, ...] = ()  # each constraint of each arm on the sealed seeds
    frontier: tuple[OnFrontier, ...] = ()  # where the strategy keeps one
    verdict: Verdict | None = None  # on the task's property of the winner; None if the task states none
    schema: int = 1

    @property
    def fault(self) -> str:
        """Why the winner is invalid on the sealed seeds; empty if it is not, or if there is none."""
        return "" if self.winner is None or self.arms["winner"].metrics else self.arms["winner"].note


def read_card(folder: Path) -> Card:
    """Read a finished run's card. Raises ValueError if there is none, InfrastructureError if it is damaged."""
    bundle = Bundle.open(folder)
    path = folder / "card.json"
    try:
        card = msgspec.json.decode(path.read_bytes(), type=Card)
    except FileNotFoundError:
        raise ValueError(f"{folder} is unfinished; first: {bundle.way_on}") from None
    except OSError as error:
        raise InfrastructureError(f"{path} cannot be read ({error.strerror}); {remedy(error)}") from None
    except msgspec.DecodeError as error:
        raise InfrastructureError(f"{path} is damaged ({error}); restore it from a copy") from None
    if card.winner is not None and "winner" not in card.arms:
        raise InfrastructureError(f"{path} is damaged (it names a winner without figures); restore it from a copy")
    return card


def metric_estimates(episodes: Sequence[Episode]) -> dict[str, Estimate]:
    """Estimate every metric over episodes, at least one."""
    return {name: estimate([episode.metrics[name] for episode in episodes]) for name in episodes[0].metrics}


def agent_means(episodes: Sequence[Episode]) -> dict[str, tuple[float, ...]]:
    """Average each per-agent figure over episodes."""
    means: dict[str, tuple[float, ...]] = {}
    for name in episodes[0].agents:
        columns = zip(*(episode.agents[name] for episode in episodes), strict=True)
        means[name] = tuple(sum(column) / len(episodes) for column in columns)
    return means


def minimised(task: Task) -> tuple[str, ...]:
    """Return the names of the metrics of which less is better."""
    return tuple(metric.name for metric in task.metrics if metric.direction == "minimise")


def tightest_bounds(figures: Sequence[Figure], minimised: Sequence[str]) -> dict[str, float]:
    """Return the tightest proved bound of each bounded metric: the largest where less is better, else the smallest."""
    limits: dict[str, float] = {}
    for figure in figures:
        for name, value in figure.metrics.items() if figure.kind == "bound" else ():
            tightest = max if name in minimised else min
            limits[name] = tightest(limits.get(name, value), value)
    return limits


def shares(task: Task, metrics: dict[str, Estimate]) -> dict[str, float]:
    """Return how much of each proved bound was reached: mean / bound, and bound / mean where less is better."""
    less = minimised(task)
    found: dict[str, float] = {}
    for name, bound in tightest_bounds(task.figures(), less).items():
        if name in metrics:
            part, whole = (bound, metrics[name].mean) if name in less else (metrics[name].mean, bound)
            if whole:
                found[name] = part / whole
    return found


def sealed_arms(task: Task, state: State) -> dict[str, Program]:
    """Return the programs that a run judges on sealed seeds: winner, first candidate if it was valid, control arm."""
    assert state.chosen is not None
    arms: dict[str, Program] = {}
    if state.chosen.winner is not None:
        arms["winner"] = state.candidates[state.chosen.winner].proposal.program
    if state.candidates and state.candidates[0].fault is None:
        arms["first"] = state.candidates[0].proposal.program
    for name, program in list(task.references().items())[:1]:
        arms[f"control:{name}"] = program
    return arms


def make_card(  # what a claim rests on
    task: Task,
    configuration: Configuration,
    state: State,
    *,
    root: int,
    bill: Bill,
    held_out: HeldOut | None,
) -> Card:
    """Draw the card from a run whose arms are sealed."""
    assert state.chosen is not None
    arms = {arm: _arm(sealed.program, sealed.outcome) for arm, sealed in state.sealed.items()}
    goal = objective(task).name
    winner = arms.get("winner")
    figures = task.figures()
    less = minimised(task)
    sealed = [it.outcome.episodes for it in state.sealed.values() if isinstance(it.outcome, Scored)]
    return Card(
        task=configuration.task,
        version=configuration.version,
        options=configuration.options,
        objective=goal,
        winner=state.chosen.winner,
        program=winner.program if winner else None,
        reason=state.chosen.reason,
        arms=arms,
        comparisons=_comparisons(task, state),
        held_out=held_out,
        share_of_bound=shares(task, winner.metrics) if winner else {},
        bounds=tuple(figure for figure in figures if figure.kind == "bound"),
        published=tuple(figure for figure in figures if figure.kind == "published"),
        findings=tuple(finding for finding, _ in state.findings),
        isolation=configuration.isolation,
        sealed_seeds=configuration.sealed_seeds,
        cost=Cost(
            candidates=len(state.candidates),
            invalid=sum(candidate.fault is not None for candidate in state.candidates),
            search_episodes=state.judged_episodes,
            sealed_episodes=sum(map(len, sealed)),
            bill=bill,
        ),
        commitment=configuration.commitment,
        root=f"{root:032x}",
        packages=package_versions(),
        minimised=less,
        constraints=tuple(
            it
            for arm, sealed in state.sealed.items()
            if isinstance(sealed.outcome, Scored)
            for it in held(task, arm, sealed.outcome.episodes)
        ),
        frontier=tuple(_frontier(configuration, state.candidates)),
        verdict=_verdict(task, state, winner),
    )


def _verdict(task: Task, state: State, winner: Arm | None) -> Verdict | None:
    """Prove or refute the task's property of a winner that has figures."""
    number = state.chosen.winner if state.chosen else None
    if number is None or winner is None or not winner.metrics:
        return None
    return verdict_of(task, state.candidates[number].proposal.program)


def _frontier(configuration: Configuration, candidates: Sequence[Candidate]) -> Iterator[OnFrontier]:
    """Yield the candidates of the frontier that the run's strategy keeps over metrics, if it keeps one."""
    if configuration.strategy != "pareto":
        return
    strategy = make_strategy(configuration.strategy, **configuration.strategy_options)
    assert isinstance(strategy, Pareto)
    for number in strategy.kept(candidates):
        it = candidates[number]
        means = {name: sum(values) / len(values) for name, values in it.metrics.items()}
        yield OnFrontier(number, it.proposal.program.digest, means, len(it.scores))


def _arm(program: str, outcome: Outcome) -> Arm:
    match outcome:
        case Scored(episodes):
            slips = sum(episode.slips for episode in episodes)
            return Arm(program, metric_estimates(episodes), agent_means(episodes), slips)
        case Invalid(fault):
            return Arm(program, {}, note=f"{fault.kind}: {fault.message}")
        case Unavailable(reason):
            raise InfrastructureError(f"program {program[:12]} could not be judged: {reason}")


def _comparisons(task: Task, state: State) -> tuple[Comparison, ...]:
    goal = objective(task).name
    less = goal in minimised(task)
    scored = {arm: sealed.outcome for arm, sealed in state.sealed.items() if isinstance(sealed.outcome, Scored)}
    winner = scored.pop("winner", None)
    if winner is None:
        return ()
    found: list[Comparison] = []
    keeps = kept(task, winner.episodes)
    for arm, other in scored.items():
        difference = paired_difference(winner.values(goal), other.values(goal))
        end = difference.high if less else difference.low
        better = end is not None and (end < 0 if less else end > 0)
        found.append(Comparison(arm, difference, better and keeps))
    return tuple(found)
