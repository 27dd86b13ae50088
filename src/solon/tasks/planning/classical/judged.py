"""What an answer comes to: formal text, planner, validator and comparison, step by step.

The truth is what the words say, read as PDDL; see ``scene``. A plan is run in the truth by ``verify.pddl.simulate``,
which no planner has a hand in, and a formalisation is compared with the truth as a labelled graph.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, get_args

from solon.contract import Fault, InfrastructureError, ProgramFault, Value
from solon.tasks.planning.classical.scene import World
from solon.verify.limited import Limits
from solon.verify.pddl.check import check_problem, errors
from solon.verify.pddl.equivalent import Different, Equivalence, Identical, Isomorphic, Undecided, compare
from solon.verify.pddl.issue import Issue
from solon.verify.pddl.outcome import GaveUp, Planned, PlannerResult, ProvenUnsolvable, Rejected
from solon.verify.pddl.planner import PlannerLimits, plan
from solon.verify.pddl.read import ParseError, peel, read_problem
from solon.verify.pddl.search import search
from solon.verify.pddl.simulate import Verdict, read_plan, validate
from solon.verify.pddl.syntax import Atom, Domain, Formula, Not, Plan, Problem, conjuncts
from solon.verify.pddl.unroll import NoPlanWithin, shortest_plan

Planner = Literal["fast-downward", "search", "unrolled"]
_OBJECTS: Final = 1_000
LONGEST: Final = 200_000
"""Characters of an answer."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
PLANNERS: Final[tuple[Planner, ...]] = get_args(Planner)
_HORIZON: Final = 40
"""Steps of the longest plan that unrolling looks for; LLMFP stops at 17."""


class Difference(Value, frozen=True):
    """One thing that the words say and a problem does not, or the other way round; ``told`` says it in words."""

    part: Literal["objects", "init", "goal"]
    missing: bool  # the words say it; otherwise only the problem does
    told: str


@dataclass(frozen=True)
class ProblemJudgement:
    """What a formalisation comes to."""

    problem: Problem
    issues: tuple[Issue, ...]  # warnings and notes
    outcome: PlannerResult
    comparison: Equivalence
    differences: tuple[Difference, ...]  # by name; empty where objects have names of their own
    verdict: Verdict | None  # of the plan in the truth, where there is a plan
    agreement: float

    @property
    def faithful(self) -> bool:
        """Whether the formalisation says what the words say, up to the names of objects."""
        return isinstance(self.comparison, Identical | Isomorphic)

    @property
    def valid(self) -> bool:
        """Whether there is a plan and it is valid for what the words say."""
        return self.verdict is not None and self.verdict.valid


def planned(domain: Domain, problem: Problem, planner: Planner, seconds: float, *, optimal: bool) -> PlannerResult:
    """Return what a planner says; the same for equal arguments, asked once a process."""
    return _planned(domain, problem, planner, seconds, optimal)


@lru_cache(maxsize=512)
def _planned(domain: Domain, problem: Problem, planner: Planner, seconds: float, optimal: bool) -> PlannerResult:  # noqa: FBT001
    if planner == "search":
        return search(domain, problem, "uniform" if optimal else "greedy")
    if planner == "unrolled":
        return _unrolled(domain, problem, seconds, optimal=optimal)
    return plan(domain, problem, "seq-opt-lmcut" if optimal else "lama-first", PlannerLimits(seconds))


def _unrolled(domain: Domain, problem: Problem, seconds: float, *, optimal: bool) -> PlannerResult:
    """Return a plan with the fewest steps, which is a cheapest one where each step costs the same (LLMFP's way)."""
    priced = problem.metric == "cost"
    if priced and optimal:
        return GaveUp("unsupported", "unrolling counts steps and not what they cost; use Fast Downward")
    found = shortest_plan(domain, problem, _HORIZON, Limits(seconds))
    if isinstance(found, NoPlanWithin):
        goals = f"; these goals cannot hold together until then: {', '.join(found.core)}" if found.core else ""
        return GaveUp("steps", f"there is no plan of at most {found.steps} steps{goals}")
    if priced and isinstance(found, Planned):
        return Planned(found.plan, validate(domain, problem, found.plan).cost)
    return found


def short(text: str) -> str:
    """Return a text that is not too long to be an answer. Raises ProgramFault."""
    if len(text) > LONGEST:
        message = f"the answer has {len(text)} characters, more than {LONGEST}"
        raise ProgramFault(Fault("output", message, "write one problem, or one plan, and nothing else"))
    return text


def read(text: str, domain: Domain) -> tuple[Problem, tuple[Issue, ...]]:
    """Return the problem of an answer and what is odd about it. Raises ProgramFault."""
    try:
        problem = read_problem(peel(short(text)))
    except ParseError as error:
        where = f"line {error.line}, column {error.column}"
        raise ProgramFault(
            Fault("syntax", f"the problem cannot be read ({where}: {error.message})", error.remedy)
        ) from None
    if len(problem.objects) > _OBJECTS:
        message = f"the problem has {len(problem.objects)} objects, more than {_OBJECTS}"
        raise ProgramFault(Fault("output", message, "declare the objects of the words and no others"))
    issues = check_problem(domain, problem)
    wrong = errors(issues)
    if wrong:
        first, more = wrong[0], len(wrong) - 1
        message = f"{first.kind} in {first.where or 'the problem'}: {first.message}"
        if more:
            message += f", and {more} more like it"
        raise ProgramFault(Fault("output", message, first.remedy))
    return problem, issues


