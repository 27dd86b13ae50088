"""The card: what a run may claim, each figure with its interval, control arm, bound and isolation level."""

from collections.abc import Sequence

from solon.contract import Episode, Figure, Finding, Scored, Task, Value
from solon.engine.bundle import Configuration, package_versions
from solon.engine.feedback import objective, scorer
from solon.engine.statistics import Estimate, estimate, paired_difference
from solon.journal import State


class Arm(Value, frozen=True):
    """One program on the sealed seeds."""

    program: str  # digest
    metrics: dict[str, Estimate]
    agents: dict[str, tuple[float, ...]] = {}  # mean over seeds, per agent
    slips: int = 0
    note: str = ""  # why there are no figures, if there are none


class Comparison(Value, frozen=True):
    """Winner minus another arm in the objective, on common sealed seeds; higher is better for the winner."""

    arm: str
    difference: Estimate
    improved: bool  # the whole interval lies above zero


class Cost(Value, frozen=True):
    """What the search spent; clock readings are kept apart in timing.json, so that cards can be compared."""

    candidates: int
    invalid: int
    search_episodes: int
    sealed_episodes: int
    usd: float = 0.0


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
    schema: int = 1


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


def shares(task: Task, metrics: dict[str, Estimate]) -> dict[str, float]:
    """Return each bounded metric's mean as a share of its tightest proved bound."""
    directions = {metric.name: metric.direction for metric in task.metrics}
    limits: dict[str, float] = {}
    for figure in task.figures():
        if figure.kind == "bound":
            for name, value in figure.metrics.items():
                tightest = min if directions[name] == "maximise" else max
                limits[name] = tightest(limits.get(name, value), value)
    return {name: metrics[name].mean / value for name, value in limits.items() if value and name in metrics}


def make_card(task: Task, configuration: Configuration, state: State, root: int) -> Card:
    """Draw the card from a run whose arms are sealed."""
    assert state.chosen is not None
    arms = {arm: _arm(sealed.program, sealed.outcome) for arm, sealed in state.sealed.items()}
    goal = objective(task).name
    winner = arms.get("winner")
    figures = task.figures()
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
        ),
        commitment=configuration.commitment,
        root=f"{root:032x}",
        packages=package_versions(),
    )


def _arm(program: str, outcome: object) -> Arm:
    if isinstance(outcome, Scored):
        slips = sum(episode.slips for episode in outcome.episodes)
        return Arm(program, metric_estimates(outcome.episodes), agent_means(outcome.episodes), slips)
    return Arm(program, {}, note=str(getattr(getattr(outcome, "fault", None), "message", outcome)))


def _comparisons(task: Task, state: State) -> tuple[Comparison, ...]:
    score = scorer(task)
    scores = {
        arm: [score(episode) for episode in sealed.outcome.episodes]
        for arm, sealed in state.sealed.items()
        if isinstance(sealed.outcome, Scored)
    }
    if "winner" not in scores:
        return ()
    found: list[Comparison] = []
    for arm, values in scores.items():
        if arm != "winner":
            difference = paired_difference(scores["winner"], values)
            found.append(Comparison(arm, difference, difference.low is not None and difference.low > 0))
    return tuple(found)
