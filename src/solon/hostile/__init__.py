"""A hostile corpus: programs that try to cheat the judge, and the runner that shows that none of them does.

Each program of ``corpus/`` says in its header what it tries and which verdict it must get. It is played like any
candidate, told more than a real attacker could know, and everything that it might have left is looked for afterwards.
"""

from solon.hostile.attacks import CLASSES, WALLED, Attack, Deviation, Expectation, load_corpus, parse_attack
from solon.hostile.runner import Result, available_levels, left_out, run_corpus

__all__ = [
    "CLASSES",
    "WALLED",
    "Attack",
    "Deviation",
    "Expectation",
    "Result",
    "available_levels",
    "left_out",
    "load_corpus",
    "parse_attack",
    "run_corpus",
]
