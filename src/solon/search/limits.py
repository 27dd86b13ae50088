"""What strategies share: checked options and the most that a run can cost."""

from typing import Protocol

from solon.contract import Strategy, Value


class Ceiling(Value, frozen=True):
    """The most candidates and evaluations (one program on one seed) that a strategy can ask for."""

    candidates: int
    evaluations: int


class Bounded(Strategy, Protocol):
    """A strategy that can say beforehand what it costs at worst."""

    def ceiling(self) -> Ceiling:
        """Return the most candidates and evaluations that a run can need."""
        ...


def require(owner: object, **least: int) -> None:
    """Raise ValueError unless each named attribute of the owner is an integer of at least the given size."""
    for name, low in least.items():
        value: object = getattr(owner, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise ValueError(
                f"{type(owner).__name__} needs {name} to be a whole number of at least {low}, not {value!r}."
            )


def require_share(owner: object, name: str, *, optional: bool = False) -> None:
    """Raise ValueError unless the named attribute lies strictly between 0 and 1, or is None where that is allowed."""
    value: object = getattr(owner, name)
    if not (optional and value is None) and not (isinstance(value, int | float) and 0 < value < 1):
        raise ValueError(f"{type(owner).__name__} needs {name} to lie between 0 and 1, not {value!r}.")
