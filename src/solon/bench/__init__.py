"""Published experiments done again: their tables with the published figures beside what was measured here."""

from solon.bench.driver import Means, Progress, run_experiment
from solon.bench.registry import experiment_names, make_experiment
from solon.bench.results import Column, Payoffs, Result, Row, Settings, TableResult
from solon.bench.store import open_folder
from solon.bench.workshop import Experiment, Table

__all__ = [
    "Column",
    "Experiment",
    "Means",
    "Payoffs",
    "Progress",
    "Result",
    "Row",
    "Settings",
    "Table",
    "TableResult",
    "experiment_names",
    "make_experiment",
    "open_folder",
    "run_experiment",
]
