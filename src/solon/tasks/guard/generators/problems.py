"""Two programs of guarded calls: refunds with a voucher, and a curve with a shape; all of it is our own."""

import random
from collections.abc import Callable
from typing import Final

from solon.contract import Value
from solon.tasks.guard.generators.composition import Composed, Step
from solon.tasks.guard.guarded import Contract
from solon.verify.requests.declare import read_fields
from solon.verify.requests.request import Json
from solon.verify.requests.syntax import read

Case = dict[str, Json]
Outputs = dict[str, dict[str, Json]]


class GuardedProblem(Value, frozen=True):
    """A program with what people want of it: cases, and a score of its outputs between 0 and 1."""

    title: str
    words: tuple[str, ...]
    program: Composed
    aim: str
    draw: Callable[[random.Random], Case]
    score: Callable[[Case, Outputs], float]
    given: Callable[[str, Case, Outputs], Case]  # the inputs of a step, as the program computes them


_REFUND: Final = Composed(
    "refund",
    read_fields("price: integer 0..100000, days: integer 0..365, damage: integer 0..100"),
    (
        Step(
            "offer",
            Contract(
                read_fields("price: integer 0..100000, days: integer 0..365, damage: integer 0..100"),
                read_fields("cents: integer"),
                after=read(
                    "out.cents >= 0 and out.cents <= arg.price and (arg.days <= 30 or 2 * out.cents <= arg.price)"
                ),
                name="offer",
            ),
            {"cents": read("0")},
            {name: read(f"arg.{name}") for name in ("price", "days", "damage")},
        ),
        Step(
            "voucher",
            Contract(
                read_fields("left: integer 0..100000, damage: integer 0..100"),
                read_fields("cents: integer"),
                before=read("arg.left >= 0"),
                after=read("out.cents >= 0 and out.cents <= arg.left and out.cents <= 2000"),
                name="voucher",
            ),
            {"cents": read("0")},
            {"left": read("arg.price - out.offer.cents"), "damage": read("arg.damage")},
        ),
    ),
    after=read(
        "out.offer.cents + out.voucher.cents <= arg.price and (arg.days <= 30 or 2 * out.offer.cents <= arg.price)"
    ),
)


def _refund_case(dice: random.Random) -> Case:
    return {"price": dice.randint(100, 50000), "days": dice.randint(0, 90), "damage": dice.randint(0, 100)}


def _refund_given(step: str, case: Case, outputs: Outputs) -> Case:
    if step == "offer":
        return case
    return {"left": _whole(case["price"]) - _whole(outputs["offer"]["cents"]), "damage": case["damage"]}


def _refund_score(case: Case, outputs: Outputs) -> float:
    """Score closeness to what a fair shop would give: more for damage, less with time, a voucher for small damage."""
    price, days, damage = _whole(case["price"]), _whole(case["days"]), _whole(case["damage"])
    share = min(1.0, 0.2 + 0.9 * damage / 100) * (1.0 if days <= 30 else 0.45)
    fair = share * price
    voucher = min(2000.0, 0.1 * price) if damage < 50 else 0.0
    miss = abs(_whole(outputs["offer"]["cents"]) - fair) + abs(_whole(outputs["voucher"]["cents"]) - voucher)
    return max(0.0, 1.0 - miss / max(1, price))


_CURVE: Final = Composed(
    "curve",
    read_fields("y0: number, y1: number, y2: number"),
    (
        Step(
            "fit",
            Contract(
                read_fields("y0: number, y1: number, y2: number"),
                read_fields("a: number, b: number, c: number"),
                # rising on [0, 10]: the slope b + 2cx is linear in x, so its ends decide
                after=read("out.a >= 0 and out.b >= 0 and out.b + 20 * out.c >= 0"),
                name="fit",
            ),
            {"a": read("0"), "b": read("0"), "c": read("0")},
            {name: read(f"arg.{name}") for name in ("y0", "y1", "y2")},
        ),
    ),
    after=read("5 * out.fit.b + 75 * out.fit.c >= 0 and out.fit.a + 10 * out.fit.b + 100 * out.fit.c >= 0"),
)
"""Symbolic regression with shape constraints: a + bx + cx^2, not negative and not falling for x in 0..10."""


def _curve_case(dice: random.Random) -> Case:
    a, b, c = dice.uniform(0, 5), dice.uniform(0, 4), dice.uniform(-0.25, 0.4)
    return {f"y{at}": round(a + b * x + c * x * x + dice.gauss(0, 0.5), 3) for at, x in enumerate((0, 5, 10))}


def _curve_score(case: Case, outputs: Outputs) -> float:
    found = outputs["fit"]
    a, b, c = (_real(found[name]) for name in "abc")
    error = sum(abs(a + b * x + c * x * x - _real(case[f"y{at}"])) for at, x in enumerate((0, 5, 10)))
    return 1.0 / (1.0 + error)


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _real(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


PROBLEMS: Final = {
    "refund": GuardedProblem(
        "the refunds of a shop, in cents, in two steps",
        (
            """offer: given price, days (since the purchase) and damage (percent), return {'cents': an integer}: at \
least 0, at most the price, and at most half of it after more than 30 days.""",
            """voucher: given left (price less the offer) and damage, return {'cents': an integer}: at least 0, at \
most left and at most 2000.""",
        ),
        _REFUND,
        "Come close to what a fair shop gives: more for more damage, less than half after 30 days, and a voucher of a "
        "tenth of the price for small damage.",
        _refund_case,
        _refund_score,
        _refund_given,
    ),
    "curve": GuardedProblem(
        "a curve a + b*x + c*x*x through three measurements",
        (
            """fit: given y0, y1 and y2, measured with noise at x = 0, 5 and 10, return {'a': ..., 'b': ..., 'c': \
...}, numbers with a >= 0, b >= 0 and b + 20*c >= 0: a curve that never falls between 0 and 10.""",
        ),
        _CURVE,
        "Come close to the measurements: the score is 1 / (1 + sum of the absolute errors).",
        _curve_case,
        _curve_score,
        lambda _step, case, _outputs: case,
    ),
}
"""The programs by name."""
