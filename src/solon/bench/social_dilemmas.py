"""The tables of arXiv 2603.19453: programs that a model wrote for Gathering and Cleanup, beside programs found here."""

from collections.abc import Callable, Sequence

from solon.assembly import Option
from solon.bench.makers import Control, Model, Search, Shipped, recorded
from solon.bench.results import Column, Row, Settings, published_row
from solon.bench.workshop import Experiment, Maker, Means, Table
from solon.contract import Task

MODELS = ("anthropic:claude-sonnet-4-5", "google:gemini-2.5-pro", "openai:gpt-5.2")
"""Tried where a key is there: of the published models' families those whose prices are known here, and one more."""

_COLUMNS = (
    Column("efficiency", "U"),
    Column("equality", "E"),
    Column("sustainability", "S", 0, interval=False),
    Column("peace", "peace", 1, interval=False),
    Column("maximin", "worst", 0),
)
_BASELINES = (
    ("stand", "everybody stands"),
    ("random", "random"),
    ("nearest_apple", "nearest apple"),
    ("exploiting", "exploiting"),
    ("cooperating", "cooperating"),
)
_COMMON = tuple(Shipped(key=key, label=label) for key, label in _BASELINES)
_FAMILIAR = ("nearest_apple", "exploiting", "cooperating", "waste_adaptive")


def experiment(settings: Settings, means: Means) -> Experiment:
    """Return the experiment; the quick one searches less."""
    return Experiment(
        name="social-dilemmas",
        title="LLM policy synthesis in sequential social dilemmas",
        source="arXiv 2603.19453v2 (10 agents, 1000 steps, 5 seeds), and arXiv 2605.30003",
        columns=_COLUMNS,
        tables=(_gathering(settings, means), _cleanup(settings, means), _commons(settings)),
    )


def _gathering(settings: Settings, means: Means) -> Table:
    learned = Shipped(key="gathering_q_learning", label="tabular Q-learning (ours)", group="learned")
    shipped = Shipped(key="gathering_synthesised", label="shipped, for welfare", group="shipped")
    further = () if settings.quick else (_search("search_efficiency", "fresh search, for efficiency", "efficiency"),)
    return Table(
        name="gathering",
        title="Gathering, large map",
        task="gathering",
        makers=(*_COMMON, learned, shipped, *_searches(settings), *further, *_models("gathering", means)),
        meeting=(*_FAMILIAR, learned.key, shipped.key, "search"),
        published=_published("gathering"),
    )


def _cleanup(settings: Settings, means: Means) -> Table:
    adaptive = Shipped(key="waste_adaptive", label="waste-adaptive cleaners")
    learned = Shipped(key="cleanup_q_learning", label="tabular Q-learning (ours)", group="learned")
    shipped = (
        Shipped(key="cleanup_synthesised", label="shipped, for welfare", group="shipped"),
        Shipped(key="cleanup_maximin", label="shipped, for maximin", group="shipped"),
    )
    goals = () if settings.quick else ("efficiency", "maximin")
    further = [_search(f"search_{goal}", f"fresh search, for {goal}", goal) for goal in goals]
    return Table(
        name="cleanup",
        title="Cleanup, full map",
        task="cleanup",
        makers=(
            *_COMMON,
            adaptive,
            learned,
            *shipped,
            *_searches(settings),
            *further,
            *_models("cleanup", means),
        ),
        meeting=(*_FAMILIAR, learned.key, *(it.key for it in shipped), "search"),
        published=_published("cleanup"),
    )


def _commons(settings: Settings) -> Table:
    return Table(
        name="commons",
        title="Commons, 12 agents; no figures were published",
        task="commons",
        makers=(*_COMMON, *_searches(settings)),
        meeting=_FAMILIAR,
    )


def _searches(settings: Settings) -> tuple[Maker, ...]:
    """Return a search for welfare and its control; the quick one is a fraction of the usual."""
    rounds: dict[str, Option] = {"batch": 12, "rounds": 3} if settings.quick else {"batch": 16, "rounds": 16}
    options: dict[str, Option] = {"objective": "welfare"}
    label = "best of n, equal budget"
    return (
        Search(key="search", label="fresh search, for welfare", strategy_options=rounds, options=options),
        Control(key="control", label=label, of="search", strategy="best-of-n", options=options),
    )


def _search(key: str, label: str, objective: str) -> Search:
    rounds: dict[str, Option] = {"batch": 16, "rounds": 16}
    return Search(key=key, label=label, strategy_options=rounds, options={"objective": objective})


def _models(task: str, means: Means) -> list[Maker]:
    addresses = MODELS if means.models is None else means.models
    asked = [Model(address=address, feedback=level) for address in addresses for level in ("sparse", "dense")]
    return [*asked, *recorded(task, {}, means.runs)]


def _published(table: str) -> Callable[[Task], Sequence[Row]]:
    """Return what reads a table's published rows off its task, with the feedback that the proposer saw."""

    def rows(task: Task) -> list[Row]:
        figures = [figure for figure in task.figures() if figure.kind == "published"]
        return [published_row(table, it, label=it.label, feedback=_feedback(it.label)) for it in figures]

    return rows


def _feedback(label: str) -> str:
    last = label.rpartition(", ")[2]
    return last.removesuffix(" feedback") if last.endswith(" feedback") or last == "zero-shot" else ""
