"""Making the parts of a run from the texts that name them: tasks, proposers with their calls and bills, strategies."""

import hashlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from solon.contract import Proposal, Proposer, Strategy, Task, Value
from solon.engine import Bill, Budget, Bundle, Configuration, objective, tightest_bounds
from solon.engine.card import minimised
from solon.journal import Proposed
from solon.journal.remedies import remedy
from solon.language import PYTHON, language_of
from solon.model import Caps, Ledger, Plan, Prices, Total, is_address, load_prices, parse_address, plan
from solon.propose import make_proposer, sketch_of_task
from solon.propose.conversation import lessons
from solon.propose.model import first_request, make_model_proposer
from solon.propose.noisy import author_of
from solon.propose.registry import files_of
from solon.propose.replayed import Replayed
from solon.search import Pareto, check_over, make_strategy
from solon.tasks import load

Option = str | int | float | bool
Options = Mapping[str, Option]
StrategyOptions = Mapping[str, Option | tuple[Option, ...]]

USUAL: Mapping[str, tuple[str, dict[str, Option], float | None]] = {
    "offline": ("race", {}, 120.0),
    "polish": ("race", {}, 120.0),
    "paste": ("refine", {"rounds": 3, "width": 1}, None),
    "scripted": ("best-of-n", {}, None),
    "noisy": ("refine", {"rounds": 4, "width": 1, "seeds": 5, "repair": True}, None),
    "model": ("refine", {"rounds": 4, "width": 1, "seeds": 5}, None),
}
"""Strategy, its options and seconds of search for each kind of proposer, where the call names none."""


def usual(proposer: str) -> tuple[str, dict[str, Option], float | None]:
    """Return a proposer's usual strategy, its options and seconds of search."""
    return USUAL["model"] if is_address(proposer) else USUAL.get(proposer.partition(":")[0], USUAL["offline"])


def usual_for(task: Task, proposer: str) -> tuple[str, dict[str, Option]]:
    """Return a proposer's usual strategy and its options on a task.

    Where programs are formal texts, answers are right or wrong: the latest is mended, until one reaches the bound.
    """
    name, options, _ = usual(proposer)
    if name != "refine" or language_of(task).kind == PYTHON.kind:
        return name, options
    goal = objective(task)
    best = tightest_bounds(task.figures(), minimised(task)).get(goal.name)
    ends = {} if best is None else {"target": best if goal.direction == "maximise" else -best}
    return name, {**options, "repair": True, **ends}


def usual_budget(proposer: str) -> Budget:
    """Return the budget of a search for which no limit is named."""
    return Budget(seconds=usual(proposer)[2])


def check_proposer_text(proposer: str, task: Task) -> None:
    """Raise ValueError unless this proposer can be made and suits the task."""
    if is_address(proposer):
        lessons(task, parse_address(proposer).turns)
        return
    make_proposer(proposer, language=language_of(task))
    if proposer == "offline":
        sketch_of_task(task)
    if proposer.partition(":")[0] == "noisy":
        author_of(task)


def check_strategy_suits(strategy: Strategy, task: Task) -> None:
    """Raise ValueError unless the metrics that a strategy names are the task's, with their directions."""
    if isinstance(strategy, Pareto) and strategy.over:
        check_over(strategy.over, task.metrics)


def open_proposer(
    bundle: Bundle, configuration: Configuration, task: Task, *, replay: bool = False
) -> tuple[Proposer, Callable[[], Bill]]:
    """Return a run's proposer and its bill so far; a replay takes calls and pasted programs from the run's folder."""
    text = configuration.proposer
    if is_address(text):
        budget = configuration.budget
        dollars = None if budget.usd is None else Decimal(str(budget.usd))
        ledger = Ledger(load_prices(), Caps(dollars=dollars, tokens=budget.tokens))
        proposer = make_model_proposer(text, bundle.folder / "calls", ledger=ledger, replay=replay)
        return proposer, lambda: _bill(ledger.total())
    if replay and text.partition(":")[0] == "paste":
        return Replayed(_recorded(bundle)), Bill
    sources = {path: bundle.bodies.get(digest) for path, digest in configuration.sources.items()}
    return make_proposer(text, language=language_of(task), sources=sources), Bill


