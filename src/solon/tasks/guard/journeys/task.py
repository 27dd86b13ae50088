"""Agents that follow a procedure, as a task: a seed is a batch of conversations with scripted users."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal, cast

import msgspec

from solon.contract import (
    Episode,
    Fault,
    Figure,
    Jail,
    Metric,
    Program,
    Proved,
    Refuted,
    Seed,
    Task,
    Unknown,
    Verdict,
    Worker,
)
from solon.playback import Exhibit, Recording
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.guard.journeys import agents, brief, story
from solon.tasks.guard.journeys.author import AgentAuthor
from solon.tasks.guard.journeys.check import complaints
from solon.tasks.guard.journeys.conversation import LONGEST, Action, Prompt, Told, checked, converse
from solon.tasks.guard.journeys.domains import DOMAINS, domain
from solon.tasks.guard.journeys.graph import Graph
from solon.tasks.guard.journeys.guest import ACTION, GUEST, NEW, NO_ACTION, RAISED, SAME
from solon.tasks.guard.journeys.published import published
from solon.tasks.guard.journeys.scenario import KINDS, Kind, Scenario, batch
from solon.tasks.guard.journeys.words import document
from solon.verify.requests.request import Json

_REVISION: Final = "1"  # raise it with every change of a procedure, a draw or a metric
_WHY: Final = {RAISED: "the agent raised", NO_ACTION: "what the agent returned is no action"}
_REMEDY: Final = 'Return ("ask", fact), ("say", text), ("call", tool, {parameter: value}) or ("end", outcome).'


@dataclass(frozen=True, kw_only=True)
class JourneyTask(Task):
    """One procedure; the program is the agent. ``prompt`` says what it sees, ``guard`` what is enforced.

    The published score does not see how a conversation ends; ``objective=complete`` does.
    """

    name = "guard-journey"
    metrics = (
        Metric("ujcs", role="objective", low=0, high=1, meaning="User Journey Coverage Score, mean over conversations"),
        Metric("complete", low=0, high=1, meaning="share of conversations with score 1, right end and right database"),
        Metric(
            "violations",
            "minimise",
            "constraint",
            low=0,
            high=LONGEST,
            meaning="calls that the procedure does not allow and that were carried out, per conversation",
        ),
        Metric(
            "alignment", low=0, high=1, meaning="share of conversations whose calls are the expected ones, in order"
        ),
        Metric("accuracy", low=0, high=1, meaning="share of the expected calls' parameters that are right"),
        Metric("partial", low=0, high=1, meaning="score with partial credit for a part of the calls (ours)"),
        Metric("errors_handled", low=0, high=1, meaning="share complete where a tool fails; 1 if none does"),
        Metric("missing_handled", low=0, high=1, meaning="share complete where the user lacks a fact; 1 if none does"),
        Metric(
            "changes_handled", low=0, high=1, meaning="share complete where the user corrects a fact; 1 if none does"
        ),
        Metric("blocked", "minimise", low=0, high=LONGEST, meaning="calls that the guard blocked, per conversation"),
        Metric("actions", "minimise", low=0, high=LONGEST, meaning="actions of the agent, per conversation"),
    )

    domain: str = "telecom"
    prompt: str = "static"
    guard: str = "off"
    conversations: int = 40
    kinds: str = "mixed"
    objective: str = "ujcs"

    def __post_init__(self) -> None:
        for name, allowed in (
            ("domain", DOMAINS),
            ("prompt", ("static", "dynamic")),
            ("guard", ("off", "on")),
            ("kinds", ("mixed", *KINDS)),
            ("objective", ("ujcs", "complete")),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")
        if not 1 <= self.conversations <= 1000:
            raise ValueError(f"conversations must lie in 1..1000, got {self.conversations}")
        changed = [f"{it.name}={getattr(self, it.name)}" for it in fields(self) if getattr(self, it.name) != it.default]
        if self.objective == "complete":
            object.__setattr__(self, "metrics", tuple(_swapped(metric) for metric in self.metrics))
        object.__setattr__(self, "version", f"{_REVISION}[{','.join(changed)}]" if changed else _REVISION)

    @property
    def graph(self) -> Graph:
        """The procedure."""
        return domain(self.domain)

    @property
    def _mixed(self) -> tuple[Kind, ...]:
        return KINDS if self.kinds == "mixed" else cast("tuple[Kind, ...]", (self.kinds,))

    def scenarios(self, seed: Seed) -> list[Scenario]:
        """Return the conversations of a seed; their kinds and journeys come equally often."""
        dice = random.Random(seed.derive("scenarios"))  # noqa: S311 - reproducible on purpose
        return batch(self.domain, self._mixed, self.conversations, dice)

    def brief(self) -> str:
        """Return the complete system prompt."""
        return brief.write(
            self.graph,
            self.metrics,
            kinds=self._mixed,
            count=self.conversations,
            longest=LONGEST,
            dynamic=self.prompt == "dynamic",
            guard=self.guard == "on",
            objective=self.objective,
        )

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Have all conversations of a seed, one after the other, in one worker."""
        scenarios = self.scenarios(seed)
        told, note = self._had(program, scenarios, seed, jail)
        slips = sum(each.slips for each in told)
        first = Fault("output", note.partition("\n")[0] or "an action is none", _REMEDY, note) if slips else None
        return Episode(measured(scenarios, told), slips=slips, first_slip=first)

    def _had(self, program: Program, scenarios: Sequence[Scenario], seed: Seed, jail: Jail) -> tuple[list[Told], str]:
        prompt = cast("Prompt", self.prompt)
        with jail.open(program, GUEST, b"", Seed(seed.number).derive("worker")) as worker:
            told = [converse(each, _Asked(worker), prompt, guard=self.guard == "on") for each in scenarios]
            return told, worker.note

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Write down the first conversation that went wrong, or the first one, and what went wrong in others."""
        scenarios = self.scenarios(seed)
        told, _ = self._had(program, scenarios, seed, jail)
        recording = story.recorded(self.graph, scenarios, told)
        shown = Exhibit("Procedure", text=document(self.graph))
        return msgspec.structs.replace(recording, exhibits=(*recording.exhibits, shown))

    def verify(self, program: Program) -> Verdict:
        """Prove that only calls are carried out that the procedure allows; the guard sees to it, not the program."""
        del program
        found = complaints(self.graph)
        if found:
            return Refuted(f"the procedure itself is unsound: {found[0]}")
        if self.guard == "on":
            return Proved("the guard: whatever the program does, only calls that the procedure allows are carried out")
        return Unknown("without a guard nothing is proved of an agent; take -o guard=on")

    def figures(self) -> Sequence[Figure]:
        """Return the bound and the published scores."""
        bound = Figure("bound", "every journey covered", {"ujcs": 1.0, "complete": 1.0}, "by definition")
        return [bound, *published(self.domain)]

    def references(self) -> Mapping[str, Program]:
        """Return a random agent, which is the control, and scripted ones, without and with noise."""
        known = {
            "random": agents.program(agents.RANDOM),
            "static": agents.static(self.graph),
            "static_noisy": agents.static(self.graph, {"noise": 0.1}),
            "static_timid": agents.static(self.graph, {"noise": 0.1, "blocked": "hand over"}),
            "careless": agents.static(self.graph, {"error": "go on", "missing": "make up", "corrections": "first"}),
        }
        if self.prompt == "dynamic":
            known |= {"dynamic": agents.dynamic(), "dynamic_noisy": agents.dynamic(0.1)}
        return known

    def sketch(self) -> Sketch:
        """Return agents that know the procedure and differ in how they take errors, gaps and corrections."""
        graph = self.graph
        holes = (
            Hole("error", "go on", options=("go on", "retry", "hand over")),
            Hole("missing", "make up", options=("make up", "ask again", "hand over")),
            Hole("corrections", "first", options=("first", "last")),
        )

        def render(values: Mapping[str, HoleValue]) -> Program:
            return agents.static(graph, values)

        return Sketch(holes, render)

    def author(self) -> AgentAuthor:
        """Return the stand-in for a model."""
        return AgentAuthor(self.graph)


class _Asked:
    """An agent in a worker, for one conversation."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self._mark = worker, NEW

    def __call__(self, observation: dict[str, Json]) -> Action:
        """Return the worker's action. Raises ProgramFault."""
        reply = self._worker.ask(self._mark + msgspec.json.encode(observation))
        self._mark = SAME
        if reply[:1] != ACTION:
            return Action("invalid", _WHY.get(reply, "the reply is garbled"))
        try:
            found = msgspec.json.decode(reply[1:], type=tuple[str, str, dict[str, bool | int | str]])
            action = msgspec.convert({"kind": found[0], "name": found[1], "arguments": found[2]}, Action)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return Action("invalid", "the reply is garbled")
        return checked(action)


