"""Random small problems over the whole language, and an oracle that evaluates them in the plainest way."""

import itertools
import math
import random
from fractions import Fraction

from hypothesis import strategies as st

from solon.verify.formal.expression import (
    Arithmetic,
    Binder,
    Bound,
    Cardinality,
    Choice,
    Compare,
    Different,
    Function,
    Logic,
    Member,
    Number,
    Reference,
)
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table

GOODS, DAYS = ("bread", "cake", "pie"), ("mon", "tue")
SORTS = (Sort("good", GOODS), Sort("day", DAYS, "working days"))
TABLES = (
    Table("cost", ("good",), {"bread": 1.0, "cake": 2.0, "pie": -1.0}),
    Table("open", ("good", "day"), {"bread,mon": 1.0, "cake,tue": 1.0}, 0.0),
    Table("limit", (), {"": 2.5}, unit="kg"),
)
DECISIONS = (
    Decision("b", (), "bool"),
    Decision("n", (), "int", 0, 2),
    Decision("m", ("day",), "int", -1, 0),
    Decision("pick", (), "enum", choices="good"),
    Decision("use", ("day",), "bool"),
)


class Undefined(Exception):
    pass


class Writer:
    """Draws a problem from one seed; deeper than a shrinking generator would go."""

    def __init__(self, seed, partial):
        self.draw, self.partial = random.Random(seed), partial

    def one(self, options):
        return self.draw.choice(options)()

    def some(self, what, low, high):
        return tuple(what() for _ in range(self.draw.randint(low, high)))

    def good(self, scope):
        bound = [Bound(variable) for variable, sort in scope.items() if sort == "good"]
        return self.draw.choice([Member(self.draw.choice(GOODS)), Reference("pick"), *bound, *bound])

    def day(self, scope):
        bound = [Bound(variable) for variable, sort in scope.items() if sort == "day"]
        return self.draw.choice([*(Member(day) for day in DAYS), *bound, *bound])

    def binder(self, scope):
        sorts = [self.draw.choice(["good", "day"]) for _ in range(self.draw.randint(1, 2))]
        variables = tuple((f"v{len(scope) + place}", sort) for place, sort in enumerate(sorts))
        return variables, {**scope, **dict(variables)}

    def where(self, scope):
        """A condition without decisions, or none."""
        goods = [Member("bread"), *(Bound(variable) for variable, sort in scope.items() if sort == "good")]
        good = self.draw.choice(goods)
        return self.one(
            [
                lambda: None,
                lambda: Compare(self.draw.choice(["=", "!="]), good, self.draw.choice(goods)),
                lambda: Compare(">=", Reference("cost", (good,)), Number(1.0)),
                lambda: Reference("open", (good, self.day(scope))),
                lambda: Compare(self.draw.choice(["<", ">="]), good, Member("cake")),
            ]
        )

    def number(self, scope, depth):
        def inner():
            return self.number(scope, depth - 1)

        def bound():
            kind = self.draw.choice(["sum", "sum", "count", "min", "max"])
            variables, wider = self.binder(scope)
            body = self.truth(wider, depth - 1) if kind == "count" else self.number(wider, depth - 1)
            return Binder(kind, variables, body, self.where(wider) if kind in {"sum", "count"} else None)

        def function():
            name = self.draw.choice(["abs", "floor", "ceil", "power"])
            return Function(name, inner(), self.draw.choice([2.0, 3.0]) if name == "power" else 1.0)

        leaves = [
            lambda: Number(self.draw.choice([0.0, 1.0, 2.0, -1.0, 0.5, 3.0])),
            lambda: Reference("n"),
            lambda: Reference("limit"),
            lambda: Reference("cost", (self.good(scope),)),
            lambda: Reference("m", (self.day(scope),)),
            lambda: Reference("use", (self.day(scope),)),
        ]
        if depth <= 0:
            return self.one(leaves)
        divisor = inner if self.partial else (lambda: Number(self.draw.choice([2.0, -4.0])))
        return self.one(
            [
                *leaves,
                bound,
                bound,
                lambda: Arithmetic("+", self.some(inner, 2, 3)),
                lambda: Arithmetic("-", self.some(inner, 2, 2)),
                lambda: Arithmetic(self.draw.choice(["*", "min", "max"]), self.some(inner, 2, 3)),
                lambda: Arithmetic("/", (inner(), divisor())),
                function,
                lambda: Choice(self.truth(scope, depth - 1), inner(), inner()),
                lambda: self.truth(scope, depth - 1),
            ]
        )

    def truth(self, scope, depth):
        def inner():
            return self.truth(scope, depth - 1)

        def number():
            return self.number(scope, depth - 1)

        def compare():
            return Compare(self.draw.choice(["<", "<=", "=", ">=", ">", "!="]), number(), number())

        def bound():
            kind = self.draw.choice(["forall", "exists", "different"])
            variables, wider = self.binder(scope)
            body = self.number(wider, 0) if kind == "different" else self.truth(wider, depth - 1)
            return Binder(kind, variables, body, self.where(wider))

        def logic():
            operator = self.draw.choice(["and", "or", "not", "implies", "iff"])
            size = {"not": 1, "implies": 2, "iff": 2}.get(operator)
            return Logic(operator, self.some(inner, size or 0, size or 3))

        leaves = [
            compare,
            compare,
            compare,
            lambda: Compare(self.draw.choice(["=", "!=", "<"]), Reference("pick"), self.good(scope)),
            lambda: Reference("b"),
            lambda: Reference("use", (self.day(scope),)),
            lambda: Reference("open", (self.good(scope), self.day(scope))),
        ]
        if depth <= 0:
            return self.one(leaves)
        kinds = ["at most", "at least", "exactly"]
        return self.one(
            [
                compare,
                compare,
                compare,
                logic,
                logic,
                bound,
                bound,
                lambda: Cardinality(self.draw.choice(kinds), self.draw.randint(0, 3), self.some(inner, 0, 3)),
                lambda: Different(self.some(lambda: self.good(scope), 2, 3)),
                lambda: Different(self.some(number, 2, 3)),
                lambda: Choice(inner(), inner(), inner()),
            ]
        )


