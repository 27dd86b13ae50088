"""Turn grounded terms into linear rows, with helper variables and big-M constants that follow from bounds.

Each helper is encoded only in the direction that its place needs: *under* stands for at most, *over* for at least its
term's value. That keeps relaxations tight, and a strict inequality on real numbers is refused only where it matters.
Functions that no row can express become definitions for a nonlinear solver, or are refused.
"""

import math
from fractions import Fraction
from typing import Literal, NoReturn

from solon.contract import Value
from solon.verify.formal.kinds import Faulty
from solon.verify.formal.range import Bounds, Ranges
from solon.verify.formal.terms import (
    ONE,
    ZERO,
    Always,
    Apply,
    Atom,
    Both,
    Either,
    Extreme,
    Ground,
    Linear,
    Not,
    Pick,
    Product,
    Quotient,
    Same,
    Test,
    Truth,
    Variable,
    both,
    either,
    linear,
    negated,
    scaled,
    total,
    truthful,
    whole,
    whole_atom,
)

Side = Literal["under", "over", "exact"]
_FLIPPED: dict[Side, Side] = {"under": "over", "over": "under", "exact": "exact"}
_ROUNDS = 3  # of bounds that follow from rows
_MOST_PAIRS = 20_000


class Form(Value, frozen=True, array_like=True):
    """A constant and coefficients of columns."""

    constant: float
    columns: tuple[int, ...]
    coefficients: tuple[float, ...]


class Definition(Value, frozen=True, array_like=True):
    """A column that equals a nonlinear function of forms."""

    column: int
    kind: Literal["product", "quotient", "sqrt", "exp", "log", "power"]
    terms: tuple[Form, ...]
    exponent: float = 1.0


class Rows(Value, frozen=True, array_like=True):
    """A mixed-integer problem; infinite bounds are None. The first ``original`` columns are the problem's own."""

    original: int
    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]
    integer: tuple[bool, ...]
    rows: tuple[Form, ...]  # form <= 0, or = 0 where ``equal``
    equal: tuple[bool, ...]
    goal: Form
    maximise: bool
    squares: tuple[tuple[int, int, float], ...] = ()  # of the goal: column, column, coefficient
    definitions: tuple[Definition, ...] = ()
    impossible: bool = False


def linearise(ground: Ground, *, nonlinear: bool = False) -> Rows:
    """Return the rows of a grounded problem. Raises Faulty for what rows cannot say, or need bounds for."""
    return _Lineariser(ground, nonlinear=nonlinear).run()


