"""Cross-play: tasks in which several programs meet, each in some of the seats."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from solon.contract import Episode, Fault, Jail, Program, ProgramFault, Seed, Task, Value


class Meeting(Value, frozen=True):
    """Programs and who sits where: ``seating`` holds for each seat the index of its program."""

    programs: tuple[Program, ...]
    seating: tuple[int, ...]
    names: tuple[str, ...] = ()  # what to call the programs in a fault; their numbers if empty

    def name(self, index: int) -> str:
        """Return what to call a program."""
        return self.names[index] if self.names else f"program {index}"


class MeetingFault(ProgramFault):
    """Raised when one program spoils a meeting; ``index`` says which, and equals share the first one's index."""

    def __init__(self, fault: Fault, index: int) -> None:
        super().__init__(fault)
        self.index = index

    def __str__(self) -> str:
        return f"program {self.index}: {self.fault.message}"


@runtime_checkable
class Crossplay(Protocol):
    """A task in which several programs can meet, a worker for each, so that no program touches another."""

    @property
    def seats(self) -> int:
        """How many seats there are; in self-play one program has them all."""
        ...

    def meet(self, programs: Sequence[Program], seating: Sequence[int], seed: Seed, jail: Jail) -> Episode:
        """Play one episode; a pure function of its arguments.

        Args:
            programs: who meets; equal programs count as one and share a worker.
            seating: for each seat the index of its program; every program has at least one seat.
            seed: the instance of the task's randomness; the same for every seating.
            jail: where the workers run.

        Returns:
            The episode with the task's metrics of all seats together, ``agents["return"]`` by seat and
            ``agents["program"]``, the mean return of a seat of each program, by index.

        Raises:
            MeetingFault: a program is at fault, which voids the episode; the fault says why, the index which.
            ValueError: the seating does not fit.
        """
        ...


@runtime_checkable
class Partnered(Protocol):
    """A task of meetings that fixes whom a program is tried with, so that cards stay comparable as references grow."""

    def partners(self) -> Mapping[str, Program]:
        """Return the background programs by name."""
        ...


def background(task: Task) -> Mapping[str, Program]:
    """Return the programs that a task tries others with: its fixed partners, else all its reference programs."""
    return task.partners() if isinstance(task, Partnered) else task.references()


def check_seating(programs: Sequence[Program], seating: Sequence[int], seats: int) -> None:
    """Raise ValueError unless each seat has one of the programs and each program a seat."""
    if len(seating) != seats:
        raise ValueError(f"a seating of this task names {seats} seats, got {len(seating)}")
    if set(seating) != set(range(len(programs))):
        raise ValueError(
            f"the seats of {len(programs)} programs name exactly the indices 0 to {len(programs) - 1}, "
            f"got {sorted(set(seating))}; leave out programs without a seat"
        )


def program_means(returns: Sequence[float], seating: Sequence[int], programs: int) -> tuple[float, ...]:
    """Return the mean of a seat of each program."""
    shares: list[list[float]] = [[] for _ in range(programs)]
    for own, index in zip(returns, seating, strict=True):
        shares[index].append(own)
    return tuple(sum(share) / len(share) for share in shares)
