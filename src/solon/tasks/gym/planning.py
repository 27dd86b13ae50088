"""What is best where an environment publishes its own model: dynamic programming over its table of transitions.

Gymnasium's text environments carry ``P[state][action] = [(probability, state, reward, ended), ...]`` and the
distribution of their first states. Source: Sutton and Barto 2018, chapter 4.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

_DIGITS: Final = 9  # beyond these is noise
_SWEEPS: Final = 5000
_CLOSE: Final = 1e-12
Numbers = npt.NDArray[np.float64]


class Model(NamedTuple):
    """Transitions; entry [k, a, s] is the k-th thing that can come of action a in state s."""

    chances: Numbers  # (outcomes, actions, states), 0 where there are fewer outcomes or the episode ends
    after: npt.NDArray[np.intp]  # (outcomes, actions, states), the next state
    rewards: Numbers  # (actions, states), expected
    start: Numbers  # (states,), distribution of the first state

    def worth(self, value: Numbers, discount: float = 1.0) -> Numbers:
        """Return what every action is worth in every state if the next state has such a value."""
        return self.rewards + discount * (self.chances * value[self.after]).sum(axis=0)


def model_of(environment: Any) -> Model | None:
    """Return the model of an unwrapped environment, or None if it publishes none."""
    table: Any = getattr(environment, "P", None)
    start: Any = getattr(environment, "initial_state_distrib", None)
    if table is None or start is None:
        return None
    states, actions = len(table), len(table[0])
    most = max(len(outcomes) for choices in table.values() for outcomes in choices.values())
    chances, rewards = np.zeros((most, actions, states)), np.zeros((actions, states))
    after = np.zeros(chances.shape, np.intp)
    for state, choices in table.items():
        for action, outcomes in choices.items():
            for place, (probability, new, reward, ended) in enumerate(outcomes):
                rewards[action, state] += probability * reward
                after[place, action, state] = new
                chances[place, action, state] = 0.0 if ended else probability
    return Model(chances, after, rewards, np.asarray(start, float))


def best_value(environment: Any, steps: int) -> float | None:
    """Return the highest expected return within so many steps, or None without a model."""
    model = model_of(environment)
    if model is None:
        return None
    value = np.zeros(model.start.size)
    for _ in range(steps):
        value = model.worth(value).max(axis=0)
    return float((model.start * value).sum())


def best_actions(environment: Any, discount: float) -> list[int]:
    """Return the best action of each state for a discount below one; of equal ones the first.

    Raises ValueError without a model.
    """
    model = model_of(environment)
    if model is None:
        raise ValueError("this environment publishes no model to plan with")
    value = np.zeros(model.start.size)
    for _ in range(_SWEEPS):
        new = model.worth(value, discount).max(axis=0)
        done = np.abs(new - value).max() < _CLOSE
        value = new
        if done:
            break
    worth = np.round(model.worth(value, discount), 9)  # beyond these digits is noise
    return [int(action) for action in worth.argmax(axis=0)]
