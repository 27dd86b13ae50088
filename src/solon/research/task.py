"""Research as a task: its programs are pipelines, and an episode is a whole inner run."""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from solon.assembly import Option, check_proposer_text, check_strategy_suits
from solon.contract import Episode, Fault, Figure, Jail, Metric, Program, ProgramFault, Seed, Task
from solon.engine import objective
from solon.engine.feedback import LEVELS
from solon.model import is_address
from solon.research.briefs import helpers_of, sections_of
from solon.research.inner import Terms, run_inner
from solon.research.pipeline import check_pipeline, program_of, read_pipeline, strategy_of
from solon.research.space import pipeline_sketch, untuned
from solon.search import make_strategy, strategy_names
from solon.sketch import Sketch
from solon.tasks import load

_REVISION = "1"  # raise it with every change of what an inner run does

CONTEXT = (
    Metric("found", low=0, high=1, meaning="1 where a valid program was found; else the control program stood in"),
    Metric("candidates", "minimise", low=0, meaning="programs that were proposed"),
    Metric("episodes", "minimise", low=0, meaning="episodes of the inner search"),
    Metric("held_out_episodes", "minimise", low=0, meaning="episodes on held-out seeds"),
    Metric("calls", "minimise", low=0, meaning="calls of the model that writes programs"),
    Metric("tokens", "minimise", low=0, meaning="tokens of these calls, input and output together"),
    Metric("usd", "minimise", low=0, unit="US dollars", meaning="for these calls, where the price is known"),
)
"""What an inner run cost, beside what it found."""


