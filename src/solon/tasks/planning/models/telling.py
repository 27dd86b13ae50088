"""Where two models of the same problem differ, decided rule by rule by a solver, each time with a plan that shows it.

The candidate implies a rule of the words if no plan of the candidate breaks it, and the other way round. Both problems
talk about the decisions that the words ask for; auxiliary ones, such as indicators, may differ. A witness counts only
if, with that plan fixed, one side allows it and the other does not, or both put a different worth on it. Nothing here
solves the problem of the words for its optimum.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final, Literal, NamedTuple

from msgspec import structs

from solon.contract import Value
from solon.tasks.planning.models.algebra import compare, minus, number, weighted
from solon.tasks.planning.models.cases import keys, named
from solon.tasks.planning.models.closed import Closing, Open, renamed, violation
from solon.verify.formal.expression import Comparison as Operator
from solon.verify.formal.expression import Expression, Logic, Member, Reference, names
from solon.verify.formal.model import (
    Decision,
    Formal,
    Infeasible,
    ModelError,
    Objective,
    OutOfTime,
    Result,
    Rule,
    Solved,
    Sort,
    Values,
)
from solon.verify.formal.solve import solve
from solon.verify.limited import Limits

LIMITS: Final = Limits(10.0)
_MARGIN: Final = 1e-3
_SHOWN: Final = 8
_MANY: Final = 4  # ways that are asked about one by one
_ENOUGH: Final = 6  # disagreements of a kind
_PROBES: Final = 8  # plans of each side
_PATIENCE: Final = 3  # plans that turn out to prove nothing, for each rule


class Doubt(Value, frozen=True):
    """A disagreement of a model and the words; ``sentence`` is quoted, ``name`` is of the candidate's entry."""

    kind: Literal["variable", "broken", "forbidden", "objective", "sense", "infeasible", "unbounded"]
    text: str
    sentence: str = ""
    name: str = ""
    plan: str = ""  # a witness, in words


class Comparison(Value, frozen=True):
    """Where the words and a candidate disagree, and what could not be decided."""

    variables: tuple[Doubt, ...]
    objective: tuple[Doubt, ...]
    broken: tuple[Doubt, ...]
    forbidden: tuple[Doubt, ...]
    undecided: int
    asked: int  # variables that the words ask for
    implied: float = 0.0  # share of the rules of both sides that the other one was found to imply

    @property
    def all(self) -> tuple[Doubt, ...]:
        """All disagreements."""
        return (*self.variables, *self.objective, *self.broken, *self.forbidden)

    @property
    def verdict(self) -> Literal["same", "not told apart", "different"]:
        """Whether the models are the same, or nothing that was tried tells them apart."""
        if self.all:
            return "different"
        return "not told apart" if self.undecided else "same"


def compared(words: Formal, candidate: Formal) -> Comparison:
    """Return where a candidate and the words' own reading disagree, decided rule by rule by a solver."""
    odd, asked = tuple(variables(words, candidate, bounds=False)), len(named(words))
    if any(it.text.startswith("no ") for it in odd):  # the rest would speak of what is not there
        return Comparison(odd, (), (), (), 1, asked)
    telling = Telling(words, candidate)
    odd = (*odd, *telling.bounds())
    objective = tuple(telling.objective())
    broken, forbidden = (tuple(found)[:_ENOUGH] for found in (telling.broken(), telling.forbidden()))
    if telling.undecided and not (odd or objective or broken or forbidden):
        forbidden = tuple(islice(telling.probes(), 1))
    return Comparison(odd, objective, broken, forbidden, telling.undecided, asked, telling.implied)


def variables(words: Formal, candidate: Formal, *, bounds: bool = True) -> Iterator[Doubt]:
    """Yield decisions that are missing, or of another domain, or that are declared with other bounds."""
    have = {it.name: it for it in candidate.decisions}
    for asked in named(words):
        own = have.get(asked.name)
        if own is None:
            yield Doubt("variable", f"no variable is called {asked.name!r}, which the words ask for", asked.meaning)
        elif set(keys(own, candidate.sorts)) != set(keys(asked, words.sorts)):
            text = f"no value of {own.name!r} for each of what the words name; index it as the brief says"
            yield Doubt("variable", text, asked.meaning, own.name)
        elif _domain(own) != _domain(asked):
            what = {"int": "a whole number", "real": "any amount", "bool": "yes or no", "enum": "a choice"}
            text = f"{own.name!r} is {what[own.domain]}, and the words mean {what[asked.domain]}"
            yield Doubt("variable", text, asked.meaning, own.name)
        elif bounds and asked.domain in ("int", "real") and (own.low, own.high) != (asked.low, asked.high):
            yield _bounded(asked)


