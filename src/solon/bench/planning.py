"""From words to a proved plan: the tables of ten papers beside what is measured here without a model.

No figure of ours stands in a published row: problems, proposers and evaluators differ, and every row says whose it is.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from solon.assembly import Option
from solon.bench.makers import Model, Shipped
from solon.bench.problems import ONCE, Asked, Reference, Runs, averaged
from solon.bench.results import Column, Row, Settings, published_row
from solon.bench.social_dilemmas import MODELS
from solon.bench.workshop import Experiment, Maker, Means, Table, Workshop
from solon.contract import Figure, Program, Task
from solon.tasks.planning.classical.published import isr_llm, llm_p
from solon.tasks.planning.trips.published import REPAIRS

_SOURCE: Final = (
    "LLM+P (arXiv 2304.11477), ISR-LLM (2308.13724), AgentGen (2408.00764), formal travel planning (2404.11891), "
    "TravelPlanner study (2408.06318), PDoctor (2404.17833), MILP synthesis (2023), ReSocratic (2407.09887), "
    "LLMOPT (2410.13213), LLMFP (2410.12112)"
)
_DOMAINS: Final = ("barman", "blocksworld", "floortile", "grippers", "storage", "termes", "tyreworld")
_PUZZLES: Final = {"mystery": "mystery blocksworld", "movie": "movie"}
_ISR: Final = {"cooking": "cooking", "tower": "blocksworld, one tower", "balls": "ball moving"}
_MODELS: Final = {
    "paragraphs": "paragraphs by constraint type (MILP synthesis, LLMOPT)",
    "scenarios": "scenarios, linear and nonlinear (ReSocratic)",
    "supply": "supply chain (LLMFP)",
    "workforce": "workforce (LLMFP)",
    "facility": "facility location (LLMFP)",
    "allocation": "task allocation (LLMFP)",
    "warehouse": "warehouse (LLMFP)",
    "blocks": "block picking (LLMFP)",
    "salesman": "travelling salesman (LLMFP)",
    "diet": "diet",
}
_NOISE: Final = "noisy:mistakes=1,rate=0.1"


def _column(metric: str, heading: str = "") -> Column:
    first = metric in ("solved", "optimal", "final", "success", "agreement")  # the others have no room for intervals
    return Column(metric, heading or metric, interval=first)


_FORMALISED: Final = (_column("solved"), _column("faithful"), _column("found"), _column("valid"))
_PLANNED: Final = (_column("solved"), _column("progress"), _column("executed"))
_MODELLED: Final = (_column("optimal"), _column("executed"), _column("solved"), _column("model"))
_ASKED: Final = (
    _column("solved"),
    _column("faithful"),
    _column("delivery"),
    _column("commonsense_macro", "sense"),
    _column("hard_macro", "hard"),
    _column("final"),
)
_DRAFTED: Final = (*reversed(_ASKED[2:]), _column("hallucination", "invented"))
_ORDERED: Final = (
    _column("success"),
    _column("order_error", "order"),
    _column("action_lost", "lost"),
    _column("act_error", "act"),
    _column("timeout"),
)
_SPECIFIED: Final = (_column("agreement"), _column("sound"), _column("complete"), _column("alike"))


def experiment(settings: Settings, means: Means) -> Experiment:
    """Return the experiment; the quick one has fewer problems of each kind."""
    count = 4 if settings.quick else 20
    over = range(1, count + 1)
    tables = [
        *(_formalised(domain, over, means) for domain in _DOMAINS),
        *(_refined(domain, what, over, means) for domain, what in _ISR.items()),
        *(_formalised(domain, over, means, f"LLMFP, {what}") for domain, what in _PUZZLES.items()),
        _domain(_DOMAINS[: 2 if settings.quick else 7], means),
        *(_trip(level, over, means) for level in ("easy", "medium", "hard")),
        _drafts(over, means),
        _negotiated(1 if settings.quick else 4),
        _order({}, "base mode", means),
        _order({"extended": True}, "extended mode", means),
        _conflict(over, means),
        *(_modelled(source, what, over, means) for source, what in _MODELS.items()),
    ]
    return Experiment(
        name="planning",
        title="From words to a proved plan",
        source=_SOURCE,
        columns=_FORMALISED,
        tables=tuple(tables),
    )


def _rows(
    over: Sequence[Option], control: str, parser: str, means: Means, option: str = "problem"
) -> tuple[Maker, ...]:
    """Return the rows that every family of problems has."""
    addresses = MODELS if means.models is None else means.models
    draft, mended = "stand-in, one mistake", "stand-in, up to 3 repairs"
    return (
        Reference(key=control, label=f"control: {control}", over=over, option=option),
        Reference(key=parser, label="parser of our own words", group="shipped", over=over, option=option),
        Runs(key="draft", label=draft, runs="noisy", arm="first", proposer=_NOISE, over=over, option=option),
        Runs(key="noisy", label=mended, proposer=_NOISE, over=over, option=option),
        *(made for it in addresses for made in _asked(it, over, option, drafts=means.models is not None)),
    )


def _asked(address: str, over: Sequence[Option], option: str, *, drafts: bool) -> tuple[Maker, ...]:
    """Return a model's rows: its first draft, if wanted, and what becomes of it; both of the same runs."""
    mended = Asked(key=address, label=f"{address}, up to 3 repairs", proposer=address, over=over, option=option)
    if not drafts:
        return (mended,)
    key, label = f"{address} draft", f"{address}, one draft"
    return (
        Asked(key=key, label=label, proposer=address, runs=address, arm="first", over=over, option=option),
        mended,
    )


