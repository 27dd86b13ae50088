"""Upper bounds on efficiency, each with its proof, and the figures that others published.

Bounds hold for the expectation over an episode's luck, for programs that do not know it in advance. Variants only
take possibilities away, so every bound holds for them too.
"""

from functools import cache
from math import ceil

import numpy as np

from solon.contract import Figure
from solon.tasks.games.cleanup import CleanupRules
from solon.tasks.games.gathering import CommonsRules, GatheringRules, linked, neighbours
from solon.tasks.games.maps import Map
from solon.tasks.games.opening import known_prices, opening_bound


def gathering_bound(board: Map, n_agents: int, steps: int, rules: GatheringRules) -> float:
    """Return the most reward per step that any play of Gathering can have.

    An apple taken at step t lives again at step t + r at the earliest (r the respawn time), so one first taken at
    step s is taken at most ceil((steps - s) / r) times. Two agents never take the same apple at once and nobody takes
    two apples a step, so at most n apples a step; of all apples in the order of their first taking, the j-th
    (from 0) is first taken at step j // n or later. Hence the sum over j of ceil((steps - j // n) / r), and never
    above n per step. For 155 apples, 10 agents, r = 25 and 1000 steps: 155 x 40 / 1000 = 6.2.

    Where prices for the opening are known (``solon.tasks.games.opening``), the expectation is below that: in the
    first r steps the agents reach only so many apples, 152.5 there, and later each apple is taken at most
    ceil((steps - r) / r) times: 6.1975.
    """
    respawn, takings = rules.respawn_time, gathering_takings(board, n_agents, steps, rules)
    prices = known_prices(board, respawn)
    if prices is not None and n_agents <= len(board.spawns) and steps >= respawn:
        opening = opening_bound(board, n_agents, respawn, prices)
        takings = min(takings, opening + len(board.apples) * ceil((steps - respawn) / respawn))
    return takings / steps


