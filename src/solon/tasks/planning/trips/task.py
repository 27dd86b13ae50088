"""Trips as tasks: a program is a formal request, or the plan itself; what was asked for in words is the judge.

After "Large Language Models Can Solve Real-World Planning Rigorously with Formal Verification Tools" (requests) and
"Can We Rely on LLM Agents to Draft Long-Horizon Plans? Let's Take TravelPlanner as an Example" (plans).
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

import msgspec

from solon.contract import (
    Episode,
    Fault,
    Figure,
    Jail,
    Metric,
    Program,
    ProgramFault,
    Proved,
    Refuted,
    Seed,
    Task,
    Verdict,
)
from solon.playback import Frame, Moment, Recording
from solon.standin import Author
from solon.tasks.planning.trips import exhibits, plans, published, request, travelplanner
from solon.tasks.planning.trips.author import PlanAuthor, RequestAuthor, program
from solon.tasks.planning.trips.brief import brief
from solon.tasks.planning.trips.evaluator import COMMONSENSE, Report, judge
from solon.tasks.planning.trips.explain import Refused, Suggestion, plan, suggestions
from solon.tasks.planning.trips.lookup import MODES
from solon.tasks.planning.trips.optimum import cheapest
from solon.tasks.planning.trips.queries import LEVELS, Problem, draw_problem
from solon.tasks.planning.trips.request import FIELDS, Local, Request, differences
from solon.tasks.planning.trips.trip import Trip, render
from solon.tasks.planning.trips.words import phrase
from solon.tasks.planning.trips.world import World

_REVISION: Final = "2"  # raise it with every change of a rule, a draw, a wording or a metric
ANSWERS: Final = ("request", "plan")
FEEDBACKS: Final = ("oracle", "random", "none")
_SUGGESTED: Final = 3
_KEPT: Final = 256  # requests whose answers are remembered: they are pure


class TripTask(Task):
    """One request in words; ``problem`` chooses it, and every seed judges the same.

    ``feedback_from`` is who tells the next proposer which rules are broken: the judge, luck as a control, or nobody.
    ``scrubbed`` leaves unusable rows out of the tables that a planner by hand is given. ``data`` is a folder with
    TravelPlanner's tables and queries of yours, of which ``split`` and ``problem`` choose one (see ``travelplanner``).
    """

    name = "planning-trip"

    def __init__(  # noqa: PLR0913  # the settings of the studies
        self,
        *,
        level: str = "medium",
        problem: int = 0,
        kind: str = "satisfiable",
        answer: str = "request",
        mode: str = "strict",
        feedback_from: str = "oracle",
        scrubbed: bool = True,
        world: int = 0,
        data: str = "",
        split: str = "train",
    ) -> None:
        for name, value, known in (
            ("answer", answer, ANSWERS),
            ("mode", mode, MODES),
            ("feedback_from", feedback_from, FEEDBACKS),
            ("level", level, tuple(LEVELS)),
        ):
            if value not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
        if answer == "plan" and kind != "satisfiable":
            raise ValueError(f"no plan can be right for a request of kind {kind!r}; ask for answer=request")
        own = (level, kind, world) == ("medium", "satisfiable", 0)
        if (data and not own) or (split != "train" and not data):
            raise ValueError("level, kind and world choose among Solon's own requests, split among those of data")
        if data:
            self.problem, self.words, contents = _of_data(data, split, problem)
        else:
            self.problem, contents = draw_problem(problem, level, kind, world), ""
            self.words = phrase(self.problem.request, f"{world}/{level}/{kind}/{problem}")
        self._real = bool(data)
        self.answer, self.mode, self.feedback_from, self._scrubbed = answer, mode, feedback_from, scrubbed
        self.language = plans.LANGUAGE if answer == "plan" else request.LANGUAGE
        self.metrics = _declare(answer)
        self._planned: dict[str, Trip | Refused] = {}
        self._offered: dict[str, tuple[Suggestion, ...]] = {}
        options = {
            "level": (level, "medium"),
            "problem": (problem, 0),
            "kind": (kind, "satisfiable"),
            "answer": (answer, "request"),
            "mode": (mode, "strict"),
            "feedback_from": (feedback_from, "oracle"),
            "scrubbed": (scrubbed, True),
            "world": (world, 0),
            "split": (split, "train"),
            "data": (contents, ""),
        }
        told = ",".join(f"{name}={value}" for name, (value, usual) in options.items() if value != usual)
        self.version = f"{_REVISION}[{told}]" if told else _REVISION

    @property
    def world(self) -> World:
        """The tables."""
        return self.problem.world

    def brief(self) -> str:
        """Return the complete system prompt."""
        return brief(self.problem, self.words, self.answer, self.metrics, scrubbed=self._scrubbed)

    def lint(self, program: Program) -> Fault | None:
        """Return what is wrong with the form of a request or plan."""
        try:
            self._answered(program)
        except ProgramFault as raised:
            return raised.fault
        return None

    def _answered(self, program: Program) -> Request | plans.Plan:
        try:
            return plans.read(program.source) if self.answer == "plan" else request.read(program.source)
        except (ValueError, KeyError) as error:
            remedy = "Write the JSON as the brief shows."
            raise ProgramFault(Fault("output", f"The answer cannot be read: {error}.", remedy)) from None

    def _outcome(self, program: Program) -> tuple[plans.Plan | Refused, tuple[str, ...]]:
        """Return the plan or the refusal that an answer leads to, and the fields that are not what the words say."""
        answered = self._answered(program)
        if isinstance(answered, tuple):
            return answered, ()
        key = request.write(answered)
        if key not in self._planned:
            if len(self._planned) >= _KEPT:
                self._planned.clear()
                self._offered.clear()
            self._planned[key] = plan(self.world, answered)
        found = self._planned[key]
        wrong = differences(answered, self.problem.request)
        return (found if isinstance(found, Refused) else render(found, answered)), wrong

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        """Plan from the answer, if it is a request, and judge the plan by the true request."""
        del seed, jail  # nothing is drawn, and nothing of the program is executed
        found, wrong = self._outcome(program)
        report = None if isinstance(found, Refused) else self._judged(found)
        metrics = _measured(report)
        if self.answer == "request":
            satisfiable = self.problem.kind == "satisfiable"
            right = report is not None and report.passed if satisfiable else report is None
            metrics |= {
                "solved": float(right and not wrong),
                "faithful": 1 - len(wrong) / len(FIELDS),
                "refused": float(report is None),
            }
        return Episode(metrics)

    def _judged(self, plan: plans.Plan) -> Report:
        return judge(plan, self.problem.request, self.world, self.mode)

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:
        """Write down the days of the plan and the rulings, or why there is none and what would help."""
        del jail
        found, wrong = self._outcome(program)
        moments: list[Moment] = []
        if self.feedback_from == "oracle":
            for field in wrong:
                text = f'the field "{field}" of the request does not say what the words say; read them again'
                moments.append(Moment(0, text, trouble=True))
        if isinstance(found, Refused):
            frames = [Frame(caption="no trip satisfies the request"), *(Frame(caption=line) for line in found.words)]
            answered = self._answered(program)
            assert isinstance(answered, Request)
            offers = self._offers(answered)
            moments += self._refusal(found, offers)
            shown = exhibits.refused(found, offers, answered, wrongly=self.problem.kind == "satisfiable")
        else:
            frames = [Frame(caption=self.words), *(Frame(caption=exhibits.line(day)) for day in found)]
            report = self._judged(found)
            moments += self._rulings(report, seed)
            shown = exhibits.planned(found, report, self.problem.request, self.world)
        shown = (*exhibits.asked(self.words, program.source, self.answer), *shown)
        return Recording(tuple(frames), tuple(moments), agents=("traveller",), exhibits=shown)

    def _refusal(self, found: Refused, offers: Sequence[Suggestion]) -> list[Moment]:
        reason = "these cannot hold together: " + "; ".join(found.words)
        trouble = self.problem.kind == "satisfiable"
        return [Moment(0, reason, trouble), *(Moment(0, f"it would help to {it.words}") for it in offers)]

    def _offers(self, answered: Request) -> tuple[Suggestion, ...]:
        key = request.write(answered)
        if key not in self._offered:
            self._offered[key] = suggestions(self.world, answered, move=False, most=1)[:_SUGGESTED]
        return self._offered[key]

    def _rulings(self, report: Report, seed: Seed) -> list[Moment]:
        """Return a moment a rule, as the one who gives feedback sees it."""
        if self.feedback_from == "none":
            return []
        dice = random.Random(seed.derive("feedback"))  # noqa: S311 - reproducible on purpose
        moments: list[Moment] = []
        for ruling in (*report.commonsense, *report.hard):
            if self.feedback_from == "random":
                passed, reason = dice.random() < 0.5, f"day {dice.randrange(self.problem.request.days) + 1} is wrong"
            else:
                passed, reason = ruling.passed, ruling.reason
            text = f"success: {ruling.rule}" if passed else f"fail: {ruling.rule}: {reason}"
            moments.append(Moment((ruling.day or 0) if self.feedback_from == "oracle" else 0, text, not passed))
        return moments

    def verify(self, program: Program) -> Verdict:
        """Prove that an answer is right: the rules are finite and are all checked."""
        try:
            found, wrong = self._outcome(program)
        except ProgramFault as raised:
            return Refuted(raised.fault.message)
        if wrong:
            return Refuted(f"the request differs from the words in {', '.join(wrong)}")
        if isinstance(found, Refused):
            if self.problem.kind == "satisfiable":
                return Refuted(f"no trip was found: {'; '.join(found.words)}")
            return Proved("the solver's minimal core, for the request that the words state")
        failures = judge(found, self.problem.request, self.world).failures
        if failures:
            return Refuted("; ".join(f"{it.rule}: {it.reason}" for it in failures))
        return Proved("all rules, by a judge that shares nothing with the planner")

    def figures(self) -> Sequence[Figure]:
        """Return the bound and what the studies published, on other requests."""
        goal = "final" if self.answer == "plan" else "solved"
        proof = "the request is built from a trip that keeps it, or its corrections are enumerated (queries)"
        return (Figure("bound", "the true answer is known", {goal: 1.0}, proof), *published.figures(self.answer))

    def references(self) -> Mapping[str, Program]:
        """Return the control, which sees places, days and people and no wish, and the right answer by other means."""
        true = self.problem.request
        bare = Request(
            true.org,
            true.dest,
            true.days,
            true.visiting_city_number,
            true.date,
            true.people_number,
            Local(),
            true.budget,
        )
        if self.answer == "request":
            return {
                "wishless": program(request.write(bare), "request"),
                "exact": program(request.write(true), "request"),
            }
        found = plan if self._real else cheapest  # too many places are enumerated for too long
        return {
            name: program(plans.write(render(trip, true)), "plan")
            for name, asked in (("wishless", bare), ("exact", true))
            if isinstance(trip := found(self.world, asked), Trip)
        }

    def author(self) -> Author:
        """Return a stand-in for a model that writes this task's answers. Raises ValueError for words by people."""
        if self._real:
            raise ValueError("the stand-in reads Solon's own words only; take another proposer beside data")
        return self._author

    @cached_property
    def _author(self) -> Author:
        made = PlanAuthor if self.answer == "plan" else RequestAuthor
        return made(self.words, self.world)


