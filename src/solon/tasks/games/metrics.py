"""Social metrics of an episode: the published four, and four that stay meaningful where those mislead.

Source: arXiv 2603.19453 (after Perolat et al. 2017); equality is one minus the Gini coefficient of the returns and
leaves [0, 1] when some are negative. Welfare is Sen's (1974), the mean times one minus the Gini coefficient, written as
sum R - sum |R_i - R_j| / (2 n), which needs no division and rewards what is both large and evenly spread. The Nash
product (Nash 1950; Kaneko and Nakamura 1979) is given as its root of degree n, the geometric mean of the returns.
"""

import math
from collections.abc import Sequence

import numpy as np

from solon.contract import Metric


class Tally:
    """Adds up one episode, step by step."""

    def __init__(self, n_agents: int) -> None:
        self.steps = 0
        self.returns = [0.0] * n_agents
        self._rewarded = [0] * n_agents  # steps with positive reward, per agent
        self._moments = [0] * n_agents  # sum of those steps' indices
        self._removed = 0  # agent-steps in timeout

    def add(self, rewards: Sequence[float], timeouts: bytearray) -> None:
        """Count one step; the timeouts are those after it."""
        if any(rewards):
            for agent, reward in enumerate(rewards):
                if reward:
                    self.returns[agent] += reward
                    if reward > 0:
                        self._rewarded[agent] += 1
                        self._moments[agent] += self.steps
        if any(timeouts):
            self._removed += len(timeouts) - timeouts.count(0)
        self.steps += 1

    def metrics(self) -> dict[str, float]:
        """Return all metrics of the steps so far, by name. Raises ValueError before the first step."""
        if not self.steps:
            raise ValueError("an episode without steps has no metrics; add at least one step")
        n_agents, total = len(self.returns), sum(self.returns)
        times = [sum_ / count for sum_, count in zip(self._moments, self._rewarded, strict=True) if count]
        return {
            "efficiency": total / self.steps,
            "welfare": (total - _differences(self.returns) / (2 * n_agents)) / self.steps,
            "reward": total / n_agents,
            "maximin": min(self.returns),
            "equality": equality(self.returns),
            "equality_bounded": equality_bounded(self.returns),
            # NumPy's order of summation, so that the figure equals the published code's to the last bit.
            "sustainability": float(np.mean(times)) if times else 0.0,
            "peace": (n_agents * self.steps - self._removed) / self.steps,
        }


def equality(returns: Sequence[float]) -> float:
    """Return one minus the Gini coefficient as published: 1 when the sum is not positive, else possibly below 0."""
    total = sum(returns)
    if total <= 0:
        return 1.0
    return 1.0 - _differences(returns) / (2 * len(returns) * total)


def equality_bounded(returns: Sequence[float]) -> float:
    """Return one minus the Gini coefficient, in [1 / n, 1], of the returns lifted so that the lowest is no debt.

    If the worst return is negative, its amount is added to every return first. Without negative returns and with a
    positive sum the value equals the published equality; when nobody has anything, all are equal and it is 1.
    """
    lift = min(0.0, *returns)
    lifted = [own - lift for own in returns]
    total = sum(lifted)
    if total <= 0:
        return 1.0
    return max(0.0, 1.0 - _differences(lifted) / (2 * len(lifted) * total))


def nash(returns: Sequence[float]) -> float:
    """Return the geometric mean of the returns; 0 as soon as one of them is not positive, the limit from above."""
    if min(returns) <= 0:
        return 0.0
    return min(max(returns), math.exp(math.fsum(map(math.log, returns)) / len(returns)))


def _differences(values: Sequence[float]) -> float:
    return sum(abs(one - other) for one in values for other in values)


def declare(n_agents: int, steps: int, worst: float = -math.inf, best: float = 1.0) -> tuple[Metric, ...]:
    """Return the metrics' declarations, none of them the objective yet.

    ``worst`` and ``best`` are the least and the most whole reward that an agent can have in a step. The lowest
    published equality is that of a sum of 1, the least positive one of whole rewards: the n^2 differences add up to at
    most n^2 / 2 times the widest, so it is at least 1 - n widest / 4; welfare likewise.
    """
    gap = steps * (best - worst)
    least = n_agents * worst
    uneven = 1.0 if worst >= 0 else n_agents * gap / 4
    return (
        Metric(
            "efficiency",
            low=least,
            high=n_agents * best,
            unit="reward per step",
            meaning="all agents' returns summed, per step",
        ),
        Metric(
            "welfare",
            low=least - n_agents * (best - worst) / 4,
            high=n_agents * best,
            unit="reward per step",
            meaning="Sen's welfare: efficiency x equality where the sum of returns is positive, defined everywhere",
        ),
        Metric(
            "reward",
            low=steps * worst,
            high=steps * best,
            unit="reward",
            meaning="mean return of an agent over the episode",
        ),
        Metric("maximin", low=steps * worst, high=steps * best, unit="reward", meaning="return of the worst-off agent"),
        Metric(
            "equality",
            low=1.0 - uneven,
            high=1.0,
            meaning="1 - Gini coefficient of the returns as published; 1 if their sum is not positive, "
            "below 0 possible with negative returns",
        ),
        Metric(
            "equality_bounded",
            low=0.0,
            high=1.0,
            meaning="1 - Gini coefficient of the returns, lifted by the worst one if that is negative",
        ),
        Metric(
            "sustainability",
            low=0.0,
            high=steps,
            unit="step",
            meaning="mean step of positive rewards, averaged over the agents that had any",
        ),
        Metric("peace", low=0.0, high=n_agents, unit="agents", meaning="mean number of agents not in timeout"),
    )
