"""What a linear form gets to see: the numbers of an observation, scaled to about -1 to 1, and their products."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from solon.sketch import Hole, HoleValue

_MOST_WITH_PRODUCTS: Final = 6
_WIDEST: Final = 1000.0  # bounds beyond say nothing about the scale
_EPISODES, _STEPS = 20, 200
_PLAIN, _PRODUCTS = "as seen", "with products"

Numbers = npt.NDArray[np.float64]


class Features:
    """The features of an environment with a vector of numbers as observation."""

    def __init__(self, shown: Any) -> None:
        self._centres, self._reaches = _ranges(shown)
        self.inputs = self._centres.size
        self._products = self.inputs <= _MOST_WITH_PRODUCTS

    def holes(self, rows: Sequence[str], reach: float) -> tuple[Hole, ...]:
        """Return the holes of so many rows of weights, and the choice of the features."""
        more = self.inputs * (self.inputs + 1) // 2 if self._products else 0
        names = [f"{row}_{place}" for row in rows for place in range(self.inputs + 1)]
        names += [f"{row}_p{place}" for row in rows for place in range(more)]
        choice = (Hole("features", _PLAIN, options=(_PLAIN, _PRODUCTS)),) if self._products else ()
        return (*choice, *(Hole(name, 0.0, -reach, reach) for name in names))

    def row(self, values: Mapping[str, HoleValue], row: str) -> tuple[float, ...]:
        """Return a row of weights, the constant last."""
        names = [f"{row}_{place}" for place in range(self.inputs)]
        if values.get("features") == _PRODUCTS:
            names += [f"{row}_p{place}" for place in range(self.inputs * (self.inputs + 1) // 2)]
        return tuple(round(float(values[name]), 4) for name in (*names, f"{row}_{self.inputs}"))

    def scales(self) -> str:
        """Return the lines that state the scales."""
        pairs = zip(self._centres, self._reaches, strict=True)
        lines = "\n".join(f"    ({float(centre):.6g}, {float(reach):.6g})," for centre, reach in pairs)
        return f"SCALES = (  # the middle of each number that is seen, and how far it goes from there\n{lines}\n)\n"

    def lines(self, values: Mapping[str, HoleValue]) -> str:
        """Return the lines that compute the features."""
        plain = "    seen = [(x - middle) / reach for x, (middle, reach) in zip(observation, SCALES)]\n"
        products = "    seen += [x * y for place, x in enumerate(seen) for y in seen[place:]]\n"
        return plain + products if values.get("features") == _PRODUCTS else plain


def _ranges(shown: Any) -> tuple[Numbers, Numbers]:
    """Return the middle and the reach of every number: from the bounds, or as seen in a few aimless episodes."""
    low = np.asarray(shown.observation_space.low, float)
    high = np.asarray(shown.observation_space.high, float)
    told = (low > -_WIDEST) & (high < _WIDEST) & (low < high)
    low, high = np.where(told, low, -1.0), np.where(told, high, 1.0)
    centres, reaches = (low + high) / 2, (high - low) / 2
    if not told.all():
        seen = _largest(shown)
        reaches = np.where(told, reaches, np.where(seen > 0, seen, 1.0))
    return centres, reaches


def _largest(shown: Any) -> Numbers:
    """Return the largest absolute value of every number in episodes with fixed seeds and actions at random."""
    shown.action_space.seed(0)
    largest = np.zeros(shown.observation_space.shape)
    for number in range(_EPISODES):
        observation, _ = shown.reset(seed=number)
        for _ in range(_STEPS):
            largest = np.maximum(largest, np.abs(np.asarray(observation, float)))
            observation, _, ended, cut, _ = shown.step(shown.action_space.sample())
            if ended or cut:
                break
    return largest
