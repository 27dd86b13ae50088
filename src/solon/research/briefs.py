"""A task's brief as named sections, of which a pipeline shows some, in an order of its own."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar, runtime_checkable

from solon.contract import Program, Task
from solon.research.pipeline import Pipeline

_ITEM = re.compile(r"- (?P<name>\w+)\(")
TaskT = TypeVar("TaskT", bound=Task)


@runtime_checkable
class Sectioned(Protocol):
    """A task whose brief has parts that can be left out or moved."""

    def sections(self) -> Mapping[str, str]:
        """Return the parts of the brief by name; joined in this order they are the brief, to the byte."""
        ...


def sections_of(task: Task) -> dict[str, str]:
    """Return the parts of a task's brief; a task that names none has one, called "all"."""
    return dict(task.sections()) if isinstance(task, Sectioned) else {"all": task.brief()}


def helpers_of(task: Task) -> tuple[str, ...]:
    """Return the functions that the brief explains: the list items that begin with a name and a bracket."""
    lines = (line for text in sections_of(task).values() for line in text.splitlines())
    return tuple(dict.fromkeys(found["name"] for line in lines if (found := _ITEM.match(line))))


def tuned_brief(task: Task, pipeline: Pipeline) -> str:
    """Return the brief that a pipeline shows: its sections in its order, without the functions that it hides."""
    sections = sections_of(task)
    chosen = tuple(sections) if pipeline.brief is None else pipeline.brief
    text = "".join(_ended(sections[name]) if pipeline.brief else sections[name] for name in chosen)
    return "".join(_without(text, frozenset(pipeline.hide))) if pipeline.hide else text


def tuned(task: TaskT, pipeline: Pipeline) -> TaskT:
    """Return the task with the brief that a pipeline shows and without a control arm, which nobody asks for here.

    A copy keeps whatever else the task can do, such as a sketch or recordings; a wrapper would hide it.
    """
    text, none = tuned_brief(task, pipeline), dict[str, Program]()
    changed = copy.copy(task)
    object.__setattr__(changed, "brief", lambda: text)  # tasks may be frozen
    object.__setattr__(changed, "references", lambda: none)
    return changed


def _ended(text: str) -> str:
    """End a section with an empty line, so that it may stand anywhere."""
    return text.rstrip("\n") + "\n\n"


def _without(text: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the lines of a text but for list items of these names, with what is indented below them."""
    leaving = False
    for line in text.splitlines(keepends=True):
        found = _ITEM.match(line)
        leaving = found["name"] in names if found else leaving and line.startswith("  ")
        if not leaving:
            yield line
