"""Instances of planning domains as tasks: the words are formalised (LLM+P), or planned for directly (ISR-LLM).

A program is a problem file of PDDL or a plan. Nothing of it is executed, so no jail is opened; a seed changes nothing,
because an answer is an answer to one instance, which the options choose.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import count
from typing import ClassVar, Final, TypeVar

from msgspec import structs

from solon.contract import (
    Episode,
    Fault,
    Figure,
    Finding,
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
from solon.language import Language
from solon.playback import Recording
from solon.standin import Author
from solon.tasks.planning.classical import brief, published, story
from solon.tasks.planning.classical.author import PlanAuthor, ProblemAuthor
from solon.tasks.planning.classical.brief import ANSWERS, CONTEXTS, EXAMPLES
from solon.tasks.planning.classical.judged import (
    LONGEST,
    PLANNERS,
    Planner,
    ProblemJudgement,
    judge_problem,
    optimum,
    planned,
    read,
    read_steps,
)
from solon.tasks.planning.classical.scene import Scene, World
from solon.tasks.planning.classical.validator import EXACT, validator_of
from solon.tasks.planning.classical.words import WORDS, parse, render
from solon.tasks.planning.classical.worlds import ISR_LLM, WORLDS
from solon.verify.pddl import planner
from solon.verify.pddl.equivalent import fingerprint
from solon.verify.pddl.outcome import GaveUp, Planned, ProvenUnsolvable
from solon.verify.pddl.read import ParseError, peel, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import Verdict as Run
from solon.verify.pddl.simulate import read_plan, validate
from solon.verify.pddl.syntax import Domain, Plan, Problem, print_plan, print_problem
from solon.verify.pddl.world import World as Grounds

_Name = TypeVar("_Name", bound=str)
_REVISION: Final = "2"  # raise it with every change of a draw, a word, a rule or a metric
_QUICK: Final = 1_000  # states in which a reference looks for a plan before it asks Fast Downward
SHOWN: Final = ("none", "first", "all")
INSTANCES: Final = 20
"""How many instances of a domain make up a table."""


def _complaint(text: str) -> str | None:
    try:
        read_problem(peel(text[:LONGEST]))
    except ParseError as error:
        return f"is not valid PDDL ({error})"
    return None


def _plan_complaint(domain: Domain) -> Callable[[str], str | None]:
    def complaint(text: str) -> str | None:
        try:
            read_plan(peel(text[:LONGEST]), domain)
        except ParseError as error:
            return f"is no plan ({error})"
        return None

    return complaint


PDDL: Final = Language("pddl", "problem.pddl:problem", "PDDL", ("pddl", "lisp"), _complaint)


@dataclass(frozen=True, kw_only=True)
class ClassicalTask(Task):
    """One instance of a planning domain; every option that is not the default shows in the version.

    ``problem`` chooses the instance and ``collection`` other draws of them. ``answer`` is "problem" or "plan".
    ``context`` is what the brief shows besides the words; ``shown`` is how much the check against the words tells:
    nothing, the first or all that is wrong. ``optimal`` asks for a cheapest plan. ``seconds`` limits the planner.
    ``validator`` is "exact", or one that errs, such as "self:0.1,0.2"; what is true is then told by ``verify`` alone.
    """

    world: ClassVar[World]

    problem: int = 1
    collection: int = 0
    answer: str = "problem"
    words: str = "order"
    context: str = "example"
    shown: str = "all"
    optimal: bool = False
    planner: str = "fast-downward"
    seconds: int = 60
    validator: str = EXACT

    def __post_init__(self) -> None:
        if not 1 <= self.problem <= INSTANCES or self.collection < 0:
            got = f"{self.problem} and {self.collection}"
            raise ValueError(f"problem must lie in 1..{INSTANCES} and collection must be 0 or more, got {got}")
        if not 1 <= self.seconds <= 3600:
            raise ValueError(f"seconds must lie in 1..3600, got {self.seconds}")
        choice("answer", self.answer, ANSWERS)
        choice("words", self.words, WORDS)
        choice("context", self.context, CONTEXTS)
        choice("shown", self.shown, SHOWN)
        choice("planner", self.planner, PLANNERS)
        if validator_of(self.validator) is not None and (self.answer == "problem" or self.optimal):
            raise ValueError(
                "a validator that errs judges plans, whatever they cost; set answer=plan and optimal=false"
            )
        changed = ",".join(
            f"{it.name}={getattr(self, it.name)}" for it in fields(self) if getattr(self, it.name) != it.default
        )
        object.__setattr__(self, "version", f"{_REVISION}[{changed}]" if changed else _REVISION)
        object.__setattr__(self, "metrics", self._metrics())

    def _metrics(self) -> tuple[Metric, ...]:
        if self.answer == "problem":
            return _problem_metrics(optimal=self.optimal)
        return _plan_metrics(optimal=self.optimal) if self.validator == EXACT else _HEARD

    @property
    def language(self) -> Language:
        """What its programs are written in."""
        if self.answer == "problem":
            return PDDL
        return Language("plan", "plan.txt:plan", "a plan", ("plan", "text"), _plan_complaint(self.world.domain))

    @cached_property
    def scene(self) -> Scene:
        """What the words tell."""
        return self.world.instance(self.problem, self.collection)

    @cached_property
    def text(self) -> str:
        """The words."""
        return render(self.world, self.scene, choice("words", self.words, WORDS), self.problem)

    @cached_property
    def truth(self) -> Problem:
        """What the words say, with the names that they give or that the parser gives to what has none."""
        return self.world.problem(parse(self.world, self.text), f"{self.world.name}-{self.problem}")

    @cached_property
    def example(self) -> Scene:
        """The instance that the brief shows: the first of its collection that is not the task itself."""
        own = fingerprint(self.world.domain, self.truth)
        scenes = (self.world.instance(number, EXAMPLES) for number in count(1))
        return next(it for it in scenes if fingerprint(self.world.domain, self.world.problem(it)) != own)

    def brief(self) -> str:
        """Return the complete system prompt."""
        example: Sequence[str] = ()
        if self.answer == "plan" and self.context in ("example", "both"):
            shown = self.world.problem(self.example)
            example = [str(step) for step in self._any_plan(shown) or ()]
        return brief.write(
            self.world,
            self.text,
            answer=choice("answer", self.answer, ANSWERS),
            context=choice("context", self.context, CONTEXTS),
            words=choice("words", self.words, WORDS),
            optimal=self.optimal,
            metrics=self.metrics,
            example=self.example,
            plan=example,
        )

    def _any_plan(self, problem: Problem) -> Plan | None:
        found = planned(self.world.domain, problem, self._planner, self.seconds, optimal=False)
        return found.plan if isinstance(found, Planned) else None

    @property
    def _planner(self) -> Planner:
        return choice("planner", self.planner, PLANNERS)

    def lint(self, program: Program) -> Fault | None:
        """Return what keeps a text from being read."""
        try:
            if self.answer == "problem":
                read(program.source, self.world.domain)
            else:
                read_steps(program.source, self.world.domain)
        except ProgramFault as raised:
            return raised.fault
        return None

    def judge(self, program: Program) -> ProblemJudgement:
        """Return what a formalisation comes to. Raises ProgramFault and, without a planner, MissingSolver."""
        return judge_problem(
            self.world,
            self.truth,
            program.source,
            words=self.text,
            planner=self._planner,
            seconds=self.seconds,
            optimal=self.optimal,
        )

    def run(self, program: Program) -> tuple[Plan, Run]:
        """Return a plan and what running it in the truth comes to. Raises ProgramFault."""
        plan = read_steps(program.source, self.world.domain)
        return plan, validate(self.world.domain, self.truth, plan)

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:  # noqa: ARG002  # an answer to one instance
        """Judge the answer; the same on every seed."""
        if self.answer == "problem":
            return Episode(_problem_measured(self.judge(program), optimal=self.optimal))
        plan, run = self.run(program)
        if self.validator != EXACT:
            return Episode({"accepted": float(self._heard(plan, run).valid), "actions": float(len(plan))})
        figures = {
            "solved": float(run.valid),
            "progress": run.progress,
            "executed": len(run.trace) / len(plan) if plan else 1.0,
            "actions": float(len(plan)),
            "cost": run.cost,
        }
        if self.optimal:
            best = optimum(self.world.domain, self.truth, self._planner, self.seconds)
            figures |= {"solved": float(run.valid and run.cost <= best), "valid": float(run.valid)}
        return Episode(figures)

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:  # noqa: ARG002  # as in evaluate
        """Write down what was checked, what the planner said and each action in words."""
        if self.answer == "problem":
            return story.of_problem(self.world, self.judge(program), self.shown, program.source, self.text)
        plan = read_steps(program.source, self.world.domain)
        run = validate(self.world.domain, self.truth, plan, persist=self.shown == "all")
        return story.of_plan(self.world, plan, self._heard(plan, run), self.shown, self.text)

    def _heard(self, plan: Plan, run: Run) -> Run:
        """Return what the validator says of a plan whose run is known."""
        chosen = validator_of(self.validator)
        return (
            run
            if chosen is None
            else chosen.hear(Grounds(self.world.domain, self.truth), plan, run, f"{self.name}/{self.version}")
        )

    def suspicions(self, episode: Episode) -> Iterator[Finding]:
        """Yield a warning where the plan is right by accident."""
        if episode.metrics.get("valid") and not episode.metrics.get("faithful", 1.0):
            text = "the plan is valid, but it was found for a problem that is not the one in the words"
            yield Finding("wrong-problem", "warning", text)

    def verify(self, program: Program) -> Verdict:
        """Prove or refute that a formalisation says what the words say, or that a plan is valid."""
        try:
            if self.answer == "plan":
                run = self.run(program)[1]
                return Proved("running the plan") if run.valid else Refuted(str(run.issues[0]))
            judgement = self.judge(program)
        except ProgramFault as raised:
            return Refuted(raised.fault.message)
        if judgement.faithful:
            return Proved("comparing start and goal as labelled graphs, up to the names of objects")
        return Refuted(story.first_difference(judgement))

    def figures(self) -> Sequence[Figure]:
        """Return the bound, and what others published for this domain."""
        if self.validator != EXACT:
            return (Figure("bound", "all plans are passed", {"accepted": 1.0}, "the definition of accepted"),)
        bound = Figure("bound", "an answer is right or wrong", {"solved": 1.0}, "the definition of solved")
        if self.answer == "problem":
            return (bound, *published.llm_p(self.world.name, optimal=self.optimal))
        if self.world in ISR_LLM:
            return (bound, *published.isr_llm(self.world.name, 3 if self.problem <= INSTANCES // 2 else 4))
        return (bound,)

    def references(self) -> Mapping[str, Program]:
        """Return a control, which leaves the start out or does nothing, and the parser of templates."""
        if self.answer == "problem":
            bare = structs.replace(self.truth, init=())
            return {"bare": self.program(print_problem(bare)), "template": self.program(print_problem(self.truth))}
        known = {"nothing": self.program("()\n")}
        found = search(self.world.domain, self.truth, budget=_QUICK)
        if not isinstance(found, Planned) and self.planner == "fast-downward" and planner.installed():
            found = planned(self.world.domain, self.truth, "fast-downward", self.seconds, optimal=False)
        if isinstance(found, Planned):
            known["template"] = self.program(print_plan(found.plan) or "()\n")
        return known

    def program(self, text: str) -> Program:
        """Return a text as a program of this task."""
        language = self.language
        return Program(((language.entry.partition(":")[0], text),), language.entry, language.kind)

    def author(self) -> Author:
        """Return a stand-in that reads the words by templates; see ``author``."""
        if self.answer == "problem":
            return ProblemAuthor(self.world, self.text, self.program)
        return PlanAuthor(self.world, self.text, self.program, self._any_plan)


def choice(name: str, value: str, known: Sequence[_Name]) -> _Name:
    """Return the value as one of those that are known. Raises ValueError."""
    for each in known:
        if value == each:
            return each
    raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")


def _share(name: str, meaning: str) -> Metric:
    return Metric(name, low=0.0, high=1.0, meaning=meaning)


_ACTIONS: Final = Metric("actions", "minimise", low=0.0, meaning="actions of the plan, 0 without one")
_COST: Final = Metric("cost", "minimise", low=0.0, meaning="cost of the actions that could be taken, 0 without a plan")


_HEARD: Final = (
    Metric("accepted", role="objective", low=0.0, high=1.0, meaning="1 if the validator, which errs, passes the plan"),
    _ACTIONS,
)


def _problem_metrics(*, optimal: bool) -> tuple[Metric, ...]:
    best = " and is proved to be a cheapest one" if optimal else ""
    meaning = f"1 if the problem says what the words say and the planner's plan is valid{best}"
    return (
        Metric("solved", role="objective", low=0.0, high=1.0, meaning=meaning),
        _share("faithful", "1 if the problem says what the words say, up to the names of objects"),
        _share("valid", "1 if the plan is valid for what the words say, whatever the problem says"),
        _share("found", "1 if the planner found a plan for the problem"),
        _share("unsolvable", "1 if the planner proved that the problem has no plan"),
        _share("undecided", "1 if the planner reached its limit"),
        _share("agreement", "facts and goals shared with what the words say, of all of both"),
        _ACTIONS,
        _COST,
    )


def _plan_metrics(*, optimal: bool) -> tuple[Metric, ...]:
    best = " and no valid plan is cheaper" if optimal else ""
    return (
        Metric("solved", role="objective", low=0.0, high=1.0, meaning=f"1 if the plan is valid{best}"),
        *((_share("valid", "1 if the plan is valid"),) if optimal else ()),
        _share("progress", "largest share of the goal that held after any action"),
        _share("executed", "share of the actions before the first that was not possible"),
        _ACTIONS,
        _COST,
    )


def _problem_measured(judgement: ProblemJudgement, *, optimal: bool) -> dict[str, float]:
    outcome = judgement.outcome
    found = isinstance(outcome, Planned)
    proved = found and outcome.proved
    return {
        "solved": float(judgement.faithful and judgement.valid and (proved or not optimal)),
        "faithful": float(judgement.faithful),
        "valid": float(judgement.valid),
        "found": float(found),
        "unsolvable": float(isinstance(outcome, ProvenUnsolvable)),
        "undecided": float(isinstance(outcome, GaveUp)),
        "agreement": judgement.agreement,
        "actions": float(len(outcome.plan)) if found else 0.0,
        "cost": judgement.verdict.cost if judgement.verdict is not None else 0.0,
    }


@dataclass(frozen=True, kw_only=True)
class BarmanTask(ClassicalTask):
    """Cocktails mixed in a shaker and poured into shots."""

    name = "planning-barman"
    world = WORLDS["barman"]


@dataclass(frozen=True, kw_only=True)
class BlocksworldTask(ClassicalTask):
    """Blocks, from any state to any state."""

    name = "planning-blocksworld"
    world = WORLDS["blocksworld"]


@dataclass(frozen=True, kw_only=True)
class FloortileTask(ClassicalTask):
    """Robots paint a floor like a chessboard."""

    name = "planning-floortile"
    world = WORLDS["floortile"]


@dataclass(frozen=True, kw_only=True)
class GrippersTask(ClassicalTask):
    """Robots with two grippers carry balls between rooms."""

    name = "planning-grippers"
    world = WORLDS["grippers"]


@dataclass(frozen=True, kw_only=True)
class StorageTask(ClassicalTask):
    """Hoists bring crates into a depot."""

    name = "planning-storage"
    world = WORLDS["storage"]


@dataclass(frozen=True, kw_only=True)
class TermesTask(ClassicalTask):
    """A robot builds towers that it climbs on."""

    name = "planning-termes"
    world = WORLDS["termes"]


@dataclass(frozen=True, kw_only=True)
class TyreworldTask(ClassicalTask):
    """Flat wheels are replaced."""

    name = "planning-tyreworld"
    world = WORLDS["tyreworld"]


@dataclass(frozen=True, kw_only=True)
class CookingTask(ClassicalTask):
    """Pots are filled by recipes."""

    name = "planning-cooking"
    world = WORLDS["cooking"]
    answer: str = "plan"


@dataclass(frozen=True, kw_only=True)
class TowerTask(ClassicalTask):
    """Blocks become one tower."""

    name = "planning-tower"
    world = WORLDS["tower"]
    answer: str = "plan"


@dataclass(frozen=True, kw_only=True)
class BallsTask(ClassicalTask):
    """One robot carries balls between four rooms."""

    name = "planning-balls"
    world = WORLDS["balls"]
    answer: str = "plan"


@dataclass(frozen=True, kw_only=True)
class MysteryTask(ClassicalTask):
    """Blocks in disguise, under names that mean nothing."""

    name = "planning-mystery"
    world = WORLDS["mystery"]


@dataclass(frozen=True, kw_only=True)
class MovieTask(ClassicalTask):
    """A film is rewound and snacks are fetched."""

    name = "planning-movie"
    world = WORLDS["movie"]
