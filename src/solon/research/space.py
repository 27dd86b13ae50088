"""The space of pipelines that the offline researcher searches, and the pipeline that nobody tuned."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from solon.assembly import Option, usual
from solon.contract import Program
from solon.model import is_address
from solon.research.inner import Terms
from solon.research.pipeline import Pipeline, program_of, strategy_of
from solon.search import make_strategy
from solon.sketch import Hole, HoleValue, Sketch

_STRATEGIES = ("race", "refine", "islands", "beam", "best-of-n")
_WIDTHS = ("1", "2", "4", "8", "16", "32")
_ROUNDS = ("3", "4", "6", "8", "16", "64")
_SCHEDULES = ("1", "2", "3", "5", "1-3", "1-4", "2-6", "1-3-8", "1-2-4", "2-4-8")
_PARENTS = ("1", "2", "3", "5")
_LEVELS = ("none", "sparse", "dense", "per-agent", "trace", "counterexample")
_USUAL, _CUT = "usual", "cut off"

Holes = Mapping[str, HoleValue]


def pipeline_sketch(terms: Terms, sections: Sequence[str], helpers: Sequence[str]) -> Sketch:
    """Return the space of pipelines; what only a model can see is in it only where the inner proposer is one."""
    holes = [*_search_holes(terms.proposer)]
    if is_address(terms.proposer):
        holes += _model_holes(sections, helpers)

    def render(values: Holes) -> Program:
        return program_of(_pipeline(values, terms, sections, helpers))

    return Sketch(tuple(holes), render)


def untuned(proposer: str) -> Pipeline:
    """Return the pipeline of ``solon run`` without any option, spelt out."""
    name, _, _ = usual(proposer)
    _, strategy = strategy_of(Pipeline(), proposer)
    given: dict[str, Any] = {field: getattr(strategy, field) for field in _TUNED[name]}  # as its record declares them
    return Pipeline(strategy=name, options=given)


_TUNED: Mapping[str, tuple[str, ...]] = {
    "race": ("batch", "rounds", "seeds", "parents"),
    "refine": ("width", "rounds", "seeds", "keep"),
    "islands": ("islands", "width", "rounds", "seeds", "keep"),
    "beam": ("width", "branching", "rounds", "seeds"),
    "best-of-n": ("n", "batch", "seeds"),
}
"""The options of each strategy that the space has holes for."""


def _search_holes(proposer: str) -> Iterator[Hole]:
    start = untuned(proposer)
    options = start.options
    width = options.get("batch", options.get("width", 8))
    seeds = options.get("seeds", 3)
    schedule = "-".join(map(str, seeds)) if isinstance(seeds, tuple) else str(seeds)
    yield _choice("strategy", start.strategy, _STRATEGIES)
    yield _choice("width", str(width), _WIDTHS)
    yield _choice("rounds", str(options.get("rounds", 6)), _ROUNDS)
    yield _choice("seeds", schedule, _SCHEDULES)
    yield _choice("ending", _CUT, (_CUT, "planned"))
    yield _choice("parents", str(options.get("parents", options.get("keep", 1))), _PARENTS)


def _model_holes(sections: Sequence[str], helpers: Sequence[str]) -> Iterator[Hole]:
    yield _choice("feedback", "dense", _LEVELS)
    for name in sections if len(sections) > 1 else ():
        yield _choice(f"section {name}", "shown", ("shown", "left out"))
    if len(sections) > 1:
        yield _choice("first section", _USUAL, (_USUAL, *sections))
    for name in helpers:
        yield _choice(f"function {name}", "shown", ("shown", "hidden"))
    yield _choice("temperature", _USUAL, (_USUAL, "0", "0.4", "0.7", "1"))


def _choice(name: str, default: str, options: Sequence[str]) -> Hole:
    return Hole(name, default, options=tuple(dict.fromkeys((*options, default))))


def _pipeline(values: Holes, terms: Terms, sections: Sequence[str], helpers: Sequence[str]) -> Pipeline:
    strategy = str(values["strategy"])
    options = _options(strategy, values)
    if values["ending"] != _CUT:
        options = _planned(strategy, options, terms.episodes)
    if not is_address(terms.proposer):
        return Pipeline(strategy=strategy, options=options)
    temperature = str(values["temperature"])
    return Pipeline(
        strategy=strategy,
        options=options,
        feedback=str(values["feedback"]),  # pyright: ignore[reportArgumentType]  # one of the hole's options
        brief=_shown(values, sections),
        hide=tuple(name for name in helpers if values[f"function {name}"] == "hidden"),
        calls={} if temperature == _USUAL else {"temperature": float(temperature)},
    )


def _options(strategy: str, values: Holes) -> dict[str, Option | tuple[Option, ...]]:
    """Return the options of a strategy; one that judges all alike takes the first number of the schedule."""
    schedule = tuple(int(number) for number in str(values["seeds"]).split("-"))
    width, rounds, parents = (int(values[name]) for name in ("width", "rounds", "parents"))
    match strategy:
        case "race":
            return {"batch": width, "rounds": rounds, "seeds": schedule, "parents": parents}
        case "islands":
            return {"islands": 3, "width": width, "rounds": rounds, "seeds": schedule[0], "keep": parents}
        case "beam":
            return {"width": parents, "branching": width, "rounds": rounds, "seeds": schedule[0]}
        case "best-of-n":
            return {"n": width * rounds, "batch": width, "seeds": schedule[0]}
        case _:
            return {"width": width, "rounds": rounds, "seeds": schedule[0], "keep": parents}


def _planned(
    strategy: str, options: dict[str, Option | tuple[Option, ...]], episodes: int
) -> dict[str, Option | tuple[Option, ...]]:
    """Let a race keep back what its final costs, if the budget pays for a whole round."""
    try:
        make_strategy(strategy, **options, evaluations=episodes)
    except ValueError:
        return options
    return {**options, "evaluations": episodes}


def _shown(values: Holes, sections: Sequence[str]) -> tuple[str, ...] | None:
    """Return the sections that are shown, in their order but for the one that comes first; None if nothing changes."""
    if len(sections) < 2:
        return None
    shown = [name for name in sections if values[f"section {name}"] == "shown"] or list(sections)
    first = str(values["first section"])
    if first in shown:
        shown = [first, *(name for name in shown if name != first)]
    return None if shown == list(sections) else tuple(shown)
