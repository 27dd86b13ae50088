"""The tables of "Code-Driven Planning in Grid Worlds with Large Language Models" (2025): GRASP, MiniGrid, and money."""

import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from solon.assembly import Option
from solon.bench.elicitation import Elicited, price_of_an_answer
from solon.bench.makers import Control, Model, Search, Shipped, recorded
from solon.bench.results import Column, Group, Row, Settings, published_row
from solon.bench.social_dilemmas import MODELS
from solon.bench.workshop import Experiment, Maker, Means, Table, Workshop
from solon.contract import Figure, Program, Seed, Task
from solon.engine import Bundle, Estimate, Seeds, estimate, read_card, shares
from solon.model import Prices, is_address, load_prices, parse_address
from solon.tasks.grids.grasp import GraspTask
from solon.tasks.grids.grasp_planner import best

_SOURCE: Final = "arXiv 2505.10749 and its repositories; GRASP's answers scored again here"
_PUBLISHED_CODE, _PUBLISHED_ANSWER = 0.08, 0.002  # dollars for one program, and for one answer

_GRASP: Final = (
    Column("energy", "energy"),
    Column("returned", "home", interval=False),
    Column("invalid", "invalid", interval=False),
    Column("actions", "actions", 1, interval=False),
)
_SCORINGS: Final = (
    Column("energy", "energy"),
    Column("scored_moves", "moves", interval=False),
    Column("scored_all_actions", "all act.", interval=False),
    Column("scored_published", "publ.", interval=False),
)
_MINIGRID: Final = (
    Column("reward", "reward", 3),
    Column("solved", "solved", interval=False),
    Column("steps", "steps", 1, interval=False),
)
_MONEY: Final = (
    Column("crossing", "instances", 0, interval=False),
    Column("once", "$ once", 4, interval=False),
    Column("each", "$ each", 5, interval=False),
)
_BASELINES: Final = (
    Shipped(key="random", label="random"),
    Shipped(key="greedy", label="greedy, mended"),
    Shipped(key="gathering", label="greedy, takes what fits"),
)
_MANNERS: Final[tuple[tuple[str, str, str, Mapping[str, Option]], ...]] = (
    ("direct code", "turns=pseudocode", "none", {"rounds": 1, "width": 1, "seeds": 5}),
    ("pseudocode extended", "turns=extend", "none", {"rounds": 1, "width": 1, "seeds": 5}),
    ("curriculum", "turns=curriculum", "none", {"rounds": 1, "width": 1, "seeds": 5}),
    ("refined", "turns=pseudocode", "counterexample", {"rounds": 6, "width": 1, "seeds": 5, "patience": 1}),
)
"""The study's four strategies: name, what leads up to the first program, feedback, and the search."""


def experiment(settings: Settings, means: Means) -> Experiment:
    """Return the experiment; the quick one has fewer settings of GRASP and shorter searches."""
    tables = [_grasp("grasp", "four directions, no limit, no cost", {}, settings, means)]
    if not settings.quick:
        two: dict[str, Option] = {"carry_limit": 2}
        eight: dict[str, Option] = {"movement": "eight"}
        tables += [
            _grasp("grasp-limit", "four directions, carry limit 2, no cost", two, settings, means),
            _grasp("grasp-eight", "eight directions, no limit, no cost", eight, settings, means),
            _grasp("grasp-eight-limit", "eight directions, carry limit 2, no cost", {**eight, **two}, settings, means),
        ]
    return Experiment(
        name="grids",
        title="Code-driven planning in grid worlds",
        source=_SOURCE,
        columns=_GRASP,
        tables=(*tables, _grasp_all(settings, means), *_minigrid(settings, means), _money(means)),
    )


# GRASP


def _grasp(name: str, what: str, options: dict[str, Option], settings: Settings, means: Means) -> Table:
    shipped = () if options else (Shipped(key="synthesised", label="shipped", group="shipped"),)
    planner = Shipped(key="planner", label="planner of the sketch", group="shipped")
    optimum = Optimum(key="optimum", label="optimum of each instance", value=_planned)
    return Table(
        name=name,
        title=f"GRASP, {what}; every scoring agrees",
        task="grasp",
        options=options,
        makers=(*_BASELINES, planner, *shipped, *_searches(settings), optimum, *_models("grasp", options, means)),
        published=_published,
    )


