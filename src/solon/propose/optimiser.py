"""The offline optimiser: breeding among the best for choices and numbers, CMA-ES for the numbers.

One half of each group is bred: crossover between good fillings, a few holes changed, by steps that shrink from group
to group. The other half takes its numbers from CMA-ES (Hansen and Ostermeier 2001, as kept in the library ``cmaes``)
and its choices from the best fillings. CMA-ES learns from every group, bred ones too. The comparison that this rests
on is in ``docs/design/offline-proposer.md``.

That is what happens where a wish names no operator. One that does is taken at its word (``solon.propose.operators``).

Nothing is remembered between calls: the optimiser is rebuilt from the history each time, so a resumed run goes on as
an uninterrupted one would.
"""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np
from cmaes import CMA  # pyright: ignore[reportMissingTypeStubs]  # typed inline, without the marker file

from solon.contract import Ask, Candidate, History, Proposal
from solon.propose.operators import Draw, Judged, children, drawn, fresh, operated, step_size, switched
from solon.propose.space import Point, Space, space_of
from solon.search.standing import rank
from solon.sketch import Sketch

ELITES = 5
SPREAD = 0.2  # initial standard deviation of CMA-ES, as a share of a range
SWITCH = 0.5  # how often a filling with numbers from CMA-ES gets one choice that its parent has not
LARGEST_GENERATION = 24  # candidates after which CMA-ES updates, at most
REDRAWS = 50  # attempts to find a program that no candidate has yet


def fill(sketch: Sketch, history: History, ask: Ask, entropy: int) -> list[Proposal]:
    """Return ``ask.count`` new fillings of a sketch, rendered; the first of a run is the default filling.

    Programs that the history already holds are drawn anew. Where the space is exhausted fewer come back, but one at
    least, so that the run goes on and its estimates get better.
    """
    space = space_of(sketch)
    judged = _judged(space, history)
    dice = random.Random(f"offline/{entropy}")  # noqa: S311 - reproducible on purpose, guards no secret
    known = {candidate.proposal.program.digest for candidate in history}
    if ask.operator:
        bred = operated(space, judged, ask, dice)
        streams = [bred] * ask.count
    else:
        bred = _bred(space, judged, dice)
        sampled = _sampled(space, judged, ask.count, dice) if space.numbers and judged else bred
        half = (ask.count + dice.randrange(2)) // 2
        streams = [bred] * (ask.count - half) + [sampled] * half
    proposals: list[Proposal] = []
    for place, stream in enumerate(streams):
        draws = chain([Draw(space.default(), (), "default")] if place == 0 and not judged else [], stream)
        offered = (_rendered(sketch, space, draw) for draw in islice(draws, REDRAWS))
        proposal = next((each for each in offered if each.program.digest not in known), None)
        if proposal is not None:
            known.add(proposal.program.digest)
            proposals.append(proposal)
    return proposals or [_rendered(sketch, space, next(bred))]


def _rendered(sketch: Sketch, space: Space, draw: "Draw") -> Proposal:
    holes = space.filling(draw.point)
    return Proposal(sketch.render(holes), draw.parents, draw.operator, holes)


def _judged(space: Space, history: History) -> list[Judged]:
    """Return the candidates that fill this sketch, in their order."""
    levels = {standing.number: standing.level for standing in rank(history)}
    found: list[Judged] = []
    for candidate in history:
        point = space.point(candidate.proposal.holes)
        if point is not None and _settled(candidate):
            level, parents = levels.get(candidate.number), candidate.proposal.parents
            found.append(Judged(candidate.number, candidate.group, point, level, parents))
    return found


def _settled(candidate: Candidate) -> bool:
    return bool(candidate.scores) or candidate.fault is not None


def _bred(space: Space, judged: Sequence[Judged], dice: random.Random) -> Iterator[Draw]:
    """Yield variations of the best fillings without end; and before any, of the default and at random."""
    elites = _elites(judged)
    scale = step_size(len({each.group for each in judged}))
    yield from children(space, elites, scale, "breed", dice) if elites else fresh(space, scale, dice)


def _sampled(space: Space, judged: Sequence[Judged], count: int, dice: random.Random) -> Iterator[Draw]:
    """Yield fillings without end whose numbers come from CMA-ES and whose choices come from the best fillings."""
    optimiser = _trained(space, judged, count)
    optimiser.reseed_rng(dice.getrandbits(32))
    elites = _elites(judged)
    while True:
        numbers = tuple(min(max(float(share), 0.0), 1.0) for share in optimiser.ask())
        parents = drawn(elites, dice, 1)
        choices = parents[0].point.choices if parents else space.default().choices
        if space.choices and dice.random() < SWITCH:
            choices = switched(space, choices, dice.randrange(len(choices)), dice)
        yield Draw(Point(numbers, choices), tuple(parent.number for parent in parents), "cma-es")


def _trained(space: Space, judged: Sequence[Judged], count: int) -> CMA:
    """Return CMA-ES around the default, updated with all full generations in turn; invalid candidates rank last."""
    size = len(space.numbers)
    population = min(max(count, 4 + math.floor(3 * math.log(size))), LARGEST_GENERATION)
    worst = min((each.level for each in judged if each.level is not None), default=0.0)
    optimiser = CMA(
        mean=np.asarray(space.default().numbers),
        sigma=SPREAD,
        bounds=np.tile((-1e-9, 1.0 + 1e-9), (size, 1)),  # the mean may lie on an edge, which the library excludes
        population_size=population,
        seed=0,
    )
    for start in range(0, len(judged) - population + 1, population):
        generation = judged[start : start + population]
        optimiser.tell(
            [
                (np.asarray(each.point.numbers), -(worst - 1.0 if each.level is None else each.level))
                for each in generation
            ]
        )
    return optimiser


def _elites(judged: Sequence[Judged]) -> list[Judged]:
    valid = [(each.level, each) for each in judged if each.level is not None]
    valid.sort(key=lambda pair: (-pair[0], pair[1].number))
    return [each for _, each in valid[:ELITES]]