@dataclass(frozen=True, kw_only=True)
class ResearchTask(Task):
    """Seek the pipeline whose programs are best; the seed of an episode is the root of its inner run.

    Args:
        task: the inner task, by name.
        options: its options, as a JSON object.
        proposer: who writes the inner programs, "offline" or a model's address.
        episodes: of search in each inner run.
        held_out: episodes of each inner winner on held-out seeds.
        usd: dollars for the calls of one inner run; 0 for no limit.
        calls: folder that keeps the calls of the inner runs; empty: they are forgotten.
    """

    task: str
    options: str = "{}"
    proposer: str = "offline"
    episodes: int = 100
    held_out: int = 5
    usd: float = 0.0
    calls: str = ""

    name = "research"

    def __post_init__(self) -> None:
        for name, least in (("episodes", 1), ("held_out", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more, got {getattr(self, name)}")
        if self.proposer != "offline" and not is_address(self.proposer):
            raise ValueError(f"the inner proposer must be offline or a model's address, not {self.proposer!r}")
        check_proposer_text(self.proposer, self.inner)
        goal, inner = objective(self.inner), self.inner
        meaning = f"of the program that the pipeline found, on held-out seeds of {inner.name}: {goal.meaning}"
        taken = {metric.name for metric in CONTEXT}
        name = f"inner_{goal.name}" if goal.name in taken else goal.name
        first = msgspec.structs.replace(goal, name=name, meaning=meaning)
        limits = tuple(metric for metric in inner.metrics if metric.role == "constraint" and metric.name not in taken)
        object.__setattr__(self, "metrics", (first, *limits, *CONTEXT))
        object.__setattr__(self, "version", f"{_REVISION}[{inner.name} {inner.version}]")

    @property
    def inner(self) -> Task:
        """The inner task."""
        return _inner(self.task, self.options)

    @property
    def terms(self) -> Terms:
        """What every pipeline gets alike."""
        return Terms(self.proposer, self.episodes, self.held_out, self.usd or None, self.calls)

    def lint(self, program: Program) -> Fault | None:
        """Return what keeps a pipeline from being run."""
        try:
            inner, pipeline = self.inner, read_pipeline(program)
            check_pipeline(pipeline, self.proposer, tuple(sections_of(inner)), helpers_of(inner))
            check_strategy_suits(strategy_of(pipeline, self.proposer)[1], inner)
        except ProgramFault as raised:
            return raised.fault
        except ValueError as wrong:
            return Fault("output", str(wrong).rstrip("."), "take what the brief names")
        return None

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Run the pipeline once, with the root that this seed gives."""
        if fault := self.lint(program):
            raise ProgramFault(fault)
        root = int.from_bytes(seed.derive("inner root"), "little")
        found = run_inner(self.inner, read_pipeline(program), self.terms, root, jail)
        goal = objective(self.inner).name
        if goal not in found.metrics:
            fault = Fault("output", "the pipeline found no valid program", "give it more candidates or a fuller brief")
            raise ProgramFault(fault)
        return Episode(
            {
                self.metrics[0].name: found.metrics[goal],
                **{it.name: found.metrics[it.name] for it in self.metrics if it.role == "constraint"},
                "found": float(found.valid),
                "candidates": float(found.candidates),
                "episodes": float(found.episodes),
                "held_out_episodes": float(found.held_out_episodes),
                "calls": float(found.bill.calls),
                "tokens": float(found.bill.input_tokens + found.bill.output_tokens),
                "usd": found.bill.usd or 0.0,
            }
        )

    def figures(self) -> Sequence[Figure]:
        """Return the inner task's figures of its objective: a mean over held-out seeds obeys the same bounds."""
        goal, here = objective(self.inner).name, self.metrics[0].name
        return tuple(
            msgspec.structs.replace(figure, metrics={here: figure.metrics[goal]})
            for figure in self.inner.figures()
            if goal in figure.metrics
        )

    def references(self) -> Mapping[str, Program]:
        """Return the pipeline that nobody tuned."""
        return {"untuned": program_of(untuned(self.proposer))}

    def sketch(self) -> Sketch:
        """Return the space of pipelines."""
        inner = self.inner
        return pipeline_sketch(self.terms, tuple(sections_of(inner)), helpers_of(inner))

    def brief(self) -> str:
        """Tell a researcher what a pipeline is made of, and what it is for."""
        inner, goal = self.inner, objective(self.inner)
        sections, helpers = sections_of(inner), helpers_of(inner)
        options = "\n".join(f"- {name}: {_fields(name)}" for name in strategy_names())
        seen = _SEEN.format(
            levels=", ".join(LEVELS), sections=", ".join(sections), helpers=", ".join(helpers) or "there are none"
        )
        return _BRIEF.format(
            task=inner.name,
            proposer="A model" if is_address(self.proposer) else "An offline search over a program with holes",
            episodes=self.episodes,
            held_out=self.held_out,
            direction=goal.direction.capitalize(),
            goal=goal.name,
            meaning=goal.meaning,
            strategies=options,
            visible=seen if is_address(self.proposer) else _UNSEEN,
            untuned=program_of(untuned(self.proposer)).source.rstrip(),
        )


@functools.lru_cache(maxsize=8)
def _inner(task: str, options: str) -> Task:
    try:
        given: object = json.loads(options)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise ValueError(f"options must be a JSON object, got {options!r}")  # noqa: TRY004  # a text of the wrong form
    return load(task, **cast("dict[str, Option]", given))


def _fields(strategy: str) -> str:
    made = make_strategy(strategy)
    return ", ".join(
        f"{name}={value!r}" for name, value in msgspec.structs.asdict(cast("msgspec.Struct", made)).items()
    )


_SEEN = """\
What the model reads and how it is called is yours to choose too:
- "feedback": what it sees of earlier results, one of {levels}
- "brief": the sections of the task's description in the order shown, some of: {sections}. All if left out
- "hide": functions that the description does not mention, some of: {helpers}
- "calls": parameters of its calls: temperature, effort, thinking, structured"""
_UNSEEN = "This proposer reads no text, so nothing else has an effect."

_BRIEF = """\
You design a *pipeline* that seeks programs for the task {task}. {proposer} writes the programs; the pipeline decides \
how. Every pipeline gets the same budget, {episodes} episodes of search, a hard limit; then the program that it found \
is judged on {held_out} held-out episodes. Your pipeline is run several times with different random seeds.

# What a pipeline is

One Python file with one assignment of a literal dictionary, which is read and never executed:

```python
{untuned}
```

That is the pipeline in use today. "strategy" names how candidates are chosen and judged, "options" are its options. \
The strategies with their defaults:

{strategies}

"rounds" times candidates per round times "seeds" per candidate is what a search would spend; it ends when the budget \
does, so leave room for what matters. {visible}

# Objective

{direction} {goal} of the program found: {meaning}

Answer with one complete Python file that assigns `policy`.
"""
