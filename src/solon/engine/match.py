"""Round-robin cross-play: payoff matrix, dominance, exploitability, invasion curves and held-out partners.

Every figure is a mean return of a seat, estimated over common seeds; differences are paired by seed. The matrix and
what follows from it are those of the empirical game (Wellman 2006); focal and background populations are those of
Melting Pot (Leibo et al. 2021), with the task's partners, or else its reference programs, as the background.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations, product
from typing import Literal

from solon.contract import Fault, Program, Seed, Task, Value
from solon.crossplay import background
from solon.engine.meetings import MeetingJudge, Meetings, Progress
from solon.engine.statistics import Estimate, estimate, paired_difference

Role = Literal["resident", "even", "visitor"]


class Entrant(Value, frozen=True):
    """One program of a match; the fault says why its cells are empty, if it failed in self-play."""

    name: str
    digest: str
    fault: Fault | None


class Dominance(Value, frozen=True):
    """A program that serves a seat at least as well as another, whatever mix of the two the other seats play."""

    better: str
    worse: str
    strict: bool  # better on average in every mix, not merely as good
    shown: bool  # every margin's interval lies above zero
    margins: tuple[Estimate, ...]  # what the seat gains, by the number of other seats that play the better program


class Exploitability(Value, frozen=True):
    """What one seat would gain by leaving a program that all play, with the best response within the match."""

    program: str
    response: str  # the program itself when no other gains
    gain: Estimate  # of one deviating seat over self-play; the interval allows for no choice among responses


class InvasionPoint(Value, frozen=True):
    """So many mutants among the residents of the other seats."""

    mutants: int
    mutant: Estimate
    resident: Estimate
    advantage: Estimate  # mutant minus resident


class Invasion(Value, frozen=True):
    """One program in 1, 2, ..., all but one of the seats, another one in the rest."""

    mutant: str
    resident: str
    points: tuple[InvasionPoint, ...]  # empty where a meeting failed


class Partnership(Value, frozen=True):
    """A focal program with a background program; a resident has most of the seats, a visitor few."""

    partner: str
    role: Role
    focal_seats: int
    focal: Estimate
    background: Estimate


class HeldOut(Value, frozen=True):
    """How a program does with partners that it was not made with."""

    program: str
    focal: Estimate | None  # mean over the partnerships, by seed; None without any
    self_play: Estimate | None
    partnerships: tuple[Partnership, ...]
    faults: tuple[Fault, ...] = ()  # meetings that failed


class Match(Value, frozen=True):
    """What a match gave; the schema of ``solon match --json``."""

    task: str
    version: str
    isolation: str
    seats: int
    seeds: int
    programs: tuple[Entrant, ...]
    payoffs: tuple[tuple[Estimate | None, ...], ...]  # [row][column]: return of the row in half of the seats
    dominance: tuple[Dominance, ...]
    exploitability: tuple[Exploitability, ...]
    invasions: tuple[Invasion, ...]  # every ordered pair
    held_out: tuple[HeldOut, ...]
    faults: tuple[Fault, ...]  # of meetings between programs that are sound alone
    schema: int = 1


def match(
    task: Task,
    programs: Mapping[str, Program],
    judge: MeetingJudge,
    seeds: Sequence[Seed],
    *,
    progress: Progress | None = None,
) -> Match:
    """Let every program meet every other one in every proportion, and the task's background programs.

    Args:
        task: a task in which programs can meet.
        programs: at least two, by name.
        judge: plays the meetings.
        seeds: common to all meetings; the number of a seed decides who sits where.
        progress: is told of every episode.

    Raises:
        ValueError: the call is wrong.
        InfrastructureError: the machinery failed.
    """
    if len(programs) < 2:
        raise ValueError(f"a match needs two programs or more, got {len(programs)}")
    references = background(task)
    meetings = Meetings(task, _names(references, programs), judge, seeds, progress)
    seats = meetings.seats
    meetings.play((program, program, seats) for program in programs.values())
    rounds = [(*pair, k) for pair in combinations(programs.values(), 2) for k in range(1, seats)]
    partners = product(programs.values(), references.values(), _roles(seats).values())
    meetings.play([*rounds, *partners])
    table = _Table(meetings, programs)
    invasions = tuple(table.invasion(mutant, resident) for mutant, resident in permutations(programs, 2))
    return Match(
        task=task.name,
        version=task.version,
        isolation=judge.isolation,
        seats=seats,
        seeds=len(seeds),
        programs=tuple(Entrant(name, program.digest, meetings.fault(program)) for name, program in programs.items()),
        payoffs=tuple(tuple(table.payoff(row, column) for column in programs) for row in programs),
        dominance=tuple(it for pair in permutations(programs, 2) if (it := table.dominance(*pair))),
        exploitability=tuple(it for name in programs if (it := table.exploitability(name))),
        invasions=invasions,
        held_out=tuple(_held_out(meetings, name, program, references) for name, program in programs.items()),
        faults=table.faults(),
    )


def held_out_partners(
    task: Task, program: Program, judge: MeetingJudge, seeds: Sequence[Seed], *, name: str = "winner"
) -> HeldOut:
    """Let a program meet each of the task's other background programs, as resident, at an even split and as visitor.

    Costs three episodes for each background program and seed, and one a seed in self-play. Raises ValueError for a task
    in which programs cannot meet (see ``solon.crossplay.Crossplay``), InfrastructureError when the machinery failed.
    """
    references = background(task)
    meetings = Meetings(task, _names(references, {name: program}), judge, seeds)
    meetings.play([(program, program, meetings.seats)])
    meetings.play(product([program], references.values(), _roles(meetings.seats).values()))
    return _held_out(meetings, name, program, references)


def _names(*groups: Mapping[str, Program]) -> dict[Program, str]:
    """Return what to call each program: its first name in the last group that has it."""
    names: dict[Program, str] = {}
    for group in groups:
        names.update({program: name for name, program in reversed(list(group.items()))})
    return names


def _roles(seats: int) -> dict[Role, int]:
    """Return the focal program's seats by role; visitors are a quarter of the seats, at least one."""
    visitors = max(1, seats // 4)
    residents = seats - visitors
    roles: dict[Role, int] = {"resident": residents}
    if visitors < seats // 2 < residents:
        roles["even"] = seats // 2
    if visitors < residents:
        roles["visitor"] = visitors
    return roles


def _held_out(meetings: Meetings, name: str, program: Program, references: Mapping[str, Program]) -> HeldOut:
    partnerships: list[Partnership] = []
    faults: list[Fault] = []
    alone = meetings.side(program, program, meetings.seats)
    for partner, opponent in references.items():
        if opponent == program:
            continue
        for role, seats in _roles(meetings.seats).items():
            side = meetings.side(program, opponent, seats)
            if isinstance(side, Fault):
                faults.append(side)
                continue
            partnerships.append(Partnership(partner, role, seats, estimate(side.own), estimate(side.other)))
    columns = zip(*(it.focal.per_seed for it in partnerships), strict=True)
    return HeldOut(
        program=name,
        focal=estimate([sum(column) / len(column) for column in columns]) if partnerships else None,
        self_play=None if isinstance(alone, Fault) else estimate(alone.own),
        partnerships=tuple(partnerships),
        faults=tuple(dict.fromkeys(faults)),
    )


class _Table:
    """Reads figures off the meetings that were played."""

    def __init__(self, meetings: Meetings, programs: Mapping[str, Program]) -> None:
        self._meetings = meetings
        self._programs = programs
        self._half = meetings.seats // 2

    def _returns(self, own: str, other: str, seats: int) -> tuple[float, ...] | None:
        if seats == self._meetings.seats:
            other = own
        side = self._meetings.side(self._programs[own], self._programs[other], seats)
        return None if isinstance(side, Fault) else side.own

    def payoff(self, row: str, column: str) -> Estimate | None:
        returns = self._returns(row, column, self._half)
        return None if returns is None else estimate(returns)

    def dominance(self, better: str, worse: str) -> Dominance | None:
        seats = self._meetings.seats
        margins: list[Estimate] = []
        for others in range(seats):
            one, other = self._returns(better, worse, others + 1), self._returns(worse, better, seats - others)
            if one is None or other is None:
                return None
            margins.append(paired_difference(one, other))
        if min(it.mean for it in margins) < 0 or max(it.mean for it in margins) == 0:
            return None
        return Dominance(
            better,
            worse,
            strict=all(it.mean > 0 for it in margins),
            shown=all(it.low is not None and it.low > 0 for it in margins),
            margins=tuple(margins),
        )

    def exploitability(self, program: str) -> Exploitability | None:
        home = self._returns(program, program, self._meetings.seats)
        if home is None:
            return None
        found = Exploitability(program, program, paired_difference(home, home))
        for response in self._programs:
            away = self._returns(response, program, 1)
            if away is not None and response != program:
                gain = paired_difference(away, home)
                if gain.mean > found.gain.mean:
                    found = Exploitability(program, response, gain)
        return found

    def invasion(self, mutant: str, resident: str) -> Invasion:
        points: list[InvasionPoint] = []
        for mutants in range(1, self._meetings.seats):
            side = self._meetings.side(self._programs[mutant], self._programs[resident], mutants)
            if isinstance(side, Fault):
                return Invasion(mutant, resident, ())
            advantage = paired_difference(side.own, side.other)
            points.append(InvasionPoint(mutants, estimate(side.own), estimate(side.other), advantage))
        return Invasion(mutant, resident, tuple(points))

    def faults(self) -> tuple[Fault, ...]:
        """Return what spoiled meetings of programs that are sound alone."""
        found: list[Fault] = []
        for one, other in combinations(self._programs.values(), 2):
            if self._meetings.fault(one, other) is None:
                sides = (self._meetings.side(one, other, seats) for seats in range(1, self._meetings.seats))
                found += [side for side in sides if isinstance(side, Fault)]
        return tuple(dict.fromkeys(found))
