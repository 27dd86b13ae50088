"""The Python face of Solon: the same verbs as the command line, assembled from the same parts."""

import difflib
import hashlib
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from solon.assembly import (
    Options,
    StrategyOptions,
    check_proposer_text,
    check_strategy_suits,
    load_task,
    open_proposer,
    read_sources,
    usual_budget,
    usual_for,
)
from solon.contract import (
    Fault,
    InfrastructureError,
    Invalid,
    Outcome,
    Program,
    ProgramFault,
    Scored,
    Seed,
    Task,
    Unavailable,
    Value,
    Verdict,
)
from solon.engine import (
    Bill,
    Budget,
    Bundle,
    Card,
    Configuration,
    Estimate,
    Observer,
    PoolJudge,
    Run,
    Seeds,
    check_finished,
    default_folder,
    early_fault,
    fresh_root,
    metric_estimates,
    objective,
    package_versions,
    public_seeds,
    read_card,
    read_program,
    shares,
    verdict_of,
    writable,
)
from solon.engine.feedback import check_level
from solon.journal import Fact, State
from solon.language import language_of
from solon.model import check_at_hand, is_address, parse_address
from solon.playback import Recordable, Recording
from solon.sandbox import Limits
from solon.search import make_strategy
from solon.tasks import canonical, load
from solon.watch import slipped

if TYPE_CHECKING:
    from solon.report import Recorded


class Evaluation(Value, frozen=True):
    """What judging one program on public seeds gave; the schema of ``solon eval --json``."""

    task: str
    version: str
    program: str
    digest: str
    isolation: str
    outcome: Literal["scored", "invalid", "unavailable"]
    fault: Fault | None
    metrics: dict[str, Estimate]
    share_of_bound: float | None
    slips: int
    slip_share: float | None  # of all decisions; None if the task does not count them
    first_slip: Fault | None
    wall_seconds: float
    reason: str = ""  # why the judge was unavailable
    verdict: Verdict | None = None  # on the task's property of the program; None if the task states none
    schema: int = 1


def evaluate(  # noqa: PLR0913  # one keyword an option of `solon eval`
    task: str | Task,
    program: str | Path | Program,
    *,
    seeds: int = 5,
    options: Options | None = None,
    isolation: str = "auto",
    workers: int = 0,
    limits: Limits | None = None,
    executor: Executor | None = None,
) -> Evaluation:
    """Judge one program on the public seeds 0, 1, ..., seeds - 1.

    Judging processes import the script that was started, so a script calls this under ``if __name__ == "__main__":``.

    Args:
        task: a task or its name (see ``solon tasks``).
        program: a program, or the path of a Python file.
        seeds: how many seeds, at least 1.
        options: the task's options when it is given by name.
        isolation: "auto", "full", "no-namespaces", "wasm", "process" or "none".
        workers: judging processes; 0 for one a core.
        limits: CPU seconds, memory and wall seconds of an episode.
        executor: where to judge instead of in processes of our own; is not shut down. Never changes a result.

    Raises:
        ValueError: the call is wrong; the message names the remedy.
        InfrastructureError: this machine cannot isolate programs as asked.
    """
    return next(
        evaluate_all(
            task,
            [program],
            seeds=seeds,
            options=options,
            isolation=isolation,
            workers=workers,
            limits=limits,
            executor=executor,
        )
    )


def evaluate_all(  # noqa: PLR0913  # one keyword an option of `solon eval`
    task: str | Task,
    programs: Sequence[str | Path | Program],
    *,
    seeds: int = 5,
    options: Options | None = None,
    isolation: str = "auto",
    workers: int = 0,
    limits: Limits | None = None,
    executor: Executor | None = None,
) -> Iterator[Evaluation]:
    """Judge several programs on common public seeds, one after the other; see ``evaluate``."""
    if seeds < 1:
        raise ValueError(f"seeds must be 1 or more, got {seeds}")
    loaded = _loaded(task, options)
    language = language_of(loaded)
    readable = [
        (str(it), read_program(Path(it), language)) if not isinstance(it, Program) else ("", it) for it in programs
    ]
    with PoolJudge(loaded, isolation=isolation, limits=limits, workers=workers, executor=executor) as judge:
        for name, program in readable:
            start = time.perf_counter()
            outcome = _judge_one(judge, loaded, program, seeds)
            yield _evaluation(loaded, judge.isolation, name, program, outcome, time.perf_counter() - start)