def _domain(decision: Decision) -> str:
    """Return a decision's domain; a whole number of 0 or 1 is a yes or no."""
    return "bool" if (decision.domain, decision.low, decision.high) == ("int", 0, 1) else decision.domain


def _bounded(asked: Decision, plan: str = "") -> Doubt:
    text = f"the bounds of {asked.name!r} are not those of the words"
    return Doubt("variable", text, asked.meaning, asked.name, plan)


def with_plan(
    problem: Formal, values: Values, asked: Sequence[Decision] | None = None, sorts: Sequence[Sort] | None = None
) -> Formal:
    """Return a problem in which what the words ask for is fixed to a plan; ``sorts`` are those of the words."""
    fixes = [
        Rule(
            f"given_{place}_{decision.name}",
            compare(_reference(decision, key), "=", _number(values, decision, key)),
        )
        for decision in (named(problem) if asked is None else asked)
        for place, key in enumerate(keys(decision, problem.sorts if sorts is None else sorts))
    ]
    return Formal(
        problem.title,
        problem.sorts,
        problem.tables,
        problem.decisions,
        (*problem.rules, *fixes),
        problem.objective,
    )


def _reference(decision: Decision, key: Sequence[str]) -> Reference:
    return Reference(decision.name, tuple(Member(member) for member in key))


def _number(values: Values, decision: Decision, key: Sequence[str]) -> float:
    value = values.get(decision.name, {}).get(",".join(key), 0.0)
    value = float(value) if isinstance(value, int | float) else 0.0
    return float(round(value)) if decision.domain != "real" else value


def told(problem: Formal, values: Values) -> str:
    """Return a plan in words: what is not zero of what was asked for."""
    parts: list[str] = []
    for decision in named(problem):
        for key in keys(decision, problem.sorts):
            value = _number(values, decision, key)
            if value:
                place = f"{decision.name}[{', '.join(key)}]" if key else decision.name
                parts.append(f"{place} = {value:g}")
    more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
    return (", ".join(parts[:_SHOWN]) or "nothing at all") + more + (", all else 0" if parts else "")


def in_sense(words: Formal, candidate: Formal, worth: float | None) -> float | None:
    """Return a candidate's worth as the words count it: to maximise the opposite is to minimise."""
    return -worth if worth is not None and _turned(words, candidate) else worth


def _turned(words: Formal, candidate: Formal) -> bool:
    goal, own = words.objective, candidate.objective
    return goal is not None and own is not None and goal.sense != own.sense


def apart(one: float, other: float) -> bool:
    """Return whether two worths differ by more than rounding."""
    return abs(one - other) > 1e-4 * max(1.0, abs(one), abs(other))


class _Question(NamedTuple):
    """Is there a plan of a problem that goes one of these ways, with decisions and rules of the words beside it."""

    problem: Formal
    ways: Sequence[Expression]
    links: Sequence[Expression] = ()
    added: Sequence[Decision] = ()

    def among(self, ways: Sequence[Expression]) -> "_Question":
        """Return the question about other ways."""
        return self._replace(ways=ways)