def _of_data(folder: str, split: str, number: int) -> tuple[Problem, str, str]:
    """Return a problem of real data, its words, and what tells these contents from others."""
    query, tables = travelplanner.problem(folder, split, number)
    contents = hashlib.blake2b(msgspec.json.encode((query, tables)), digest_size=6).hexdigest()
    return Problem(tables, query.request, "satisfiable", None, ()), query.words, contents


def _measured(report: Report | None) -> dict[str, float]:
    """Return the published metrics of one plan, None for no plan."""
    if report is None:
        names = ("delivery", "commonsense_micro", "commonsense_macro", "hard_micro", "hard_macro", "final")
        return {**dict.fromkeys(names, 0.0), "hallucination": 0.0, "cost": 0.0}
    sound = [ruling.passed for ruling in report.commonsense]
    obedient = [ruling.passed for ruling in report.hard]
    return {
        "delivery": 1.0,
        "commonsense_micro": sum(sound) / len(COMMONSENSE),
        "commonsense_macro": float(all(sound)),
        "hard_micro": sum(obedient) / len(obedient),
        "hard_macro": float(all(obedient)),
        "final": float(report.passed),
        "hallucination": float(report.hallucinated),
        "cost": float(report.cost or 0),
    }


def _declare(answer: str) -> tuple[Metric, ...]:
    def share(name: str, meaning: str) -> Metric:
        role = "objective" if name == ("final" if answer == "plan" else "solved") else "context"
        return Metric(name, role=role, low=0, high=1, meaning=meaning)

    asked = (
        share("solved", "1 if the request is what the words say and its plan keeps all rules, or is rightly refused"),
        share("faithful", "share of the fields of the request that are what the words say"),
        Metric("refused", "minimise", low=0, high=1, meaning="1 if the solver proves that there is no such trip"),
    )
    return (
        *(asked if answer == "request" else ()),
        share("delivery", "1 if there is a plan"),
        share("commonsense_micro", "share of the eight commonsense rules that hold"),
        share("commonsense_macro", "1 if they all hold"),
        share("hard_micro", "share of the hard rules that hold, of those that the words state"),
        share("hard_macro", "1 if they all hold"),
        share("final", "1 if all rules hold"),
        Metric("hallucination", "minimise", low=0, high=1, meaning="1 if the plan names what is in no table"),
        Metric("cost", "minimise", low=0, unit="money", meaning="what the plan costs the party, 0 if unknown"),
    )