def _loaded(task: str | Task, options: Options | None) -> Task:
    if isinstance(task, str):
        return load(task, **(options or {}))
    if options:
        raise ValueError("options go with a task's name; this task is made already, so give them to its constructor")
    return task


def find_program(task: Task, text: str) -> Program:
    """Return the reference program of that name, or read the Python file. Raises ValueError."""
    known = task.references()
    path = Path(text)
    if text in known and not path.is_file():
        return known[text]
    if known and not path.exists() and (path.suffix == "" or difflib.get_close_matches(text, known)):
        meant = "".join(f"did you mean {it}? " for it in difflib.get_close_matches(text, known, 1))
        raise ValueError(f"there is no file and no reference program {text}; {meant}Known: {', '.join(known)}")
    return read_program(path, language_of(task))


def _judge_one(judge: PoolJudge, task: Task, program: Program, seeds: int) -> Outcome:
    if fault := early_fault(task, program):
        return Invalid(fault)
    return next(judge.judge([(program, public_seeds(seeds))]))


def _evaluation(  # a row of a table is made of its cells
    task: Task, isolation: str, name: str, program: Program, outcome: Outcome, wall_seconds: float, /
) -> Evaluation:
    episodes = outcome.episodes if isinstance(outcome, Scored) else ()
    metrics = metric_estimates(episodes) if episodes else {}
    slips = [episode.first_slip for episode in episodes if episode.first_slip]
    return Evaluation(
        task=task.name,
        version=task.version,
        program=name,
        digest=writable(program).digest,
        isolation=isolation,
        outcome="scored" if episodes else "unavailable" if isinstance(outcome, Unavailable) else "invalid",
        fault=outcome.fault if isinstance(outcome, Invalid) else None,
        metrics=metrics,
        share_of_bound=shares(task, metrics).get(objective(task).name) if episodes else None,
        slips=(count := sum(episode.slips for episode in episodes)),
        slip_share=slipped(task, count, len(episodes)),
        first_slip=slips[0] if slips else None,
        wall_seconds=round(wall_seconds, 3),
        reason=outcome.reason if isinstance(outcome, Unavailable) else "",
        verdict=verdict_of(task, program) if episodes else None,
    )


def record(
    task: str | Task,
    program: str | Path | Program,
    seed: int = 0,
    *,
    options: Options | None = None,
    isolation: str = "auto",
    limits: Limits | None = None,
) -> Recording:
    """Play one episode on a public seed as ``evaluate`` does, and return it step by step, to be watched.

    Raises:
        ValueError: the call is wrong, or the task records no episodes.
        ProgramFault: the program is invalid.
        InfrastructureError: this machine cannot isolate programs as asked.
    """
    loaded = _loaded(task, options)
    if not isinstance(loaded, Recordable):
        raise ValueError(  # noqa: TRY004  # the caller named the wrong task, which is a wrong value to a user
            f"task {loaded.name!r} records no episodes; take a game, see: solon tasks"
        )
    known = program if isinstance(program, Program) else find_program(loaded, str(program))
    if fault := early_fault(loaded, known):
        raise ProgramFault(fault)
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    with PoolJudge(loaded, isolation=isolation, limits=limits, workers=1) as judge:
        recorded = next(judge.record([(known, Seed(seed))]))
    if isinstance(recorded, Fault):
        raise ProgramFault(recorded)
    if isinstance(recorded, Unavailable):
        raise InfrastructureError(recorded.reason)
    return recorded


@runtime_checkable
class Onlooker(Protocol):
    """An observer that is told what it is about to see, before the first fact."""

    def begin(self, task: Task, configuration: Configuration, bill: Callable[[], Bill]) -> None:
        """Take note of the task and of what was asked for; ``bill`` says at any time what calls came to so far."""
        ...

    def __call__(self, state: State, fact: Fact, /) -> None:
        """Take note of a fact, after it was written down and folded into the state."""
        ...


