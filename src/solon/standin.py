"""Stand-ins for a model: authors that write a draft with planted mistakes and mend what the feedback names.

They measure the loop, the checkers and the repair against a known truth, without a key. They say nothing of a model.
An author knows what a proposer may know and no more: the words of the task, its own drafts and the feedback on them.
"""

from typing import Protocol, runtime_checkable

from solon.contract import Feedback, Program, Value


class Draft(Value, frozen=True):
    """A program and the kinds of the mistakes that were planted in it, in the order of planting."""

    program: Program
    mistakes: tuple[str, ...] = ()


class Author(Protocol):
    """Writes programs for one task, reproducibly: equal arguments give equal drafts."""

    def draft(self, mistakes: int, entropy: int) -> Draft:
        """Return a first program with so many planted mistakes."""
        ...

    def mend(self, draft: Program, feedback: Feedback, rate: float, entropy: int) -> Draft:
        """Return the draft with what the feedback names written anew; each new part is wrong with probability ``rate``.

        Feedback that names nothing makes it write a part of its own choice anew.
        """
        ...


@runtime_checkable
class Authored(Protocol):
    """A task that has such an author."""

    def author(self) -> Author:
        """Return the author; cheap to call."""
        ...