def _swapped(metric: Metric) -> Metric:
    """Return a metric with its role where completeness is the objective."""
    roles: dict[str, Literal["objective", "context"]] = {"ujcs": "context", "complete": "objective"}
    role = roles.get(metric.name)
    return metric if role is None else msgspec.structs.replace(metric, role=role)


HANDLED: Final[Mapping[str, Kind]] = {
    "errors_handled": "failing",
    "missing_handled": "missing",
    "changes_handled": "change",
}
"""Metrics that look at one kind of conversations alone."""


def measured(scenarios: Sequence[Scenario], told: Sequence[Told]) -> dict[str, float]:
    """Return the metrics of some conversations."""

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values) if values else 1.0

    def handled(kind: Kind) -> float:
        return mean([each.complete for it, each in zip(scenarios, told, strict=True) if it.kind == kind])

    return {
        "ujcs": mean([each.coverage.score for each in told]),
        "complete": mean([each.complete for each in told]),
        "violations": mean([each.violations for each in told]),
        "alignment": mean([each.coverage.alignment for each in told]),
        "accuracy": mean([each.coverage.accuracy for each in told]),
        "partial": mean([each.coverage.partial for each in told]),
        **{name: handled(kind) for name, kind in HANDLED.items()},
        "blocked": mean([each.blocked for each in told]),
        "actions": mean([each.actions for each in told]),
    }