_METHODS: Final[dict[str, dict[str, Option]]] = {
    "plan": {"answer": "plan", "context": "none"},
    "plan, with context": {"answer": "plan"},
    "problem, without context": {"context": "none"},
}
"""What LLM+P compares itself with, as options of a domain; without any it is LLM+P, whose first draft is one draft."""


def _formalised(domain: str, over: Sequence[Option], means: Means, whose: str = "") -> Table:
    methods = tuple(
        Asked(
            key=f"{it} {method}",
            label=f"{it}: {method}",
            proposer=it,
            over=over,
            options=options,
            strategy_options=ONCE,
            feedback="none",
        )
        for it in means.models or ()
        for method, options in _METHODS.items()
    )
    return Table(
        name=domain,
        title=f"{whose or f'LLM+P, {domain}'}: words to a problem, planned and held against the words",
        task=f"planning-{domain}",
        makers=(*_rows(over, "bare", "template", means), *methods),
        published=_told(domain, [it for optimal in (True, False) for it in llm_p(domain, optimal=optimal)]),
    )


def _refined(domain: str, what: str, over: Sequence[Option], means: Means) -> Table:
    options: dict[str, Option] = {"answer": "plan", "shown": "first"}
    return Table(
        name=domain,
        title=f"ISR-LLM, {what}: plans, mended by the first error that the validator names",
        task=f"planning-{domain}",
        options=options,
        columns=_PLANNED,
        makers=_rows(over, "nothing", "template", means),
        published=_told(domain, [it for things in (3, 4) for it in isr_llm(domain, things)]),
    )


def _domain(over: Sequence[Option], means: Means) -> Table:
    return Table(
        name="domain",
        title="AgentGen: a domain from its specification, plans checked in both directions",
        task="planning-domain",
        columns=_SPECIFIED,
        makers=_rows(over, "forgetful", "template", means, "subject"),
        published=_published("domain"),
    )


def _trip(level: str, over: Sequence[Option], means: Means) -> Table:
    return Table(
        name=f"trip-{level}",
        title=f"Travel planning, {level}: words to a request, solved, held against what was asked",
        task="planning-trip",
        options={"level": level},
        columns=_ASKED,
        makers=_rows(over, "wishless", "exact", means),
        published=_published(f"trip-{level}") if level == "medium" else lambda _: (),
    )


def _drafts(over: Sequence[Option], means: Means) -> Table:
    return Table(
        name="trip-drafts",
        title="Travel planning by drafts: the plan itself, one line of feedback a rule",
        task="planning-trip",
        options={"answer": "plan"},
        columns=_DRAFTED,
        makers=_rows(over, "wishless", "exact", means),
        published=_published("trip-drafts"),
    )


