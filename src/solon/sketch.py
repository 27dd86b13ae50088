"""A sketch is a program with typed holes: the space in which the offline proposer searches."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from solon.contract import Program, Value

HoleValue = float | int | str


class Hole(Value, frozen=True):
    """A blank in a sketch: a number in [low, high], or one of the options when there are any."""

    name: str
    default: HoleValue
    low: float = 0.0
    high: float = 1.0
    integer: bool = False
    options: tuple[str, ...] = ()


class Sketch(Value, frozen=True):
    """A program with typed holes; ``render`` turns hole values into plain source, deterministically.

    ``render`` must give the same program for the same values in every process, and must import nothing
    that the proposing process lacks. Values outside a hole's range never reach it.
    """

    holes: tuple[Hole, ...]
    render: Callable[[Mapping[str, HoleValue]], Program]


@runtime_checkable
class Sketched(Protocol):
    """A task that offers a sketch."""

    def sketch(self) -> Sketch:
        """Return the space of programs; cheap to call."""
        ...
