"""Domains written from words (AgentGen's first half): judged by what they let happen, not only by being parsed.

The words are a specification in templates; problems are drawn by the seed. A domain that says what the words say takes
the plans of the true one, gives plans that the true one takes, and agrees with it on steps along plans and walks.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Final

from msgspec import structs

from solon.contract import (
    Episode,
    Fault,
    Figure,
    InfrastructureError,
    Jail,
    Metric,
    Program,
    ProgramFault,
    Proved,
    Refuted,
    Seed,
    Task,
    Unknown,
    Verdict,
)
from solon.language import Language
from solon.playback import Exhibit, Frame, Moment, Recording
from solon.standin import Author
from solon.tasks.planning.classical import compared, specification
from solon.tasks.planning.classical.domain_author import DomainAuthor
from solon.tasks.planning.classical.judged import LONGEST, PLANNERS, planned, short, told_outcome
from solon.tasks.planning.classical.mechanisms import compose
from solon.tasks.planning.classical.scene import World
from solon.tasks.planning.classical.task import SHOWN, choice
from solon.tasks.planning.classical.worlds import WORLDS
from solon.verify.pddl.check import check_domain, errors
from solon.verify.pddl.outcome import Planned, PlannerResult, ProvenUnsolvable
from solon.verify.pddl.read import ParseError, peel, read_domain
from solon.verify.pddl.simulate import validate
from solon.verify.pddl.syntax import Change, Domain, Problem, print_domain

_REVISION: Final = "1"  # raise it with every change of a draw, a word or a metric
_REMEDIES: Final = {
    "forbids": "ask for less in its condition, or keep what it needs in other effects",
    "allows": "ask for more in its condition",
    "lacks": "add the effect",
    "adds": "leave the effect out",
}
_STATES: Final = 200  # that ``verify`` looks at
_TRIES: Final = 20
_BRIEF: Final = """\
You write planning domains in PDDL from words.

# The domain: {title}

{about}

{specification}
# What counts

Write the domain named {name} with these types, predicates and actions; arguments come in the given order. Give each \
action the condition and the effects that the words tell, no more and no less. It is tried on problems that you do not \
see: plans found with your domain must be valid by the words, plans by the words must be valid in your domain, and \
steps must be possible and change the same in both.

Maximise agreement. All metrics:
{metrics}

