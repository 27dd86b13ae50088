"""Conversations that lead up to a program: pseudocode, a plan to extend, one constraint a turn, or a task's own steps.

The prompt strategies of "Code-Driven Planning in Grid Worlds with Large Language Models" (2025), worded anew, and
stages of thought such as those of LLMFP (arXiv 2410.12112).
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from solon.contract import Task
from solon.model import Turns


@runtime_checkable
class Extendable(Protocol):
    """A task that knows a simple plan."""

    def pseudocode(self) -> str:
        """Return the plan, which works and can be improved on."""
        ...


@runtime_checkable
class Staged(Protocol):
    """A task whose constraints can be told one after the other."""

    def opening(self) -> str:
        """Return the brief of its simplest form, which tells no constraint that a stage brings."""
        ...

    def stages(self) -> Sequence[str]:
        """Return what is said in each turn, the simplest form of the task first."""
        ...


@runtime_checkable
class Stepped(Protocol):
    """A task that is thought through in steps before its program is written."""

    def steps(self) -> Sequence[str]:
        """Return what is asked in each turn; the last asks for the program, the others for none."""
        ...


class Lessons(NamedTuple):
    """What is said before the prompt: each of ``turns`` is answered, ``lead`` begins the message with the prompt.

    ``brief`` stands in place of the task's own brief, if there is one.
    """

    turns: tuple[str, ...] = ()
    lead: str = ""
    brief: str = ""


_PLAN = (
    "Write no program yet. Give pseudocode of a general strategy for this task. It must do for every instance of the "
    "task, not just for one that is shown."
)
_TRANSLATE = "Translate your pseudocode into a program."
_EXTEND = "This is pseudocode of a simple strategy:\n\n{plan}\n\n{wish} Extend the one above, so that it does better."
_STAGE = "{stage} Give the whole program in one fenced block that starts with ```python."


def lessons(task: Task, turns: Turns | None) -> Lessons:
    """Return what leads up to the prompt for a first program. Raises ValueError if the task has no such matter."""
    if turns is None:
        return Lessons()
    if turns == "pseudocode":
        return Lessons((_PLAN,), _TRANSLATE)
    if turns == "extend":
        if not isinstance(task, Extendable):
            raise _missing(task, "pseudocode to extend")
        return Lessons((_EXTEND.format(plan=task.pseudocode().strip(), wish=_PLAN),), _TRANSLATE)
    if turns == "steps":
        if not isinstance(task, Stepped):
            raise _missing(task, "steps of its own")
        *before, wish = task.steps()
        return Lessons(tuple(before), wish)
    if not isinstance(task, Staged):
        raise _missing(task, "stages for a curriculum")
    *stages, last = task.stages()
    return Lessons(tuple(_STAGE.format(stage=stage) for stage in stages), last, task.opening().strip())


def _missing(task: Task, what: str) -> ValueError:
    return ValueError(f"the task {task.name!r} brings no {what}; choose turns=pseudocode")
