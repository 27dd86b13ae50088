"""What has happened in a run so far, counted fact by fact, so that ten thousand candidates cost no more than ten."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from solon.contract import Candidate, Task
from solon.engine import Bill, Budget, Configuration, Estimate, estimate, objective, shares
from solon.journal import Chosen, Fact, Found, Judged, Sealed, State
from solon.search import violates

_LATEST = 5
"""Improvements that are remembered."""


@dataclass(frozen=True)
class Context:
    """What is known of a run from the start; without a task, scores stand for its objective."""

    budget: Budget
    task: Task | None = None
    name: str = ""
    proposer: str = ""
    strategy: str = ""
    sealed_seeds: int = 0
    bill: Callable[[], Bill] = Bill

    @classmethod
    def of(cls, task: Task, configuration: Configuration, bill: Callable[[], Bill] = Bill) -> "Context":
        """Draw what is worth showing from a run's configuration."""
        return cls(
            budget=configuration.budget,
            task=task,
            name=configuration.task,
            proposer=configuration.proposer,
            strategy=configuration.strategy,
            sealed_seeds=configuration.sealed_seeds,
            bill=bill,
        )

    @property
    def objective(self) -> str:
        """The name of the objective."""
        return objective(self.task).name if self.task is not None else "score"

    def figure(self, candidate: Candidate) -> Estimate:
        """Estimate a scored candidate's objective on the search seeds, in its own unit."""
        return estimate(candidate.metrics.get(self.objective) or candidate.scores)

    def share(self, figure: Estimate) -> float | None:
        """Return how much of the proved bound was reached."""
        return shares(self.task, {self.objective: figure}).get(self.objective) if self.task is not None else None


@dataclass
class Tally:
    """Counts of one run; only ``note`` changes them."""

    rounds: int = 0
    candidates: int = 0
    episodes: int = 0
    seconds: float = 0.0  # of search, at the last fact
    verdicts: Counter[str] = field(default_factory=Counter[str])  # "valid" or the kind of the fault
    best: Candidate | None = None
    improvements: list[Candidate] = field(
        default_factory=list[Candidate]
    )  # each once, as when it was the best last, newest last
    findings: Counter[str] = field(default_factory=Counter[str])  # by severity
    latest_finding: str = ""
    reason: str = ""  # why the search is over
    sealed: list[str] = field(default_factory=list[str])  # arms that are judged
    _known: dict[int, str] = field(default_factory=dict[int, str])
    _begun: bool = False

    def note(self, state: State, fact: Fact, seconds: float) -> None:
        """Take one fact into account; the first one brings along whatever an earlier sitting has left."""
        if not self._begun:
            self._begun = True
            for candidate in state.candidates:
                self._judged(state, candidate)
            for finding, _ in state.findings if not isinstance(fact, Found) else state.findings[:-1]:
                self._found(finding.severity, finding.message)
        self.rounds, self.candidates, self.episodes = state.groups, len(state.candidates), state.judged_episodes
        match fact:
            case Judged():
                self._judged(state, state.candidates[fact.number])
            case Found():
                self._found(fact.finding.severity, fact.finding.message)
            case Chosen():
                self.reason = fact.reason
            case Sealed():
                self.sealed.append(fact.arm)
            case _:
                pass
        if not self.reason or isinstance(fact, Chosen):
            self.seconds = seconds

    def _judged(self, state: State, candidate: Candidate) -> None:
        verdict = candidate.fault.kind if candidate.fault else "valid" if candidate.scores else ""
        if not verdict:
            return
        if before := self._known.get(candidate.number):
            self.verdicts[before] -= 1
        self._known[candidate.number] = verdict
        self.verdicts[verdict] += 1
        if self.best is not None and candidate.number == self.best.number:  # more seeds, or a fault at last
            self.best = max((it for it in state.candidates if it.scores), key=standing, default=None)
        elif candidate.scores and (self.best is None or standing(candidate) > standing(self.best)):
            self.best = candidate
        if self.best is not None:
            before = [it for it in self.improvements if it.number != self.best.number]
            self.improvements = [*before[1 - _LATEST :], self.best]

    def _found(self, severity: str, message: str) -> None:
        self.findings[severity] += 1
        self.latest_finding = message


def standing(candidate: Candidate) -> tuple[bool, int, float]:
    """Return a key that is larger for what is believed to be better: constraints, then seeds, then the mean."""
    scores = candidate.scores
    return not violates(scores), len(scores), math.fsum(scores) / len(scores)