Answer with one complete domain in a code block that opens with ```pddl.
"""


def _complaint(text: str) -> str | None:
    try:
        read_domain(peel(text[:LONGEST]))
    except ParseError as error:
        return f"is not a domain in PDDL ({error})"
    return None


LANGUAGE: Final = Language("pddl", "domain.pddl:domain", "PDDL", ("pddl", "lisp"), _complaint)


def _share(name: str, meaning: str) -> Metric:
    return Metric(name, low=0.0, high=1.0, meaning=meaning)


_METRICS: Final = (
    Metric("agreement", role="objective", low=0.0, high=1.0, meaning="mean of sound, complete and alike; 1 is right"),
    _share("sound", "share of problems for which the domain gives a plan that is valid by the words"),
    _share("complete", "share of problems for which a plan by the words is valid in the domain"),
    _share(
        "alike", "share of steps along plans and random walks that are possible in both or neither, and change the same"
    ),
    _share("solvable", "share of problems, all solvable by the words, for which the domain gives a plan"),
    _share("used", "share of the actions that were possible at any time"),
)


@dataclass
class _Judged:
    """What the problems of one seed showed of a domain."""

    sound: list[float]
    complete: list[float]
    solvable: list[float]
    walks: compared.Comparison
    told: list[Moment]
    actions: int

    def metrics(self) -> dict[str, float]:
        walks = self.walks
        sound, complete, solvable = (sum(values) / len(values) for values in (self.sound, self.complete, self.solvable))
        alike = walks.alike / max(1, walks.compared)
        used = len(walks.possible) / max(1, self.actions)
        whole = (sound + complete + alike) / 3
        return {
            "agreement": whole,
            "sound": sound,
            "complete": complete,
            "alike": alike,
            "solvable": solvable,
            "used": used,
        }


@cache
def _world(subject: str) -> World:
    if subject in WORLDS:
        return WORLDS[subject]
    try:
        return compose(subject.split("+"))
    except ValueError as error:
        raise ValueError(f"subject: {error}; or choose one of {', '.join(WORLDS)}") from None


@dataclass(frozen=True, kw_only=True)
class DomainTask(Task):
    """A domain to be written; ``subject`` is one of ours or mechanisms joined by "+", a seed draws the problems."""

    name = "planning-domain"
    language = LANGUAGE

    subject: str = "carrying+doors+fuel+workshop"
    problems: int = 3
    walk: int = 12
    shown: str = "all"
    planner: str = "fast-downward"
    seconds: int = 30

    def __post_init__(self) -> None:
        if not 1 <= self.problems <= 20 or not 1 <= self.walk <= 200 or not 1 <= self.seconds <= 3600:
            raise ValueError("problems must lie in 1..20, walk in 1..200 and seconds in 1..3600; change the options")
        choice("shown", self.shown, SHOWN)
        choice("planner", self.planner, PLANNERS)
        self.world  # noqa: B018  # an unknown subject is an error at once
        changed = ",".join(
            f"{it.name}={getattr(self, it.name)}" for it in fields(self) if getattr(self, it.name) != it.default
        )
        object.__setattr__(self, "version", f"{_REVISION}[{changed}]" if changed else _REVISION)
        object.__setattr__(self, "metrics", _METRICS)

    @property
    def world(self) -> World:
        """The true domain with its words."""
        return _world(self.subject)

    def brief(self) -> str:
        """Return the complete system prompt."""
        return _BRIEF.format(
            title=self.world.title,
            about=self.world.about,
            name=self.world.domain.name,
            specification=specification.render(self.world),
            metrics="\n".join(f"- {metric.name}: {metric.meaning}" for metric in self.metrics),
        )

    def lint(self, program: Program) -> Fault | None:
        """Return what keeps a text from being a domain with the declarations of the words."""
        try:
            self._read(program)
        except ProgramFault as raised:
            return raised.fault
        return None

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:  # noqa: ARG002  # nothing is executed
        """Try the domain on the problems of a seed."""
        return Episode(self._judge(program, seed).metrics())

    def record(self, program: Program, seed: Seed, jail: Jail) -> Recording:  # noqa: ARG002  # as in evaluate
        """Write down what each problem showed, and steps on which domain and words disagree."""
        judged = self._judge(program, seed)
        wrong = [it.told for it in judged.walks.found]
        wrong = {"none": [], "first": wrong[:1]}.get(self.shown, wrong)
        moments = [*judged.told, *(Moment(place, text, trouble=True) for place, text in enumerate(wrong))]
        frames = tuple(Frame(caption=moment.text) for moment in judged.told)
        rows = tuple((it.told, f"action {it.action}", _REMEDIES[it.kind]) for it in judged.walks.found)
        exhibits = (
            Exhibit("The words", text=specification.render(self.world)),
            Exhibit("The domain", text=program.source),
            Exhibit("What is wrong", head=("found", "where", "remedy"), rows=rows, trouble=tuple(range(len(rows)))),
        )
        return Recording(frames, tuple(moments), exhibits=exhibits)

    def verify(self, program: Program) -> Verdict:
        """Refute a domain by a step near the start of a small problem; there is no proof for all problems."""
        try:
            domain = self._read(program)
            problem = structs.replace(self.drawn(Seed(0))[0], domain=domain.name)
            compared.fitting(domain, problem)
        except ProgramFault as raised:
            return Refuted(raised.fault.message)
        true = self.world.domain
        if (domain.types, domain.actions) == (true.types, true.actions):
            return Proved("the actions are literally those of the words")
        try:
            states, result = compared.exhaustive(self.world, domain, problem, _STATES)
        except ProgramFault as raised:
            return Unknown(raised.fault.message)
        if result.found:
            return Refuted(result.found[0].told)
        return Unknown(f"no step differs in the {states} states nearest to the start of one problem")

    def figures(self) -> Sequence[Figure]:
        """Return the bound."""
        source = "the definition of agreement: a mean of shares"
        return (Figure("bound", "nothing tells it from the words", {"agreement": 1.0}, source),)

    def references(self) -> Mapping[str, Program]:
        """Return a control, whose actions never make anything false, and the parser of templates."""
        domain = self.world.domain
        kept = [
            structs.replace(action, effects=tuple(it for it in action.effects if not isinstance(it, Change) or it.adds))
            for action in domain.actions
        ]
        forgetful = structs.replace(domain, actions=tuple(kept))
        return {"forgetful": self.program(forgetful), "template": self.program(self._template())}

    def program(self, domain: Domain) -> Program:
        """Return a domain as a program of this task."""
        return Program((("domain.pddl", print_domain(domain)),), LANGUAGE.entry, LANGUAGE.kind)

    def author(self) -> Author:
        """Return a stand-in that reads the specification by templates."""
        return DomainAuthor(self._template(), self.program)

    def _template(self) -> Domain:
        return specification.parse(self.world, specification.render(self.world))

    def drawn(self, seed: Seed) -> list[Problem]:
        """Return the problems of a seed, all solvable and none trivial."""
        dice = random.Random(seed.derive("problems"))  # noqa: S311 - reproducible on purpose
        found: list[Problem] = []
        for number in range(1, _TRIES * self.problems):
            problem = self.world.problem(self.world.instance(1 + number % 8, dice.getrandbits(60)))
            if isinstance(self._plan(self.world.domain, problem), Planned):
                found.append(problem)
            if len(found) == self.problems:
                return found
        raise InfrastructureError(f"only {len(found)} solvable problems were drawn; raise seconds or lower problems")

    def _plan(self, domain: Domain, problem: Problem) -> PlannerResult:
        return planned(domain, problem, choice("planner", self.planner, PLANNERS), self.seconds, optimal=False)

    def _read(self, program: Program) -> Domain:
        try:
            domain = read_domain(peel(short(program.source)))
        except ParseError as error:
            where = f"line {error.line}, column {error.column}"
            message = f"the domain cannot be read ({where}: {error.message})"
            raise ProgramFault(Fault("syntax", message, error.remedy)) from None
        compared.interface(self.world.domain, domain)
        wrong = errors(check_domain(domain))
        if wrong:
            message = f"{wrong[0].kind} in {wrong[0].where or 'the domain'}: {wrong[0].message}"
            raise ProgramFault(Fault("output", message, wrong[0].remedy))
        return domain

    def _judge(self, program: Program, seed: Seed) -> _Judged:
        domain = self._read(program)
        dice = random.Random(seed.derive("walks"))  # noqa: S311 - reproducible on purpose
        judged = _Judged([], [], [], compared.Comparison(), [], len(domain.actions))
        for number, problem in enumerate(self.drawn(seed), 1):
            given = structs.replace(problem, domain=domain.name)
            compared.fitting(domain, given)
            own = self._plan(domain, given)
            true = self._plan(self.world.domain, problem)
            assert isinstance(true, Planned)
            compared.along(self.world, domain, given, true.plan, self.walk, dice, judged.walks)
            run = validate(domain, given, true.plan)
            judged.complete.append(float(run.valid))
            judged.solvable.append(float(isinstance(own, Planned)))
            taken = validate(self.world.domain, problem, own.plan) if isinstance(own, Planned) else None
            judged.sound.append(float(taken is not None and taken.valid))
            judged.told.append(
                Moment(number, f"problem {number}: {told_outcome(own)}", trouble=isinstance(own, ProvenUnsolvable))
            )
            if not run.valid and self.shown != "none":
                text = f"problem {number}, in the domain, of a plan that the words allow: {run.issues[0]}"
                judged.told.append(Moment(number, text, trouble=True))
            if taken is not None and not taken.valid and self.shown != "none":
                text = f"problem {number}, by the words, of a plan that the domain allows: {taken.issues[0]}"
                judged.told.append(Moment(number, text, trouble=True))
        return judged
