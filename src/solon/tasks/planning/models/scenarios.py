"""Scenarios, formal first and words second: linear and nonlinear problems, with and without a table, in levels.

The idea is ReSocratic's ("OptiBench meets ReSocratic", 2024): build a scenario constraint by constraint and word it
afterwards. Here a grammar takes the place of the model, and every prefix is solved before it is kept.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

from solon.tasks.planning.models import lexicon
from solon.tasks.planning.models.algebra import compare, each, minus, number, of, over, plus, times, total
from solon.tasks.planning.models.paragraph_forms import OPENING, PARAGRAPHS
from solon.tasks.planning.models.paragraphs import VERBS
from solon.tasks.planning.models.source import Kinds, Source
from solon.tasks.planning.models.words import Fact, Said
from solon.verify.formal.expression import Compare, Expression, Function
from solon.verify.formal.model import Decision, Formal, Objective, Rule, Sort, Table

SHAPES: Final = ("linear", "ratio", "product", "quadratic", "root", "tiered")
_SHARED: Final = ("at_most", "at_least", "sum_at_most", "sum_at_least", "compared", "deviation")

_DATA: Final = {
    "price": ("Each {a} sells for {n} dollars.", "A price of {n} dollars is paid for each {a}."),
    "cost": ("Each {a} costs {n} dollars.", "It takes {n} dollars to have each {a}."),
    "hours": ("Each {a} takes {n} hours.", "The time for each {a} is {n} hours."),
    "room": ("Each {a} takes up {n} litres.", "For each {a} there must be room of {n} litres."),
    "drop": (
        "Each further {a} lowers the price of all {as} by {n} dollars.",
        "The price of {as} falls by {n} dollars with each of them.",
    ),
    "gain": (
        "The gain from {as} is {n} times the square root of their number.",
        "{as} bring {n} times the square root of how many they are.",
    ),
    "first": ("The full price holds for the first {n} {as}.", "Of the {as}, the first {n} sell at the full price."),
    "reduced": ("Further {as} sell for {n} dollars each.", "For {as} beyond that, {n} dollars are paid."),
}
CAPTIONS: Final = {
    "price": "price in dollars",
    "cost": "cost in dollars",
    "hours": "time in hours",
    "room": "room in litres",
    "drop": "price drop in dollars",
    "gain": "gain factor",
    "first": "number at the full price",
    "reduced": "reduced price in dollars",
}

_AIMS: Final = {
    "aim_linear": (
        "The profit, which is what all is sold for less what it costs, should be as large as possible.",
        "Maximise sales minus costs.",
    ),
    "aim_ratio": (
        "The sales for each dollar that is spent should be as large as possible, where {n} dollars are spent anyway.",
        "Besides the costs there are {n} dollars of overhead; maximise sales divided by all that is spent.",
    ),
    "aim_product": (
        "The number of {as} times the number of {bs}, less what all costs, should be as large as possible.",
        "Maximise the product of the numbers of {as} and {bs} minus the total cost.",
    ),
    "aim_quadratic": (
        "The income, numbers times the prices that these numbers lead to, should be as large as possible.",
        "Maximise what is taken in, when every sale lowers the price.",
    ),
    "aim_root": (
        "The gains less the costs should be as large as possible.",
        "Maximise all gains together minus all costs together.",
    ),
    "aim_tiered": (
        "The income should be as large as possible, at full and at reduced prices.",
        "Maximise what is taken in at both prices.",
    ),
}

_LIMITS: Final = {
    "hours_limit": ("There are {n} hours of time.", "All of it together may take {n} hours at most."),
    "room_limit": ("There are {n} litres of room.", "All of it together may take up {n} litres at most."),
    "cost_limit": ("There are {n} dollars to spend.", "All of it together may cost {n} dollars at most."),
    "squares_limit": (
        "The squares of all numbers must not add up to more than {n}.",
        "Squared and added up, the numbers stay at {n} or below.",
    ),
    "product_least": (
        "The number of {as} times the number of {bs} must be at least {n}.",
        "The numbers of {as} and {bs}, multiplied, reach {n}.",
    ),
}
FORMS: Final = {
    **{kind: OPENING[kind] for kind in ("opening", "domain", "cap")},
    **_AIMS,
    **_DATA,
    **_LIMITS,
    **{kind: PARAGRAPHS[kind] for kind in _SHARED},
}
_OWNERS: Final = ("bakery", "workshop", "pottery", "carrier")


def _data(dice: random.Random, shape: str, things: Sequence[str], cap: int) -> list[Fact]:
    """Return the data that an objective of one shape needs."""
    price = {it: dice.randint(20, 60) for it in things}
    ranges: dict[str, Callable[[int], float]] = {
        "price": float,
        "cost": lambda price: dice.randint(3, price // {"root": 1, "product": 5}.get(shape, 2)),
        "drop": lambda _: dice.choice((0.5, 1, 1.5, 2)),
        "gain": lambda _: dice.randint(10, 60),
        "first": lambda _: dice.randint(2, cap - 3),
        "reduced": lambda price: dice.randint(5, price - 4),
        "hours": lambda _: dice.randint(1, 9),
        "room": lambda _: dice.randint(1, 9),
    }
    needed = {
        "linear": ("price", "cost"),
        "ratio": ("price", "cost"),
        "product": ("cost",),
        "quadratic": ("price", "drop"),
        "root": ("gain", "cost"),
        "tiered": ("price", "first", "reduced"),
    }[shape]
    return [
        Fact(kind, (it,), (float(ranges[kind](price[it])),)) for kind in (*needed, "hours", "room") for it in things
    ]


def draw(dice: random.Random, size: int, shape: str = "") -> list[Fact]:
    """Return a scenario: data, an objective and three to five constraints; ``size`` fixes how many things there are."""
    shape = shape or dice.choice(SHAPES)
    owner = dice.choice(_OWNERS)
    names = lexicon.identifiers(lexicon.THINGS[owner])
    things = tuple(dice.sample(names, size or dice.randint(3, 4)))
    cap = dice.choice((10, 12, 15, 20))
    plan = {it: dice.randint(1, cap - 1) for it in things}
    data = _data(dice, shape, things, cap)
    aim = {
        "ratio": lambda: Fact("aim_ratio", numbers=(float(10 * dice.randint(5, 30)),)),
        "product": lambda: Fact("aim_product", tuple(dice.sample(things, 2))),
    }.get(shape, lambda: Fact(f"aim_{shape}"))()
    opening = Fact("opening", things, word=owner)
    facts = [opening, Fact("domain", word="whole numbers"), Fact("cap", numbers=(float(cap),)), *data, aim]
    values = {(fact.kind, fact.things[0]): fact.numbers[0] for fact in data}
    kinds = ["hours_limit", "room_limit", "squares_limit", "product_least", *_SHARED]
    kinds += ["cost_limit"] if shape in ("linear", "ratio", "root") else []
    first = dice.choice(("hours_limit", "room_limit"))
    kinds.remove(first)
    dice.shuffle(kinds)
    wanted = dice.randint(3, 5)
    limits: list[Fact] = []
    for kind in [first, *kinds]:
        fact = _limit(dice, kind, plan, values, cap)
        if fact is not None and len(limits) < wanted:
            limits.append(fact)
    return [*facts, *limits]


def _limit(
    dice: random.Random, kind: str, plan: dict[str, int], values: dict[tuple[str, str], float], cap: int
) -> Fact | None:
    """Return a constraint that the plan obeys, or None."""
    things = tuple(plan)
    one, other = dice.sample(things, 2)
    slack = 1 + dice.random() * 0.25
    factor = plan[other] // plan[one]
    used = {table: sum(values.get((table, it), 0.0) * plan[it] for it in things) for table in ("hours", "room", "cost")}
    squares, product = sum(plan[it] ** 2 for it in things), int(plan[one] * plan[other] / slack)
    whole, apart = float(sum(plan.values())), abs(plan[one] - plan[other]) + 1.0
    limits: dict[str, tuple[tuple[str, ...], float] | None] = {
        **{f"{table}_limit": ((), float(int(slack * amount))) for table, amount in used.items()},
        "squares_limit": ((), float(int(slack * squares))),
        "product_least": ((one, other), float(product)) if product > 1 else None,
        "at_most": ((one,), float(plan[one])) if plan[one] < cap - 1 else None,
        "at_least": ((one,), max(1.0, plan[one] - 2.0)),
        "sum_at_most": (things, whole),
        "sum_at_least": (things, whole),
        "deviation": ((one, other), apart),
        "compared": ((one, other), float(factor)) if factor else None,
    }
    limit = limits[kind]
    if limit is None:
        return None
    return Fact(kind, limit[0], () if kind == "compared" and factor == 1 else (limit[1],))


_AMOUNT: Final = of("amount", ":k")


def _sum(*tables: str) -> Expression:
    return total("k:kind", times(*(of(table, ":k") for table in tables), _AMOUNT))


def _objective(shape: str, aim: Said) -> Expression:
    names, numbers = aim.fact.things, aim.fact.numbers
    match shape:
        case "linear":
            return total("k:kind", times(minus(of("price", ":k"), of("cost", ":k")), _AMOUNT))
        case "ratio":
            return over(_sum("price"), plus(_sum("cost"), number(numbers[0])))
        case "product":
            return minus(times(of("amount", names[0]), of("amount", names[1])), _sum("cost"))
        case "quadratic":
            lowered = minus(of("price", ":k"), times(of("drop", ":k"), _AMOUNT))
            return total("k:kind", times(_AMOUNT, lowered))
        case "root":
            gains = total("k:kind", times(of("gain", ":k"), Function("sqrt", _AMOUNT)))
            return minus(gains, _sum("cost"))
        case _:
            reduced = times(minus(of("price", ":k"), of("reduced", ":k")), of("extra", ":k"))
            return minus(_sum("price"), total("k:kind", reduced))


def _body(fact: Fact) -> list[tuple[str, Compare]]:
    kind, amounts = fact.kind, [of("amount", it) for it in fact.things]
    last = fact.numbers[-1] if fact.numbers else 1.0
    if kind == "deviation":
        one, other = amounts
        return [("_over", compare(minus(one, other), "<=", last)), ("_under", compare(minus(other, one), "<=", last))]
    if kind == "compared":
        return [("", compare(amounts[0] if last == 1 else times(number(last), amounts[0]), "<=", amounts[1]))]
    if kind == "product_least":
        return [("", compare(times(*amounts), ">=", last))]
    if kind == "squares_limit":
        return [("", compare(total("k:kind", times(_AMOUNT, _AMOUNT)), "<=", last))]
    whole = _sum(kind.removesuffix("_limit")) if kind.endswith("_limit") else plus(*amounts)
    return [("", compare(whole, ">=" if "at_least" in kind else "<=", last))]


def build(said: Sequence[Said]) -> Formal:
    """Return the problem that a scenario means."""
    kinds = Kinds(tuple(said))
    opening = kinds.one("opening")
    cap = kinds.one("cap").fact.numbers[0]
    aim = next(each for each in said if each.fact.kind.startswith("aim_"))
    shape = aim.fact.kind.removeprefix("aim_")
    sort = Sort("kind", opening.fact.things, opening.sentence)
    tables = tuple(
        Table(kind, ("kind",), kinds.table(kind), meaning=caption)
        for kind, caption in CAPTIONS.items()
        if kinds.all(kind)
    )
    asked = kinds.sentences("opening", "domain", "cap")
    decisions = [Decision("amount", ("kind",), "int", 0.0, cap, meaning=asked)]
    rules: list[Rule] = []
    if shape == "tiered":
        meaning = "how many are beyond the first"
        decisions.append(Decision("extra", ("kind",), "int", 0.0, cap, meaning=meaning))
        body = each("k:kind", compare(of("extra", ":k"), ">=", minus(_AMOUNT, of("first", ":k"))))
        rules.append(Rule("beyond", body, meaning=meaning, origin="linking"))
    place = 0
    for one in said:
        kind = one.fact.kind
        if kind in _LIMITS or kind in _SHARED:
            place += 1
            rules += [Rule(f"{kind}_{place}{name}", body, meaning=one.sentence) for name, body in _body(one.fact)]
    objective = Objective("aim", "maximise", _objective(shape, aim), aim.sentence)
    return Formal("A scenario", (sort,), tables, tuple(decisions), tuple(rules), objective)


SOURCE: Final = Source("scenarios", draw, build, FORMS, CAPTIONS, VERBS)
