"""Why an agent fails a case: mutations that change one thing at a time, and how many actions an agent can take.

Any pass among K mutations names the cause, so labels depend on K and on how often the agent passes by luck: a control
without any mutation says how much of each label is luck.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

from solon.contract import Value
from solon.tasks.planning.orders.cases import Case, draw, restructured, retold, reworded
from solon.tasks.planning.orders.oracle import Verdict

RERUNS: Final = 3
MUTATIONS: Final = 5  # K
_STOP: Final = 0.2  # success below which an agent is beyond its limit
_MOST_CASES: Final = 300

Run = Callable[[Case, int], Verdict]
"""Plays a case with the agent's randomness drawn from a number."""


class Dissection(Value, frozen=True):
    """The root cause, and how many of K runs each mutation passed; ``control`` is of no mutation at all."""

    cause: str
    passed: dict[str, int]
    control: int
    mutations: int = MUTATIONS


def dissect(case: Case, run: Run, mutations: int = MUTATIONS, needed: int = 1) -> Dissection:
    """Return why a case that an agent has failed is too much for it.

    A pass in three reruns means probability; otherwise a pass with other synonyms terminal, with another topic topic,
    with other sentences of the same meaning structure; otherwise it is the constraints themselves. ``needed`` passes
    name a mutation: one as published, more against passes by luck.
    """
    reruns = sum(not run(case, 1000 + number).error for number in range(RERUNS))
    control = sum(not run(case, 2000 + number).error for number in range(mutations))
    mutants: dict[str, Callable[[Case, object], Case]] = {
        "terminal": reworded,
        "topic": retold,
        "structure": restructured,
    }
    passed = {"probability": reruns}
    for name, mutate in mutants.items():
        runs = (run(mutate(case, f"{case.wording}/{number}"), 3000 + number) for number in range(mutations))
        passed[name] = sum(not verdict.error for verdict in runs)
    least = {"probability": 1}
    cause = next((name for name, count in passed.items() if count >= least.get(name, needed)), "constraint")
    return Dissection(cause, passed, control, mutations)


def confusion(
    agents: dict[str, Run], actions: int, cases: int, mutations: int = MUTATIONS, needed: int = 1
) -> dict[str, dict[str, int]]:
    """Return how often each label was given to the failures of agents with a known cause, among so many cases."""
    found: dict[str, dict[str, int]] = {}
    for truth, run in agents.items():
        labels: dict[str, int] = {}
        for number in range(cases):
            case = draw(actions, f"confusion/{number}")
            if run(case, number).error:
                label = dissect(case, run, mutations, needed).cause
                labels[label] = labels.get(label, 0) + 1
        found[truth] = labels
    return found


class Limit(Value, frozen=True):
    """Success at each number of actions up to the first below the stop, and the largest that is above it."""

    actions: int
    success: dict[int, float]
    cases: dict[int, int]


def planned_cases(actions: int, most: int = _MOST_CASES) -> int:
    """Return how many cases the published search plays with so many actions."""
    return min(most, 20 * math.comb(actions, 2))


def limit(run: Run, *, most_actions: int = 9, most_cases: int = _MOST_CASES, extended: bool = False) -> Limit:
    """Return how many actions an agent can take: raised from 2 until its success falls below a fifth."""
    success: dict[int, float] = {}
    cases: dict[int, int] = {}
    for actions in range(2, most_actions + 1):
        cases[actions] = planned_cases(actions, most_cases)
        wins = sum(not verdict.error for verdict in _played(run, actions, cases[actions], extended=extended))
        success[actions] = wins / cases[actions]
        if success[actions] < _STOP:
            break
    able = [actions for actions, share in success.items() if share >= _STOP]
    return Limit(max(able, default=1), success, cases)


def _played(run: Run, actions: int, cases: int, *, extended: bool) -> Iterator[Verdict]:
    for number in range(cases):
        yield run(draw(actions, f"limit/{actions}/{number}", extended=extended), number)
