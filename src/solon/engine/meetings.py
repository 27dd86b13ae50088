"""Playing meetings of two programs: each once, at drawn seats, with the same figures whichever is named first."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from solon.contract import (
    Fault,
    InfrastructureError,
    Invalid,
    Outcome,
    Program,
    Scored,
    Seed,
    Task,
    Unavailable,
)
from solon.crossplay import Crossplay, Meeting
from solon.engine.programs import early_fault

Progress = Callable[[int, int], None]
"""Is told how many of how many episodes have been played."""


class MeetingJudge(Protocol):
    """A judge of programs and of meetings, for example PoolJudge."""

    isolation: str

    def judge(self, jobs: Sequence[tuple[Program | Meeting, Sequence[Seed]]]) -> Iterator[Outcome]:
        """Yield one outcome a job, in order."""
        ...


class Side(NamedTuple):
    """A meeting from one program's side: mean return of a seat on each seed, its own and the other's."""

    own: tuple[float, ...]
    other: tuple[float, ...]


class _Key(NamedTuple):
    first: Program
    second: Program
    seats: int  # of the first


def draw_seats(seed: Seed, seats: int) -> list[int]:
    """Return the seats in an order that depends on the seed alone; a meeting's first program takes them from the front.

    A lower index wins ties in some tasks, so no program may own the low seats on every seed.
    """
    order = list(range(seats))
    random.Random(seed.derive("seats")).shuffle(order)  # noqa: S311  # who sits where is no secret
    return order


class Meetings:
    """Meetings between programs on common seeds, each played once and kept.

    Equal programs are one program: a meeting with a copy is self-play.
    """

    def __init__(
        self,
        task: Task,
        names: Mapping[Program, str],
        judge: MeetingJudge,
        seeds: Sequence[Seed],
        progress: Progress | None = None,
    ) -> None:
        if not isinstance(task, Crossplay):
            raise ValueError(  # noqa: TRY004  # the caller named the wrong task, which is a wrong value to a user
                f"programs cannot meet in task {task.name!r}; take a game, see: solon tasks"
            )
        if task.seats < 2:
            raise ValueError(f"task {task.name!r} has {task.seats} seat, so nobody can meet; raise n_agents")
        if not seeds:
            raise ValueError("a match needs at least one seed")
        self.seats: int = task.seats
        self._judge = judge
        self._seeds = tuple(seeds)
        self._progress: Progress = progress or (lambda _done, _all: None)
        self._names = names
        self._sides: dict[_Key, Side | Fault] = {}
        for program, name in names.items():
            if fault := early_fault(task, program):
                self._sides[self._key(program, program, self.seats)] = _named(name, fault)

    def play(self, wanted: Iterable[tuple[Program, Program, int]]) -> None:
        """Play what was not played yet: (own program, other program, own seats). Raises InfrastructureError.

        A program that has failed in self-play meets nobody.
        """
        keys = dict.fromkeys(self._key(*it) for it in wanted)
        self._play([key for key in keys if key not in self._sides and not self.fault(key.first, key.second)])

    def fault(self, *programs: Program) -> Fault | None:
        """Return what the first of the programs that failed in self-play did, if one did."""
        sides = (self._sides.get(self._key(program, program, self.seats)) for program in programs)
        return next((side for side in sides if isinstance(side, Fault)), None)

    def side(self, own: Program, other: Program, seats: int) -> Side | Fault:
        """Return a meeting that was played, from the side of ``own`` with so many seats, or why there is none."""
        if fault := self.fault(own, other):
            return fault
        key = self._key(own, other, seats)
        side = self._sides[key]
        return side if isinstance(side, Fault) or key.first == own else Side(side.other, side.own)

    def _key(self, own: Program, other: Program, seats: int) -> _Key:
        if own == other:
            return _Key(own, own, self.seats)
        if own.digest < other.digest:
            return _Key(own, other, seats)
        return _Key(other, own, self.seats - seats)

    def _play(self, keys: Sequence[_Key]) -> None:
        jobs = [(self._meeting(key, seed), (seed,)) for key in keys for seed in self._seeds]
        outcomes = self._judge.judge(jobs)
        for place, key in enumerate(keys):
            found: list[Outcome] = []
            for number in range(len(self._seeds)):
                found.append(next(outcomes))
                self._progress(place * len(self._seeds) + number + 1, len(jobs))
            self._sides[key] = _side(found)

    def _meeting(self, key: _Key, seed: Seed) -> Meeting:
        if key.first == key.second:
            return Meeting((key.first,), (0,) * self.seats, (self._names[key.first],))
        first = set(draw_seats(seed, self.seats)[: key.seats])
        seating = tuple(0 if seat in first else 1 for seat in range(self.seats))
        return Meeting((key.first, key.second), seating, (self._names[key.first], self._names[key.second]))


def _side(outcomes: Sequence[Outcome]) -> Side | Fault:
    means: list[tuple[float, ...]] = []
    for outcome in outcomes:
        match outcome:
            case Scored((episode, *_)):
                means.append(episode.agents["program"])
            case Invalid(fault):
                return fault
            case Unavailable(reason):
                raise InfrastructureError(reason)
            case Scored():
                raise InfrastructureError("a judge returned no episode for a meeting; every job has one seed")
    return Side(tuple(it[0] for it in means), tuple(it[-1] for it in means))


def _named(name: str, fault: Fault) -> Fault:
    return Fault(fault.kind, f"{name}: {fault.message}", fault.remedy, fault.traceback, fault.step)
