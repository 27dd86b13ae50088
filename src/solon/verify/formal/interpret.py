"""An interpreter of its own that checks solutions; it shares no code with the encodings that solvers are given.

Numbers are exact fractions of the decimals that were written. A comparison whose sides depend on real variables or on
roots, exponentials and logarithms has a tolerance, relative to the larger side and at least absolute; such a comparison
may be true within the tolerance without being true exactly, and a rule holds if some reading of these cases makes
it hold. Strict comparisons have no tolerance. A rule in which something has no value, such as a quotient by zero, is
broken.
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from solon.contract import Value
from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Comparison,
    Different,
    Expression,
    Function,
    Logic,
    Member,
    Number,
    Reference,
)
from solon.verify.formal.model import Decision, Formal, Rule, Values
from solon.verify.formal.writing import shown

TOLERANCE: Final = 1e-6
_MOST: Final = 20  # places that are shown for one rule
_SIDES: Final[dict[Comparison, str]] = {
    "<": "below",
    "<=": "at most",
    "=": "",
    ">=": "at least",
    ">": "above",
    "!=": "other than",
}


class Violation(Value, frozen=True):
    """A broken rule, or a variable with a value that it cannot have; ``message`` is one sentence."""

    kind: Literal["rule", "variable", "undefined"]
    name: str  # of the rule or the variable
    message: str
    at: dict[str, str] = {}  # the members at which a quantified rule is broken
    left: float | None = None
    right: float | None = None


class Reading(Value, frozen=True):
    """What the interpreter finds in a solution; ``objective`` includes the price of broken soft rules."""

    violations: tuple[Violation, ...]
    objective: float | None = None
    broken: tuple[str, ...] = ()  # soft rules

    @property
    def accepted(self) -> bool:
        """Whether every rule holds and every variable has a proper value."""
        return not self.violations


class _Amount(NamedTuple):
    """A number between two others (equal unless a comparison inside is a matter of tolerance)."""

    low: Fraction | int
    high: Fraction | int
    exact: bool = True


class _Undefined(Exception):
    """Something has no value."""


_BITS: Final = 100_000  # of a power

_Scope = Mapping[str, tuple[str, str]]  # variable: member and set


def interpret(problem: Formal, values: Values, tolerance: float = TOLERANCE) -> Reading:
    """Return which rules a solution breaks, and its objective; the problem must be one that ``check`` accepts."""
    interpreter = _Interpreter(problem, values, tolerance)
    violations = list(interpreter.variables())
    if violations:
        return Reading(tuple(violations))
    broken: list[str] = []
    penalty = Fraction(0)
    for rule in problem.rules:
        if interpreter.holds(rule):
            continue
        if rule.weight is None:
            violations += itertools.islice(interpreter.places(rule, rule.body, {}), _MOST)
        else:
            broken.append(rule.name)
            penalty += _decimal(rule.weight)
    return _read(problem, interpreter, violations, broken, penalty)


def _read(
    problem: Formal, interpreter: "_Interpreter", violations: list[Violation], broken: list[str], penalty: Fraction
) -> Reading:
    objective = problem.objective
    worth: float | None = float(penalty) if any(rule.weight is not None for rule in problem.rules) else None
    if objective is not None:
        try:
            amount = interpreter.number(objective.body, {})
        except _Undefined as none:
            violations.append(Violation("undefined", objective.name, f"the objective has no value: {none}"))
        else:
            worth = _float(amount.low + penalty if objective.sense == "minimise" else amount.high - penalty)
    return Reading(tuple(violations), worth, tuple(broken))


def value(problem: Formal, values: Values, expression: Expression) -> float | str:
    """Return a number, a truth (0 or 1) or a member. Raises ValueError where there is none."""
    interpreter = _Interpreter(problem, values, TOLERANCE)
    try:
        if interpreter.is_name(expression):
            return interpreter.name(expression, {})
        return float(interpreter.number(expression, {}).high)
    except _Undefined as none:
        raise ValueError(f"{shown(expression)!r} has no value: {none}") from None


def _decimal(number: float) -> Fraction | int:
    whole = int(number)
    return whole if whole == number else Fraction(repr(float(number)))


def _float(number: Fraction | int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


class _Interpreter:
    def __init__(self, problem: Formal, values: Values, tolerance: float) -> None:
        self._problem, self._values, self._tolerance = problem, values, _decimal(tolerance)
        self._sorts = {sort.name: sort.members for sort in problem.sorts}
        self._tables = {table.name: table for table in problem.tables}
        self._decisions = {decision.name: decision for decision in problem.decisions}

    # variables

    def variables(self) -> Iterator[Violation]:
        """Yield what is wrong with the values themselves."""
        for name in self._values.keys() - self._decisions.keys():
            yield Violation("variable", name, f"{name!r} has a value and is no variable of the problem")
        for name, decision in self._decisions.items():
            given = self._values.get(name, {})
            keys = [",".join(at) for at in itertools.product(*(self._sorts[sort] for sort in decision.sorts))]
            for key in keys:
                wrong = self._wrong(decision, given.get(key))
                if wrong:
                    place = f"{name}[{key}]" if key else name
                    yield Violation("variable", name, f"{place} {wrong}")
            for key in given.keys() - set(keys):
                yield Violation("variable", name, f"{name}[{key}] has a value and is no variable of the problem")

    def _wrong(self, decision: Decision, given: float | str | None) -> str:  # noqa: PLR0911  # one sentence for each
        if given is None:
            return "has no value"
        if decision.domain == "enum":
            return "" if given in self._sorts[decision.choices] else f"is {given!r}, which is not in {decision.choices}"
        if isinstance(given, str) or not math.isfinite(given):
            return f"is {given!r}, which is no number"
        if decision.domain != "real" and abs(given - round(given)) > float(self._tolerance):
            return f"is {given:g}, which is not whole"
        if decision.domain == "bool":
            return "" if round(given) in {0, 1} else f"is {given:g}, which is neither 0 nor 1"
        number = round(given) if decision.domain == "int" else _decimal(given)
        slack = 0 if decision.domain == "int" else self._tolerance * max(1, abs(number))
        if decision.low is not None and number < _decimal(decision.low) - slack:
            return f"is {given:g}, which is below {decision.low:g}"
        if decision.high is not None and number > _decimal(decision.high) + slack:
            return f"is {given:g}, which is above {decision.high:g}"
        return ""

    # rules

    def holds(self, rule: Rule) -> bool:
        """Return whether a rule holds, within the tolerance."""
        try:
            return self.number(rule.body, {}).high > 0
        except _Undefined:
            return False

    def places(self, rule: Rule, body: Expression, scope: _Scope) -> Iterator[Violation]:
        """Yield where a broken rule is broken."""
        if isinstance(body, Binder) and body.kind == "forall":
            for inner in self._scopes(body, scope):
                yield from self.places(rule, body.body, inner)
            return
        if isinstance(body, Logic) and body.operator == "and":
            for term in body.terms:
                yield from self.places(rule, term, scope)
            return
        try:
            if self.number(body, scope).high > 0:
                return
        except _Undefined as none:
            yield self._violation("undefined", rule, scope, f"has no value{self._at(scope)}: {none}")
            return
        if isinstance(body, Compare) and not self.is_name(body.left):
            left, right = (_float(self.number(side, scope).low) for side in (body.left, body.right))
            text = f"is broken{self._at(scope)}: {shown(body.left)} is {left:.12g}"
            side = f"{_SIDES[body.operator]} {right:.12g}".strip()
            yield self._violation("rule", rule, scope, f"{text}, not {side}", left, right)
        else:
            yield self._violation("rule", rule, scope, f"is broken{self._at(scope)}: {shown(body)} does not hold")

    def _at(self, scope: _Scope) -> str:
        return f" at {', '.join(f'{name} = {member}' for name, (member, _) in scope.items())}" if scope else ""

    def _violation(  # the fields of a violation
        self,
        kind: Literal["rule", "undefined"],
        rule: Rule,
        scope: _Scope,
        text: str,
        left: float | None = None,
        right: float | None = None,
    ) -> Violation:
        meaning = f" ({rule.meaning})" if rule.meaning else ""
        at = {name: member for name, (member, _) in scope.items()}
        return Violation(kind, rule.name, f"the rule {rule.name!r}{meaning} {text}", at, left, right)

    # names

    def is_name(self, expression: Expression) -> bool:
        """Return whether an expression is a member of a set, not a number."""
        if isinstance(expression, Choice):
            return self.is_name(expression.then)
        if isinstance(expression, Reference) and expression.name in self._decisions:
            return self._decisions[expression.name].domain == "enum"
        return isinstance(expression, Member | Bound)

    def name(self, expression: Expression, scope: _Scope) -> str:
        """Return the member that an expression is."""
        match expression:
            case Member(name=name):
                return name
            case Bound(name=name):
                return scope[name][0]
            case Choice(condition=condition, then=then, otherwise=otherwise):
                return self.name(then if self.number(condition, scope).high > 0 else otherwise, scope)
            case Reference(name=name, at=at):
                return str(self._values[name][self._key(at, scope)])
            case _:
                raise _Undefined(f"{shown(expression)!r} is no name")

    def _home(self, expression: Expression, scope: _Scope) -> set[str]:
        """Return the set that orders a name, if it is known."""
        match expression:
            case Bound(name=name):
                return {scope[name][1]}
            case Reference(name=name):
                return {self._decisions[name].choices}
            case Choice(then=then, otherwise=otherwise):
                return self._home(then, scope) & self._home(otherwise, scope)
            case _:
                return set()

    def _place(self, expression: Compare, scope: _Scope) -> tuple[int, int]:
        one, two = self.name(expression.left, scope), self.name(expression.right, scope)
        homes = [*self._home(expression.left, scope), *self._home(expression.right, scope), *self._sorts]
        members = next(self._sorts[home] for home in homes if {one, two} <= set(self._sorts[home]))
        return members.index(one), members.index(two)

    def _key(self, at: tuple[Expression, ...], scope: _Scope) -> str:
        return ",".join([self.name(term, scope) for term in at])

    # numbers

    def number(self, expression: Expression, scope: _Scope) -> _Amount:  # noqa: PLR0911, C901  # one case for each kind
        """Return a number or a truth value."""
        match expression:
            case Number(value=number):
                exact = _decimal(number)
                return _Amount(exact, exact)
            case Reference():
                return self._referred(expression, scope)
            case Arithmetic(operator=operator, terms=terms):
                return self._arithmetic(operator, [self.number(term, scope) for term in terms])
            case Function():
                return self._function(expression, self.number(expression.term, scope))
            case Compare(operator=operator):
                return self._compare(expression, operator, scope)
            case Logic(operator=operator, terms=terms):
                return _logic(operator, [self.number(term, scope) for term in terms])
            case Cardinality(kind=kind, count=count, terms=terms):
                found = self._arithmetic("+", [self.number(term, scope) for term in terms])
                operators: dict[str, Comparison] = {"at most": "<=", "at least": ">=", "exactly": "="}
                return self._compared(operators[kind], found, _Amount(count, count))
            case Different(terms=terms):
                return self._different([(term, scope) for term in terms])
            case Choice(condition=condition, then=then, otherwise=otherwise):
                when = self.number(condition, scope)
                if when.low == when.high:
                    return self.number(then if when.low > 0 else otherwise, scope)
                one, two = self.number(then, scope), self.number(otherwise, scope)
                return _Amount(min(one.low, two.low), max(one.high, two.high), exact=one.exact and two.exact)
            case Binder():
                return self._bound(expression, scope)
            case Member() | Bound():
                raise _Undefined(f"{shown(expression)!r} is no number")

    def _referred(self, expression: Reference, scope: _Scope) -> _Amount:
        name, key = expression.name, self._key(expression.at, scope)
        table = self._tables.get(name)
        if table is not None:
            given = table.values.get(key, table.default)
            if given is None:
                raise _Undefined(f"{name!r} has no value at {key!r}")
            number = _decimal(given)
            return _Amount(number, number)
        chosen = self._values[name][key]
        if isinstance(chosen, str):
            raise _Undefined(f"{name!r} is no number")
        if self._decisions[name].domain == "real":
            number = _decimal(chosen)
            return _Amount(number, number, exact=False)
        return _Amount(round(chosen), round(chosen))

    def _scopes(self, binder: Binder, scope: _Scope) -> Iterator[_Scope]:
        for chosen in itertools.product(*(self._sorts[sort] for _, sort in binder.variables)):
            inner = {**scope}
            for (variable, sort), member in zip(binder.variables, chosen, strict=True):
                inner[variable] = (member, sort)
            if binder.where is None or self.number(binder.where, inner).low > 0:
                yield inner

    def _bound(self, binder: Binder, scope: _Scope) -> _Amount:
        if binder.kind == "different":
            return self._different([(binder.body, inner) for inner in self._scopes(binder, scope)])
        found = [self.number(binder.body, inner) for inner in self._scopes(binder, scope)]
        match binder.kind:
            case "sum" | "count":
                return self._arithmetic("+", found)
            case "forall":
                return _logic("and", found)
            case "exists":
                return _logic("or", found)
            case kind:
                if not found:
                    raise _Undefined(f"{kind} of nothing")
                return self._arithmetic(kind, found)

    def _arithmetic(self, operator: str, terms: list[_Amount]) -> _Amount:
        exact = all(term.exact for term in terms)
        match operator:
            case "+":
                return _Amount(sum(term.low for term in terms), sum(term.high for term in terms), exact)
            case "-":
                return _Amount(terms[0].low - terms[1].high, terms[0].high - terms[1].low, exact)
            case "min":
                return _Amount(min(term.low for term in terms), min(term.high for term in terms), exact)
            case "max":
                return _Amount(max(term.low for term in terms), max(term.high for term in terms), exact)
            case "/":
                divisor = terms[1]
                if divisor.low <= 0 <= divisor.high:
                    raise _Undefined("a quotient by zero")
                return _product(terms[0], _Amount(Fraction(1) / divisor.high, Fraction(1) / divisor.low, divisor.exact))
            case _:
                found = terms[0]
                for term in terms[1:]:
                    found = _product(found, term)
                return found

    def _function(self, function: Function, term: _Amount) -> _Amount:
        ends = [term.low] if term.low == term.high else [term.low, term.high]
        if term.low < 0 < term.high:
            ends.append(0)
        rational = function.name in {"abs", "floor", "ceil"}
        rational = rational or (function.name == "power" and float(function.exponent).is_integer())
        try:
            found = [self._computed(function, end, exact=term.exact) for end in ends]
        except (ValueError, OverflowError, ZeroDivisionError):
            raise _Undefined(f"{function.name} of {_float(term.low):.6g}") from None
        return _Amount(min(found), max(found), term.exact and rational)

    def _computed(self, function: Function, number: Fraction | int, *, exact: bool) -> Fraction | int:  # noqa: PLR0911  # one case for each kind
        name, exponent = function.name, function.exponent
        if name == "sqrt" and not exact and -self._tolerance <= number < 0:
            number = 0
        match name:
            case "abs":
                return abs(number)
            case "floor":
                return math.floor(number)
            case "ceil":
                return math.ceil(number)
            case "power" if float(exponent).is_integer() and abs(exponent) <= 64:
                return _power(Fraction(number), int(exponent))
            case "power":
                return _decimal(math.pow(number, exponent))
            case "sqrt":
                return _decimal(math.sqrt(number))
            case "exp":
                return _decimal(math.exp(number))
            case "log":
                return _decimal(math.log(number))

    # truths

    def _compare(self, expression: Compare, operator: Comparison, scope: _Scope) -> _Amount:
        if not self.is_name(expression.left):
            return self._compared(operator, self.number(expression.left, scope), self.number(expression.right, scope))
        if operator in {"=", "!="}:
            same = self.name(expression.left, scope) == self.name(expression.right, scope)
            return _truth(same == (operator == "="))
        one, two = self._place(expression, scope)
        return self._compared(operator, _Amount(one, one), _Amount(two, two))

    def _compared(self, operator: Comparison, left: _Amount, right: _Amount) -> _Amount:
        if operator in {">=", ">"}:
            return self._compared("<=" if operator == ">=" else "<", right, left)
        slack: Fraction | int = 0
        if not (left.exact and right.exact):
            slack = self._tolerance * max(1, abs(left.low), abs(right.low))
        point = left.low == left.high == right.low == right.high
        apart = left.high < right.low or right.high < left.low
        match operator:
            case "<=":
                return _Amount(int(left.high <= right.low), int(left.low <= right.high + slack))
            case "<":
                return _Amount(int(left.high < right.low), int(left.low < right.high))
            case "=":
                near = left.low <= right.high + slack and right.low <= left.high + slack
                return _Amount(int(point), int(near))
            case _:
                return _Amount(int(apart), int(not point))

    def _different(self, terms: list[tuple[Expression, _Scope]]) -> _Amount:
        if terms and self.is_name(terms[0][0]):
            found = [self.name(term, scope) for term, scope in terms]
            return _truth(len(set(found)) == len(found))
        amounts = [self.number(term, scope) for term, scope in terms]
        return _logic("and", [self._compared("!=", one, two) for one, two in itertools.combinations(amounts, 2)])


def _truth(holds: bool) -> _Amount:  # noqa: FBT001  # the value itself
    return _Amount(int(holds), int(holds))


def _power(base: Fraction, exponent: int) -> Fraction:
    if max(abs(base.numerator).bit_length(), base.denominator.bit_length()) * abs(exponent) > _BITS:
        raise OverflowError
    return base**exponent


def _product(one: _Amount, two: _Amount) -> _Amount:
    if one.low == one.high and two.low == two.high:
        found = one.low * two.low
        return _Amount(found, found, one.exact and two.exact)
    corners = [first * second for first in (one.low, one.high) for second in (two.low, two.high)]
    return _Amount(min(corners), max(corners), one.exact and two.exact)


def _logic(operator: str, terms: list[_Amount]) -> _Amount:
    ends = [(term.low > 0, term.high > 0) for term in terms]
    match operator:
        case "and":
            return _Amount(int(all(low for low, _ in ends)), int(all(high for _, high in ends)))
        case "or":
            return _Amount(int(any(low for low, _ in ends)), int(any(high for _, high in ends)))
        case "not":
            return _Amount(int(not ends[0][1]), int(not ends[0][0]))
        case "implies":
            return _logic("or", [_logic("not", terms[:1]), terms[1]])
        case _:
            one, two = terms
            return _logic("and", [_logic("implies", [one, two]), _logic("implies", [two, one])])
