"""What a task proves or refutes of a program, told in one sentence."""

from solon.contract import InfrastructureError, Program, Proved, Refuted, Task, Unknown, Verdict


def states_property(task: Task) -> bool:
    """Tell whether a task has a property that its programs can be proved to have."""
    return type(task).verify is not Task.verify


def verdict_of(task: Task, program: Program) -> Verdict | None:
    """Return whether the task's property holds of a program, None if it states none.

    A solver that is missing or broke decides nothing: Unknown is never taken for Proved.
    """
    if not states_property(task):
        return None
    try:
        return task.verify(program)
    except InfrastructureError as error:
        return Unknown(str(error))


def told(verdict: Verdict) -> str:
    """Return a verdict as one sentence."""
    match verdict:
        case Proved(by):
            return f"Proved, by {by.rstrip('.')}."
        case Refuted(witness):
            return f"Refuted: {witness.rstrip('.')}."
        case Unknown(reason):
            return f"Neither proved nor refuted: {reason.rstrip('.')}."