@dataclass(frozen=True, kw_only=True)
class Negotiation:
    """Impossible requests, changed round by round with users who agree or who protect an item; no program is judged."""

    key: str
    label: str
    informed: bool  # told the core and what would help, or only that there is no such trip
    rounds: int
    count: int

    def make(self, workshop: Workshop) -> Row:
        """Negotiate with every user of every request."""
        from solon.tasks.planning.trips.negotiate import Blind, Cheapest, negotiate, users
        from solon.tasks.planning.trips.queries import KINDS, draw_problem

        start, ended = time.perf_counter(), list[tuple[bool, bool, int]]()
        for number in range(1, self.count + 1):
            for kind in KINDS[1:]:
                problem = draw_problem(number, "medium", kind)
                for user in users(problem.request):
                    negotiator = Cheapest() if self.informed else Blind(number)
                    found = negotiate(problem.world, problem.request, negotiator, user, self.rounds)
                    ended.append((bool(user.protected), found.solved, found.rounds))
        shares = {
            "agreeing": averaged([float(solved) for protects, solved, _ in ended if not protects]),
            "protecting": averaged([float(solved) for protects, solved, _ in ended if protects]),
            "rounds": averaged([float(rounds) for _, _, rounds in ended]),
        }
        row = workshop.row(self, "shipped" if self.informed else "baseline")
        seconds = round(time.perf_counter() - start, 1)
        return msgspec.structs.replace(row, kind="measured", metrics=shares, seeds=len(ended), seconds=seconds)

    def program(self, workshop: Workshop) -> Program | None:
        """Return nothing: what is negotiated is the request."""
        del workshop
        return None


def _negotiated(count: int) -> Table:
    def published(task: Task) -> list[Row]:
        del task
        rows: list[Row] = []
        for label, (first, second) in REPAIRS.items():
            figures = {"published": first / 100, "more": second / 100}
            figure = Figure("published", label, figures, "formal travel planning, arXiv 2404.11891")
            rows.append(published_row("trip-repair", figure, label=label, feedback=""))
        return rows

    return Table(
        name="trip-repair",
        title="Travel planning, impossible requests: repaired with simulated users who agree, or protect one item",
        task="planning-trip",
        options={"kind": "budget"},
        columns=(
            Column("agreeing", "agreeing"),
            Column("protecting", "protecting"),
            Column("rounds", "rounds", 1, interval=False),
            Column("published", "their 10", interval=False),
            Column("more", "their 20", interval=False),
        ),
        makers=(
            Negotiation(key="cheapest", label="cheapest correction, 10 rounds", informed=True, rounds=10, count=count),
            Negotiation(key="blind", label="luck, yes or no only, 10 rounds", informed=False, rounds=10, count=count),
            Negotiation(key="longer", label="luck, yes or no only, 20 rounds", informed=False, rounds=20, count=count),
        ),
        published=published,
    )


def _order(options: dict[str, Option], mode: str, means: Means) -> Table:
    noises = ("order_error", "action_lost", "act_error", "timeout", *(("parameter_error",) if options else ()))
    agents = ("random", "text_order", "reader", "plan_first", *(f"noisy_{it}" for it in noises))
    return Table(
        name=f"order-{mode.partition(' ')[0]}",
        title=f"PDoctor, {mode}: agents that read ordering constraints and call tools",
        task="planning-order",
        options=options,
        columns=(*_ORDERED, _column("parameter_error", "start")) if options else _ORDERED,
        makers=(
            *(Shipped(key=it, label=it.replace("_", " ")) for it in agents),
            *(Model(address=it, feedback="trace") for it in (MODELS if means.models is None else means.models)),
        ),
        published=_published("order"),
    )


def _conflict(over: Sequence[Option], means: Means) -> Table:
    return Table(
        name="conflict",
        title="Questions without an answer (LLMFP): the change, and the rules that cannot hold together with it",
        task="planning-conflict",
        columns=(_column("solved"), _column("infeasible"), _column("rules_right", "rules")),
        makers=_rows(over, "deaf", "template", means),
        published=_published("conflict"),
    )


def _modelled(source: str, what: str, over: Sequence[Option], means: Means) -> Table:
    return Table(
        name=f"model-{source}",
        title=f"Optimisation, {what}",
        task="planning-model",
        options={"source": source},
        columns=_MODELLED,
        makers=_rows(over, "hasty", "template", means),
        published=_published(f"model-{source}"),
    )


def _published(table: str) -> Callable[[Task], Sequence[Row]]:
    def rows(task: Task) -> list[Row]:
        figures = [figure for figure in task.figures() if figure.kind == "published"]
        return _published_rows(table, figures)

    return rows


def _told(table: str, figures: Sequence[Figure]) -> Callable[[Task], Sequence[Row]]:
    """Return published rows of more than one problem or option of a task, which knows its own alone."""

    def rows(task: Task) -> list[Row]:
        del task
        return _published_rows(table, figures)

    return rows


def _published_rows(table: str, figures: Sequence[Figure]) -> list[Row]:
    return [published_row(table, it, label=it.label, feedback="") for it in figures]
