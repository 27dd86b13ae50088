"""The experiments by name. One more is a module with a function and a line here."""

import difflib
import importlib
from collections.abc import Callable
from typing import cast

from solon.bench.results import Settings
from solon.bench.workshop import Experiment, Means

_EXPERIMENTS = {
    "social-dilemmas": "solon.bench.social_dilemmas:experiment",
    "grids": "solon.bench.grids:experiment",
    "planning": "solon.bench.planning:experiment",
    "guard": "solon.bench.guard:experiment",
}


def experiment_names() -> tuple[str, ...]:
    """Return the names of all experiments."""
    return tuple(_EXPERIMENTS)


def make_experiment(settings: Settings, means: Means) -> Experiment:
    """Return the experiment that the settings name. Raises ValueError for an unknown one."""
    name = settings.experiment
    if name not in _EXPERIMENTS:
        near = difflib.get_close_matches(name, _EXPERIMENTS, 1, 0)[0]
        raise ValueError(f"there is no experiment {name!r}; did you mean {near!r}? Known: {', '.join(_EXPERIMENTS)}")
    place, _, function = _EXPERIMENTS[name].partition(":")
    make = cast("Callable[[Settings, Means], Experiment]", getattr(importlib.import_module(place), function))
    return make(settings, means)
