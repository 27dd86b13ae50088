"""What is best where an environment publishes its own model: dynamic programming over its table of transitions.

Gymnasium's text environments carry ``P[state][action] = [(probability, state, reward, ended), ...]`` and the
distribution of their first states. Source: Sutton and Barto 2018, chapter 4.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


class Model(NamedTuple):
    """Transitions with ``states`` rows; entry [a] of each is an action's."""

    chances: Numbers  # (actions, states, states), of going on there; the rest ends
    rewards: Numbers  # (actions, states), expected
    start: Numbers  # (states,), distribution of the first state


def model_of(environment: Any) -> Model | None:
    """Return the model of an unwrapped environment, or None if it publishes none."""
    table: Any = getattr(environment, "P", None)
    start: Any = getattr(environment, "initial_state_distrib", None)
    if table is None or start is None:
        return None
    states, actions = len(table), len(table[0])
    chances, rewards = np.zeros((actions, states, states)), np.zeros((actions, states))
    for state, choices in table.items():
        for action, outcomes in choices.items():
            for probability, after, reward, ended in outcomes:
                rewards[action, state] += probability * reward
                if not ended:
                    chances[action, state, after] += probability
    return Model(chances, rewards, np.asarray(start, float))


def best_value(environment: Any, steps: int | None) -> float | None:
    """Return the highest expected return within so many steps, or None without a model or a limit."""
    model = model_of(environment)
    if model is None or steps is None:
        return None
    value = np.zeros(model.start.size)
    for _ in range(steps):
        value = (model.rewards + model.chances @ value).max(axis=0)
    return float(model.start @ value)


def best_actions(environment: Any, discount: float, sweeps: int = 2000) -> list[int]:
    """Return the best action of each state for a discount below one. Raises ValueError without a model."""
    model = model_of(environment)
    if model is None:
        raise ValueError("this environment publishes no model to plan with")
    value = np.zeros(model.start.size)
    for _ in range(sweeps):
        worth = model.rewards + discount * (model.chances @ value)
        new = worth.max(axis=0)
        if np.abs(new - value).max() < 1e-12:
            break
        value = new
    # Ties go to the first action, beyond the noise of the last digits.
    worth = np.round(model.rewards + discount * (model.chances @ value), 9)
    return [int(action) for action in worth.argmax(axis=0)]
