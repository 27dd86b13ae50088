"""Expand a formal problem into grounded terms; static parts are computed exactly on the way."""

import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Final

from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Different,
    Expression,
    Function,
    Logic,
    Member,
    Number,
    Reference,
    walk,
)
from solon.verify.formal.extent import MOST
from solon.verify.formal.kinds import Faulty, Kinds, Names, order
from solon.verify.formal.model import Decision, Formal, Rule
from solon.verify.formal.terms import (
    ONE,
    ZERO,
    Always,
    Apply,
    Column,
    Extreme,
    Ground,
    Linear,
    Named,
    Pick,
    Product,
    Quotient,
    Same,
    Truth,
    Variable,
    both,
    either,
    linear,
    negated,
    scaled,
    test,
    total,
)

_BITS: Final = 4_000  # of a constant
_LARGEST: Final = 10**300
_YES, _NO = Always(holds=True), Always(holds=False)
_PARTIAL: Final = {"sqrt", "log", "power"}
Scope = Mapping[str, str]


def ground(problem: Formal, without: Collection[str] = ()) -> Ground:
    """Return a checked problem without some of its rules, grounded. Raises Faulty for what cannot be expanded."""
    return _Grounder(problem).run(frozenset(without))


@lru_cache(maxsize=65536)
def exact(value: float) -> Fraction:
    """Return the decimal number that was written; 0.1 is one tenth."""
    return Fraction(repr(float(value)))


