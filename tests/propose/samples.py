"""Tasks, programs and histories that the tests of the proposers share."""

import random
from collections.abc import Mapping, Sequence

from solon.contract import Ask, Candidate, Episode, Fault, Jail, Metric, Program, Proposal, Proposer, Seed, Task
from solon.sketch import Hole, HoleValue, Sketch

HOLES = (
    Hole("patience", 0.3, 0.0, 2.0),
    Hole("cleaners", 3, 0, 10, integer=True),
    Hole("order", "near", options=("near", "far", "random")),
    Hole("radius", 5.0, 1.0, 20.0),
    Hole("share", "no", options=("no", "yes")),
)


class Plain(Task):
    """A task without a sketch."""

    name = "plain"
    version = "1"
    metrics = (Metric("reward", role="objective"),)

    def brief(self) -> str:
        return "Write policy(env, agent_id) that returns an action.\n"

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        raise NotImplementedError


class Holed(Plain):
    """A task whose sketch has numbers, whole numbers and choices."""

    def __init__(self, holes: tuple[Hole, ...] = HOLES) -> None:
        self.holes = holes

    def sketch(self) -> Sketch:
        return Sketch(self.holes, render)


def render(values: Mapping[str, HoleValue]) -> Program:
    lines = "".join(f"{name} = {value!r}\n" for name, value in sorted(values.items()))
    return program(f"{lines}def policy(env, agent_id):\n    return 0\n")


def program(source: str) -> Program:
    return Program((("policy.py", source),))


def value(proposal: Proposal) -> float:
    """A smooth function of the holes of Holed with the best value 0."""
    holes = proposal.holes
    miss = (float(holes["patience"]) - 1.2) ** 2 + ((float(holes["radius"]) - 12) / 10) ** 2
    miss += ((float(holes["cleaners"]) - 7) / 5) ** 2
    return -miss - 0.5 * (holes["order"] != "far") - 0.5 * (holes["share"] != "yes")


def grow(
    proposer: Proposer, task: Task, counts: Sequence[int], noise: float = 0.0, broken: float = 0.0
) -> list[Candidate]:
    """Run groups of the given sizes, scored by ``value``; a share of them is declared invalid."""
    history: list[Candidate] = []
    for group, count in enumerate(counts):
        for proposal in proposer.propose(task, tuple(history), Ask(count, 1), 1000 + group):
            number = len(history)
            dice = random.Random(f"{number}/{proposal.program.digest}")
            fault = Fault("raised", "on purpose") if dice.random() < broken else None
            scores = () if fault else (value(proposal) + dice.gauss(0, noise),)
            history.append(Candidate(number, proposal, group, scores, fault))
    return history
