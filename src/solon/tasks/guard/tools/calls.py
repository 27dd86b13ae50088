"""What agents do: calls of tools, their results, and traces of both with the user's query."""

from collections.abc import Iterator
from typing import Protocol

from solon.contract import Value

Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class Call(Value, frozen=True):
    """A tool by name, and its arguments as the agent gave them."""

    tool: str
    arguments: dict[str, Json] = {}


class Step(Value, frozen=True):
    """A call that was carried out, and what came back; ``error`` is empty if it worked."""

    call: Call
    result: Json = None
    error: str = ""


class Trace(Value, frozen=True):
    """What a user asked for and the steps that served it; traces of one group share tasks, so none tests another."""

    query: str
    steps: tuple[Step, ...]
    group: str = ""


class Described(Value, frozen=True):
    """A tool as its server describes it; the hints are those of the Model Context Protocol.

    ``parameters`` is a JSON Schema of an object.
    """

    name: str
    parameters: dict[str, Json] = {}
    description: str = ""
    reads_only: bool = False
    open_world: bool = False  # its results are written by anybody
    destructive: bool = False


class Answer(Value, frozen=True):
    """What a guard says to a call; ``call`` is what may be carried out, and nothing else."""

    allowed: bool
    call: Call
    rule: str = ""
    reason: str = ""


class Guard(Protocol):
    """Stands between an agent and its tools during one run."""

    def ask(self, call: Call) -> Answer:
        """Decide on a call before it is carried out."""
        ...

    def told(self, step: Step) -> None:
        """Take note of a step that was carried out."""
        ...


def leaves(value: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str | int | float]]:
    """Yield the texts and numbers in a value with their places; truth values and nulls carry no information.

    A key that is no plain name, such as a mail address, is data as well: it counts as a text at the place around it.
    """
    match value:
        case dict():
            for key, inner in value.items():
                if not key.isidentifier():
                    yield at, key
                yield from leaves(inner, (*at, key))
        case list():
            for number, inner in enumerate(value):
                yield from leaves(inner, (*at, number))
        case bool() | None:
            return
        case _:
            yield at, value
