# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportOperatorIssue=false, reportReturnType=false, reportCallIssue=false
# pyright: reportOptionalMemberAccess=false, reportAssignmentType=false
# z3 has no types; this file is the only one of the package that sees it
"""Z3 in a process of its own: encodes a grounded problem, searches, and finds minimal cores by deletion.

Whole-numbered objectives with a known bound are tightened by bisection, which keeps every step a small question of
satisfiability. All others are enclosed between exact fractions, and only a proof that nothing is better ends the
search. z3's own optimiser is not used: where conditions and real numbers meet, its optimum can be wrong (z3 5.4 says
92 where a solution is worth 93).
"""

import math
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import msgspec
import z3

from solon.verify.formal.exchange import Answer, Question, asked, reply
from solon.verify.formal.kinds import Faulty
from solon.verify.formal.range import Ranges
from solon.verify.formal.terms import (
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
    label,
    parts,
    scaled,
    truthful,
    whole,
)

_ENDLESS: Final = Fraction(10**18)  # a step of an objective that is taken for no end
_NARROW: Final = Fraction(1, 10**11)  # relative width at which a best value counts as enclosed
_FAR: Final = 10**6  # where a variable without bounds is taken to run away
_LARGEST: Final = 1 << 28  # coefficient of a pseudo-Boolean constraint


def answer(payload: bytes) -> bytes:
    """Answer one question."""
    question = asked(payload)
    try:
        return reply(_Search(question).answer())
    except Faulty as fault:
        return reply(Answer("refused", rule=fault.error.rule, message=fault.error.message, remedy=fault.error.remedy))


