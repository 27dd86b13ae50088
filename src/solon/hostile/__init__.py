"""A hostile corpus: programs that try to cheat the judge, and the runner that shows that none of them does.

Each program of ``corpus/`` says in its header what it tries and which verdict it must get. It is played like any
candidate, told more than a real attacker could know, and everything that it might have left is looked for afterwards.
"""

from solon.hostile.attacks import CLASSES, WALLED, Attack, Deviation, Expectation, load_corpus, parse_attack
from solon.hostile.results import Result
from solon.hostile.runner import attacks_on, available_levels, left_out, reads_documents, run_corpus

__all__ = [
    "CLASSES",
    "WALLED",
    "Attack",
    "Deviation",
    "Expectation",
    "Result",
    "attacks_on",
    "available_levels",
    "left_out",
    "load_corpus",
    "parse_attack",
    "reads_documents",
    "run_corpus",
]