def drawn(seed, *, partial=False):
    """A problem of the fixed sets and variables with random rules and a random objective."""
    writer = Writer(seed, partial)
    draw = writer.draw
    rules = []
    for number in range(draw.randint(1, 4)):
        weight = None if partial else draw.choice([None, None, 1.0, 2.5])
        body = writer.truth({}, draw.randint(1, 3))
        rules.append(Rule(f"rule{number}", body, weight=weight, negotiable=draw.random() < 0.8))
    objective = None
    if draw.random() < 0.6:
        objective = Objective("worth", draw.choice(["minimise", "maximise"]), writer.number({}, draw.randint(1, 3)))
    return Formal("small", SORTS, TABLES, DECISIONS, tuple(rules), objective)


def problems(*, partial=False):
    """Problems that are drawn from seeds."""
    return st.integers(0, 2**32).map(lambda seed: drawn(seed, partial=partial))


# The oracle


def solutions(problem):
    """Every assignment of the variables."""
    sorts = {sort.name: sort.members for sort in problem.sorts}
    places = []
    for decision in problem.decisions:
        for key in itertools.product(*(sorts[sort] for sort in decision.sorts)):
            if decision.domain == "enum":
                options = list(sorts[decision.choices])
            else:
                low, high = (0, 1) if decision.domain == "bool" else (int(decision.low), int(decision.high))
                options = [float(value) for value in range(low, high + 1)]
            places.append([(decision.name, ",".join(key), option) for option in options])
    for chosen in itertools.product(*places):
        values = {decision.name: {} for decision in problem.decisions}
        for name, key, option in chosen:
            values[name][key] = option
        yield values


def obeys(problem, values, rule):
    try:
        return bool(evaluate(problem, values, rule.body, {}))
    except Undefined:
        return False