class Telling:
    """The words' problem and a candidate over the same decisions, for solvers to tell them apart."""

    def __init__(self, words: Formal, candidate: Formal) -> None:
        self.words, self.candidate = words, candidate
        self.undecided = 0
        self._rules = self._implied = 0
        self._late = 0  # solutions for which there was no time
        mine = {it.name: it for it in candidate.decisions}
        asked = {it.name for it in named(words)}
        self.own = [it for it in words.decisions if it.name not in asked]
        self.renamed = {it.name: f"w_{it.name}" for it in self.own if it.name in mine}
        self.reading, self.same, self.theirs = Closing(words, self.renamed), Closing(words), Closing(candidate)
        # what both call by one name is taken to serve the same purpose
        self.shared = asked | {it.name for it in self.own if it.name in mine and mine[it.name].domain == it.domain}
        back = {rule.name for rule in words.rules if rule.origin == "linking"}
        self.determined = {it.name for it in self.own if f"link_back_{it.name.removeprefix('use_')}" in back}
        self.known = self._instances(self.theirs, candidate)
        self.turned = _turned(words, candidate)

    @property
    def implied(self) -> float:
        """Share of the rules asked about until now that the other side implies; 1 if there are none."""
        return self._implied / self._rules if self._rules else 1.0

    @cached_property
    def linked(self) -> bool:
        """Whether the candidate has all rules that tie the words' auxiliary decisions."""
        links = Formal("", rules=tuple(rule for rule in self.words.rules if rule.origin == "linking"))
        return self._instances(self.same, links) <= self.known

    def bounds(self) -> Iterator[Doubt]:
        """Yield what the words ask for whose bounds differ and are not made up for by rules."""
        mine = {it.name: it for it in self.candidate.decisions}
        for asked in named(self.words):
            own = mine[asked.name]
            sides = (
                (self.same, asked, self.words, self.candidate, self._breaking),
                (self.theirs, own, self.candidate, self.words, self._forbidding),
            )
            for closing, decision, problem, other, breaking in sides:
                found = [self._breaks(closing, rule, breaking) for rule in _bounds([decision], problem, other)]
                if any(found):
                    yield _bounded(asked, told(self.words, next(it for it in found if it)))
                    break

    def objective(self) -> Iterator[Doubt]:
        """Yield how the objectives differ; to maximise the opposite is to minimise."""
        goal, own = self.words.objective, self.candidate.objective
        if goal is None:
            return
        if own is None:
            yield Doubt("sense", "the model has no objective, and the words ask for one", goal.meaning)
            return
        undecided = self.undecided
        values = self._other_worth(goal, own)
        if self.turned and (values is not None or self.undecided > undecided):
            self.undecided = undecided
            yield Doubt("sense", f"the model means to {own.sense} and the words do not", goal.meaning, own.name)
        elif values is not None:
            text = "your objective and the words differ in what this is worth"
            yield Doubt("objective", text, goal.meaning, own.name, told(self.words, values))

    def _other_worth(self, goal: Objective, own: Objective) -> Values | None:
        """Return a plan that has another worth; what cannot be decided is counted."""
        try:
            wanted, given = self.same.expression(goal.body, {}), self.theirs.expression(own.body, {})
        except Open:
            self.undecided += 1
            return None
        given = minus(number(0), given) if self.turned else given
        if wanted == given:
            return None
        if not names(given) <= self.shared:
            self.undecided += 1
            return None
        ways = [compare(minus(one, other), ">=", _MARGIN) for one, other in ((wanted, given), (given, wanted))]
        return self._witness(_Question(self.words, ways))

    def broken(self) -> Iterator[Doubt]:
        """Yield the words' rules that some plan of the candidate breaks."""
        for rule in (*self.words.rules, *_bounds(self.own, self.words, self.candidate)):
            values = self._first(self.same, rule, self._breaking)
            if values is not None:
                text = "your model accepts a plan that it rules out"
                yield Doubt("broken", text, rule.meaning, rule.name, told(self.words, values))

    def _breaking(self, rule: Rule, place: int, instance: Expression) -> _Question | None:
        """Return what to ask for plans of the candidate that break an instance of a rule of the words. Raises Open."""
        strangers, auxiliary = names(instance) - self.shared, names(instance) & {it.name for it in self.own}
        alone = rule.origin != "linking" and (strangers or (auxiliary and auxiliary <= self.determined))
        if instance in self.known and (not alone or self.linked):
            return None
        if not alone:
            if strangers:
                raise Open("a rule of the words speaks of what the candidate does not have")
            return _Question(self.candidate, violation(instance, _MARGIN))
        # the words' own auxiliary decisions come along, with the rules that tie them
        ways = violation(self.reading.rules(rule)[place], _MARGIN)
        links = [body for it in self.words.rules if it.origin == "linking" for body in self.reading.rules(it)]
        added = [renamed(it, self.renamed.get(it.name, it.name)) for it in self.own]
        return _Question(self.candidate, ways, links, added)

    def forbidden(self) -> Iterator[Doubt]:
        """Yield the candidate's rules that some plan of the words breaks."""
        own = [it for it in self.candidate.decisions if it.name not in {each.name for each in named(self.words)}]
        for rule in (*self.candidate.rules, *_bounds(own, self.candidate, self.words)):
            values = self._first(self.theirs, rule, self._forbidding)
            if values is not None:
                text = f"your rule {rule.name!r} forbids a plan that the words allow"
                yield Doubt("forbidden", text, name=rule.name, plan=told(self.words, values))

    @cached_property
    def _said(self) -> set[Expression]:
        return self._instances(self.same, self.words)

    def _forbidding(self, rule: Rule, place: int, instance: Expression) -> _Question | None:
        """Return what to ask for plans of the words that break an instance of a candidate's rule. Raises Open."""
        del rule, place
        if instance in self._said:
            return None
        if not names(instance) <= self.shared:
            raise Open("a rule of the candidate speaks of what the words do not have")
        return _Question(self.words, violation(instance, _MARGIN))

    def probes(self) -> Iterator[Doubt]:
        """Yield disagreements on plans at random corners of either side, the last resort."""
        goal, own = self.words.objective, self.candidate.objective
        dice = random.Random(self.words.digest)  # noqa: S311 - reproducible on purpose
        asked = [_reference(it, key) for it in named(self.words) for key in keys(it, self.words.sorts)]
        for problem in (self.words, self.candidate) * _PROBES:
            aim = Objective("probe", "minimise", weighted((dice.uniform(-1, 1), place) for place in asked))
            found = solve(structs.replace(problem, objective=aim), limits=LIMITS)
            self._late += isinstance(found, OutOfTime)
            if self._late >= _PATIENCE:
                return
            if isinstance(found, Solved) and self._disagree(found.values):
                text, plan = (
                    "your model and the words disagree on this plan or its worth",
                    told(self.words, found.values),
                )
                yield Doubt("objective", text, goal.meaning if goal else "", own.name if own else "", plan)

    def _first(
        self, closing: Closing, rule: Rule, breaking: Callable[[Rule, int, Expression], _Question | None]
    ) -> Values | None:
        """Return the first plan that breaks an instance of a rule; what cannot be decided is counted."""
        before = self.undecided
        found = self._breaks(closing, rule, breaking)
        self._rules += 1
        self._implied += found is None and self.undecided == before
        return found

    def _breaks(
        self, closing: Closing, rule: Rule, breaking: Callable[[Rule, int, Expression], _Question | None]
    ) -> Values | None:
        questions: list[_Question] = []
        try:
            for place, instance in enumerate(closing.rules(rule)):
                question = breaking(rule, place, instance)
                questions += [] if question is None else [question]
        except Open:
            self.undecided += 1
        if not questions:
            return None
        whole = questions[0].among([way for question in questions for way in question.ways])
        if len(whole.ways) > _MANY:  # most rules are broken nowhere, and one question tells
            anywhere = self._asked(whole, Logic("or", tuple(whole.ways)))
            if isinstance(anywhere, Infeasible):
                return None
            if isinstance(anywhere, Solved) and self._disagree(anywhere.values):
                return anywhere.values
        return self._witness(whole)

    def _instances(self, closing: Closing, problem: Formal) -> set[Expression]:
        found: set[Expression] = set()
        for rule in problem.rules:
            try:
                found |= set(closing.rules(rule))
            except Open:
                continue
        return found

    def _asked(self, question: _Question, way: Expression) -> Result:
        problem = question.problem
        have = {sort.name for sort in problem.sorts}
        sorts = (*problem.sorts, *(sort for sort in self.words.sorts if sort.name not in have))
        linked = [Rule(f"linked_{place}", body) for place, body in enumerate(question.links)]
        rules = (*problem.rules, *linked, Rule("told_apart", way))
        more = Formal(problem.title, sorts, problem.tables, (*problem.decisions, *question.added), rules)
        return solve(more, limits=LIMITS)

    def _witness(self, question: _Question) -> Values | None:
        """Return a plan that goes one of the ways and on which both sides disagree, if one is found soon."""
        before = self.undecided
        for way in question.ways:
            found = self._asked(question, way)
            if isinstance(found, Solved) and self._disagree(found.values):
                return found.values
            if isinstance(found, Solved | OutOfTime | ModelError):
                self.undecided += 1
            if self.undecided - before >= _PATIENCE:
                break
        return None

    def _disagree(self, values: Values) -> bool:
        """Return whether one side allows a plan and the other does not, or both differ in its worth."""
        asked = named(self.words)
        ours, theirs = (
            solve(with_plan(it, values, asked, self.words.sorts), limits=LIMITS) for it in (self.words, self.candidate)
        )
        self._late += isinstance(ours, OutOfTime) + isinstance(theirs, OutOfTime)
        if isinstance(ours, Solved) and isinstance(theirs, Solved):
            one, other = ours.objective, theirs.objective
            return one is not None and other is not None and apart(one, -other if self.turned else other)
        decided = isinstance(ours, Solved | Infeasible) and isinstance(theirs, Solved | Infeasible)
        return decided and type(ours) is not type(theirs)


def _bounds(decisions: Sequence[Decision], problem: Formal, other: Formal) -> Iterator[Rule]:
    """Yield the bounds of decisions, one rule each, where another problem has other bounds."""
    same = {(it.name, it.low, it.high) for it in other.decisions}
    for decision in decisions:
        ends: tuple[tuple[Operator, float | None], ...] = (("<=", decision.high), (">=", decision.low))
        bodies = [
            compare(_reference(decision, key), operator, bound)
            for operator, bound in ends
            for key in keys(decision, problem.sorts)
            if bound is not None and decision.domain in ("int", "real")
        ]
        if bodies and (decision.name, decision.low, decision.high) not in same:
            yield Rule(decision.name, Logic("and", tuple(bodies)), meaning=decision.meaning, origin="linking")