class Interrupted(KeyboardInterrupt):
    """Raised when a run was interrupted; ``resume`` goes on with the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder: Path = folder


@contextmanager
def _interruptible(folder: Path) -> Generator[None]:
    """Give an interrupt the name of the folder."""
    try:
        yield
    except KeyboardInterrupt as stop:
        raise Interrupted(folder) from stop


def run(  # noqa: PLR0913  # one keyword an option of `solon run`
    task: str,
    *,
    proposer: str = "offline",
    strategy: str | None = None,
    strategy_options: StrategyOptions | None = None,
    feedback: str = "dense",
    budget: Budget | None = None,
    sealed_seeds: int = 20,
    partner_seeds: int = 3,
    seed: int | None = None,
    options: Options | None = None,
    isolation: str = "auto",
    workers: int = 0,
    limits: Limits | None = None,
    out: str | Path | None = None,
    observer: Observer | None = None,
    executor: Executor | None = None,
) -> tuple[Card, Path]:
    """Synthesise a program for a task; return the card and the run's folder, which holds all the evidence.

    Judging processes import the script that was started, so a script calls this under ``if __name__ == "__main__":``.

    Args:
        task: name of a task, or "file.py:factory".
        proposer: "offline", "polish:FILE", "paste", "scripted:FILE,...", "noisy:mistakes=1,rate=0.1", or a model such
            as "openai:NAME", "anthropic:NAME", "google:NAME", "openrouter:NAME", "local:URL#NAME".
        strategy: one of ``solon.search.strategy_names()``; the proposer's usual one if None.
        strategy_options: the strategy's options.
        feedback: what proposals may see of results: "none", "sparse", "dense", "per-agent", "trace" or
            "counterexample"; the last two have one episode of each candidate played once more.
        budget: limits of the search; if None, 120 seconds for a search without a person, else no limit.
        sealed_seeds: how many seeds the final figures rest on, at least 2.
        partner_seeds: sealed seeds on which the winner meets the reference programs, where programs can meet.
        seed: root of all randomness; fresh and secret if None.
        options: the task's options.
        isolation: "auto", "full", "no-namespaces", "wasm", "process" or "none".
        workers: judging processes; 0 for one a core. Never changes a result.
        limits: CPU seconds, memory and wall seconds of an episode.
        out: the run's folder, new or empty; runs/TASK-PROPOSER-N if None.
        observer: is told the state after every fact; an ``Onlooker`` also of task and bill before.
        executor: where to judge instead of in processes of our own; is not shut down. Never changes a result.

    Raises:
        ValueError: the call is wrong; the message names the remedy.
        InfrastructureError: the machinery failed; ``resume`` goes on where it stopped.
        Interrupted: a KeyboardInterrupt that knows the run's folder.
    """
    if sealed_seeds < 2:
        raise ValueError(f"sealed_seeds (--seeds) must be 2 or more, got {sealed_seeds}: one seed has no interval")
    task = canonical(task)
    loaded = load(task, **(options or {}))
    check_level(feedback)
    root = fresh_root() if seed is None else seed
    seeds = Seeds(root)
    check_proposer_text(proposer, loaded)
    if is_address(proposer):
        check_at_hand(parse_address(proposer))
    loaded.references()  # what is not installed is told before anything is written
    sources = read_sources(task, proposer)
    if strategy is None:
        strategy, usual_options = usual_for(loaded, proposer)
        strategy_options = {**usual_options, **(strategy_options or {})}
    check_strategy_suits(make_strategy(strategy, **(strategy_options or {})), loaded)
    with PoolJudge(loaded, isolation=isolation, limits=limits, workers=workers, executor=executor) as judge:
        configuration = Configuration(
            task=task,
            version=loaded.version,
            options=dict(options or {}),
            strategy=strategy,
            strategy_options=dict(strategy_options or {}),
            proposer=proposer,
            feedback=feedback,
            sealed_seeds=sealed_seeds,
            partner_seeds=partner_seeds,
            budget=budget or usual_budget(proposer),
            isolation=judge.isolation,
            limits=judge.limits,
            commitment=seeds.commitment,
            sources={path: hashlib.sha256(content).hexdigest() for path, content in sources.items()},
            packages=package_versions(),
        )
        folder = Path(out) if out is not None else default_folder(task, proposer)
        with _interruptible(folder):
            bundle = Bundle.create(folder, configuration, root, sources=tuple(sources.values()))
            return _finish(bundle, configuration, loaded, judge, observer), folder


def resume(
    folder: str | Path, *, workers: int = 0, observer: Observer | None = None, executor: Executor | None = None
) -> Card:
    """Go on with a run that was interrupted, from its journal; a finished run is returned as it is.

    Raises:
        ValueError: the folder holds no run.
        InfrastructureError: the folder is damaged, or the machinery failed again.
    """
    bundle = Bundle.open(Path(folder))
    configuration = bundle.configuration()
    if (bundle.folder / "card.json").exists():
        card = read_card(bundle.folder)
        check_finished(card, bundle.log())
        bundle.forget_secret()
        if not (bundle.folder / "report.html").exists():  # a kill may have come in between
            report(bundle.folder)
        return card
    task = load_task(bundle)
    if task.version != configuration.version:
        raise ValueError(
            f"{folder} was made with version {configuration.version} of {configuration.task}, this is {task.version}; "
            f"resume it with solon {configuration.packages.get('solon', 'of that time')}"
        )
    with PoolJudge(
        task,
        isolation=configuration.isolation,
        limits=configuration.limits,
        workers=workers,
        executor=executor,
    ) as judge:
        return _finish(bundle, configuration, task, judge, observer)


def _finish(
    bundle: Bundle, configuration: Configuration, task: Task, judge: PoolJudge, observer: Observer | None
) -> Card:
    proposer, bill = open_proposer(bundle, configuration, task)
    if isinstance(observer, Onlooker):
        observer.begin(task, configuration, bill)
    run_ = Run(
        bundle,
        task=task,
        strategy=make_strategy(configuration.strategy, **configuration.strategy_options),
        proposer=proposer,
        judge=judge,
        observer=observer,
        bill=bill,
    )
    card = run_.finish()
    _report(bundle, card, task, judge, dropped=run_.log.dropped)
    return card


def _report(bundle: Bundle, card: Card, task: Task, judge: PoolJudge, *, dropped: str) -> None:
    from solon.report import affordable, missing_arms, record_arms, write_report

    if affordable(bundle, card, judge.workers):
        record_arms(bundle, missing_arms(bundle.folder, task, card), judge)
    write_report(bundle.folder, dropped=dropped, task=task)


def report(folder: str | Path, *, out: str | Path | None = None) -> Path:
    """Draw the report of a finished run again, and return its file: report.html in the folder, or ``out``.

    Episodes to watch are played and stored if the folder has none. Where the task cannot be loaded here, the page
    leaves out what only the task can tell.

    Raises:
        ValueError: the folder holds no finished run.
        InfrastructureError: the folder is damaged, or the page cannot be written.
    """
    from solon.report import write_report

    bundle = Bundle.open(Path(folder))
    card = read_card(bundle.folder)
    target = Path(out) if out is not None else None
    with tempfile.TemporaryDirectory() as scratch:  # the evidence itself may be read-only
        try:
            task = load_task(bundle, into=Bundle(Path(scratch)))
        except (ValueError, InfrastructureError):
            return write_report(bundle.folder, out=target)
        return write_report(bundle.folder, out=target, task=task, recordings=_recordings(bundle, card, task))


def _recordings(bundle: Bundle, card: Card, task: Task) -> "tuple[Recorded, ...]":
    """Return the episodes of a run, those that are missing played now."""
    from solon.report import missing_arms, ordered, read_recordings, record_arms

    found = read_recordings(bundle.folder)
    missing = missing_arms(bundle.folder, task, card)
    if not missing:
        return found
    configuration = bundle.configuration()
    try:
        with PoolJudge(task, isolation=configuration.isolation, limits=configuration.limits, workers=2) as judge:
            played = record_arms(bundle, missing, judge)
    except InfrastructureError:  # this machine cannot isolate programs so; a page without episodes is still a page
        return found
    return ordered([*(it for it in found if it.arm not in missing), *played])
