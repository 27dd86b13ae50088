"""The proposer that needs no model: it searches the space that a task's sketch describes."""

from collections.abc import Sequence

from solon.contract import Ask, History, Proposal, Task
from solon.sketch import Sketched
from solon.standin import Authored


class Offline:
    """Fill the holes of the task's sketch, guided by the scores of earlier fillings."""

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        """Return ``ask.count`` new fillings; the first of a run is the default. Raises ValueError without a sketch."""
        from solon.propose.optimiser import fill

        return fill(sketch_of_task(task).sketch(), history, ask, entropy)


def sketch_of_task(task: Task) -> Sketched:
    """Return the task as one with a sketch; raises ValueError when it has none."""
    if not isinstance(task, Sketched):
        others = "noisy or paste" if isinstance(task, Authored) else "polish:FILE or paste"
        raise ValueError(  # noqa: TRY004  # the call is wrong, not the program that made it
            f"The task {task.name!r} offers no sketch to search offline; propose with {others} instead."
        )
    return task
