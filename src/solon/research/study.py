"""A study: one run that seeks a pipeline, and what it may claim over the pipeline that nobody tuned."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path

import msgspec

from solon import api
from solon.api import Interrupted, run
from solon.assembly import Option, Options, StrategyOptions
from solon.contract import Episode, Scored, Value
from solon.engine import Budget, Bundle, Card, Configuration, Estimate, Observer, default_folder, objective, read_card
from solon.journal import Judged, Sealed
from solon.model import check_at_hand, is_address, load_prices, parse_address
from solon.research.pipeline import Pipeline, read_pipeline
from solon.research.task import ResearchTask
from solon.sandbox import Limits

TASK = "solon.research:pipelines"
"""The name under which a research run keeps its task."""

_UNTUNED = "control:untuned"


class Study(Value, frozen=True):
    """What a study may claim; the schema of ``solon research --json``, and ``study.json`` in its folder."""

    task: str
    options: dict[str, Option]
    proposer: str  # who writes programs
    researcher: str  # who writes pipelines
    objective: str
    direction: str
    pipeline: Pipeline | None  # None if no pipeline was valid
    untuned: Pipeline
    tuned_score: Estimate | None  # over inner runs with roots that the researcher never met
    untuned_score: Estimate | None  # over the same roots
    gain: Estimate | None  # tuned minus untuned, paired by root
    improved: bool  # the whole interval of the gain lies on the better side of zero
    repeats: int  # inner runs of each of the two
    inner_episodes: int  # of search, the limit of every inner run of either pipeline
    tuned_episodes: float | None  # of search, mean of what was spent
    untuned_episodes: float | None
    held_out: int  # episodes that judge the winner of an inner run
    pipelines: int  # that were tried
    search_runs: int  # inner runs of the search for a pipeline
    inner_runs: int  # all of them
    episodes: int  # of all inner runs, on search seeds and on held-out seeds
    calls: int
    tokens: int
    usd: float | None  # of all inner runs and the researcher; None if a price is unknown
    isolation: str
    fault: str = ""  # why the tuned pipeline failed on the final roots, if it did
    schema: int = 1


def research(  # noqa: PLR0913  # one keyword an option of `solon research`
    task: str,
    *,
    proposer: str = "offline",
    researcher: str = "offline",
    inner_episodes: int = 100,
    held_out: int = 5,
    repeats: int = 8,
    inner_usd: float | None = None,
    strategy: str | None = None,
    strategy_options: StrategyOptions | None = None,
    budget: Budget | None = None,
    seed: int | None = None,
    options: Options | None = None,
    isolation: str = "auto",
    workers: int = 0,
    limits: Limits | None = None,
    out: str | Path | None = None,
    observer: Observer | None = None,
    executor: Executor | None = None,
) -> tuple[Study, Path]:
    """Tune the pipeline that seeks programs for a task, and measure the gain at equal budget.

    The folder is that of a run whose task is research itself: ``verify``, ``replay`` and ``resume`` take it. Where it
    holds a study of this task already, that one goes on, with the settings that it began with.

    Args:
        task: the inner task's name.
        proposer: who writes programs, "offline" or a model's address.
        researcher: who writes pipelines; any proposer.
        inner_episodes: search episodes of every inner run.
        held_out: episodes on which the winner of an inner run is judged.
        repeats: roots on which the tuned and the untuned pipeline are compared, at least 2.
        inner_usd: dollars for the calls of one inner run; no limit if None.
        strategy: of the search for a pipeline; a race or refinement if None.
        strategy_options: its options.
        budget: of the search for a pipeline, in seconds, inner runs ("episodes") or dollars; 300 seconds if None.
        seed: root of all randomness; fresh and secret if None.
        options: the inner task's options.
        isolation: how programs are jailed.
        workers: processes, each with one inner run at a time; 0 for one a core. Never changes a result.
        limits: of an episode of the inner task.
        out: the folder; runs/research-TASK-N if None.
        observer: is told the state after every fact.
        executor: where inner runs are done instead of in processes of our own; is not shut down.

    Raises:
        ValueError: the call is wrong.
        InfrastructureError: the machinery failed; the same call with this folder goes on.
        Interrupted: a KeyboardInterrupt that knows the folder.
    """
    if repeats < 2:
        raise ValueError(f"repeats must be 2 or more, got {repeats}: one inner run has no interval")
    if out is not None and (Path(out) / "run.json").is_file():
        return _go_on(Path(out), task, workers, observer, executor)
    if is_address(proposer):
        check_at_hand(parse_address(proposer))
    folder = Path(out) if out is not None else default_folder(f"research-{task.rpartition('/')[2]}", proposer)
    given: dict[str, Option] = {
        "task": task,
        "options": json.dumps(dict(options or {}), sort_keys=True),
        "proposer": proposer,
        "episodes": inner_episodes,
        "held_out": held_out,
        "usd": inner_usd or 0.0,
        "calls": str((folder / "inner").absolute()) if is_address(proposer) else "",
    }
    if strategy is None:
        strategy, usual = usual_strategy(researcher)
        strategy_options = {**usual, **(strategy_options or {})}
    run(
        TASK,
        proposer=researcher,
        strategy=strategy,
        strategy_options=strategy_options,
        budget=budget or Budget(seconds=300),
        sealed_seeds=repeats,
        partner_seeds=0,
        seed=seed,
        options=given,
        isolation=isolation,
        workers=workers,
        limits=limits,
        out=folder,
        observer=observer,
        executor=executor,
    )
    return _kept(folder), folder


def _go_on(
    folder: Path, task: str, workers: int, observer: Observer | None, executor: Executor | None
) -> tuple[Study, Path]:
    """Finish a study by its own settings, or only read it. Raises ValueError for a run of anything else."""
    configuration = Bundle.open(folder).configuration()
    if configuration.task != TASK or configuration.options.get("task") != task:
        raise ValueError(f"{folder} holds no study of {task}; choose another folder with --out")
    try:
        api.resume(folder, workers=workers, observer=observer, executor=executor)
    except KeyboardInterrupt as stop:
        raise Interrupted(folder) from stop
    return _kept(folder), folder


def usual_strategy(researcher: str) -> tuple[str, dict[str, Option | tuple[Option, ...]]]:
    """Return how pipelines are chosen where the call names nothing; inner runs are dear, so their seeds are few."""
    if researcher == "offline" or researcher.startswith("polish:"):
        return "race", {"batch": 6, "seeds": (1, 2, 4), "keep": 0.5, "rounds": 64}
    if researcher.startswith("scripted:"):
        return "best-of-n", {"n": 64, "seeds": 3}
    return "refine", {"rounds": 6, "width": 1, "seeds": 3}


def read_study(folder: Path) -> Study:
    """Work out a finished study from its card and journal. Raises ValueError for any other folder."""
    bundle = Bundle.open(folder)
    configuration = bundle.configuration()
    if configuration.task != TASK:
        raise ValueError(f"{folder} is a run of {configuration.task!r} and no study; give the folder of solon research")
    card = read_card(folder)
    given = {name: value for name, value in configuration.options.items() if name != "calls"}
    task = ResearchTask(**given)  # pyright: ignore[reportArgumentType]  # the names and kinds were checked by the run
    facts = bundle.log().facts
    search = [it for fact in facts if isinstance(fact, Judged) for it in _episodes(fact)]
    sealed = [it for fact in facts if isinstance(fact, Sealed) for it in _episodes(fact)]
    goal, every = task.metrics[0].name, [*search, *sealed]
    gain = next((it for it in card.comparisons if it.arm == _UNTUNED), None)
    program = bundle.bodies.program(card.program) if card.program else None
    return Study(
        task=task.task,
        options=json.loads(task.options),
        proposer=task.proposer,
        researcher=configuration.proposer,
        objective=objective(task.inner).name,
        direction=task.metrics[0].direction,
        pipeline=read_pipeline(program) if program and not card.fault else None,
        untuned=read_pipeline(task.references()["untuned"]),
        tuned_score=_metric(card, "winner", goal),
        untuned_score=_metric(card, _UNTUNED, goal),
        gain=gain.difference if gain else None,
        improved=gain is not None and gain.improved,
        repeats=configuration.sealed_seeds,
        inner_episodes=task.episodes,
        tuned_episodes=_mean(card, "winner", "episodes"),
        untuned_episodes=_mean(card, _UNTUNED, "episodes"),
        held_out=task.held_out,
        pipelines=card.cost.candidates,
        search_runs=len(search),
        inner_runs=len(every),
        episodes=int(_sum(every, "episodes") + _sum(every, "held_out_episodes")),
        calls=int(_sum(every, "calls")) + card.cost.bill.calls,
        tokens=int(_sum(every, "tokens")) + card.cost.bill.input_tokens + card.cost.bill.output_tokens,
        usd=_dollars(task, configuration, card, every),
        isolation=card.isolation,
        fault=card.fault,
    )


def _kept(folder: Path) -> Study:
    study = read_study(folder)
    Bundle.open(folder).write_json("study.json", study)
    return study


def _episodes(fact: Judged | Sealed) -> Iterator[Episode]:
    if isinstance(fact.outcome, Scored):
        yield from fact.outcome.episodes


def _metric(card: Card, arm: str, name: str) -> Estimate | None:
    return card.arms[arm].metrics.get(name) if arm in card.arms else None


def _mean(card: Card, arm: str, name: str) -> float | None:
    found = _metric(card, arm, name)
    return None if found is None else found.mean


def _sum(episodes: list[Episode], name: str) -> float:
    return sum(episode.metrics[name] for episode in episodes)


def _dollars(task: ResearchTask, configuration: Configuration, card: Card, episodes: list[Episode]) -> float | None:
    """Add up the bills; None where a model was called whose price nobody knows."""
    called = {task.proposer: _sum(episodes, "calls"), configuration.proposer: card.cost.bill.calls}
    for text, calls in called.items():
        if calls and is_address(text) and load_prices().price(parse_address(text).model) is None:
            return None
    return _sum(episodes, "usd") + (card.cost.bill.usd or 0.0)


def difference(tuned: Pipeline, untuned: Pipeline) -> Mapping[str, tuple[object, object]]:
    """Return the parts in which two pipelines differ, as (untuned, tuned)."""
    one, other = msgspec.structs.asdict(untuned), msgspec.structs.asdict(tuned)
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}