class _Lineariser:
    def __init__(self, ground: Ground, *, nonlinear: bool) -> None:
        self._ground, self._nonlinear = ground, nonlinear
        self._ranges = Ranges(ground)
        self._columns = list(ground.columns)
        self._integer = [column.domain != "real" for column in ground.columns]
        self._rows: list[tuple[Linear, bool]] = []
        self._literals: dict[tuple[Truth, Side], Linear] = {}
        self._atoms: dict[tuple[Atom, Side], Linear] = {}
        self._definitions: list[Definition] = []
        self._squares: dict[tuple[int, int], Fraction] = {}
        self._rule = ""
        self._picking = 0
        self._impossible = False

    def run(self) -> Rows:
        ground = self._ground
        for group in ground.groups:
            if len(group) > 1:
                self._row(Linear(-ONE, tuple((ONE, Variable(number)) for number in group)), equal=True)
        self._tighten()
        for rule in ground.rules:
            self._rule = rule.name
            self._assert(rule.truth)
        self._rule = ground.goal_name
        goal = self._goal()
        impossible = self._impossible or any(
            low is not None and high is not None and low > high for low, high in self._ranges.columns
        )
        return Rows(
            len(ground.columns),
            tuple(None if low is None else float(low) for low, _ in self._ranges.columns),
            tuple(None if high is None else float(high) for _, high in self._ranges.columns),
            tuple(self._integer),
            tuple(_form(row) for row, _ in self._rows),
            tuple(equal for _, equal in self._rows),
            _form(goal),
            ground.sense == "maximise",
            tuple((one, two, float(factor)) for (one, two), factor in self._squares.items() if factor),
            tuple(self._definitions),
            impossible,
        )

    def _fail(self, message: str, remedy: str) -> NoReturn:
        raise Faulty(self._rule, message, remedy)

    # bounds that follow from rules on variables alone

    def _tighten(self) -> None:
        tests: list[Test] = []
        for rule in self._ground.rules:
            parts = rule.truth.terms if isinstance(rule.truth, Both) else (rule.truth,)
            for part in parts:
                plain = isinstance(part, Test) and all(isinstance(atom, Variable) for _, atom in part.sum.terms)
                if isinstance(part, Test) and plain and part.operator != "!=" and len(part.sum.terms) <= 200:
                    tests.append(part)
        for _ in range(_ROUNDS):
            before = list(self._ranges.columns)
            for part in tests:
                self._follow(part.sum)
                if part.operator == "=":
                    self._follow(scaled(part.sum, -ONE))
            if before == self._ranges.columns:
                break

    def _follow(self, part: Linear) -> None:
        """Tighten bounds by ``part <= 0``."""
        least = [
            self._ranges.columns[atom.number][0 if coefficient > 0 else 1]
            for coefficient, atom in part.terms
            if isinstance(atom, Variable)
        ]
        missing = [place for place, bound in enumerate(least) if bound is None]
        if len(missing) > 1:
            return
        known = part.constant + sum(
            coefficient * bound for (coefficient, _), bound in zip(part.terms, least, strict=True) if bound is not None
        )
        for place, (coefficient, atom) in enumerate(part.terms):
            own = least[place]
            if (missing and missing[0] != place) or not isinstance(atom, Variable):
                continue
            limit = -(known - (ZERO if own is None else coefficient * own)) / coefficient
            self._bound(atom.number, limit, upper=coefficient > 0)

    def _bound(self, number: int, limit: Fraction, *, upper: bool) -> None:
        low, high = self._ranges.columns[number]
        if self._integer[number]:
            limit = Fraction(math.floor(limit) if upper else math.ceil(limit))
        elif limit.denominator > 10**9:  # rounding must not cut anything off
            limit = Fraction(math.ceil(limit * 10**9) if upper else math.floor(limit * 10**9), 10**9)
        if upper and (high is None or limit < high):
            high = limit
        elif not upper and (low is None or limit > low):
            low = limit
        self._ranges.columns[number] = (low, high)

    # columns and rows

    def _column(self, bounds: Bounds, *, integer: bool = False) -> Linear:
        number = len(self._ranges.columns)
        self._ranges.columns.append(bounds)
        self._integer.append(integer)
        return Linear(ZERO, ((ONE, Variable(number)),))

    def _row(self, part: Linear, *, equal: bool = False) -> None:
        """Add ``part <= 0`` or ``part = 0``."""
        if part.terms:
            self._rows.append((part, equal))
        elif part.constant > 0 or (equal and part.constant < 0):
            self._impossible = True

    def _most(self, part: Linear) -> Fraction:
        """Return the largest value of a form."""
        high = self._ranges.of(part)[1]
        if high is None:
            self._fail(
                f"{self._rule!r} needs bounds: {self._unbounded(part)} may be as large as it likes",
                "give those variables bounds such as >= 0 <= 1000",
            )
        return high

    def _unbounded(self, part: Linear) -> str:
        for coefficient, atom in part.terms:
            number = atom.number if isinstance(atom, Variable) else len(self._columns)
            if number < len(self._columns) and self._ranges.columns[number][1 if coefficient > 0 else 0] is None:
                column = self._columns[number]
                return f"{column.name}[{column.key}]" if column.key else column.name
        return "a part of it"

    def _step(self, part: Linear) -> Fraction | None:
        """Return a number that a sum is always a multiple of, beside its constant; None over real numbers."""
        if not all(self._whole(atom) for _, atom in part.terms):
            return None
        scale = math.lcm(*(coefficient.denominator for coefficient, _ in part.terms))
        return Fraction(math.gcd(*(int(coefficient * scale) for coefficient, _ in part.terms)), scale)

    def _whole(self, atom: Atom) -> bool:
        if isinstance(atom, Variable):
            return self._integer[atom.number]
        return whole_atom(atom, self._ground.columns)

    def _unstrict(self, part: Linear) -> Linear:
        """Return what ``part < 0`` is with ``<=``: a shift by one step of whole numbers."""
        step = self._step(part)
        if step is None:
            self._fail(
                f"{self._rule!r} needs a strict inequality of real numbers, which only the SMT solver takes",
                "write <= or >=, or let the variable be whole",
            )
        # the largest multiple of the step that keeps the sum below zero
        terms_limit = -part.constant / step
        limit = (math.ceil(terms_limit) - 1) * step
        return Linear(-limit, part.terms)

    # rules

    def _assert(self, truth: Truth) -> None:
        match truth:
            case Always(holds=holds):
                self._impossible |= not holds
            case Both(terms=terms):
                for term in terms:
                    self._assert(term)
            case Test(operator="<=", sum=part):
                self._row(self.form(part, "over"))
            case Test(operator="<", sum=part):
                self._row(self.form(self._unstrict(part), "over"))
            case Test(operator="=", sum=part):
                self._row(self.form(part, "exact"), equal=True)
            case _:
                self._imply(Linear(ONE), truth)

    def _imply(self, when: Linear, truth: Truth) -> None:  # noqa: C901  # one case for each kind
        """Make a truth hold where a 0-1 form is 1."""
        match truth:
            case Always(holds=holds):
                if not holds:
                    self._row(when)
            case Both(terms=terms):
                for term in terms:
                    self._imply(when, term)
            case Either(terms=terms):
                literals = [(-ONE, self._literal(term, "under")) for term in terms]
                self._row(total([(ONE, when), *literals]))
            case Test(operator="!=", sum=part):
                self._imply(when, either([Test("<", part), Test("<", scaled(part, -ONE))]))
            case Test(operator=operator, sum=part):
                self._test(when, operator, part)
            case Not(term=Same(left=left, right=right)):
                self._imply(when, Same(negated(left), right))
            case Same(left=left, right=right):
                one, two = self._literal(left, "exact"), self._literal(right, "exact")
                self._row(total([(ONE, one), (-ONE, two), (ONE, when)], -ONE))
                self._row(total([(ONE, two), (-ONE, one), (ONE, when)], -ONE))
            case Variable() | Not():
                self._row(total([(ONE, when), (-ONE, self._literal(truth, "under"))]))

    def _test(self, when: Linear, operator: str, part: Linear) -> None:
        parts = [self._unstrict(part) if operator == "<" else part]
        if operator == "=":
            parts.append(scaled(part, -ONE))
        for one in parts:
            form = self.form(one, "over")
            most = self._most(form) if when.terms else ONE
            if most > 0:  # otherwise it holds anyway
                self._row(total([(ONE, form), (most, when)], -most))

    def _literal(self, truth: Truth, side: Side) -> Linear:
        """Return a 0-1 form for a truth."""
        match truth:
            case Always() | Variable():
                return linear(truth)
            case Not(term=term):
                return total([(-ONE, self._literal(term, _FLIPPED[side]))], ONE)
            case _:
                known = self._literals.get((truth, side)) or self._literals.get((truth, "exact"))
                if known is not None:
                    return known
                opposite = self._literals.get((negated(truth), "exact"))
                if opposite is not None:
                    return total([(-ONE, opposite)], ONE)
                found = self._column((ZERO, ONE), integer=True)
                self._literals[truth, side] = found
                if side != "over":
                    self._imply(found, truth)
                if side != "under":
                    self._imply(total([(-ONE, found)], ONE), negated(truth))
                return found

    # numbers

    def form(self, part: Linear, side: Side) -> Linear:
        """Return a sum of columns for a sum of atoms."""
        found: list[tuple[Fraction, Linear]] = []
        for coefficient, atom in part.terms:
            own = side if coefficient > 0 else _FLIPPED[side]
            found.append((coefficient, self._atom(atom, own)))
        return total(found, part.constant)

    def _atom(self, atom: Atom, side: Side) -> Linear:
        if isinstance(atom, Variable):
            return linear(atom)
        if isinstance(atom, Test | Not | Both | Either | Same):
            return self._literal(atom, side)
        known = self._atoms.get((atom, side)) or self._atoms.get((atom, "exact"))
        if known is None:
            known = self._atoms[atom, side] = self._helper(atom, side)
        return known

    def _helper(self, atom: Product | Quotient | Apply | Extreme | Pick, side: Side) -> Linear:  # noqa: C901, PLR0911  # one case for each kind
        match atom:
            case Product():
                return self._product(atom, side)
            case Extreme(kind="max", terms=terms):
                return self._largest(terms, side)
            case Extreme(terms=terms):
                negative = tuple(scaled(term, -ONE) for term in terms)
                return scaled(self._largest(negative, _FLIPPED[side]), -ONE)
            case Pick():
                return self._pick(atom, side)
            case Apply(name="abs", term=term):
                return self._largest((term, scaled(term, -ONE)), side)
            case Apply(name="floor", term=term):
                return self._floor(term, side)
            case Apply(name="ceil", term=term):
                return scaled(self._floor(scaled(term, -ONE), _FLIPPED[side]), -ONE)
            case Quotient(left=left, right=right):
                low, high = self._ranges.of(right)
                self._partial(unsafe=low is None or high is None or low <= 0 <= high)
                return self._define(atom, "quotient", (left, right))
            case Apply(name="exp", term=term):
                return self._define(atom, "exp", (term,))
            case Apply(name=name, term=term, exponent=exponent):
                low = self._ranges.of(term)[0]
                positive = low is not None and (low > 0 or (low == 0 and name != "log" and exponent > 0))
                easy = name == "power" and exponent == int(exponent) and exponent >= 0
                self._partial(unsafe=not positive and not easy)
                kind: Literal["sqrt", "log", "power"] = (
                    "power" if name == "power" else "sqrt" if name == "sqrt" else "log"
                )
                return self._define(atom, kind, (term,), exponent)

    def _partial(self, *, unsafe: bool) -> None:
        if unsafe and self._picking:
            self._fail(
                f"{self._rule!r} uses a quotient, root, power or logarithm that may have no value inside of 'if'",
                "bound its operand away from zero",
            )

    def _define(
        self,
        atom: Product | Quotient | Apply,
        kind: Literal["product", "quotient", "sqrt", "exp", "log", "power"],
        terms: tuple[Linear, ...],
        exponent: float = 1.0,
    ) -> Linear:
        if not self._nonlinear:
            self._fail(
                f"{self._rule!r} is nonlinear ({kind} of variables)", "use the nonlinear solver or make it linear"
            )
        forms = tuple(self.form(term, "exact") for term in terms)
        low, high = self._ranges.atom(atom)
        found = self._column((low, high), integer=False)
        number = len(self._ranges.columns) - 1
        self._definitions.append(Definition(number, kind, tuple(_form(form) for form in forms), exponent))
        return found

    def _product(self, product: Product, side: Side) -> Linear:
        left, right = product.left, product.right
        columns = tuple(self._columns)
        simple = any(truthful(atom, columns) for part in (left, right) for _, atom in part.terms)
        if not simple:
            return self._define(product, "product", (left, right))
        if len(left.terms) * len(right.terms) > _MOST_PAIRS:
            self._fail(f"{self._rule!r} multiplies two long sums", "split it")
        found: list[tuple[Fraction, Linear]] = []
        for factor, one in left.terms:
            for other_factor, two in right.terms:
                factors = factor * other_factor
                own = side if factors > 0 else _FLIPPED[side]
                found.append((factors, self._pair(one, two, own)))
        constant = left.constant * right.constant
        first = self.form(scaled(Linear(ZERO, left.terms), right.constant), side)
        second = self.form(scaled(Linear(ZERO, right.terms), left.constant), side)
        return total([*found, (ONE, first), (ONE, second)], constant)

    def _pair(self, one: Atom, two: Atom, side: Side) -> Linear:
        columns = tuple(self._columns)
        first, second = truthful(one, columns), truthful(two, columns)
        if first and second:
            return self._literal(both([_as_truth(one), _as_truth(two)]), side)
        if first:
            return self._atom(Pick(_as_truth(one), linear(two), Linear(ZERO)), side)
        if second:
            return self._pair(two, one, side)
        return self._atom(Product(linear(one), linear(two)), side)

    def _largest(self, terms: tuple[Linear, ...], side: Side) -> Linear:
        forms = [self.form(term, side) for term in terms]
        bounds = [self._ranges.of(form) for form in forms]
        lows = [low for low, _ in bounds if low is not None]
        highs = [high for _, high in bounds if high is not None]
        found = self._column((max(lows) if lows else None, max(highs) if len(highs) == len(forms) else None))
        if side != "under":
            for form in forms:
                self._row(total([(ONE, form), (-ONE, found)]))
        if side != "over":
            chosen = [self._column((ZERO, ONE), integer=True) for _ in forms]
            self._row(total([(ONE, one) for one in chosen], -ONE), equal=True)
            for form, one in zip(forms, chosen, strict=True):
                gap = total([(ONE, found), (-ONE, form)])  # at most 0 where this one is chosen
                most = self._most(gap)
                if most > 0:
                    self._row(total([(ONE, gap), (most, one)], -most))
        return found

    def _pick(self, pick: Pick, side: Side) -> Linear:
        when = self._literal(pick.condition, "exact")
        self._picking += 1
        then, otherwise = self.form(pick.then, side), self.form(pick.otherwise, side)
        self._picking -= 1
        (low, high), (least, most) = self._ranges.of(then), self._ranges.of(otherwise)
        found = self._column(
            (
                None if low is None or least is None else min(low, least),
                None if high is None or most is None else max(high, most),
            )
        )
        unless = total([(-ONE, when)], ONE)
        for branch, active in ((then, when), (otherwise, unless)):
            gap = total([(ONE, found), (-ONE, branch)])
            gaps = [gap] if side == "under" else [scaled(gap, -ONE)] if side == "over" else [gap, scaled(gap, -ONE)]
            for one in gaps:
                size = self._most(one)
                if size > 0:
                    self._row(total([(ONE, one), (size, active)], -size))
        return found

    def _floor(self, part: Linear, side: Side) -> Linear:
        if whole(part, tuple(self._columns)):
            return self.form(part, side)
        form = self.form(part, side)
        low, high = self._ranges.of(form)
        bounds = (
            None if low is None else Fraction(math.floor(low)),
            None if high is None else Fraction(math.floor(high)),
        )
        found = self._column(bounds, integer=True)
        if side != "over":
            self._row(total([(ONE, found), (-ONE, form)]))
        if side != "under":
            self._row(self._unstrict(total([(ONE, form), (-ONE, found)], -ONE)))  # form - found < 1
        return found

    # the objective

    def _goal(self) -> Linear:
        side: Side = "under" if self._ground.sense == "maximise" else "over"
        if self._nonlinear:
            return self.form(self._ground.goal, side)
        rest: list[tuple[Fraction, Linear]] = []
        for coefficient, atom in self._ground.goal.terms:
            pair = _square(atom)
            if pair is None or not self._quadratic(*pair, coefficient, rest):
                own = side if coefficient > 0 else _FLIPPED[side]
                rest.append((coefficient, self._atom(atom, own)))
        if any(self._squares.values()) and any(self._integer):
            self._fail(
                f"{self._rule!r} is quadratic and variables are whole, which HiGHS cannot take",
                "use the nonlinear solver or make it linear",
            )
        return total(rest, self._ground.goal.constant)

    def _quadratic(
        self, left: Linear, right: Linear, coefficient: Fraction, rest: list[tuple[Fraction, Linear]]
    ) -> bool:
        """Expand a product of sums of real variables; return whether it is one."""
        atoms = [atom for part in (left, right) for _, atom in part.terms]
        if not all(isinstance(atom, Variable) and not self._integer[atom.number] for atom in atoms):
            return False
        if len(left.terms) * len(right.terms) > _MOST_PAIRS:
            return False
        for one_factor, one in left.terms:
            for two_factor, two in right.terms:
                assert isinstance(one, Variable)
                assert isinstance(two, Variable)
                key = (min(one.number, two.number), max(one.number, two.number))
                self._squares[key] = self._squares.get(key, ZERO) + coefficient * one_factor * two_factor
        rest.append((coefficient * right.constant, left))
        rest.append((coefficient * left.constant, Linear(ZERO, right.terms)))
        return True


def _square(atom: Atom) -> tuple[Linear, Linear] | None:
    match atom:
        case Product(left=left, right=right):
            return left, right
        case Apply(name="power", term=term, exponent=2.0):
            return term, term
        case _:
            return None


def _as_truth(atom: Atom) -> Truth:
    assert isinstance(atom, Variable | Test | Not | Both | Either | Same)
    return atom


def _form(part: Linear) -> Form:
    columns: list[int] = []
    for _, atom in part.terms:
        assert isinstance(atom, Variable)
        columns.append(atom.number)
    return Form(float(part.constant), tuple(columns), tuple(float(coefficient) for coefficient, _ in part.terms))
