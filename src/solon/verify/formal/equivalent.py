"""Compare two formal problems by meaning: by their normal forms first, then by how their optima move with the data."""

import itertools
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal

from msgspec.structs import replace

from solon.contract import Value
from solon.verify.formal.check import check
from solon.verify.formal.decide import Compared, same
from solon.verify.formal.expression import Expression, Number, children
from solon.verify.formal.ground import ground
from solon.verify.formal.kinds import Faulty
from solon.verify.formal.model import (
    Formal,
    Infeasible,
    ModelError,
    OutOfTime,
    Result,
    Solved,
    Unbounded,
)
from solon.verify.formal.mutate import with_child
from solon.verify.formal.normal import Normal, matching, normal, variables, written
from solon.verify.formal.solve import Backend, solve
from solon.verify.formal.terms import Ground, label
from solon.verify.limited import USUAL, Limits

_CLOSE: Final = 1e-6  # relative difference of optima that counts as none
_MOST: Final = 2_000  # columns of problems that Z3 is asked about
_FEW: Final = 4  # columns that are matched in every way
_STRUCTURAL: Final = frozenset({0.0, 1.0, -1.0})


class Verdict(Value, frozen=True):
    """Whether two problems mean the same.

    *equivalent*: the same normal form up to names, order, scaling and redundancy, or Z3 proved that each allows what
    the other allows, at the same worth. *different*: ``reason`` names a plan, or an optimum, that tells them apart.
    *not distinguished*: neither, after ``perturbations`` changes of the data.
    """

    kind: Literal["equivalent", "different", "not distinguished"]
    reason: str
    perturbations: int = 0
    mapping: dict[str, str] = {}  # of the first's variables to the second's, where they are equivalent


class Accuracy(Value, frozen=True):
    """How much of a true problem another one has."""

    objective: bool
    rules: dict[str, bool]  # of the truth: whether each is stated in the other
    superfluous: tuple[str, ...]  # rules of the other that the truth does not have

    @property
    def share(self) -> float:
        """The share of the truth's rules that are stated; 1 if it has none."""
        return sum(self.rules.values()) / len(self.rules) if self.rules else 1.0


def compare(  # the settings of a comparison
    truth: Formal,
    other: Formal,
    *,
    perturbations: int = 8,
    seed: int = 0,
    backend: Backend = "auto",
    limits: Limits = USUAL,
) -> Verdict:
    """Return whether two problems mean the same, as far as can be told.

    Where both use the same names these count; otherwise up to four variables are matched in every way, and more by the
    best guess.
    An objective that is a multiple of another is a different one: what it is worth is part of an answer.
    A perturbation changes a parameter of both, or else a number that the data of both have wherever it stands, and
    compares the optima (relative 1e-6); as such a number may stand for different data, only a parameter tells apart.
    """
    for problem in (truth, other):
        errors = check(problem)
        if errors:
            return Verdict("different", f"a problem is faulty: {errors[0].message}")
    try:
        grounds = ground(truth), ground(other)
        one, two = normal(grounds[0]), normal(grounds[1])
    except Faulty as fault:
        return Verdict("different", f"a problem is faulty: {fault.error.message}")
    found = matching(one, two)
    if found is not None:
        return _equivalent(grounds, found, "the same normal form up to names and order")
    kind, reason, mapping = _decided(*grounds, _mapping(one, two))
    if kind == "same":
        return _equivalent(grounds, mapping, "each allows what the other allows, at the same worth")
    if kind == "apart":
        return Verdict("different", reason)
    return _perturbed(truth, other, perturbations, seed, lambda problem: solve(problem, backend=backend, limits=limits))


def _equivalent(grounds: tuple[Ground, Ground], found: Mapping[int, int], reason: str) -> Verdict:
    mapping = {label(grounds[0].columns[left]): label(grounds[1].columns[right]) for left, right in found.items()}
    return Verdict("equivalent", reason, mapping=mapping)


def _decided(
    one: Ground, two: Ground, guess: Mapping[int, int]
) -> tuple[Literal["same", "apart", "open"], str, Mapping[int, int]]:
    """Return what Z3 says where columns are matched by their names, in every way if they are few, or by a guess."""
    count = len(one.columns)
    if count != len(two.columns) or count > _MOST:
        return "open", "", guess
    ways: list[Mapping[int, int]] = [guess]
    named = {label(column) for column in one.columns} == {label(column) for column in two.columns}
    if count <= _FEW and not named:
        every = [dict(enumerate(order)) for order in itertools.permutations(range(count))]
        ways += [way for way in every if way != guess]
    kinds: set[str] = set()
    reason = ""
    for way in ways:
        decided = same(one, two, way)
        if decided.kind == "same":
            return "same", "", way
        kinds.add(decided.kind)
        reason = reason or decided.reason
    certain = kinds == {"apart"} and (named or count <= _FEW)
    return ("apart" if certain else "open"), reason, guess


