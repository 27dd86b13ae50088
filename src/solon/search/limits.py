"""What strategies share: checked options and the most that a run can cost."""

from solon.contract import Value


class Ceiling(Value, frozen=True):
    """The most candidates and evaluations (one program on one seed) that a strategy can ask for."""

    candidates: int
    evaluations: int


def require(owner: object, **least: int) -> None:
    """Raise ValueError unless each named attribute of the owner is an integer of at least the given size."""
    for name, low in least.items():
        value: object = getattr(owner, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise ValueError(
                f"{type(owner).__name__} needs {name} to be a whole number of at least {low}, not {value!r}."
            )