def gathering_takings(board: Map, n_agents: int, steps: int, rules: GatheringRules) -> float:
    """Return the most apples that can be taken in any one episode, whatever the luck: the first bound above."""
    firsts = (number // n_agents for number in range(len(board.apples)))
    takings = float(sum(ceil((steps - first) / rules.respawn_time) for first in firsts if first < steps))
    return min(takings, n_agents * steps)


@cache
def commons_bound(board: Map, n_agents: int, steps: int, rules: CommonsRules) -> float:
    """Return a bound on the expected reward per step in Commons: the value of games that are never harder.

    Patches, the classes of apples linked by growth, do not touch one another. In the easier game every dead apple of
    a patch sees all live ones of the patch, those that grew earlier in the step included, and any number of live
    apples may be taken after growth, +1 each. With the same draws the easier game's live apples always include the
    true game's, since the probability does not fall with what an apple sees; so its value is no smaller. One
    number, the live apples of the patch, is its state, and backward induction over it is exact. The bound is the sum
    over patches, and never above n per step. Raises ValueError for a growth table that falls.
    """
    if list(rules.growth) != sorted(rules.growth):
        raise ValueError(f"the bound needs a growth table that never falls, got {rules.growth}")
    patches = linked(neighbours(board, rules.radius))
    total = sum(_patch_value(size, steps, rules.growth) for size in map(len, patches))
    return min(total, float(n_agents * steps)) / steps


@cache
def _patch_value(size: int, steps: int, growth: tuple[float, ...]) -> float:
    grown = np.zeros((size + 1, size + 1))  # from live apples to live apples, one row a start
    for start in range(size + 1):
        grown[start, start] = 1.0
        for _ in range(size - start):
            stays = np.array([1.0 - growth[min(live, len(growth) - 1)] for live in range(size + 1)])
            rises = grown[start] * (1.0 - stays)
            grown[start] *= stays
            grown[start, 1:] += rises[:-1]
    live = np.arange(size + 1)
    value = np.zeros(size + 1)
    for _ in range(steps):
        # Leaving the best number alive is worth the running maximum of value minus what could have been taken.
        value = grown @ (live + np.maximum.accumulate(value - live))
    return float(value[size])


@cache
def cleanup_bound(board: Map, n_agents: int, steps: int, rules: CleanupRules) -> float:
    """Return a bound on the expected reward per step in Cleanup: the value of a game that is never harder.

    The easier game keeps two numbers: w waste cells and L live apples of A. Each step, (1) any number a up to n of
    cleaning beams, reward -1 each, remove any 1 x ``reach`` waste cells each, wherever they lie, reach being the
    number of cells of a beam; (2) if w is below the depletion, one waste cell appears with the published
    probability (the true game has then a clean free cell as long as w + n is below the number of river cells;
    otherwise the easier game adds none); (3) each of the A - L dead apples grows with the published probability
    p(w), also under an agent; (4) the agents take e apples, reward +1 each, e at most n, out of those that lived
    before (3): one that has just grown cannot be taken, since no apple grows under an agent.

    Every play of the true game is a play of the easier one with at least the same reward: beams of the true game
    remove at most ``reach`` cells, growth is never likelier, tagging beams and hits only cost; and with the same draws
    less waste or one more live apple never hurts, as whoever has them can follow the other's plan. Taking as many
    apples as allowed is optimal: compare the game with L live apples and one with L - 1 that follows the same plan
    and draws and passes over the missing apple; it lacks at most that apple, so V(L) <= 1 + V(L - 1), and taking it
    now is worth the one. What is left to choose is a, and backward induction over (w, L) finds the best a exactly.
    """
    n_apples, n_river = len(board.apples), len(board.river)
    reach = rules.beam_length * (2 * (rules.beam_width // 2) + 1)
    depleted = next(waste for waste in range(n_river + 1) if waste / n_river >= rules.depletion)
    most = max(len(board.polluted), depleted)
    live = np.arange(n_apples + 1)
    taken = np.minimum(live, n_agents)
    chances = [(1 - waste / n_river / rules.depletion) * rules.apple_chance for waste in range(depleted)]
    growth = np.stack([_transitions(n_apples, chance, taken) for chance in chances])
    appears = np.array([rules.waste_chance if waste + n_agents < n_river else 0.0 for waste in range(depleted)])
    value = np.zeros((most + 1, n_apples + 1))
    for _ in range(steps):
        grown = np.empty_like(value)
        grown[:depleted] = np.matmul(growth, value[:depleted, :, None])[..., 0] + taken
        grown[depleted:] = value[depleted:, live - taken] + taken
        dirtied = grown.copy()
        dirtied[:depleted] += appears[:, None] * (grown[1 : depleted + 1] - grown[:depleted])
        value = dirtied
        for beams in range(1, min(n_agents, ceil(most / reach)) + 1):
            left = np.maximum(np.arange(most + 1) - beams * reach, 0)
            value = np.maximum(value, dirtied[left] - beams * rules.clean_cost)
    return float(value[len(board.polluted), n_apples]) / steps


def _transitions(n_apples: int, chance: float, taken: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray:
    """Return the matrix of probabilities from live apples to live apples after growing and taking."""
    matrix = np.zeros((n_apples + 1, n_apples + 1))
    births = np.ones(1)  # the binomial distribution of as many trials as apples are dead
    for dead in range(n_apples + 1):
        start = n_apples - dead - taken[n_apples - dead]
        matrix[n_apples - dead, start : start + dead + 1] = births
        births = np.convolve(births, [1 - chance, chance])
    return matrix


def bound_figure(label: str, efficiency: float, *, n_agents: int, steps: int, source: str) -> Figure:
    """Return a bound on efficiency, with what it implies for the mean return, the worst one and the welfare.

    The worst return is never above the mean, and welfare is efficiency less an amount that is never negative.
    """
    return Figure("bound", label, implied(efficiency, n_agents, steps), source)


def implied(efficiency: float, n_agents: int, steps: int) -> dict[str, float]:
    """Return what a bound on efficiency bounds."""
    mean = efficiency * steps / n_agents
    return {"efficiency": efficiency, "welfare": efficiency, "reward": mean, "maximin": mean}


_V2 = "arXiv 2603.19453v2, 10 agents, 1000 steps, 5 seeds"
_Row = tuple[str, tuple[float, ...], str]  # label; efficiency, equality, sustainability; source

_PUBLISHED: dict[str, tuple[_Row, ...]] = {
    "gathering": (
        ("Claude Sonnet 4.6, zero-shot", (1.85, 0.52, 298.6), _V2),
        ("Claude Sonnet 4.6, sparse feedback", (3.47, 0.72, 402.9), _V2),
        ("Claude Sonnet 4.6, dense feedback", (3.53, 0.84, 452.7), _V2),
        ("Gemini 3.1 Pro, sparse feedback", (4.58, 0.97, 502.5), _V2),
        ("Gemini 3.1 Pro, dense feedback", (4.59, 0.97, 502.7), _V2),
        ("prompt search (GEPA, Gemini 3.1 Pro)", (3.45,), _V2),
        ("tabular Q-learning", (0.77,), _V2),
        ("nearest apple (BFS)", (1.29,), _V2),
    ),
    "cleanup": (
        ("Claude Sonnet 4.6, sparse feedback", (1.14, -0.47, 233.0), _V2),
        ("Claude Sonnet 4.6, dense feedback", (1.37, 0.09, 294.6), _V2),
        ("Gemini 3.1 Pro, sparse feedback", (1.79, 0.13, 386.0), _V2),
        ("Gemini 3.1 Pro, dense feedback", (2.75, 0.54, 432.6), _V2),
        ("prompt search (GEPA, Gemini 3.1 Pro)", (0.77,), _V2),
        ("tabular Q-learning", (-0.16,), _V2),
        ("nearest apple (BFS)", (0.10,), _V2),
        ("outer loop over pipelines, upper end of 3.1 to 3.2", (3.2,), "arXiv 2605.30003, README of its code"),
    ),
    "commons": (),
}


def published_figures(game: str) -> tuple[Figure, ...]:
    """Return the published figures of a game in its default setting."""
    names = ("efficiency", "equality", "sustainability")
    return tuple(
        Figure("published", label, dict(zip(names, values, strict=False)), source)
        for label, values, source in _PUBLISHED.get(game, ())
    )
