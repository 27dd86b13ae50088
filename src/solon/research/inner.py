"""An inner run: one pipeline seeks a program within its episodes, and the program is judged on held-out seeds."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import cast

import msgspec

from solon.contract import (
    Ask,
    Episode,
    Fault,
    History,
    InfrastructureError,
    Invalid,
    Jail,
    Outcome,
    Program,
    Proposer,
    Scored,
    Seed,
    Strategy,
    Task,
    Unavailable,
    Value,
)
from solon.engine import Bill, Budget, Bundle, Card, Configuration, Run, Seeds, metric_estimates
from solon.engine.judge import play, show
from solon.model import Caps, Ledger, is_address, load_prices
from solon.playback import Recording
from solon.propose import make_proposer
from solon.propose.model import make_model_proposer
from solon.research.briefs import tuned
from solon.research.pipeline import Pipeline, address_of, program_of, strategy_of
from solon.sandbox import Limits, LocalJail


class Terms(Value, frozen=True):
    """What every pipeline gets alike."""

    proposer: str
    episodes: int  # of search, a hard limit
    held_out: int  # episodes of the winner, on seeds that the search never met
    usd: float | None = None  # for calls of a model
    calls: str = ""  # folder that keeps the calls of all inner runs; empty: they are forgotten


class Harvest(Value, frozen=True):
    """What an inner run came to."""

    metrics: dict[str, float]  # means over the held-out seeds; empty if there is nothing to judge
    valid: bool  # the search found a valid program; else the task's control program was judged
    candidates: int
    episodes: int
    held_out_episodes: int
    bill: Bill


class Within:
    """A strategy held to a number of episodes: a wish that would pass it is cut to what is left.

    The engine ends a search after the episode that meets its budget; a single wish for a thousand seeds would get
    them all, and budgets would not be equal.
    """

    def __init__(self, strategy: Strategy, episodes: int) -> None:
        self._strategy = strategy
        self._episodes = episodes

    def ask(self, history: History) -> Ask | None:
        """Return the strategy's wish, or as much of it as the budget allows. A candidate counts as one at least."""
        ask = self._strategy.ask(history)
        left = self._episodes - sum(max(1, len(candidate.scores)) for candidate in history)
        if ask is None or left <= 0:
            return None
        known = {candidate.number: len(candidate.scores) for candidate in history}
        again: list[int] = []
        for number in ask.again:
            cost = max(0, ask.seeds - known.get(number, 0))
            if cost <= left:
                again.append(number)
                left -= cost
        seeds = min(ask.seeds, max(left, 1)) if ask.count and not again else ask.seeds
        count = min(ask.count, left // max(seeds, 1))
        if count <= 0 and not again:
            return None
        return msgspec.structs.replace(ask, count=count, seeds=seeds, again=tuple(again))

    def winner(self, history: History) -> int | None:
        """Return the strategy's winner."""
        return self._strategy.winner(history)


class JailJudge:
    """Judge in a jail that is there already, one episode after the other."""

    def __init__(self, task: Task, jail: Jail) -> None:
        self._task = task
        self._jail = cast("LocalJail", jail)  # the engine opens no other kind

    def judge(self, jobs: Sequence[tuple[Program, Sequence[Seed]]]) -> Iterator[Outcome]:
        """Yield one outcome a job, in order; the first fault ends the job."""
        for program, seeds in jobs:
            yield self._one(program, seeds)

    def _one(self, program: Program, seeds: Sequence[Seed]) -> Outcome:
        episodes: list[Episode] = []
        for seed in seeds:
            played = play(self._task, program, seed, self._jail)
            if isinstance(played, Fault):
                return Invalid(played)
            if isinstance(played, Unavailable):
                return played
            episodes.append(played)
        return Scored(tuple(episodes))

    def record(self, jobs: Sequence[tuple[Program, Seed]]) -> Iterator[Recording | Fault | Unavailable]:
        """Yield what each program did on its seed, written down, in order."""
        for program, seed in jobs:
            yield show(self._task, program, seed, self._jail)


def run_inner(task: Task, pipeline: Pipeline, terms: Terms, root: int, jail: Jail) -> Harvest:
    """Let a pipeline seek a program; a pure function of its arguments and, with a model, of the recorded calls.

    The root's search seeds and held-out seeds never meet (``solon.engine.Seeds``). Raises InfrastructureError.
    """
    name, strategy = strategy_of(pipeline, terms.proposer)
    seeds = Seeds(root)
    with tempfile.TemporaryDirectory(prefix="solon-inner-") as scratch:
        folder = Path(scratch) / "run"
        proposer, bill = _proposer(pipeline, terms, root, folder)
        configuration = Configuration(
            task=task.name,
            version=task.version,
            options={},
            strategy=name,
            strategy_options=pipeline.options,
            proposer=terms.proposer,
            feedback=pipeline.feedback,
            sealed_seeds=terms.held_out,
            budget=Budget(episodes=terms.episodes, usd=terms.usd),
            isolation=jail.isolation,
            limits=Limits(),
            commitment=seeds.commitment,
        )
        run = Run(
            Bundle.create(folder, configuration, root),
            task=tuned(task, pipeline),
            strategy=Within(strategy, terms.episodes),
            proposer=proposer,
            judge=JailJudge(task, jail),
            bill=bill,
        )
        return _harvest(task, run.finish(), jail, seeds, terms.held_out)


def _proposer(pipeline: Pipeline, terms: Terms, root: int, folder: Path) -> tuple[Proposer, Callable[[], Bill]]:
    text = address_of(pipeline, terms.proposer)
    if not is_address(text):
        return make_proposer(text), Bill
    calls, finished = _calls(pipeline, terms, root, folder)
    dollars = None if terms.usd is None else Decimal(str(terms.usd))
    ledger = Ledger(load_prices(), Caps(dollars=dollars))

    def bill() -> Bill:
        # Counted from the recordings: where an inner run was done twice at once, one of its replies counts.
        recorded = Ledger(load_prices())
        make_model_proposer(text, calls, ledger=recorded, replay=True)
        total = recorded.total()
        usd = None if total.dollars is None else float(total.dollars)
        return Bill(str(total), total.calls, total.input_tokens, total.output_tokens, usd)

    return make_model_proposer(text, calls, ledger=ledger, replay=finished), bill


def _calls(pipeline: Pipeline, terms: Terms, root: int, folder: Path) -> tuple[Path, bool]:
    """Return where an inner run's calls are kept, and whether its study is finished, so that none is made any more.

    Repeats must draw replies of their own, and a bill must not hold another pipeline's calls.
    """
    if not terms.calls:
        return folder.with_name("calls"), False
    study = Path(terms.calls).parent
    if not (study / "run.json").is_file():
        raise InfrastructureError(f"{study}, which keeps the calls of the inner runs, is not there; put it back")
    return Path(terms.calls) / f"{root:032x}" / program_of(pipeline).digest[:16], (study / "card.json").is_file()


def _harvest(task: Task, card: Card, jail: Jail, seeds: Seeds, held_out: int) -> Harvest:
    """Read the card; where nothing valid was found, the task's control program stands in for the winner."""
    metrics = {name: it.mean for name, it in card.arms["winner"].metrics.items()} if "winner" in card.arms else {}
    played, valid = card.cost.sealed_episodes, bool(metrics)
    control = next(iter(task.references().values()), None)
    if not metrics and control is not None:
        outcome = next(JailJudge(task, jail).judge([(control, seeds.sealed(held_out))]))
        if isinstance(outcome, Unavailable):
            raise InfrastructureError(outcome.reason)
        if isinstance(outcome, Scored):
            metrics = {name: it.mean for name, it in metric_estimates(outcome.episodes).items()}
            played += held_out
    return Harvest(metrics, valid, card.cost.candidates, card.cost.search_episodes, played, card.cost.bill)
