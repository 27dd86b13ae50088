"""A stand-in for a model: the task's own author, who plants mistakes and mends what the feedback names."""

from collections.abc import Sequence
from typing import Final, Self

from solon.contract import Ask, Candidate, Feedback, History, Proposal, Task
from solon.standin import Author, Authored

_USE: Final = "noisy:mistakes=1,rate=0.1"


class StandIn:
    """Ask the author that a task brings for drafts with ``mistakes`` planted mistakes, and to mend the parents.

    What is mended is wrong again with probability ``rate``. Measures the loop, the checkers and the repair against a
    known truth; says nothing of a model.
    """

    def __init__(self, mistakes: int = 1, rate: float = 0.1) -> None:
        if mistakes < 0 or not 0 <= rate <= 1:
            raise ValueError(f"mistakes must be 0 or more and rate in 0..1, got {mistakes} and {rate:g}; write {_USE}")
        self._mistakes, self._rate = mistakes, rate

    @classmethod
    def of(cls, text: str) -> Self:
        """Read the part after the colon, such as ``mistakes=2,rate=0.3``. Raises ValueError."""
        parts = [part.partition("=") for part in text.split(",") if part]
        words = {name: value for name, _, value in parts}
        try:
            mistakes, rate = int(words.pop("mistakes", "1")), float(words.pop("rate", "0.1"))
        except ValueError:
            raise ValueError(f"the options {text!r} of noisy are no numbers; write {_USE}") from None
        if words:
            raise ValueError(f"noisy has no option {next(iter(words))!r}; write {_USE}")
        return cls(mistakes, rate)

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return drafts, or the parents after mending; the operator names the mistakes that were planted."""
        author = author_of(task)
        parents = [it for it in history if it.number in ask.parents]
        parents.sort(key=lambda it: ask.parents.index(it.number))
        return [
            self._one(author, parents[place % len(parents)] if parents else None, entropy + place)
            for place in range(ask.count)
        ]

    def _one(self, author: Author, parent: Candidate | None, entropy: int) -> Proposal:
        if parent is None:
            draft = author.draft(self._mistakes, entropy)
        else:
            draft = author.mend(parent.proposal.program, told(parent), self._rate, entropy)
        planted = f" with {', '.join(draft.mistakes)}" if draft.mistakes else ""
        deed = "draft" if parent is None else "mended"
        return Proposal(draft.program, () if parent is None else (parent.number,), f"{deed}{planted}")


def told(candidate: Candidate) -> Feedback:
    """Return what a proposer may know of a candidate's result: its feedback, or its fault if the feedback is silent."""
    if candidate.fault is not None and not candidate.feedback.text.strip():
        return Feedback(candidate.feedback.level, f"{candidate.fault.message} {candidate.fault.remedy}".strip())
    return candidate.feedback


def author_of(task: Task) -> Author:
    """Return a task's author. Raises ValueError if it brings none."""
    if not isinstance(task, Authored):
        message = f"task {task.name!r} brings no author for the proposer noisy; take another proposer"
        raise ValueError(message)  # noqa: TRY004  # what was asked for does not exist; no type is wrong
    return task.author()
