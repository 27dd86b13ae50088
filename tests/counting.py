"""A whole run in milliseconds: programs are numbers, the proposer counts, nothing is jailed."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from solon.contract import Ask, Episode, Figure, History, Jail, Metric, Program, Proposal, Seed, Task
from solon.engine import Budget, Bundle, Configuration, Run, Seeds
from solon.sandbox import Limits
from toys import DirectJudge, python


class Number(Task):
    """The program is a number; its score is the number plus a little noise that depends on the seed."""

    name, version = "number", "1"
    metrics = (Metric("value", role="objective", low=-100, high=100),)

    def brief(self) -> str:
        return "Give a number."

    def evaluate(self, program: Program, seed: Seed, jail: Jail) -> Episode:
        return Episode({"value": float(program.source) + seed.derive("noise")[0] / 1000})

    def figures(self) -> Sequence[Figure]:
        return (Figure("bound", "top", {"value": 9.5}, "the largest number is 9"),)

    def references(self):
        return {"zero": python("0")}


class Counting:
    """Propose 0, 1, 2, ... in order; remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[History] = []

    def propose(self, task: Task, history: History, ask: Ask, entropy: int) -> Sequence[Proposal]:
        self.shown.append(tuple(history))
        return [Proposal(python(str(len(history) + i)), ask.parents, "count") for i in range(ask.count)]


class Plan(msgspec.Struct, frozen=True):
    """Two groups of three on two seeds, then the best on four."""

    groups: int = 2

    def ask(self, history: History) -> Ask | None:
        if len(history) < 3 * self.groups:
            return Ask(3, 2)
        best = self.winner(history)
        return Ask(0, 4, again=(best,)) if best is not None and len(history[best].scores) < 4 else None

    def winner(self, history: History) -> int | None:
        valid = [it for it in history if it.scores]
        return max(valid, key=lambda it: sum(it.scores) / len(it.scores)).number if valid else None


def start(folder: Path, *, judge: DirectJudge | None = None, budget: Budget | None = None, observer=None) -> Run:
    task = Number()
    if not (folder / "run.json").exists():
        configuration = Configuration(
            task="number",
            version="1",
            options={},
            strategy="plan",
            strategy_options={},
            proposer="counting",
            feedback="dense",
            sealed_seeds=3,
            partner_seeds=2,
            budget=budget or Budget(),
            isolation="none",
            limits=Limits(),
            commitment=Seeds(5).commitment,
        )
        Bundle.create(folder, configuration, 5)
    judge = judge or DirectJudge(lambda program, seed: task.evaluate(program, seed, None))
    return Run(Bundle.open(folder), task=task, strategy=Plan(), proposer=Counting(), judge=judge, observer=observer)