def read_sources(task: str, proposer: str) -> dict[str, bytes]:
    """Return the files from which a task and a proposer are made, by path; they become evidence of the run.

    Raises ValueError if one cannot be read.
    """
    place = _task_file(task)
    contents: dict[str, bytes] = {}
    for path in (*([place] if place else []), *files_of(proposer)):
        try:
            contents[path] = Path(path).read_bytes()
        except OSError as error:
            raise ValueError(f"cannot read {path} ({error.strerror}); {remedy(error)}") from None
    return contents


def load_task(bundle: Bundle, *, into: Bundle | None = None) -> Task:
    """Return a run's task, from the recorded source if its file has changed since; a copy is put ``into`` a bundle."""
    configuration = bundle.configuration()
    name = configuration.task
    place = _task_file(name)
    digest = configuration.sources.get(place)
    if digest is not None and not _holds(Path(place), digest):
        copy = (into or bundle).write(f"sources/{digest[:12]}/{Path(place).name}", bundle.bodies.get(digest))
        name = f"{copy}:{name.rpartition(':')[2]}"
    return load(name, **configuration.options)


def _task_file(task: str) -> str:
    """Return the path of a task that was given as file.py:factory, else nothing."""
    place = task.rpartition(":")[0]
    return place if place.endswith(".py") and not task.startswith("foreign:") else ""


def _holds(path: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _bill(total: Total) -> Bill:
    dollars = None if total.dollars is None else float(total.dollars)
    return Bill(str(total), total.calls, total.input_tokens, total.output_tokens, dollars)


def _recorded(bundle: Bundle) -> list[list[Proposal]]:
    return [
        [Proposal(bundle.bodies.program(it.program), it.parents, it.operator, it.holes) for it in fact.suggestions]
        for fact in bundle.log().facts
        if isinstance(fact, Proposed)
    ]


class Ceiling(Value, frozen=True):
    """The most that a run can ask for; the schema of ``solon plan --json``."""

    task: str
    proposer: str
    strategy: str
    candidates: int
    search_episodes: int
    sealed_episodes: int
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0  # None if the price is unknown
    prices: str = ""  # version of the price table
    schema: int = 1


def plan_run(  # one keyword an option of `solon plan`
    task: Task,
    proposer: str,
    *,
    strategy: str | None = None,
    strategy_options: StrategyOptions | None = None,
    sealed_seeds: int = 20,
    prices: Path | None = None,
) -> Ceiling:
    """Return the worst case of a run and call nothing; a budget can only end it earlier.

    Tokens of a prompt are bounded by its bytes. Raises ValueError for a wrong proposer, strategy or price table.
    """
    check_proposer_text(proposer, task)
    name, options = usual_for(task, proposer)
    if strategy is not None:
        name, options = strategy, {}
    chosen = make_strategy(name, **{**options, **(strategy_options or {})})
    check_strategy_suits(chosen, task)
    most = chosen.ceiling()
    arms = 2 + bool(task.references())
    calls = _calls(task, proposer, most.candidates, load_prices(prices)) if is_address(proposer) else None
    return Ceiling(
        task=task.name,
        proposer=proposer,
        strategy=name,
        candidates=most.candidates,
        search_episodes=most.evaluations,
        sealed_episodes=arms * sealed_seeds,
        calls=calls.calls if calls else 0,
        input_tokens=calls.input_tokens if calls else 0,
        output_tokens=calls.output_tokens if calls else 0,
        usd=0.0 if calls is None else None if calls.dollars is None else float(calls.dollars),
        prices=calls.prices if calls else "",
    )


def _calls(task: Task, proposer: str, candidates: int, prices: Prices) -> Plan:
    """Bound the calls: a later prompt holds at most three parents and their feedback, each as long as a reply."""
    at = parse_address(proposer)
    longest = first_request(task, at).input_bound + _PARENTS * 2 * at.max_tokens
    turns = len(lessons(task, at.turns).turns)
    return plan(prices, at.model, candidates=candidates, prompt_tokens=longest, max_tokens=at.max_tokens, turns=turns)


_PARENTS = 3
