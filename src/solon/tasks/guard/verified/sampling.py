"""Requests for a problem, drawn near the edges of its sentences, half of them to be allowed."""

import random
from typing import Final

from solon.tasks.guard.verified.problems import Problem
from solon.verify.requests.evaluate import evaluate
from solon.verify.requests.expression import Compare, Constant, Matches, Path, walk
from solon.verify.requests.meaning import always
from solon.verify.requests.request import Json, Request
from solon.verify.requests.schema import Anything, Items, Number, Record, Shape, Text, Truth

_DRAWS: Final = 60  # tries for each request that is wanted


def sample(problem: Problem, key: bytes, count: int) -> list[tuple[Request, bool]]:
    """Return requests with what is due, as many allowed as not where both can be drawn; a function of the key."""
    dice = random.Random(key)  # noqa: S311 - reproducible on purpose
    edges = edges_of(problem)
    wanted = {True: count // 2, False: count - count // 2}
    found: list[tuple[Request, bool]] = []
    kept: dict[bool, list[Request]] = {True: [], False: []}
    for _ in range(_DRAWS * count):
        if not any(wanted.values()):
            break
        start = dice.choice(kept[True]) if kept[True] and dice.random() < 0.6 else None
        request = _drawn(problem, edges, dice, start)
        due = evaluate(problem.due, request) is True
        kept[due].append(request)
        if wanted[due]:
            wanted[due] -= 1
            found.append((request, due))
    dice.shuffle(found)
    return found


def arguments_of(problem: Problem, request: Request) -> dict[str, Json]:
    """Return the parameters of a policy function for a request; what is absent is None."""
    values = {**request.arguments, **request.state}
    return {name: values.get(name) for name in problem.parameters.fields}


def edges_of(problem: Problem) -> dict[str, list[int]]:
    """Return for each number the values at and beside the constants that it is compared with."""
    found: dict[str, list[int]] = {}
    for part in walk(problem.due):
        if isinstance(part, Compare) and isinstance(part.right, Constant) and isinstance(part.right.value, int):
            for inner in walk(part.left):
                if isinstance(inner, Path):
                    near = [part.right.value + step for step in (-1, 0, 1)]
                    found.setdefault(str(inner.keys[0]), []).extend(near)
    return found


def _drawn(problem: Problem, edges: dict[str, list[int]], dice: random.Random, start: Request | None) -> Request:
    """Return a new request, or one that differs from ``start`` in a field or two."""
    scope = problem.scope
    values: dict[str, dict[str, Json]] = {"arg": {}, "st": {}}
    places = [(root, name) for root in values for name in scope.record(root).fields]
    again = set(places) if start is None else set(dice.sample(places, dice.choice((1, 1, 2))))
    for root, name in places:
        field = scope.record(root).fields[name]
        if (root, name) not in again and start is not None:
            old = (start.arguments if root == "arg" else start.state).get(name)
            if old is not None:
                values[root][name] = old
        elif always(field) or dice.random() < 0.7:
            values[root][name] = _value(field.shape, name, problem, edges, dice)
    return Request(scope.tool.name, values["arg"], state=values["st"])


def _value(shape: Shape, name: str, problem: Problem, edges: dict[str, list[int]], dice: random.Random) -> Json:
    match shape:
        case Text(choices=choices):
            return _text(choices or problem.values.get(name, ("",)), problem, dice)
        case Number(least=least, most=most):
            near = edges.get(name, [0])
            value = dice.choice(near) if dice.random() < 0.6 else dice.randint(min(near) - 5, max(near) + 5)
            value = max(value, int(least)) if least is not None else value
            return min(value, int(most)) if most is not None else value
        case Truth():
            return dice.random() < 0.5
        case Items(item=item):
            length = dice.choice((0, 1, 1, 2, 2, 3, 5, 6, 8, 9))
            return [_value(item, name, problem, edges, dice) for _ in range(length)]
        case Record() | Anything():
            return None


def _text(pool: tuple[str, ...], problem: Problem, dice: random.Random) -> str:
    """Return a text of the pool, sometimes with a little more at one end, as who looks for a gap would write it."""
    text = dice.choice(pool)
    if dice.random() < 0.15:
        parts = [part.pattern for part in walk(problem.due) if isinstance(part, Matches) and part.kind != "fullmatch"]
        extra = dice.choice([".evil", "x", "0", *parts])
        return text + extra if dice.random() < 0.5 else extra + text
    return text
