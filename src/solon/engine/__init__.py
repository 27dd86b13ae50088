"""The run loop, the judge, statistics and the evidence bundle."""

from solon.engine.bundle import Budget, Bundle, Configuration, Timing, default_folder, package_versions
from solon.engine.card import Arm, Bill, Card, Comparison, Cost, metric_estimates, read_card, shares, tightest_bounds
from solon.engine.commitment import check_commitment
from solon.engine.feedback import objective, scorer
from solon.engine.findings import check_canary, findings
from solon.engine.finished import check_finished
from solon.engine.judge import PoolJudge, check_episode
from solon.engine.loop import Ending, Observer, Run
from solon.engine.programs import check_program, early_fault, writable
from solon.engine.proofs import states_property, told, verdict_of
from solon.engine.seeds import Seeds, fresh_root, public_seeds
from solon.engine.statistics import Estimate, estimate, paired_difference, proportion, student_quantile
from solon.propose.registry import read_program

__all__ = [
    "Arm",
    "Bill",
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
    "check_canary",
    "check_commitment",
    "check_episode",
    "check_finished",
    "check_program",
    "default_folder",
    "early_fault",
    "estimate",
    "findings",
    "fresh_root",
    "metric_estimates",
    "objective",
    "package_versions",
    "paired_difference",
    "proportion",
    "public_seeds",
    "read_card",
    "read_program",
    "scorer",
    "shares",
    "states_property",
    "student_quantile",
    "tightest_bounds",
    "told",
    "verdict_of",
    "writable",
]