def judge_problem(  # what a judgement depends on
    world: World, truth: Problem, text: str, *, words: str, planner: Planner, seconds: float, optimal: bool
) -> ProblemJudgement:
    """Plan for a formalisation of words and check plan and formalisation. Raises ProgramFault."""
    problem, issues = read(text, world.domain)
    outcome = planned(world.domain, problem, planner, seconds, optimal=optimal)
    if isinstance(outcome, Rejected):
        raise ProgramFault(
            Fault("output", f"the planner refuses the problem ({outcome.message})", "correct what it names")
        )
    # an object may be called otherwise, but not by the name that the words give to another
    named = {entry.name for entry in truth.objects} & {entry.name for entry in problem.objects}
    named &= set(_NAME.findall(words.lower()))
    comparison = compare(world.domain, truth, problem, kept=named)
    if isinstance(comparison, Undecided):
        raise InfrastructureError(f"it is undecided whether the problem says what the words say ({comparison.message})")
    verdict = None
    if isinstance(outcome, Planned):
        pairs = comparison.renaming.items() if isinstance(comparison, Isomorphic) else ()
        names = {own: true for true, own in pairs}
        verdict = validate(world.domain, truth, renamed(outcome.plan, names))
    found = tuple(differences(world, truth, problem)) if isinstance(comparison, Different) else ()
    return ProblemJudgement(problem, issues, outcome, comparison, found, verdict, agreement(truth, problem))


def renamed(plan: Plan, names: dict[str, str]) -> Plan:
    """Return a plan with other names of objects."""
    return tuple(Atom(step.name, tuple(names.get(name, name) for name in step.arguments)) for step in plan)


def read_steps(text: str, domain: Domain) -> Plan:
    """Return the plan of an answer. Raises ProgramFault."""
    try:
        return read_plan(peel(short(text)), domain)
    except ParseError as error:
        where = f"line {error.line}, column {error.column}"
        raise ProgramFault(
            Fault("syntax", f"the plan cannot be read ({where}: {error.message})", error.remedy)
        ) from None


def literal(world: World, formula: Formula) -> str:
    """Return a literal in words."""
    if isinstance(formula, Atom):
        return world.fact(formula)
    if isinstance(formula, Not) and isinstance(formula.body, Atom):
        return f"it is not so that {world.fact(formula.body)}"
    return str(formula)


def differences(world: World, truth: Problem, problem: Problem) -> Iterator[Difference]:
    """Yield what the words say and a problem does not, and the other way round, by the names of the objects."""
    own = {entry.name: entry.types for entry in problem.objects}
    true = {entry.name: entry.types for entry in truth.objects}
    for name, types in true.items():
        if own.get(name) != types:
            yield Difference("objects", True, f"{name}, of type {types[0]}")  # noqa: FBT003
    for name, types in own.items():
        if true.get(name) != types:
            yield Difference("objects", False, f"{name}, of type {types[0]}")  # noqa: FBT003
    sides: tuple[tuple[Literal["init", "goal"], Sequence[Formula], Sequence[Formula]], ...] = (
        ("init", truth.init, problem.init),
        ("goal", conjuncts(truth.goal), conjuncts(problem.goal)),
    )
    for part, *formulas in sides:
        wanted, given = (dict.fromkeys(each) for each in formulas)
        for formula in wanted:
            if formula not in given:
                yield Difference(part, True, literal(world, formula))  # noqa: FBT003
        for formula in given:
            if formula not in wanted:
                yield Difference(part, False, literal(world, formula))  # noqa: FBT003


_SAID: Final = {
    ("objects", True): "the words tell of {}; the objects lack it",
    ("objects", False): "the objects have {}; the words do not tell of it",
    ("init", True): "at the start, the words say: {}; init lacks it",
    ("init", False): "init says: {}; the words do not say it of the start",
    ("goal", True): "of the goal, the words say: {}; the goal lacks it",
    ("goal", False): "the goal says: {}; the words do not want it",
}


def said(difference: Difference) -> str:
    """Return a difference as a sentence, which ``author`` reads."""
    return _SAID[difference.part, difference.missing].format(difference.told)


def agreement(truth: Problem, problem: Problem) -> float:
    """Return the share of facts and goals that two problems have in common (Jaccard), by the names of the objects."""
    ours = {("init", it) for it in truth.init} | {("goal", it) for it in conjuncts(truth.goal)}
    theirs = {("init", it) for it in problem.init} | {("goal", it) for it in conjuncts(problem.goal)}
    return len(ours & theirs) / max(1, len(ours | theirs))


def told_outcome(outcome: PlannerResult) -> str:
    """Return what a planner said as a sentence."""
    match outcome:
        case Planned(plan=plan, cost=cost, proved=proved):
            best = ", and none is cheaper" if proved else ""
            return f"the planner found a plan of {len(plan)} actions and cost {cost:g}{best}"
        case ProvenUnsolvable():
            return "the planner proved that the problem has no plan"
        case GaveUp(message=message):
            return f"the planner gave up: {message}"
        case Rejected(message=message):
            return f"the planner refuses the problem: {message}"


def optimum(domain: Domain, truth: Problem, planner: Planner, seconds: float) -> float:
    """Return the cost of a cheapest plan. Raises InfrastructureError if none was proved within the limit."""
    best = planned(domain, truth, planner, seconds, optimal=True)
    if isinstance(best, Planned):
        return best.cost
    raise InfrastructureError(
        f"no cheapest plan is known ({told_outcome(best)}); raise seconds or choose optimal=false"
    )