def worth(problem, values):
    """The objective with the price of broken soft rules; None without either."""
    soft = [rule for rule in problem.rules if rule.weight is not None]
    price = sum(Fraction(rule.weight) for rule in soft if not obeys(problem, values, rule))
    if problem.objective is None:
        return price if soft else None
    found = evaluate(problem, values, problem.objective.body, {})
    return found + price if problem.objective.sense == "minimise" else found - price


def feasible(problem, values):
    if not all(obeys(problem, values, rule) for rule in problem.rules if rule.weight is None):
        return False
    try:
        worth(problem, values)
    except Undefined:
        return False
    return True


_JOINED = {
    "+": sum,
    "-": lambda found: found[0] - found[1],
    "*": math.prod,
    "/": lambda found: found[0] / found[1],
    "min": min,
    "max": max,
}


def evaluate(problem, values, expression, scope):  # noqa: C901, PLR0911, PLR0912  # one case for each kind
    def sub(part, inner=scope):
        return evaluate(problem, values, part, inner)

    match expression:
        case Number(value=value):
            return Fraction(str(value))
        case Member(name=name):
            return name
        case Bound(name=name):
            return scope[name]
        case Reference(name=name, at=at):
            key = ",".join(sub(term) for term in at)
            for table in problem.tables:
                if table.name == name:
                    return Fraction(str(table.values.get(key, table.default)))
            value = values[name][key]
            return value if isinstance(value, str) else Fraction(value)
        case Arithmetic(operator=operator, terms=terms):
            found = [sub(term) for term in terms]
            if operator == "/" and found[1] == 0:
                raise Undefined
            return _JOINED[operator](found)
        case Function(name=name, term=term, exponent=exponent):
            known = {"abs": abs, "floor": math.floor, "ceil": math.ceil, "power": lambda it: it ** int(exponent)}
            return Fraction(known[name](sub(term)))
        case Compare(operator=operator, left=left, right=right):
            one, two = sub(left), sub(right)
            if isinstance(one, str) and operator not in {"=", "!="}:
                one, two = GOODS.index(one), GOODS.index(two)
            return Fraction(
                {
                    "<": lambda: one < two,
                    "<=": lambda: one <= two,
                    "=": lambda: one == two,
                    ">=": lambda: one >= two,
                    ">": lambda: one > two,
                    "!=": lambda: one != two,
                }[operator]()
            )
        case Logic(operator=operator, terms=terms):
            held = [bool(sub(term)) for term in terms]
            return Fraction(
                {
                    "and": lambda: all(held),
                    "or": lambda: any(held),
                    "not": lambda: not held[0],
                    "implies": lambda: not held[0] or held[1],
                    "iff": lambda: held[0] == held[1],
                }[operator]()
            )
        case Cardinality(kind=kind, count=count, terms=terms):
            held = sum(sub(term) for term in terms)
            return Fraction({"at most": held <= count, "at least": held >= count, "exactly": held == count}[kind])
        case Different(terms=terms):
            return Fraction(len({sub(term) for term in terms}) == len(terms))
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return sub(then) if sub(condition) else sub(otherwise)
        case Binder():
            return bound(problem, values, expression, scope)


def bound(problem, values, binder, scope):
    sorts = {sort.name: sort.members for sort in problem.sorts}
    found = []
    for chosen in itertools.product(*(sorts[sort] for _, sort in binder.variables)):
        inner = {**scope, **dict(zip((name for name, _ in binder.variables), chosen, strict=True))}
        if binder.where is None or evaluate(problem, values, binder.where, inner):
            found.append(evaluate(problem, values, binder.body, inner))
    return {
        "sum": lambda: Fraction(sum(found)),
        "count": lambda: Fraction(sum(found)),
        "forall": lambda: Fraction(all(found)),
        "exists": lambda: Fraction(any(found)),
        "different": lambda: Fraction(len(set(found)) == len(found)),
        "min": lambda: min(found),
        "max": lambda: max(found),
    }[binder.kind]()