def _grasp_all(settings: Settings, means: Means) -> Table:
    planner = Shipped(key="planner", label="planner of the sketch", group="shipped")
    optimum = Optimum(key="optimum", label="optimum", value=_planned)
    return Table(
        name="grasp-all",
        title="GRASP, all settings; energy by the scoring moves, beside the two faulty ones",
        task="grasp-all",
        columns=_SCORINGS,
        makers=(*_BASELINES, planner, *_searches(settings), optimum, *_models("grasp-all", {}, means)),
        published=_published,
    )


def _planned(task: Task, seed: Seed) -> float:
    """Return the mean of the best plans; without a carry limit they are proved, else the best that drop at home."""
    assert isinstance(task, GraspTask)
    instances = task.instances(seed)
    return math.fsum(best(instance, task.scoring).value for instance in instances) / len(instances)


def _published(task: Task) -> Sequence[Row]:
    figures = [figure for figure in task.figures() if figure.kind == "published"]
    return [published_row(task.name, figure, label=figure.label, feedback="") for figure in figures]


def _searches(settings: Settings) -> tuple[Maker, ...]:
    rounds: dict[str, Option] = {"batch": 12, "rounds": 3} if settings.quick else {"batch": 16, "rounds": 12}
    return (
        Search(key="search", label="fresh search", strategy_options=rounds),
        Control(key="control", label="best of n, equal budget", of="search", strategy="best-of-n"),
    )


def _models(task: str, options: dict[str, Option], means: Means) -> list[Maker]:
    asked = [
        Model(address=_with(address, turns), feedback=feedback, manner=manner, strategy_options=search)
        for address in (MODELS if means.models is None else means.models)
        for manner, turns, feedback, search in _MANNERS
    ]
    return [*asked, *recorded(task, options, means.runs), *_elicited(means)]


def _elicited(means: Means) -> list[Maker]:
    return [Elicited(address=it) for it in (MODELS if means.models is None else means.models)]


