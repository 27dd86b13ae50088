"""Spaces of programs for the offline proposer, by the spaces of an environment.

numbers in, one of a few actions out     scores, the highest wins, of the numbers or of their products too
numbers in, numbers out                  the same, squeezed into the box
a few counts in, two actions out         a threshold on the first for each combination of the others
a state in, where the model is public    the best action of each state, planned with a discount
a level of MiniGrid                      a map in memory and prices for what can be done next
"""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from solon.contract import Program
from solon.sketch import Hole, HoleValue, Sketch
from solon.tasks.gym import minigrid
from solon.tasks.gym.features import Features
from solon.tasks.gym.planning import best_actions, model_of

_MOST_INPUTS = 32
_ENDS, _ALL = "the first and the last", "all"
_MOST_COMBINATIONS = 64


def sketch_for(environment: str, shown: Any) -> Sketch:
    """Return the sketch that fits an environment of Gymnasium. Raises ValueError where none does."""
    if minigrid.is_level(shown):
        return minigrid.sketch(environment)
    seen, acts = shown.observation_space, shown.action_space
    kinds = (type(seen).__name__, type(acts).__name__)
    if kinds == ("Box", "Discrete") and len(seen.shape) == 1 and seen.shape[0] <= _MOST_INPUTS:
        return _scores(environment, shown, int(acts.start), int(acts.n))
    if kinds == ("Box", "Box") and len(seen.shape) == 1 and seen.shape[0] <= _MOST_INPUTS and len(acts.shape) == 1:
        return _squeezed(environment, shown)
    if kinds == ("Discrete", "Discrete") and acts.n <= 10 and model_of(shown.unwrapped) is not None:
        return _planned(environment, shown.unwrapped)
    if kinds == ("Tuple", "Discrete") and acts.n == 2 and all(type(it).__name__ == "Discrete" for it in seen.spaces):
        sizes = [int(part.n) for part in seen.spaces]
        if math.prod(sizes[1:]) <= _MOST_COMBINATIONS:
            return _thresholds(environment, sizes, int(acts.start))
    raise ValueError(
        f"gym:{environment} has no sketch: no space of programs is known for observations of kind {kinds[0]} and "
        f"actions of kind {kinds[1]}; propose with a model, `paste` or `scripted:FILE`, or sketch a task of your own"
    )


def _program(environment: str, what: str, body: str) -> Program:
    return Program((("policy.py", f'"""{environment}: {what}."""\n\n{body}'),))


def _scores(environment: str, shown: Any, first: int, actions: int) -> Sketch:
    """Score every action but the first, which stands at zero, or the last alone; the highest wins."""
    seen = Features(shown)
    choice = (Hole("actions", _ENDS, options=(_ENDS, _ALL)),) if actions > 2 else ()
    holes = (*choice, *seen.holes([f"w{action}" for action in range(actions - 1, 0, -1)], 1.0))

    def render(values: Mapping[str, HoleValue]) -> Program:
        chosen = list(range(1, actions)) if values.get("actions", _ALL) == _ALL else [actions - 1]
        offered = [first, *(first + action for action in chosen)]
        rows = [seen.row(values, f"w{action}") for action in chosen]
        lines = "\n".join(f"    {row!r}," for row in rows)
        body = (
            f"{seen.scales()}ACTIONS = {offered!r}  # the first stands at zero\n"
            f"WEIGHTS = (  # a row for each of the others; the last number stands alone\n{lines}\n)\n\n\n"
            "def policy(observation, memory):\n"
            f"{seen.lines(values)}"
            "    scores = [0.0]\n"
            "    for *weights, constant in WEIGHTS:\n"
            "        scores.append(constant + sum(w * x for w, x in zip(weights, seen)))\n"
            "    return ACTIONS[scores.index(max(scores))]\n"
        )
        return _program(environment, "take the action with the highest score", body)

    return Sketch(holes, render)


def _squeezed(environment: str, shown: Any) -> Sketch:
    """Answer every number of the action by a squeezed linear form of what is seen."""
    low, high = np.asarray(shown.action_space.low), np.asarray(shown.action_space.high)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise ValueError(
            f"gym:{environment} has no sketch: its actions have no bounds; propose with a model or by hand"
        )
    seen = Features(shown)
    holes = (Hole("sharpness", 0.5, 0.0, 2.0), *seen.holes([f"w{out}" for out in range(low.size)], 1.0))
    spans = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]

    def render(values: Mapping[str, HoleValue]) -> Program:
        rows = [seen.row(values, f"w{out}") for out in range(low.size)]
        lines = "\n".join(f"    ({row!r}, {span!r})," for row, span in zip(rows, spans, strict=True))
        body = (
            f"import math\n\n{seen.scales()}"
            f"SHARPNESS = {10 ** float(values['sharpness']):.4g}  # the higher, the more it is all or nothing\n"
            f"ROWS = (  # weights, the last stands alone; and the range of each number\n{lines}\n)\n\n\n"
            "def policy(observation, memory):\n"
            f"{seen.lines(values)}"
            "    action = []\n"
            "    for (*weights, constant), (low, high) in ROWS:\n"
            "        share = math.tanh(SHARPNESS * (constant + sum(w * x for w, x in zip(weights, seen))))\n"
            "        action.append((low + high) / 2 + (high - low) / 2 * share)\n"
            "    return action\n"
        )
        return _program(environment, "answer by weights, squeezed into the range", body)

    return Sketch(holes, render)


def _planned(environment: str, inner: Any) -> Sketch:
    """Plan over the published model; the discount is what search may choose."""

    def render(values: Mapping[str, HoleValue]) -> Program:
        discount = round(1.0 - 10.0 ** float(values["patience"]), 6)
        actions = best_actions(inner, discount)
        table = "".join(map(str, actions))
        text = "\n".join(f'    "{table[place : place + 100]}"' for place in range(0, len(table), 100))
        body = (
            f"# Planned over the environment's published model with a discount of {discount}; one digit a state.\n"
            f"ACTIONS = (\n{text}\n)\n\n\ndef policy(observation, memory):\n    return int(ACTIONS[observation])\n"
        )
        return _program(environment, "the best action of each state", body)

    return Sketch((Hole("patience", -2.0, -4.0, -0.3),), render)


def _thresholds(environment: str, sizes: list[int], first: int) -> Sketch:
    """Take the second action while the first count is below a threshold that the other counts choose."""
    combinations = list(itertools.product(*(range(size) for size in sizes[1:])))
    holes = tuple(
        Hole("t_" + "_".join(map(str, combination)), sizes[0] // 2, 0, sizes[0], integer=True)
        for combination in combinations
    )

    def render(values: Mapping[str, HoleValue]) -> Program:
        lines = "\n".join(
            f"    {combination!r}: {int(values[hole.name])},"
            for combination, hole in zip(combinations, holes, strict=True)
        )
        body = (
            f"BELOW = {{  # by the other counts: act below this first count\n{lines}\n}}\n\n\n"
            "def policy(observation, memory):\n"
            "    count, *others = observation\n"
            f"    return {first + 1} if count < BELOW[tuple(others)] else {first}\n"
        )
        return _program(environment, "a threshold for each situation", body)

    return Sketch(holes, render)