def accuracy(truth: Formal, other: Formal) -> Accuracy:
    """Return which rules of a true problem another one states, and whether its objective is the same.

    Variables are matched by name if the names are the same, by the normal form if that matches, and otherwise by what
    they have in common in rules and objective. What is not written alike is compared by meaning: a rule is stated if
    rules of the other on its variables, which follow from the truth, come to it. Raises ValueError for what is faulty.
    """
    for problem in (truth, other):
        errors = check(problem)
        if errors:
            raise ValueError(f"{errors[0].message}; {errors[0].remedy}")
    try:
        grounds = ground(truth), ground(other)
        one, two = normal(grounds[0]), normal(grounds[1])
    except Faulty as fault:
        raise ValueError(fault.error.message) from None
    mapping = _mapping(one, two)
    written_so = _written_alike(truth, one, two, mapping)
    missing = [name for name, stated in written_so.rules.items() if not stated]
    if (written_so.objective and not missing and not written_so.superfluous) or not len(one.domains) == len(
        two.domains
    ) <= _MOST:
        return written_so
    means = Compared(*grounds, mapping)
    return Accuracy(
        written_so.objective or means.same_goal(),
        written_so.rules | {name: means.stated(name) for name in missing},
        tuple(name for name in written_so.superfluous if means.superfluous(name)),
    )


def _written_alike(truth: Formal, one: Normal, two: Normal, mapping: dict[int, int]) -> Accuracy:
    texts = {written(part.truth, mapping) for part in one.conditions}
    identity = list(range(len(two.domains)))
    theirs = {written(part.truth, identity) for part in two.conditions}
    rules = {rule.name: True for rule in truth.rules if rule.weight is None}
    for part in one.conditions:
        if (
            part.rule in rules
            and written(part.truth, mapping) not in theirs
            and not _implied(one, two, part.rule, mapping)
        ):
            rules[part.rule] = False
    kept = {written(part.truth, identity) for part in two.parts}  # without what bounds or other rules imply
    extra = dict.fromkeys(
        [part.rule for part in two.conditions if part.rule and written(part.truth, identity) in kept - texts]
        + [name for name, _ in two.bounded]
    )
    same_goal = one.optimises == two.optimises and written(one.goal, mapping) == written(two.goal, identity)
    superfluous = tuple(
        name for name in extra if not _implied(two, one, name, {new: old for old, new in mapping.items()})
    )
    return Accuracy(same_goal, rules, superfluous)


def _implied(one: Normal, two: Normal, rule: str, mapping: dict[int, int]) -> bool:
    """Return whether a rule that only bounds variables is kept by the other problem's bounds."""
    own = [number for name, number in one.bounded if name == rule]
    stated = [part for part in one.conditions if part.rule == rule]
    theirs = dict(enumerate(two.bounds))  # a column without a partner has none
    return len(own) == len(stated) and all(
        number in mapping and one.bounds[number] == theirs.get(mapping[number]) for number in own
    )


def _mapping(one: Normal, two: Normal) -> dict[int, int]:
    """Return the best guess of which column is which; columns without a partner get one that no text has."""
    theirs = {label: number for number, label in enumerate(two.labels)}
    if set(one.labels) == set(theirs):
        return {number: theirs[label] for number, label in enumerate(one.labels)}
    found = matching(one, two)
    if found is not None:
        return found
    traces, others = _traces(one), _traces(two)
    ranked = sorted(
        (-len(traces[left] & others[right]), left, right) for left in range(len(traces)) for right in range(len(others))
    )
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, left, right in ranked:
        if left not in partner and right not in taken:
            partner[left] = right
            taken.add(right)
    for left in range(len(traces)):
        partner.setdefault(left, len(others) + left)
    return partner


def _traces(problem: Normal) -> list[frozenset[str]]:
    """Return for each column what its rules and the objective look like with all other variables alike."""
    found: list[set[str]] = [
        {f"{domain} {bounds}"} for domain, bounds in zip(problem.domains, problem.bounds, strict=True)
    ]
    colours = [0] * len(problem.domains)
    for term in (*(part.truth for part in problem.conditions), problem.goal):
        for number in variables(term):
            colours[number] = 1
            found[number].add(written(term, colours))
            colours[number] = 0
    for coefficient, atom in problem.goal.terms:
        for number in variables(atom):
            found[number].add(f"goal {coefficient}")
    return [frozenset(traces) for traces in found]


# Perturbations