class _Encoder:
    """Turns terms into z3 expressions; what partial functions need is collected for the rule that uses them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._rule = ""
        self._needs: list[z3.BoolRef] = []
        self._path: list[z3.BoolRef] = []
        self._known: dict[Truth, z3.BoolRef] = {}
        make = {"bool": z3.Bool, "int": z3.Int, "real": z3.Real}
        self.variables = [make[column.domain](f"x{number}") for number, column in enumerate(ground.columns)]

    def frame(self) -> list[z3.BoolRef]:
        """Return what holds without any rule: bounds, and one member for each choice."""
        found: list[z3.BoolRef] = []
        for column, variable in zip(self._ground.columns, self.variables, strict=True):
            if column.domain == "bool":
                continue
            if column.low is not None:
                found.append(variable >= _constant(column.low, column.domain == "int"))
            if column.high is not None:
                found.append(variable <= _constant(column.high, column.domain == "int"))
        found += [z3.PbEq([(self.variables[number], 1) for number in group], 1) for group in self._ground.groups]
        return found

    def rule(self, name: str, truth: Truth) -> z3.BoolRef:
        """Return a rule with what its partial functions need."""
        self._rule, self._needs, self._known = name, [], {}
        held = self.truth(truth)
        return z3.And(held, *self._needs) if self._needs else held

    def goal(self, name: str, goal: Linear) -> tuple[z3.ArithRef, list[z3.BoolRef]]:
        """Return an objective and what its partial functions need."""
        self._rule, self._needs, self._known = name, [], {}
        return self.number(goal), self._needs

    def truth(self, truth: Truth) -> z3.BoolRef:
        known = self._known.get(truth)
        if known is None:
            known = self._truth(truth)
            if not self._path:  # what is needed was added without a condition
                self._known[truth] = known
        return known

    def _truth(self, truth: Truth) -> z3.BoolRef:  # noqa: PLR0911  # one case for each kind
        match truth:
            case Always(holds=holds):
                return z3.BoolVal(holds)
            case Variable(number=number):
                return self.variables[number]
            case Test(operator=operator, sum=part):
                return self._test(operator, part)
            case Not(term=term):
                return z3.Not(self.truth(term))
            case Both(terms=terms):
                return z3.And([self.truth(term) for term in terms])
            case Either(terms=terms):
                return z3.Or([self.truth(term) for term in terms])
            case Same(left=left, right=right):
                return self.truth(left) == self.truth(right)

    def _test(self, operator: str, part: Linear) -> z3.BoolRef:
        scale = math.lcm(part.constant.denominator, *(coefficient.denominator for coefficient, _ in part.terms))
        part = scaled(part, Fraction(scale))
        if all(truthful(atom, self._ground.columns) for _, atom in part.terms):
            weights = sum(abs(coefficient) for coefficient, _ in part.terms) + abs(part.constant)
            if weights < _LARGEST:
                return self._pseudo_boolean(operator, part)
        total = self.number(part)
        return {"<=": total <= 0, "<": total < 0, "=": total == 0, "!=": total != 0}[operator]

    def _pseudo_boolean(self, operator: str, part: Linear) -> z3.BoolRef:
        room = -part.constant
        literals: list[tuple[z3.BoolRef, int]] = []
        for coefficient, atom in part.terms:
            literal = self.truth(atom)
            if coefficient < 0:
                literal, room = z3.Not(literal), room - coefficient
            literals.append((literal, int(abs(coefficient))))
        bound = int(room) - (operator == "<")
        most = sum(weight for _, weight in literals)
        if operator in {"<=", "<"}:
            if bound < 0 or bound >= most:
                return z3.BoolVal(bound >= 0)
            if all(weight == 1 for _, weight in literals) and bound == most - 1:
                return z3.Or([z3.Not(literal) for literal, _ in literals])
            return z3.PbLe(literals, bound)
        equal = z3.PbEq(literals, bound) if 0 <= bound <= most else z3.BoolVal(False)  # noqa: FBT003  # z3's own signature
        return equal if operator == "=" else z3.Not(equal)

    def number(self, part: Linear) -> z3.ArithRef:
        """Return a sum; its sort is whole numbers if it can be nothing else."""
        integer = whole(part, self._ground.columns)
        terms = [] if part.constant == 0 and part.terms else [_constant(part.constant, integer)]
        for coefficient, atom in part.terms:
            if truthful(atom, self._ground.columns):
                zero = _constant(Fraction(0), integer)
                terms.append(z3.If(self.truth(atom), _constant(coefficient, integer), zero))
                continue
            found = self._atom(atom)
            if not integer and found.is_int():
                found = z3.ToReal(found)
            terms.append(found if coefficient == 1 else _constant(coefficient, integer) * found)
        return terms[0] if len(terms) == 1 else z3.Sum(terms)

    def _atom(self, atom: Atom) -> z3.ArithRef:  # noqa: PLR0911  # one case for each kind
        match atom:
            case Variable(number=number):
                return self.variables[number]
            case Product(left=left, right=right):
                return _real(self.number(left), right=self.number(right))
            case Quotient(left=left, right=right):
                divisor = self._real(right)
                self._need(divisor != 0)
                return self._real(left) / divisor
            case Extreme(kind=kind, terms=terms):
                found = self._alike(terms)
                best = found[0]
                for other in found[1:]:
                    ahead = best <= other if kind == "min" else best >= other
                    best = z3.If(ahead, best, other)
                return best
            case Pick(condition=condition, then=then, otherwise=otherwise):
                return self._pick(self.truth(condition), then, otherwise)
            case Apply():
                return self._apply(atom)
            case _:
                return z3.If(self.truth(atom), z3.IntVal(1), z3.IntVal(0))

    def _pick(self, when: z3.BoolRef, then: Linear, otherwise: Linear) -> z3.ArithRef:
        self._path.append(when)
        first = self.number(then)
        self._path[-1] = z3.Not(when)
        second = self.number(otherwise)
        self._path.pop()
        if first.is_int() != second.is_int():
            first, second = (z3.ToReal(part) if part.is_int() else part for part in (first, second))
        return z3.If(when, first, second)

    def _alike(self, terms: Sequence[Linear]) -> list[z3.ArithRef]:
        found = [self.number(term) for term in terms]
        if all(part.is_int() for part in found):
            return found
        return [z3.ToReal(part) if part.is_int() else part for part in found]

    def _real(self, part: Linear) -> z3.ArithRef:
        found = self.number(part)
        return z3.ToReal(found) if found.is_int() else found

    def _need(self, condition: z3.BoolRef) -> None:
        self._needs.append(z3.Implies(z3.And(*self._path), condition) if self._path else condition)

    def _apply(self, apply: Apply) -> z3.ArithRef:
        term, name, exponent = self.number(apply.term), apply.name, apply.exponent
        match name:
            case "abs":
                return z3.If(term >= 0, term, -term)
            case "floor":
                return term if term.is_int() else z3.ToInt(term)
            case "ceil":
                return term if term.is_int() else -z3.ToInt(-term)
            case "power" if exponent == int(exponent) and abs(exponent) <= 16:
                return self._power(term, int(exponent))
            case "sqrt" | "power" if name == "sqrt" or exponent == 0.5:
                root = z3.FreshReal("root")
                square = z3.ToReal(term) if term.is_int() else term
                self._need(z3.And(root >= 0, root * root == square))
                return root
            case _:
                raise Faulty(
                    self._rule,
                    f"the SMT solver cannot take {name} in {self._rule!r}",
                    "use the nonlinear solver or leave it out",
                )

    def _power(self, term: z3.ArithRef, exponent: int) -> z3.ArithRef:
        found = z3.IntVal(1) if term.is_int() else z3.RealVal(1)
        for _ in range(abs(exponent)):
            found = found * term
        if exponent >= 0:
            return found
        self._need(term != 0)
        return 1 / (z3.ToReal(found) if found.is_int() else found)


def _real(left: z3.ArithRef, *, right: z3.ArithRef) -> z3.ArithRef:
    if left.is_int() != right.is_int():
        left, right = (z3.ToReal(part) if part.is_int() else part for part in (left, right))
    return left * right


def _constant(value: Fraction, integer: bool) -> z3.ArithRef:  # noqa: FBT001  # a sort, positional like z3's own
    return z3.IntVal(value.numerator) if integer else z3.RealVal(f"{value.numerator}/{value.denominator}")


class _Search:
    """One search; owns the deadline."""

    def __init__(self, question: Question) -> None:
        self._ground, self._core = question.ground, question.core
        self._deadline = time.monotonic() + question.seconds
        self._curved = any(_bends(part) for part in parts(question.ground))
        self._encoder = _Encoder(question.ground)
        self._frame = self._encoder.frame()
        self._rules = [(rule.name, self._encoder.rule(rule.name, rule.truth)) for rule in question.ground.rules]

    def answer(self) -> Answer:
        ground = self._ground
        if ground.sense:
            goal, needs = self._encoder.goal(ground.goal_name, ground.goal)
            self._frame += needs
            found = self._optimise(goal)
        else:
            solver = self._solver()
            found = self._verdict(solver.check(), solver)
        if found.status == "infeasible" and self._core:
            return self._reduced()
        return found

    def _solver(self) -> z3.Solver:
        boolean = all(column.domain == "bool" for column in self._ground.columns)
        simple = boolean and not any("root" in str(need) for need in self._frame)
        solver = z3.SolverFor("QF_FD") if simple else z3.Solver()
        solver.add(*self._frame, *(rule for _, rule in self._rules))
        self._patience(solver)
        return solver

    def _patience(self, solver: z3.Solver) -> None:
        solver.set("timeout", max(1, int(1000 * (self._deadline - time.monotonic()))))

    def _verdict(self, status: z3.CheckSatResult, solver: z3.Solver) -> Answer:
        if status == z3.sat:
            return Answer("solved", self._values(solver.model()), proved=True)
        if status == z3.unsat:
            return Answer("infeasible")
        return Answer("time", message=f"Z3 gave up: {solver.reason_unknown()}")

    def _values(self, model: z3.ModelRef) -> tuple[float, ...]:
        return tuple(_value(model.eval(variable, model_completion=True)) for variable in self._encoder.variables)

    def _optimise(self, goal: z3.ArithRef) -> Answer:
        ground = self._ground
        scale = math.lcm(
            ground.goal.constant.denominator, *(coefficient.denominator for coefficient, _ in ground.goal.terms)
        )
        part = scaled(ground.goal, Fraction(scale if ground.sense == "minimise" else -scale))
        least = Ranges(ground).of(part)[0]
        if least is not None and whole(part, ground.columns):
            return self._bisect(part, math.ceil(least), Fraction(scale))
        return self._exactly(goal)

    def _bisect(self, part: Linear, least: int, scale: Fraction) -> Answer:
        """Minimise a whole number that is never below ``least``."""
        solver = self._solver()
        best: Answer | None = None
        limit: int | None = None
        sign = 1 if self._ground.sense == "minimise" else -1
        while best is None or limit is None or least <= limit:
            solver.push()
            if best is not None and limit is not None:
                middle = (least + limit) // 2
                solver.add(self._encoder.truth(_at_most(part, middle)))
            else:
                middle = least
            self._patience(solver)
            status = solver.check()
            if status == z3.sat:
                model = solver.model()
                reached = model.eval(self._encoder.number(part), model_completion=True).as_long()
                best, limit = Answer("solved", self._values(model)), reached - 1
            elif status == z3.unsat:
                if best is None:
                    return Answer("infeasible")
                least = middle + 1
            else:
                values = best.values if best else ()
                return Answer("time", values, bound=float(sign * least / scale), message="Z3 ran out of time")
            solver.pop()
        return Answer("solved", best.values, bound=float(sign * least / scale), proved=True)

    def _exactly(self, goal: z3.ArithRef) -> Answer:
        """Enclose the best value between one that is reached and one that is not."""
        solver = self._solver()
        sign = 1 if self._ground.sense == "maximise" else -1
        up = goal if sign == 1 else -goal
        first = self._beyond(solver, up, None)
        if first is None or isinstance(first, Answer):
            return first or Answer("infeasible")
        best, low = first
        high: Fraction | None = None
        step = Fraction(1)
        while high is not None or step <= _ENDLESS:
            narrow = high is not None and high - low <= _NARROW * max(1, abs(low))
            for limit in _limits(low, high, step, narrow=narrow):
                if limit is not None and limit <= low:  # passed by a better solution meanwhile
                    continue
                strict = limit is None
                found = self._beyond(solver, up, low if limit is None else limit, strict=strict)
                if isinstance(found, Answer):
                    return msgspec.structs.replace(found, values=best)
                if found is not None:
                    best, low = found
                elif limit is None:
                    return Answer("solved", best, bound=float(sign * low), proved=True)
                else:
                    high = limit if high is None else min(high, limit)
            if narrow and high is not None:
                return self._enclosed(solver, up, Answer("solved", best, bound=float(sign * high), proved=True), low)
            step *= 8
        ends = Ranges(self._ground).of(self._ground.goal)
        if ends[sign == 1] is None:
            return Answer("unbounded")
        name = self._ground.goal_name
        return Answer("refused", rule=name, message=f"{name!r} passes {float(_ENDLESS):g}", remedy="use larger units")

    def _beyond(
        self, solver: z3.Solver, up: z3.ArithRef, limit: Fraction | None, *, strict: bool = False
    ) -> "tuple[tuple[float, ...], Fraction] | Answer | None":
        """Return a solution beyond a limit with its worth, nothing if there is none, an answer if time ran out."""
        solver.push()
        if limit is not None:
            bound = _constant(limit, up.is_int() and limit.denominator == 1)
            solver.add(up > bound if strict else up >= bound)
        self._patience(solver)
        status = solver.check()
        model = solver.model() if status == z3.sat else None
        solver.pop()
        if model is not None:
            return self._values(model), _fraction(model.eval(up, model_completion=True))
        return None if status == z3.unsat else self._verdict(status, solver)

    def _enclosed(self, solver: z3.Solver, up: z3.ArithRef, best: Answer, low: Fraction) -> Answer:
        """Return the best value, which may be no fraction, or a refusal if it is never reached.

        Of 1/x, values as good as the best are had only where a variable without bounds runs away.
        """
        if not self._curved:
            return self._unreached(best.bound)
        variables = zip(self._ground.columns, self._encoder.variables, best.values, strict=True)
        free = [(label(it), variable, at) for it, variable, at in variables if it.low is None or it.high is None]
        running = [name for name, _, at in free if abs(at) > _FAR]
        if not running:
            return best
        solver.add(*(z3.And(variable >= -_FAR, variable <= _FAR) for _, variable, _ in free))
        found = self._beyond(solver, up, low)
        if isinstance(found, Answer):
            return msgspec.structs.replace(found, values=best.values)
        name = self._ground.goal_name
        told = f"no best value of {name!r} is found while {running[0]!r} has no bounds"
        remedy = "give the variables the bounds that they have in truth"
        return best if found else Answer("refused", rule=name, message=told, remedy=remedy)

    def _unreached(self, limit: float) -> Answer:
        name = self._ground.goal_name
        return Answer(
            "refused",
            rule=name,
            message=f"{name!r} comes ever closer to {limit:g} and never reaches it",
            remedy="write <= or >= instead of a strict inequality",
        )

    def _reduced(self) -> Answer:
        """Return a minimal core: dropping any of its rules leaves something that can hold."""
        solver = z3.Solver()
        solver.add(*self._frame)
        marks = {name: z3.Bool(f"rule {name}") for name, _ in self._rules}
        for name, rule in self._rules:
            solver.add(z3.Implies(marks[name], rule))
        names = {mark.decl().name(): name for name, mark in marks.items()}
        self._patience(solver)
        if solver.check(*marks.values()) != z3.unsat:
            return Answer("infeasible")
        order = {name: place for place, (name, _) in enumerate(self._rules)}
        kept = sorted((names[mark.decl().name()] for mark in solver.unsat_core()), key=order.__getitem__)
        minimal = True
        for name in list(reversed(kept)):
            rest = [other for other in kept if other != name]
            self._patience(solver)
            status = solver.check(*(marks[other] for other in rest)) if name in kept else z3.sat
            if status == z3.unsat:
                smaller = {names[mark.decl().name()] for mark in solver.unsat_core()}
                kept = [other for other in rest if other in smaller]
            minimal = minimal and status != z3.unknown
        return Answer("infeasible", core=tuple(kept), minimal=minimal)


def _bends(atom: Atom) -> bool:
    return isinstance(atom, Product | Quotient) or (isinstance(atom, Apply) and atom.name in {"power", "sqrt"})


def _at_most(part: Linear, limit: int) -> Truth:
    return Test("<=", Linear(part.constant - limit, part.terms)) if part.terms else Always(holds=part.constant <= limit)


def _limits(low: Fraction, high: Fraction | None, step: Fraction, *, narrow: bool) -> list[Fraction | None]:
    """Return what to try next; None stands for anything better than the lower end. Simple fractions come first."""
    if high is None:
        return [low + step]
    width = high - low
    simple = [] if narrow else [_simplest(low + width / 1000, high - width / 1000), low + width / 2]
    return [None, *simple]


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the fraction of the smallest denominator in an interval (continued fractions)."""
    whole_part = math.floor(low)
    if whole_part == low:
        return low
    if whole_part + 1 <= high:
        return Fraction(whole_part + 1)
    return whole_part + 1 / _simplest(1 / (high - whole_part), 1 / (low - whole_part))


def _value(found: z3.ExprRef) -> float:
    if z3.is_true(found) or z3.is_false(found):
        return float(z3.is_true(found))
    return float(_fraction(found))


def _fraction(found: z3.ExprRef) -> Fraction:
    if z3.is_algebraic_value(found):
        found = found.approx(20)
    return Fraction(found.as_fraction() if z3.is_rational_value(found) else found.as_long())
