"""Whether two grounded problems allow the same plans at the same worth, decided by Z3; a plan shows where not.

One problem allows only what another does if none of its plans breaks a condition of the other: a bound, a whole
number, a choice, a rule, or that something has a value at all. Arithmetic is exact. What Z3 cannot decide stays open.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from solon.contract import Value
from solon.verify.formal import backends
from solon.verify.formal.kinds import Faulty
from solon.verify.formal.normal import variables
from solon.verify.formal.terms import (
    ONE,
    ZERO,
    Always,
    Apply,
    Atom,
    Both,
    Column,
    Either,
    Extreme,
    Ground,
    Linear,
    Named,
    Not,
    Pick,
    Product,
    Quotient,
    Same,
    Term,
    Test,
    Truth,
    Variable,
    either,
    inner_terms,
    label,
    linear,
    negated,
    scaled,
    test,
    total,
)
from solon.verify.limited import Limits

LIMITS: Final = Limits(5.0)
_SHOWN: Final = 8
_PATIENCE: Final = 2  # questions without an answer, after which no more are asked


class Decided(Value, frozen=True):
    """Whether two problems are the same; where they are not, ``reason`` has a plan on which they differ."""

    kind: Literal["same", "apart", "open"]
    reason: str = ""


class Found(NamedTuple):
    """A plan of a problem that breaks a condition, or that there is none, or that Z3 cannot tell."""

    kind: Literal["plan", "never", "open"]
    name: str = ""  # of what is broken
    plan: tuple[float, ...] = ()


def same(one: Ground, other: Ground, mapping: Mapping[int, int]) -> Decided:
    """Return whether two problems are the same where a one to one mapping says which column is which."""
    if bool(one.sense) != bool(other.sense):
        return Decided("apart", "only one of them has an objective")
    back = {new: old for old, new in mapping.items()}
    two = _moved(other, back, one.columns)
    try:
        forbidden = breaking(one, [*conditions(two, one.columns)])
        broken = breaking(other, [*conditions(_moved(one, mapping, other.columns), other.columns)])
    except _Conditional:
        return Decided("open")
    worth = breaking(one, _worth(one, two))
    for found, side in ((forbidden, one), (broken, other)):
        if found.kind == "plan":
            place = f", which {found.name!r} forbids" if found.name else ""
            return Decided("apart", f"only one of them allows {told(side, found.plan)}{place}")
    if worth.kind == "plan":
        return Decided("apart", f"they differ in the worth of {told(one, worth.plan)}")
    if "open" in (forbidden.kind, broken.kind, worth.kind):
        return Decided("open")
    possible = _asked(one, Always(holds=True)).kind == "plan"
    return Decided("same") if possible else Decided("open", "no plan is known, and so none can tell them apart")


class Compared:
    """Which rules of a problem another one states, by meaning; both may be infeasible. Owns the patience with Z3."""

    def __init__(self, one: Ground, other: Ground, mapping: Mapping[int, int]) -> None:
        self._one = one
        self._two = _moved(other, {new: old for old, new in mapping.items()}, one.columns)
        self._left = _PATIENCE
        alike = (a.domain == b.domain or "bool" not in (a.domain, b.domain) for a, b in self._columns())
        self._able = all(alike)
        self._feasible = self._able and self._plan(one)

    def _columns(self) -> Iterator[tuple[Column, Column]]:
        return zip(self._one.columns, self._two.columns, strict=True)

    def stated(self, rule: str) -> bool:
        """Return whether rules of the other on the same variables, each of them right, come to a rule."""
        return self._comes_to(rule, self._one, self._two)

    def superfluous(self, rule: str) -> bool:
        """Return whether a rule of the other is none of what the problem comes to."""
        if self._feasible:
            return not self._follows(self._one, self._one.rules, _rule(self._two, rule))
        return not self._comes_to(rule, self._two, self._one)

    def same_goal(self) -> bool:
        """Return whether the objectives are worth the same, where a plan exists on all of its plans."""
        region = self._one if self._feasible else replace(self._one, rules=())
        return bool(self._one.sense) == bool(self._two.sense) and all(
            self._follows(region, region.rules, way) for way in _worth(self._one, self._two)
        )

    def _comes_to(self, rule: str, own: Ground, other: Ground) -> bool:
        wanted = _rule(own, rule)
        about = variables(wanted.truth)
        near = [it for it in other.rules if variables(it.truth) <= about]
        together = [it for it in own.rules if variables(it.truth) <= about]
        possible = self._able and self._plan(replace(own, rules=tuple(together)))
        right = [
            it for it in near if self._follows(own, [wanted], it) or (possible and self._follows(own, together, it))
        ]
        return self._follows(other, right, wanted)

    def _plan(self, problem: Ground) -> bool:
        return self._tallied(_asked(problem, Always(holds=True))).kind == "plan"

    def _follows(self, problem: Ground, rules: Sequence[Named], wanted: Named) -> bool:
        if wanted in rules:
            return True
        if not (self._able and self._left):
            return False
        bare = replace(problem, rules=tuple(rules), sense="", goal=Linear(ZERO))
        try:
            ways = [wanted, *(Named("", negated(truth)) for truth in _partial(wanted.truth))]
            return self._tallied(breaking(bare, ways)).kind == "never"
        except _Conditional:
            return False

    def _tallied(self, found: Found) -> Found:
        self._left -= found.kind == "open" and self._left > 0
        return found


def _rule(problem: Ground, name: str) -> Named:
    return next(it for it in problem.rules if it.name == name)


def breaking(problem: Ground, ways: Sequence[Named]) -> Found:
    """Return a plan of a problem that breaks one of some conditions."""
    plain = [way for way in ways if not any(True for _ in _partial(way.truth))]
    if len(plain) > 1 and _asked(problem, either([negated(way.truth) for way in plain])).kind == "never":
        ways = [way for way in ways if way not in plain]
    left = _PATIENCE
    for way in ways:
        found = _asked(problem, negated(way.truth))
        if found.kind == "plan":
            return found._replace(name=way.name)
        left -= found.kind == "open"
        if not left:
            break
    return Found("never" if left == _PATIENCE else "open")


def conditions(problem: Ground, given: Sequence[Column] = ()) -> Iterator[Named]:
    """Yield what a plan must obey, less what columns keep anyway. Raises _Conditional."""
    for number, column in enumerate(problem.columns):
        yield from _bounds(number, column, given[number] if given else None)
    for group in problem.groups:
        part = Linear(-ONE, tuple((ONE, Variable(number)) for number in group))
        yield Named(problem.columns[group[0]].name, test("=", part))
    for rule in problem.rules:
        yield rule
        yield from (Named(rule.name, negated(truth)) for truth in _partial(rule.truth))
    yield from (Named(problem.goal_name, negated(truth)) for truth in _partial(problem.goal))


def _bounds(number: int, column: Column, given: Column | None) -> Iterator[Named]:
    variable = Linear(ZERO, ((ONE, Variable(number)),))
    low, high = (None, None) if given is None else (given.low, given.high)
    if column.low is not None and (low is None or low < column.low):
        yield Named(column.name, test("<=", total([(-ONE, variable)], column.low)))
    if column.high is not None and (high is None or high > column.high):
        yield Named(column.name, test("<=", total([(ONE, variable)], -column.high)))
    if column.domain != "real" and given is not None and given.domain == "real":
        floor = Linear(ZERO, ((ONE, Apply("floor", variable)),))
        yield Named(column.name, test("=", total([(ONE, variable), (-ONE, floor)])))


def _worth(one: Ground, two: Ground) -> list[Named]:
    goals = [scaled(side.goal, -ONE) if side.sense == "maximise" else side.goal for side in (one, two)]
    truth = test("=", total([(ONE, goals[0]), (-ONE, goals[1])]))
    return [] if truth == Always(holds=True) else [Named(one.goal_name, truth)]


def _asked(problem: Ground, way: Truth) -> Found:
    defined = [Named("", negated(truth)) for truth in _partial(problem.goal)]
    question = replace(
        problem, rules=(*problem.rules, *defined, Named("", way)), sense="", goal=Linear(ZERO), goal_name=""
    )
    try:
        answer = backends.asked("smt", question, LIMITS)
    except Faulty:
        return Found("open")
    match answer.status:
        case "solved":
            return Found("plan", plan=answer.values)
        case "infeasible":
            return Found("never")
        case _:
            return Found("open")


def told(problem: Ground, plan: Sequence[float]) -> str:
    """Return a plan in words: what is not zero."""
    shown = [f"{label(column)} = {number:g}" for column, number in zip(problem.columns, plan, strict=True) if number]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return (", ".join(shown[:_SHOWN]) or "nothing at all") + more + (", all else 0" if shown else "")


class _Conditional(ValueError):
    """Whether something has a value depends on a condition."""


def _partial(term: Term) -> Iterator[Truth]:
    """Yield when a term has no value. Raises _Conditional."""
    match term:
        case Quotient(right=right):
            yield test("=", right)
        case Apply(name="sqrt", term=inner):
            yield test("<", inner)
        case Apply(name="power", term=inner, exponent=exponent):
            if exponent != int(exponent):
                yield test("<", inner)
            if exponent < 0:
                yield test("=", inner)
        case Pick(then=then, otherwise=otherwise):
            if any(True for part in (then, otherwise) for _ in _partial(part)):
                raise _Conditional
        case _:
            pass
    for inner in inner_terms(term):
        yield from _partial(inner)


def _moved(problem: Ground, place: Mapping[int, int], columns: Sequence[Column]) -> Ground:
    """Return a problem with its columns in other places, written for the columns that are there."""
    move = _Move(problem.columns, place, columns)
    own = {place[number]: column for number, column in enumerate(problem.columns)}
    return Ground(
        tuple(own[number] for number in range(len(own))),
        tuple(tuple(place[number] for number in group) for group in problem.groups),
        tuple(Named(rule.name, move.truth(rule.truth)) for rule in problem.rules),
        problem.sense,
        move.linear(problem.goal),
        problem.goal_name,
    )


class _Move:
    """Renumbers terms; a truth becomes a comparison where the other column is a number."""

    def __init__(self, own: Sequence[Column], place: Mapping[int, int], columns: Sequence[Column]) -> None:
        self._own, self._place, self._columns = own, place, columns

    def linear(self, part: Linear) -> Linear:
        return total([(coefficient, linear(self.atom(atom))) for coefficient, atom in part.terms], part.constant)

    def truth(self, truth: Truth) -> Truth:  # noqa: PLR0911  # one case for each kind
        match truth:
            case Always():
                return truth
            case Variable(number=number):
                there = Variable(self._place[number])
                if self._columns[there.number].domain == "bool":
                    return there
                return Test("<=", Linear(ONE, ((-ONE, there),)))
            case Test(operator=operator, sum=part):
                return test(operator, self.linear(part))
            case Not(term=term):
                return negated(self.truth(term))
            case Both(terms=terms):
                return Both(tuple(self.truth(term) for term in terms))
            case Either(terms=terms):
                return Either(tuple(self.truth(term) for term in terms))
            case Same(left=left, right=right):
                return Same(self.truth(left), self.truth(right))

    def atom(self, atom: Atom) -> Atom | Always:  # noqa: PLR0911  # one case for each kind
        match atom:
            case Variable(number=number):
                return Variable(self._place[number])
            case Product(left=left, right=right):
                return Product(self.linear(left), self.linear(right))
            case Quotient(left=left, right=right):
                return Quotient(self.linear(left), self.linear(right))
            case Apply(name=name, term=term, exponent=exponent):
                return Apply(name, self.linear(term), exponent)
            case Extreme(kind=kind, terms=terms):
                return Extreme(kind, tuple(self.linear(term) for term in terms))
            case Pick(condition=condition, then=then, otherwise=otherwise):
                return Pick(self.truth(condition), self.linear(then), self.linear(otherwise))
            case truth:
                return self.truth(truth)
