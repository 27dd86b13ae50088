"""Values of facts that make conditions true: a search over the regions that the constants of the conditions cut out.

The leaf is drawn first and then solved for, so that deep leaves come as often as shallow ones. Three-valued evaluation
of a partial assignment prunes the search; where conditions compare facts with constants it is complete.
"""

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

from solon.tasks.guard.journeys.graph import Fact, names_in
from solon.verify.requests.evaluate import evaluate, mentioned
from solon.verify.requests.expression import Among, Compare, Constant, Expression, walk
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Number, Text

_LEAST, _MOST = 0, 1000


def solved(conditions: Sequence[Expression], facts: Iterable[Fact], dice: random.Random) -> dict[str, Json] | None:
    """Return values of all facts that make every condition true; None if the regions hold none."""
    known = {fact.name: fact for fact in facts}
    named = [(condition, names_in(condition)) for condition in conditions]
    if any(not names and evaluate(condition, Request("")) is not True for condition, names in named):
        return None
    named = [(condition, names) for condition, names in named if names]
    choices: dict[str, list[Json]] = {}
    for name in dict.fromkeys(name for _, names in named for name in names):
        about = [condition for condition, names in named if name in names]
        choices[name] = candidates(known[name], about, dice)
        dice.shuffle(choices[name])
    found = _search(named, choices, {})
    if found is None:
        return None
    return {name: found[name] if name in found else drawn(fact, dice) for name, fact in known.items()}


_Named = tuple[Expression, tuple[str, ...]]
"""A condition with the facts that it speaks of."""


def _search(still: Sequence[_Named], choices: dict[str, list[Json]], values: dict[str, Json]) -> dict[str, Json] | None:
    """Return values that make the conditions true that are still unknown; those on other facts stay as they are."""
    name = next((name for _, names in still for name in names if name not in values), None)
    if name is None:
        return None if still else values  # what is unknown with all facts given stays so
    for value in choices[name]:
        tried = {**values, name: value}
        left = _left(still, name, Request("", context=tried))
        found = None if left is None else _search(left, choices, tried)
        if found is not None:
            return found
    return None


def _left(still: Sequence[_Named], name: str, request: Request) -> list[_Named] | None:
    """Return the conditions that a new value leaves unknown; None if it makes one false."""
    left: list[_Named] = []
    for condition, names in still:
        truth = evaluate(condition, request) if name in names else None
        if truth is False:
            return None
        if truth is None:
            left.append((condition, names))
    return left


def candidates(fact: Fact, conditions: Sequence[Expression], dice: random.Random | None = None) -> list[Json]:
    """Return a value of each region that the constants cut out, the values at its borders, and drawn ones."""
    shape = fact.shape
    constants = constants_of(fact.name, conditions)
    if isinstance(shape, Text):
        free = [drawn(fact, dice or random.Random(0))] if not shape.choices else list[Json]()  # noqa: S311
        return [*dict.fromkeys([*shape.choices, *free, *(one for one in constants if isinstance(one, str))])]
    if not isinstance(shape, Number):
        return [True, False]
    least, most = bounds(shape)
    marks = {least, most}
    for one in constants:
        if isinstance(one, int | float) and not isinstance(one, bool):
            marks |= {int(one) - 1, int(one), int(one) + 1}
    inside = sorted(mark for mark in marks if least <= mark <= most)
    between: set[int] = set()
    if dice is not None:
        pairs = pairwise(inside)
        between = {dice.randint(low + 1, high - 1) for low, high in pairs if high - low > 1}
    return [*sorted({*inside, *between})]


def constants_of(name: str, conditions: Iterable[Expression]) -> list[Json]:
    """Return the constants that a fact is compared with."""
    found: list[Json] = []
    for condition in conditions:
        for part in walk(condition):
            if isinstance(part, Among) and name in {str(path.keys[0]) for path in mentioned(part)}:
                found += part.values
            elif isinstance(part, Compare) and name in {str(path.keys[0]) for path in mentioned(part)}:
                found += [side.value for side in (part.left, part.right) if isinstance(side, Constant)]
    return found


def bounds(shape: Number) -> tuple[int, int]:
    """Return the least and the largest value that is drawn."""
    return int(_LEAST if shape.least is None else shape.least), int(_MOST if shape.most is None else shape.most)


def drawn(fact: Fact, dice: random.Random) -> Json:
    """Return a value of a fact, uniformly."""
    match fact.shape:
        case Text(choices=choices) if choices:
            return dice.choice(choices)
        case Text():
            return "".join(str(dice.randrange(10)) if letter == "#" else letter for letter in fact.form or "######")
        case Number():
            return dice.randint(*bounds(fact.shape))
        case _:
            return dice.random() < 0.5
