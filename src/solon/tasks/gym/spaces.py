"""Gymnasium's spaces as words for a proposer, as JSON for a program, and as a check of what it returns."""

import math
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

# Any throughout: Gymnasium is an extra and need not be installed where types are checked
_MOST_NUMBERS = 24  # bounds are spelt out for vectors up to this size


def words(space: Any) -> str:
    """Describe a space in one line, in terms of the JSON that a program gets or returns."""
    kind = type(space).__name__
    known = _WORDS.get(kind)
    return known(space) if known else f"a value of Gymnasium's space {kind}"


def _discrete(space: Any) -> str:
    return f"an integer from {int(space.start)} to {int(space.start + space.n - 1)}"


def _box(space: Any) -> str:
    number = "integers" if np.issubdtype(space.dtype, np.integer) else "numbers"
    shape = tuple(space.shape)
    low, high = np.asarray(space.low), np.asarray(space.high)
    if low.size and low.min() == low.max() and high.min() == high.max():
        return f"a list of shape {shape} of {number} from {low.min():.6g} to {high.max():.6g}"
    if low.size <= _MOST_NUMBERS:
        spans = ", ".join(f"{a:.6g} to {b:.6g}" for a, b in zip(low.ravel(), high.ravel(), strict=True))
        return f"a list of shape {shape} of {number}: {spans}"
    return f"a list of shape {shape} of {number}"


_WORDS: dict[str, Callable[[Any], str]] = {
    "Discrete": _discrete,
    "MultiBinary": lambda space: f"a list of shape {tuple(space.shape)} of 0 and 1",
    "MultiDiscrete": lambda space: f"a list of integers, from 0 and below {np.asarray(space.nvec).tolist()}",
    "Box": _box,
    "Tuple": lambda space: (
        "a list of: " + "; ".join(f"[{place}] {words(part)}" for place, part in enumerate(space.spaces))
    ),
    "Dict": lambda space: (
        "a dictionary of: " + "; ".join(f"{name!r} {words(part)}" for name, part in space.spaces.items())
    ),
    "Text": lambda _: "a text",
    "MissionSpace": lambda _: "a text",
}


def plain(value: Any) -> Any:
    """Return an observation as JSON can hold it: arrays as nested lists, tuples as lists."""
    if isinstance(value, np.ndarray | np.generic):
        return cast("Any", value.tolist())
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in cast("list[Any]", value)]
    return value


def admit(space: Any, value: Any) -> Any:
    """Return the action that a program's JSON stands for, or None if it is none of this space.

    Whole numbers may come as floats without a fraction, numbers of a box as integers; nothing is clipped.
    """
    kind = type(space).__name__
    if kind == "Discrete":
        whole = _whole(value)
        return whole if whole is not None and space.start <= whole < space.start + space.n else None
    if kind in ("Box", "MultiDiscrete", "MultiBinary"):
        return _array(space, value)
    if kind == "Tuple":
        return _all(list(space.spaces), cast("list[Any]", value)) if isinstance(value, list) else None
    if kind == "Dict":
        given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        if set(given) != set(space.spaces):
            return None
        parts = _all(list(space.spaces.values()), [given[name] for name in space.spaces])
        return None if parts is None else dict(zip(space.spaces, parts, strict=True))
    return value if space.contains(value) else None


def stand_in(space: Any) -> Any:
    """Return what replaces an action that is none: the smallest number, or the middle of a box."""
    kind = type(space).__name__
    if kind == "Discrete":
        return int(space.start)
    if kind == "Box":
        low, high = np.asarray(space.low, float), np.asarray(space.high, float)
        finite = np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2, np.clip(0.0, low, high))
        return finite.astype(space.dtype)
    if kind in ("MultiDiscrete", "MultiBinary"):
        return np.zeros(space.shape, space.dtype)
    if kind == "Tuple":
        return tuple(stand_in(part) for part in space.spaces)
    if kind == "Dict":
        return {name: stand_in(part) for name, part in space.spaces.items()}
    raise ValueError(f"programs cannot act in a space of kind {kind}; take an environment with numbers as actions")


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if math.isfinite(value) and value == int(value) else None


def _array(space: Any, value: Any) -> Any:
    if not _numeric(value):  # NumPy would read texts as numbers
        return None
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
    if array.shape != tuple(space.shape):
        return None
    with np.errstate(invalid="ignore", over="ignore"):  # what does not fit its type is refused right below
        fitted = array.astype(space.dtype)
    return fitted if space.contains(fitted) and (fitted.dtype.kind == "f" or np.array_equal(fitted, array)) else None


def _numeric(value: Any) -> bool:
    if isinstance(value, list):
        return all(_numeric(part) for part in cast("list[Any]", value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _all(spaces: list[Any], values: list[Any]) -> tuple[Any, ...] | None:
    if len(spaces) != len(values):
        return None
    parts = tuple(admit(part, value) for part, value in zip(spaces, values, strict=True))
    return None if any(part is None for part in parts) else parts
