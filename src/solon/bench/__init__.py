"""Published experiments done again: their tables with the published figures beside what was measured here."""

from solon.bench.driver import Means, Progress, run_experiment
from solon.bench.experiment import Column, Experiment, Payoffs, Result, Row, Settings, Table, TableResult
from solon.bench.registry import experiment_names, make_experiment
from solon.bench.store import open_folder

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