class _Grounder:
    def __init__(self, problem: Formal) -> None:
        self._problem, self._kinds = problem, Kinds(problem)
        self._columns: list[Column] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._choices: dict[tuple[str, str], dict[str, Truth]] = {}
        self._groups: list[tuple[int, ...]] = []
        self._homes: dict[str, str] = {}  # bound variable: its set; no binder hides another's variable
        self._rule = ""
        self._parts = 0
        for decision in problem.decisions:
            self._rule = decision.name
            for at in itertools.product(*(self._kinds.sorts[sort].members for sort in decision.sorts)):
                self._declare(decision, ",".join(at))

    def _declare(self, decision: Decision, key: str) -> None:
        self._count()
        low = None if decision.low is None else exact(decision.low)
        high = None if decision.high is None else exact(decision.high)
        if decision.domain == "enum":
            members = self._kinds.sorts[decision.choices].members
            start = len(self._columns)
            self._columns += [Column(decision.name, key, "bool", ZERO, ONE, m, choice=True) for m in members]
            group = tuple(range(start, len(self._columns)))
            self._groups.append(group)
            self._choices[decision.name, key] = {
                member: Variable(number) if len(members) > 1 else _YES
                for member, number in zip(members, group, strict=True)
            }
            return
        if decision.domain == "bool":
            low, high = ZERO, ONE
        elif decision.domain == "int":
            low = None if low is None else Fraction(math.ceil(low))
            high = None if high is None else Fraction(math.floor(high))
        self._numbers[decision.name, key] = len(self._columns)
        self._columns.append(Column(decision.name, key, decision.domain, low, high))

    def run(self, without: frozenset[str]) -> Ground:
        rules: list[Named] = []
        penalties: list[tuple[Fraction, Linear]] = []
        objective = self._problem.objective
        sense = "" if objective is None else objective.sense
        for rule in self._problem.rules:
            if rule.name in without:
                continue
            truth = self._ruled(rule)
            if rule.weight is None:
                rules.append(Named(rule.name, truth))
            else:
                sign = -ONE if sense == "maximise" else ONE
                penalties.append((sign * exact(rule.weight), linear(negated(truth))))
        goal = Linear(ZERO)
        if objective is not None:
            self._rule = objective.name
            goal = self._number(objective.body, {})
        if penalties:
            goal = total([(ONE, goal), *penalties])
            sense = sense or "minimise"
        name = "" if objective is None else objective.name
        return Ground(tuple(self._columns), tuple(self._groups), tuple(rules), sense, goal, name)

    def _ruled(self, rule: Rule) -> Truth:
        self._rule = rule.name
        return self._truth(rule.body, {})

    def _fail(self, message: str, remedy: str = "") -> Faulty:
        return Faulty(self._rule, message, remedy)

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MOST:
            raise self._fail(f"{self._rule!r} expands to millions of parts", "restrict it with 'where'")

    # names

    def _is_name(self, expression: Expression) -> bool:
        match expression:
            case Member() | Bound():
                return True
            case Reference(name=name):
                decision = self._kinds.decisions.get(name)
                return decision is not None and decision.domain == "enum"
            case Choice(then=then):
                return self._is_name(then)
            case _:
                return False

    def _names(self, expression: Expression, scope: Scope) -> dict[str, Truth]:
        """Return when a name is which member; the conditions exclude each other."""
        self._count()
        match expression:
            case Member(name=name):
                return {name: _YES}
            case Bound(name=name):
                return {scope[name]: _YES}
            case Choice(condition=condition, then=then, otherwise=otherwise):
                when = self._truth(condition, scope)
                found: dict[str, Truth] = {}
                for part, held in ((then, when), (otherwise, negated(when))):
                    for member, truth in self._names(part, scope).items():
                        found[member] = either([found.get(member, _NO), both([held, truth])])
                return {member: truth for member, truth in found.items() if truth != _NO}
            case Reference(name=name, at=at):
                found = {}
                for key, held in self._keys(at, scope):
                    for member, truth in self._choices[name, key].items():
                        found[member] = either([found.get(member, _NO), both([held, truth])])
                return {member: truth for member, truth in found.items() if truth != _NO}
            case _:
                raise self._fail(f"{type(expression).__name__} is no name")

    def _keys(self, at: tuple[Expression, ...], scope: Scope) -> Iterator[tuple[str, Truth]]:
        """Yield the keys that some indices may have, each with its condition."""
        parts = [list(self._names(term, scope).items()) for term in at]
        for chosen in itertools.product(*parts):
            yield ",".join(member for member, _ in chosen), both([truth for _, truth in chosen])

    # numbers

    def _number(self, expression: Expression, scope: Scope) -> Linear:  # noqa: C901, PLR0911  # one case for each kind
        self._count()
        match expression:
            case Number(value=value):
                return Linear(exact(value))
            case Reference():
                return self._referred(expression, scope)
            case Arithmetic():
                return self._arithmetic(expression, scope)
            case Function():
                return self._function(expression, scope)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                when = self._truth(condition, scope)
                if isinstance(when, Always):
                    return self._number(then if when.holds else otherwise, scope)
                first, second = self._number(then, scope), self._number(otherwise, scope)
                if first.terms or second.terms:
                    return linear(Pick(when, first, second))
                return total([(first.constant - second.constant, linear(when)), (ONE, second)])
            case Binder(kind="sum" | "count"):
                return total([(ONE, self._number(expression.body, inner)) for inner in self._scopes(expression, scope)])
            case Binder(kind="min" | "max" as kind):
                terms = [self._number(expression.body, inner) for inner in self._scopes(expression, scope)]
                if not terms:
                    raise self._fail(f"the {kind} in {self._rule!r} runs over nothing", "widen its 'where'")
                return self._extreme(kind, terms)
            case _:
                return linear(self._truth(expression, scope))

    def _scopes(self, binder: Binder, scope: Scope) -> Iterator[Scope]:
        variables = [variable for variable, _ in binder.variables]
        self._homes.update(binder.variables)
        for chosen in itertools.product(*(self._kinds.sorts[sort].members for _, sort in binder.variables)):
            self._count()
            inner = {**scope, **dict(zip(variables, chosen, strict=True))}
            if binder.where is None or self._truth(binder.where, inner) == _YES:
                yield inner

    def _entry(self, name: str, key: str) -> Fraction:
        table = self._kinds.tables[name]
        value = table.values.get(key, table.default)
        if value is None:
            place = f"for {key!r}" if key else "at all"
            raise self._fail(f"{name!r} has no value {place}", f"give {name!r} that value or a default")
        return exact(value)

    def _referred(self, expression: Reference, scope: Scope) -> Linear:
        name = expression.name
        found: list[tuple[Fraction, Linear]] = []
        for key, held in self._keys(expression.at, scope):
            if name in self._kinds.tables:
                found.append((self._entry(name, key), linear(held)))
            else:
                variable = Variable(self._numbers[name, key])
                if held == _YES:
                    found.append((ONE, linear(variable)))
                elif self._columns[variable.number].domain == "bool":
                    found.append((ONE, linear(both([held, variable]))))
                else:
                    found.append((ONE, linear(Pick(held, linear(variable), Linear(ZERO)))))
        return total(found)

    def _arithmetic(self, expression: Arithmetic, scope: Scope) -> Linear:
        terms = [self._number(term, scope) for term in expression.terms]
        match expression.operator:
            case "+":
                return total([(ONE, term) for term in terms])
            case "-":
                return total([(ONE, terms[0]), (-ONE, terms[1])])
            case "*":
                product = terms[0]
                for term in terms[1:]:
                    product = self._product(product, term)
                return product
            case "/":
                return self._quotient(terms[0], terms[1])
            case "min" | "max" as kind:
                return self._extreme(kind, terms)

    def _product(self, left: Linear, right: Linear) -> Linear:
        if not right.terms:
            return self._bounded(scaled(left, right.constant))
        if not left.terms:
            return self._bounded(scaled(right, left.constant))
        return linear(Product(left, right))

    def _quotient(self, left: Linear, right: Linear) -> Linear:
        if right.terms:
            return linear(Quotient(left, right))
        if right.constant == 0:
            raise self._fail(f"{self._rule!r} divides by zero", "change the divisor")
        return self._bounded(scaled(left, 1 / right.constant))

    def _bounded(self, term: Linear) -> Linear:
        """Refuse numbers that no solver can take, before their products fill the memory."""
        for number in (term.constant, *(coefficient for coefficient, _ in term.terms)):
            if (
                max(abs(number.numerator).bit_length(), number.denominator.bit_length()) > _BITS
                or abs(number) > _LARGEST
            ):
                raise self._fail(f"{self._rule!r} has a constant of hundreds of digits", "use smaller numbers")
        return term

    def _extreme(self, kind: str, terms: list[Linear]) -> Linear:
        least = kind == "min"
        constants = [term.constant for term in terms if not term.terms]
        found = list(dict.fromkeys(term for term in terms if term.terms))
        if constants:
            found.append(Linear(min(constants) if least else max(constants)))
        return found[0] if len(found) == 1 else linear(Extreme("min" if least else "max", tuple(found)))

    def _function(self, expression: Function, scope: Scope) -> Linear:
        term, name, exponent = self._number(expression.term, scope), expression.name, expression.exponent
        if name == "power" and exponent == 1:
            return term
        if term.terms and name == "power" and exponent < 0 and exponent == int(exponent):
            divisor = term if exponent == -1 else linear(Apply(name, term, -exponent))
            return linear(Quotient(Linear(ONE), divisor))
        if term.terms:
            return linear(Apply(name, term, exponent))
        try:
            return self._bounded(Linear(computed(name, term.constant, exponent)))
        except (ValueError, OverflowError, ZeroDivisionError):
            raise self._fail(
                f"{name} has no value at {float(term.constant):g} in {self._rule!r}", "change the constants"
            ) from None

    # truths

    def _truth(self, expression: Expression, scope: Scope) -> Truth:  # noqa: C901, PLR0911, PLR0912  # one case for each kind
        self._count()
        match expression:
            case Compare():
                return self._compare(expression, scope)
            case Logic(operator="and", terms=terms):
                return both([self._truth(term, scope) for term in terms])
            case Logic(operator="or", terms=terms):
                return either([self._truth(term, scope) for term in terms])
            case Logic(operator="not", terms=(term,)):
                return negated(self._truth(term, scope))
            case Logic(operator="implies", terms=(left, right)):
                return either([negated(self._truth(left, scope)), self._truth(right, scope)])
            case Logic(terms=(left, right)):
                return _same(self._truth(left, scope), self._truth(right, scope))
            case Cardinality(kind=kind, count=count, terms=terms):
                held = total([(ONE, linear(self._truth(term, scope))) for term in terms], Fraction(-count))
                return test({"at most": "<=", "at least": ">=", "exactly": "="}[kind], held)  # pyright: ignore[reportArgumentType]  # a closed table
            case Different(terms=terms):
                return self._different([(term, scope) for term in terms])
            case Choice(condition=condition, then=then, otherwise=otherwise):
                when = self._truth(condition, scope)
                if isinstance(when, Always):
                    return self._truth(then if when.holds else otherwise, scope)
                first, second = self._truth(then, scope), self._truth(otherwise, scope)
                if _partial(then) or _partial(otherwise):  # only the branch that is taken needs a value
                    return test("!=", linear(Pick(when, linear(first), linear(second))))
                return either([both([when, first]), both([negated(when), second])])
            case Binder(kind="forall", body=body):
                return both([self._truth(body, inner) for inner in self._scopes(expression, scope)])
            case Binder(kind="exists", body=body):
                return either([self._truth(body, inner) for inner in self._scopes(expression, scope)])
            case Binder(kind="different", body=body):
                return self._different([(body, inner) for inner in self._scopes(expression, scope)])
            case Reference(name=name, at=at) if name in self._kinds.tables:
                return either([held for key, held in self._keys(at, scope) if self._entry(name, key)])
            case Reference(name=name, at=at):
                found = ((held, Variable(self._numbers[name, key])) for key, held in self._keys(at, scope))
                return either([both([held, variable]) for held, variable in found])
            case _:
                return test("!=", self._number(expression, scope))

    def _compare(self, expression: Compare, scope: Scope) -> Truth:
        left, right, operator = expression.left, expression.right, expression.operator
        if not self._is_name(left):
            return test(operator, total([(ONE, self._number(left, scope)), (-ONE, self._number(right, scope))]))
        first, second = self._names(left, scope), self._names(right, scope)
        if operator in {"=", "!="}:
            same = either([both([truth, second[member]]) for member, truth in first.items() if member in second])
            return same if operator == "=" else negated(same)
        sort = order(self._kinds, self._kind(left, scope), self._kind(right, scope))
        if sort is None:
            raise self._fail("names are compared that have no order", "use = or !=")
        places = {member: place for place, member in enumerate(self._kinds.sorts[sort].members)}
        return either(
            [
                both([one, two])
                for member, one in first.items()
                for other, two in second.items()
                if test(operator, Linear(Fraction(places[member] - places[other]))) == _YES
            ]
        )

    def _kind(self, expression: Expression, scope: Scope) -> Names:
        match expression:
            case Bound(name=name):
                return Names(self._homes[name], (scope[name],))
            case Reference(name=name):
                choices = self._kinds.decisions[name].choices
                return Names(choices, self._kinds.sorts[choices].members)
            case Choice(then=then, otherwise=otherwise):
                one, two = self._kind(then, scope), self._kind(otherwise, scope)
                return Names(one.sort if one.sort == two.sort else "", one.members + two.members)
            case Member(name=name):
                return self._kinds.member(name)
            case _:
                raise self._fail(f"{type(expression).__name__} is no name")

    def _different(self, terms: list[tuple[Expression, Scope]]) -> Truth:
        pairs = itertools.combinations(terms, 2)
        if terms and self._is_name(terms[0][0]):
            found = [self._names(term, scope) for term, scope in terms]
            every = dict.fromkeys(member for names in found for member in names)
            most: list[Truth] = []
            for member in every:
                held = [(ONE, linear(names[member])) for names in found if member in names]
                most.append(test("<=", total(held, -ONE)))
            return both(most)
        return both(
            [
                test("!=", total([(ONE, self._number(one, scope)), (-ONE, self._number(two, other))]))
                for (one, scope), (two, other) in pairs
            ]
        )


def _partial(expression: Expression) -> bool:
    """Return whether something in an expression may have no value."""
    return any(
        (isinstance(part, Arithmetic) and part.operator == "/")
        or (isinstance(part, Function) and part.name in _PARTIAL)
        for part in walk(expression)
    )


def _same(left: Truth, right: Truth) -> Truth:
    for one, two in ((left, right), (right, left)):
        if isinstance(one, Always):
            return two if one.holds else negated(two)
    return Same(left, right)


def computed(name: str, value: Fraction, exponent: float) -> Fraction:  # noqa: PLR0911  # one case for each kind
    """Return a value, exact where it is rational. Raises ValueError or ZeroDivisionError where there is none."""
    match name:
        case "abs":
            return abs(value)
        case "floor":
            return Fraction(math.floor(value))
        case "ceil":
            return Fraction(math.ceil(value))
        case "power" if exponent == int(exponent) and abs(exponent) <= 64:
            return value ** int(exponent)
        case "power":
            return exact(math.pow(value, exponent))
        case "sqrt":
            return exact(math.sqrt(value))
        case "exp":
            return exact(math.exp(value))
        case _:
            return exact(math.log(value))