def _perturbed(truth: Formal, other: Formal, count: int, seed: int, answer: Callable[[Formal], Result]) -> Verdict:
    rng = random.Random(seed)  # noqa: S311  # which data are changed is no secret
    told = _told_apart(_loss(truth, answer), _loss(other, answer))
    if told is None:
        return Verdict("not distinguished", "a problem could not be solved within the limits")
    if told:
        return Verdict("different", told)
    changes = _changes(truth, other)
    done = 0
    for _ in range(count if changes else 0):
        what, value, change = rng.choice(changes)
        changed = float(f"{value * rng.choice([0.5, 0.8, 1.25, 2.0, 3.0]):.12g}")
        told = _told_apart(*(_loss(change(problem, changed), answer) for problem in (truth, other)))
        if told:
            told = f"with {what or f'{value:g}'} changed to {changed:g}, {told}"
            if what:
                return Verdict("different", told, done + 1)
            return Verdict("not distinguished", f"{told}; a number may stand for different data", done + 1)
        done += told is not None
    return Verdict("not distinguished", f"not distinguished in {done} perturbations", done)


def _changes(truth: Formal, other: Formal) -> list[tuple[str, float, Callable[[Formal, float], Formal]]]:
    """Return what can be changed in both alike: parameters by name, or else numbers that the data of both have."""
    theirs = {table.name: table for table in other.tables}
    named = [
        (f"{table.name}[{key}]" if key else table.name, value, partial(_rewritten, table=table.name, key=key))
        for table in truth.tables
        if table.name in theirs
        for key, value in table.values.items()
        if theirs[table.name].values.get(key) == value and value
    ]
    shared = sorted(_data(truth) & _data(other))
    return named or [("", value, partial(_substituted, value)) for value in shared]


def _rewritten(problem: Formal, new: float, *, table: str, key: str) -> Formal:
    tables = tuple(replace(it, values={**it.values, key: new}) if it.name == table else it for it in problem.tables)
    return replace(problem, tables=tables)


def _loss(problem: Formal, answer: Callable[[Formal], Result]) -> Result:
    """Return a result whose objective is to be minimised."""
    result = answer(problem)
    turned = problem.objective is not None and problem.objective.sense == "maximise"
    if turned and isinstance(result, Solved) and result.objective is not None:
        return replace(result, objective=-result.objective)
    return result


def _told_apart(one: Result, two: Result) -> str | None:
    """Return how two results differ, nothing if they do not, None if that cannot be told."""
    if isinstance(one, OutOfTime | ModelError) or isinstance(two, OutOfTime | ModelError):
        return None
    if isinstance(one, Solved) and isinstance(two, Solved):
        if one.objective is None or two.objective is None:
            return "" if one.objective is two.objective else "only one of them has an objective"
        near = abs(one.objective - two.objective) <= _CLOSE * max(1.0, abs(one.objective), abs(two.objective))
        return "" if near else f"the optima differ ({abs(one.objective):.9g} and {abs(two.objective):.9g})"
    if type(one) is type(two):
        return ""
    return f"one is {_called(one)} and the other {_called(two)}"


def _called(result: Result) -> str:
    match result:
        case Solved():
            return "solvable"
        case Infeasible():
            return "infeasible"
        case Unbounded():
            return "unbounded"
        case OutOfTime() | ModelError():
            return "undecided"


def _data(problem: Formal) -> set[float]:
    """Return the numbers that a problem is made of, save for 0 and 1."""
    found = {value for table in problem.tables for value in table.values.values()}
    found |= {bound for decision in problem.decisions for bound in (decision.low, decision.high) if bound is not None}
    waiting: list[Expression] = [rule.body for rule in problem.rules]
    if problem.objective is not None:
        waiting.append(problem.objective.body)
    while waiting:
        part = waiting.pop()
        waiting += children(part)
        if isinstance(part, Number):
            found.add(part.value)
    return found - _STRUCTURAL


def _substituted(old: float, problem: Formal, new: float) -> Formal:
    """Return a problem with a number changed wherever it stands."""

    def swap(value: float | None) -> float | None:
        return new if value == old else value

    def put(expression: Expression) -> Expression:
        if isinstance(expression, Number):
            return Number(new) if expression.value == old else expression
        for place, child in enumerate(children(expression)):
            changed = put(child)
            if changed is not child:
                expression = with_child(expression, place, changed)
        return expression

    objective = problem.objective
    return replace(
        problem,
        tables=tuple(
            replace(table, values={key: new if value == old else value for key, value in table.values.items()})
            for table in problem.tables
        ),
        decisions=tuple(
            replace(decision, low=swap(decision.low), high=swap(decision.high)) for decision in problem.decisions
        ),
        rules=tuple(replace(rule, body=put(rule.body)) for rule in problem.rules),
        objective=None if objective is None else replace(objective, body=put(objective.body)),
    )