def _with(address: str, option: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{option}"


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """What the best plans for the same sealed seeds are worth; no program, so nothing runs in a jail."""

    key: str
    label: str
    value: Callable[[Task, Seed], float]
    group: Group = "baseline"

    def make(self, workshop: Workshop) -> Row:
        """Plan for every instance."""
        seeds = Seeds(workshop.settings.seed).sealed(workshop.settings.seeds)
        metrics = {workshop.goal: estimate([self.value(workshop.task, seed) for seed in seeds])}
        return msgspec.structs.replace(
            workshop.row(self, self.group),
            kind="measured",
            metrics=metrics,
            share_of_bound=shares(workshop.task, metrics).get(workshop.goal),
            seeds=len(seeds),
            source="exact planner",
        )

    def program(self, workshop: Workshop) -> Program | None:
        """Return nothing: plans are no program."""
        del workshop
        return None


# MiniGrid


_INSTANCES: Final[dict[str, Option]] = {"instances": 5}
"""With the usual 20 seeds as many instances as the study has; of several, refining shows the worst."""


def _minigrid(settings: Settings, means: Means) -> list[Table]:
    if importlib.util.find_spec("minigrid") is None or importlib.util.find_spec("gymnasium") is None:
        return []
    from solon.tasks.grids.minigrid import MiniGridTask
    from solon.tasks.grids.minigrid_published import PUBLISHED, SOURCE

    def shortest(task: Task, seed: Seed) -> float:
        assert isinstance(task, MiniGridTask)
        lists = task.shortest(seed)
        return math.fsum(task.reward_of(len(actions)) for actions in lists) / len(lists)

    def published(task: Task) -> list[Row]:
        return [
            published_row(task.name, Figure("published", agent, {"reward": reward}, SOURCE), label=agent, feedback="")
            for agent, reward in PUBLISHED.get(task.name, {}).items()
        ]

    rounds: dict[str, Option] = {"batch": 8, "rounds": 2} if settings.quick else {"batch": 12, "rounds": 4}
    makers = (
        Shipped(key="random", label="random"),
        Shipped(key="subgoals", label="one subgoal after the other", group="shipped"),
        Shipped(key="shortest", label="planner, shortest lists", group="shipped"),
        Search(key="search", label="fresh search", strategy_options=rounds),
        Optimum(key="optimum", label="shortest possible", value=shortest),
    )
    names = {"minigrid-unlock": "Unlock", "minigrid-doorkey": "DoorKey-8x8", "minigrid-unlock-pickup": "UnlockPickup"}
    return [
        Table(
            name=task,
            title=f"MiniGrid, {level}; five instances a seed",
            task=task,
            options=_INSTANCES,
            columns=_MINIGRID,
            makers=(*makers, *_models(task, _INSTANCES, means)),
            published=published,
        )
        for task, level in names.items()
    ]


# Money: one program against an answer for every instance


def _money(means: Means) -> Table:
    addresses = [parse_address(it).model for it in (MODELS if means.models is None else means.models)]
    prices = load_prices()

    def published(task: Task) -> list[Row]:
        study = _crossing("published: the study", _PUBLISHED_CODE, _PUBLISHED_ANSWER, _SOURCE)
        priced = [row for model in addresses if (row := _priced(model, prices, task)) is not None]
        return [study, *priced]

    return Table(
        name="money",
        title="Money: a program once, or an answer for each instance; at so many instances the program costs no more",
        task="grasp",
        columns=_MONEY,
        makers=(
            Spent(key="search", label="fresh search, no model"),
            *(Spent(key=it, label=f"{it}, by its bills", model=it) for it in addresses),
        ),
        published=published,
    )


ANSWER_TOKENS: Final = 800  # assumed of one elicited answer
PROGRAM_TOKENS: Final = 2500  # assumed of one reply of a conversation about a program
CALLS: Final = 7  # pseudocode, code, five refinements


def _priced(model: str, prices: Prices, task: Task) -> Row | None:
    """Return what a list of prices makes of both ways, for replies of an assumed length; a token is four letters."""
    asked = len(task.brief()) // 4
    once = prices.cost(model, CALLS * (asked + PROGRAM_TOKENS), CALLS * PROGRAM_TOKENS)
    each = prices.cost(model, asked, ANSWER_TOKENS)
    if once is None or each is None:
        return None
    told = f"{asked} tokens asked, {ANSWER_TOKENS} an answer, {CALLS} calls of {PROGRAM_TOKENS} for a program"
    return _crossing(f"list prices: {model}", float(once), float(each), f"prices of {prices.version}; {told}")


def _crossing(label: str, once: float, each: float, source: str) -> Row:
    figures = {"crossing": float(math.ceil(once / each)), "once": once, "each": each}
    return published_row("money", Figure("published", label, figures, source), label=label, feedback="")


_LEDGERS: Final = {
    False: "ledgers of the runs; an answer at the price of the list",
    True: "ledgers of the runs and of the answers",
}


def _spent(row: Row, once: float, each: float, *, bought: bool) -> Row:
    figures = {"once": once, "each": each, "crossing": math.ceil(once / each) if each else 1.0}
    metrics = {name: Estimate(float(value), None, None, ()) for name, value in figures.items()}
    return msgspec.structs.replace(row, kind="measured", metrics=metrics, source=_LEDGERS[bought])


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What the ledgers of this bench's own runs on GRASP say.

    The price of an answer is what the answers to single instances cost; where none was bought, that of the list.
    """

    key: str
    label: str
    model: str = ""  # none: the offline search

    def make(self, workshop: Workshop) -> Row:
        """Read the bills of the runs, and take the largest."""
        row = workshop.row(self, "model" if self.model else "search")
        folders = sorted(path.parent for path in (workshop.folder / "runs").glob("grasp-*/card.json"))
        bills = [read_card(folder).cost.bill.usd for folder in folders if self._made(folder)]
        known = [bill for bill in bills if bill is not None]
        if not bills:
            return msgspec.structs.replace(row, reason="no run of its own in this bench")
        if not self.model:
            return _spent(row, sum(known), 0.0, bought=True)
        bought = price_of_an_answer(workshop, self.model)
        listed = load_prices().cost(self.model, len(workshop.task.brief()) // 4, ANSWER_TOKENS)
        each = bought if bought is not None else listed
        if not known or each is None:  # a server of one's own: nothing is not what it costs
            return msgspec.structs.replace(row, reason="no price of its calls is known")
        return _spent(row, max(known), float(each), bought=bought is not None)

    def _made(self, folder: Path) -> bool:
        text = Bundle.open(folder).configuration().proposer
        return parse_address(text).model == self.model if is_address(text) else not self.model

    def program(self, workshop: Workshop) -> Program | None:
        """Return nothing: money is no program."""
        del workshop
        return None
