"""The nine proof obligations of a policy and what became of each; a verdict says by what it was reached.

The numbers are ours. What does not arise for a policy of this kind is said to, in words. Nothing that
is unknown counts as proved.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from solon.contract import Proved, Refuted, Unknown, Value, Verdict
from solon.tasks.guard.policy import Assignment, PolicySet, Rule
from solon.tasks.guard.verified.frontend import NotCompiled, compile_policy
from solon.tasks.guard.verified.problems import Mistake, Problem
from solon.tasks.guard.verified.specification import problem_of
from solon.verify.requests.check import complaints
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.expression import (
    TRUE,
    Compare,
    Constant,
    Expression,
    Path,
    Present,
    conjunction,
    disjunction,
    needed,
    negation,
    walk,
)
from solon.verify.requests.prove import Answer, Counterexample, implies, never, satisfiable
from solon.verify.requests.request import Request
from solon.verify.requests.rewrite import replaced
from solon.verify.requests.syntax import read

_PROVED_OF: Final = {
    "PO6": "the invariant of the state",
    "PO8": "that nothing more is forbidden",
}
_ENGINES: Final = {"it is false by its form": "the form alone"}
_COUNTS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Obligation(Value, frozen=True):
    """One obligation with its verdict; ``applies`` is false where there is nothing to prove."""

    id: str
    words: str
    verdict: Verdict
    applies: bool = True

    @property
    def by(self) -> str:
        """Who reached the verdict."""
        return self.verdict.by if isinstance(self.verdict, Proved) else ""


class Report(Value, frozen=True):
    """All obligations of one policy, with the counterexamples that were found, each with the sentences it breaks."""

    obligations: tuple[Obligation, ...]
    counterexamples: tuple[tuple[str, Request], ...] = ()  # "S2", or "blocked" for a request that was to be allowed
    condition: Expression | None = None

    @property
    def verdict(self) -> Verdict:
        """Proved if every obligation that applies is; refuted if one is; otherwise unknown."""
        due = [each for each in self.obligations if each.applies]
        for each in due:
            if isinstance(each.verdict, Refuted):
                return Refuted(f"{each.id}: {each.words}: {each.verdict.witness}")
        for each in due:
            if isinstance(each.verdict, Unknown):
                return Unknown(f"{each.id}: {each.words}: {each.verdict.reason}")
        return Proved(_summary(due))


def _summary(due: Sequence[Obligation]) -> str:
    """Say who proved what, each prover once, and relative to what; the witness of PO7 is left to its obligation."""
    done: dict[str, list[str]] = {}
    names = [each.words.rpartition(" ")[2] for each in due if each.id == "PO3"]
    for each in due:
        if each.id == "PO3" or each.id in _PROVED_OF:
            done.setdefault(each.by, []).append(each.id)
    told: list[str] = []
    for engine, found in done.items():
        what = [_sentences(found.count(name)) if name == "PO3" else _PROVED_OF[name] for name in dict.fromkeys(found)]
        told.append(f"{_ENGINES.get(engine, engine)} ({_listed(what)})")
    told += [each.by for each in due if each.id in {"PO1", "PO9"}]
    return f"{_listed(told)}; relative to the sentences {names[0]} to {names[-1]}"


def _sentences(count: int) -> str:
    number = _COUNTS[count] if count < len(_COUNTS) else str(count)
    return f"{number} sentence{'s' if count != 1 else ''}"


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def compiled(problem: Problem, source: str) -> Expression:
    """Return when a policy allows, as a condition. Raises NotCompiled."""
    found = compile_policy(source, problem.parameters, problem.places)
    wrong = complaints(found, problem.scope)
    if wrong:
        raise NotCompiled(wrong[0])
    return found


@lru_cache(maxsize=512)
def discharge(problem_name: str, source: str) -> Report:
    """Try every obligation of a policy for a problem; deterministic."""
    problem = problem_of(problem_name)
    try:
        condition = compiled(problem, source)
    except NotCompiled as error:
        refused = Unknown(f"the front end does not take it: {error}")
        return Report((Obligation("PO1", "the policy is of the fragment and its types are sound", refused),))
    found: list[Obligation] = [
        Obligation("PO1", "the policy is of the fragment and its types are sound", Proved("the front end")),
        _idle("PO2", "the fallback keeps the contract: blocking calls no tool"),
    ]
    examples: list[tuple[str, Request]] = []
    for name, sentence in problem.conditions.items():
        verdict = implies(condition, sentence, problem.scope)
        found.append(Obligation("PO3", f"whatever is allowed fulfils {name}", _plain(verdict)))
        if isinstance(verdict, Counterexample):
            examples.append((name, verdict.request))
    found += [
        _idle("PO4", "an update only narrows: there is no earlier policy"),
        _idle("PO5", "callees keep their contracts: no generator is called"),
        _inductive(problem, condition),
        _alive(problem, condition),
    ]
    complete = implies(problem.due, condition, problem.scope)
    if isinstance(complete, Counterexample):
        examples.append(("blocked", complete.request))
    found.append(Obligation("PO8", "whatever fulfils every sentence is allowed", _plain(complete)))
    found.append(
        Obligation("PO9", "the policy that runs is the one that was proved", Proved("the digest of its source"))
    )
    return Report(tuple(found), tuple(examples), condition)


def _plain(verdict: Answer) -> Verdict:
    return Refuted(verdict.witness) if isinstance(verdict, Counterexample) else verdict


def _idle(name: str, words: str) -> Obligation:
    return Obligation(name, words, Proved("nothing to prove"), applies=False)


def _inductive(problem: Problem, condition: Expression) -> Obligation:
    """Prove that an invariant of the state holds at the start and after each allowed call (obligation PO6)."""
    words = "the invariant of the state holds at the start and after each allowed call"
    if not problem.updates:
        return Obligation("PO6", words, Proved("nothing to prove"), applies=False)
    invariant = read(problem.invariant)
    start = {name: field.default for name, field in problem.scope.state.fields.items()}
    if evaluate(invariant, Request(problem.name, state=start)) is not True:
        return Obligation("PO6", words, Refuted(f"the start {start} does not fulfil it"))
    after = {Path("st", (name,)): read(value) for name, value in problem.updates.items()}
    step = replaced(invariant, after)
    verdict = implies(conjunction(invariant, condition), step, problem.scope)
    return Obligation("PO6", words, _plain(verdict))


def _alive(problem: Problem, condition: Expression) -> Obligation:
    """Show that something is allowed (obligation PO7)."""
    verdict = never(condition, problem.scope)
    words = "some request is allowed"
    match verdict:
        case Counterexample(witness=witness):
            return Obligation("PO7", words, Proved(f"the witness {witness}"))
        case Proved():
            return Obligation("PO7", words, Refuted("the policy allows nothing"))
        case _:
            return Obligation("PO7", words, verdict)


# What is proved, at work


def enforced(problem_name: str, source: str) -> PolicySet:
    """Return the rule that allows what a proved policy allows and keeps its state, for a monitor or a policy file.

    Raises ValueError for a policy that is not proved.
    """
    report, problem = discharge(problem_name, source), problem_of(problem_name)
    if report.condition is None or not isinstance(report.verdict, Proved):
        raise ValueError("the policy is not proved; mend it until it is, or enforce another one")
    # A rule asks for each argument that it names, a policy for none: what may be absent is said to be so.
    fields = problem.scope.tool.parameters.fields
    either = (Present(Path("arg", (it,))) for it in sorted(needed(report.condition)) if not fields[it].required)
    when = conjunction(report.condition, *(disjunction(it, negation(it)) for it in either))
    updates = tuple(Assignment(name, read(value)) for name, value in problem.updates.items())
    rule = Rule("proved", "allow", problem.name, when, updates=updates, reason=f"It is {problem.title}, as specified.")
    return PolicySet((problem.scope.tool,), (rule,), state=problem.scope.state, name=problem.name)


# What the contract is worth


class Mutants(Value, frozen=True):
    """How many faulty policies each stage rejects; the stages are asked in order and the first that does counts."""

    total: int
    killed: dict[str, int]  # by stage
    safety: int  # rejected by the safety obligations PO3 alone

    @property
    def score(self) -> float:
        """Share of the mutants that the contract as a whole rejects."""
        return sum(self.killed.values()) / self.total if self.total else 0.0

    @property
    def words(self) -> str:
        """The score in words, to stand beside a proof."""
        return f"the obligations reject {sum(self.killed.values())} of {self.total} policies with one planted mistake"


def mutants(problem: Problem) -> list[tuple[str, Mistake, str]]:
    """Return every policy with one planted mistake: the sentence, the kind, the source."""
    return [
        (sentence.id, kind, problem.source({sentence.id: kind}))
        for sentence in problem.sentences
        for kind in sentence.wrong
    ]


@lru_cache(maxsize=32)
def mutation_score(problem_name: str) -> Mutants:
    """Measure the contract of a problem on all policies with one planted mistake."""
    problem = problem_of(problem_name)
    killed: dict[str, int] = {}
    safety = 0
    every = mutants(problem)
    for _, _, source in every:
        report = discharge(problem_name, source)
        stages = [each.id for each in report.obligations if isinstance(each.verdict, Refuted)]
        safety += "PO3" in stages
        if stages:
            killed[stages[0]] = killed.get(stages[0], 0) + 1
    return Mutants(len(every), killed, safety)


# Tests from the contract


@lru_cache(maxsize=32)
def boundary_tests(problem_name: str) -> list[tuple[str, Request, bool]]:
    """Return requests on both sides of each sentence, with what is due: all others hold, this one does or does not."""
    problem = problem_of(problem_name)
    found: list[tuple[str, Request, bool]] = []
    for name, sentence in problem.conditions.items():
        others = conjunction(*(other for key, other in problem.conditions.items() if key != name))
        for side in (sentence, negation(sentence)):
            for near in _nearby(side):
                request = satisfiable(conjunction(others, side, near), problem.scope, ("automata", "cvc5"))
                if isinstance(request, Request):
                    found.append((name, request, evaluate(problem.due, request) is True))
    return found


def _nearby(condition: Expression) -> list[Expression]:
    """Return conditions that pin a request to the edges of the comparisons in another."""
    found: list[Expression] = [TRUE]
    for part in walk(condition):
        if isinstance(part, Compare) and isinstance(part.right, Constant) and _counts(part.right.value):
            edge = part.right.value
            found += [Compare("==", part.left, Constant(int(edge) + step)) for step in (-1, 0, 1)]
    return found


def _counts(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
