"""The run loop, the judge, statistics and the evidence bundle."""

from solon.engine.bundle import Budget, Bundle, Configuration, default_folder, package_versions
from solon.engine.card import Arm, Card, Comparison, Cost, metric_estimates, shares
from solon.engine.feedback import objective, scorer
from solon.engine.judge import PoolJudge, check_episode
from solon.engine.loop import Ending, Observer, Run, Timing, findings
from solon.engine.programs import check_program, read_program
from solon.engine.seeds import Seeds, fresh_root, public_seeds
from solon.engine.statistics import Estimate, estimate, paired_difference, student_quantile

__all__ = [
    "Arm",
    "Budget",
    "Bundle",
    "Card",
    "Comparison",
    "Configuration",
    "Cost",
    "Ending",
    "Estimate",
    "Observer",
    "PoolJudge",
    "Run",
    "Seeds",
    "Timing",
    "check_episode",
    "check_program",
    "default_folder",
    "estimate",
    "findings",
    "fresh_root",
    "metric_estimates",
    "objective",
    "package_versions",
    "paired_difference",
    "public_seeds",
    "read_program",
    "scorer",
    "shares",
    "student_quantile",
]
