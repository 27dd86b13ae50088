"""What others published of GRASP: the answers of the benchmark's repository, scored again by our rules.

The answers are not shipped. Scored by ``grasp_world.play`` they give to the third digit what an independent reading of
the rules gave; ``docs/design/grids.md`` says how.
"""

from collections.abc import Iterator
from typing import Final

from solon.contract import Figure
from solon.tasks.grids.grasp_world import UNLIMITED, Scoring

_SOURCE: Final = "answers in github.com/jasontangzs0/GRASP (20 kinds of grids, 100 each), scored again here"
_MODELS: Final = "answers in github.com/jasontangzs0/GRASP, scored again; what did not parse is missing, so too low"

_ALL: Final[dict[str, tuple[float, float, float]]] = {
    "greedy, answers as shipped": (1.823, -0.063, 0.974),
    "random, answers as shipped": (0.172, -1.778, -0.586),
    "GPT-4o, one answer an instance": (0.36, -0.80, 0.09),
    "GPT-3.5, one answer an instance": (-0.70, -2.35, -0.59),
    "o1-mini, one answer an instance": (1.47, -0.10, 1.06),
}
"""Means over all settings by scoring, in this order."""

_ORDER: Final[tuple[Scoring, ...]] = ("published", "all-actions", "moves")

_FREE: Final[dict[tuple[str, int], tuple[float, float]]] = {
    ("four", UNLIMITED): (5.106, 1.230),
    ("four", 2): (1.994, 0.911),
    ("eight", UNLIMITED): (2.511, 1.238),
    ("eight", 2): (1.328, 0.900),
}
"""Means of greedy and random answers without step cost; half of the eight-direction ones do not fit their grids."""


def over_all(scoring: Scoring) -> Iterator[Figure]:
    """Yield the figures over all 160 settings; energy is by the given scoring."""
    for label, values in _ALL.items():
        by_scoring = dict(zip(_ORDER, values, strict=True))
        metrics = {"energy": by_scoring[scoring]}
        metrics |= {f"scored_{name.replace('-', '_')}": value for name, value in by_scoring.items()}
        yield Figure("published", label, metrics, _MODELS if "one answer" in label else _SOURCE)


def at(movement: str, carry_limit: int) -> Iterator[Figure]:
    """Yield the figures of one setting without step cost, where every scoring agrees."""
    for label, value in zip(("greedy", "random"), _FREE.get((movement, carry_limit), ()), strict=False):
        yield Figure("published", f"{label}, answers as shipped", {"energy": value}, _SOURCE)
