"""The run loop: ask, propose, judge, write down, until the strategy or the budget says stop; then seal the winner.

Everything that is decided follows from the journal, so a run that was killed goes on where its journal ends, and
the number of workers never changes it. Facts are committed in the order of the candidates' numbers.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

import msgspec

from solon.contract import (
    Ask,
    Fault,
    Finding,
    InfrastructureError,
    Invalid,
    Judge,
    Outcome,
    Program,
    ProgramFault,
    Proposer,
    Scored,
    Seed,
    Strategy,
    Task,
    Unavailable,
)
from solon.engine.bundle import Bundle, Configuration
from solon.engine.card import Card, make_card
from solon.engine.feedback import describer, scorer
from solon.engine.programs import check_program
from solon.engine.seeds import Seeds
from solon.engine.statistics import estimate
from solon.journal import Chosen, Fact, Found, Judged, Log, Proposed, Sealed, State, Suggestion, fold

Observer = Callable[[State, Fact], None]


class Timing(msgspec.Struct):
    """Seconds spent so far, over all sittings; the only clock readings of a run."""

    search_seconds: float = 0.0
    sealed_seconds: float = 0.0


class Ending(NamedTuple):
    """Where a recorded search ended: after so many facts, and why. Clocks cannot be replayed, endings can."""

    facts: int
    reason: str


class Run:
    """One run in its folder: the fold of a journal, and the way onwards."""

    def __init__(  # the parts of a run are these, each replaceable
        self,
        bundle: Bundle,
        *,
        task: Task,
        strategy: Strategy,
        proposer: Proposer,
        judge: Judge,
        observer: Observer | None = None,
        ending: Ending | None = None,
    ) -> None:
        self.bundle: Bundle = bundle
        self.task: Task = task
        self.strategy: Strategy = strategy
        self.proposer: Proposer = proposer
        self.judge: Judge = judge
        self.configuration: Configuration = bundle.configuration()
        self.seeds: Seeds = Seeds(bundle.root())
        self._ending = ending
        self._observer: Observer = observer or (lambda _state, _fact: None)
        if self.seeds.commitment != self.configuration.commitment:
            raise InfrastructureError(f"the secret of {bundle.folder} is not the one committed to; restore secret.json")
        self.log: Log = bundle.log()
        self.timing: Timing = self._read_timing()
        self._judged: set[str] = set()
        describe = describer(task, self.configuration.feedback)
        self.state: State = fold(self.log.facts, State(bundle.bodies.program, scorer(task), describe))

    def finish(self) -> Card:
        """Search until it ends, judge the arms on sealed seeds, and write card and policy.

        Raises InfrastructureError; KeyboardInterrupt passes through. In both cases nothing is lost: call it again.
        """
        self._clocked("search_seconds", self._search)
        self._clocked("sealed_seconds", self._seal)
        card = make_card(self.task, self.configuration, self.state, self.seeds.root)
        if card.winner is not None:
            program = self.state.candidates[card.winner].proposal.program
            self.bundle.write_policy(program, self.configuration)
        self.bundle.publish(card)
        return card

    def _clocked(self, field: str, work: Callable[[], None]) -> None:
        before, start = getattr(self.timing, field), time.monotonic()
        self._elapsed = lambda: before + time.monotonic() - start
        try:
            work()
        finally:
            setattr(self.timing, field, self._elapsed())
            self.bundle.write("timing.json", msgspec.json.encode(self.timing) + b"\n")

    def _read_timing(self) -> Timing:
        try:
            return msgspec.json.decode((self.bundle.folder / "timing.json").read_bytes(), type=Timing)
        except (OSError, msgspec.DecodeError):
            return Timing()  # lost clock readings cost a budget its memory, never a result

    def _commit(self, fact: Fact) -> None:
        self.log.append(fact)
        self.state.apply(fact)
        self._observer(self.state, fact)

    def _search(self) -> None:
        while self.state.chosen is None:
            reason = self._spent() or self._round()
            if reason:
                self._commit(Chosen(self.strategy.winner(self.state.candidates), reason))

    def _round(self) -> str:
        """Do one wish of the strategy; return why the search is over, or nothing."""
        if self._owed() == 0:
            ask = self.strategy.ask(self.state.candidates)
            if ask is None:
                return "the strategy has nothing more to ask"
            if not self._propose(ask):
                return "the proposer has nothing more to offer"
            if self._owed() == 0:
                return "the strategy asked for nothing that is not known"
        return self._judge_owed()

    def _propose(self, ask: Ask) -> bool:
        """Write down a new group, or only a wish for more seeds; False when the proposer is exhausted."""
        group, first = self.state.groups, len(self.state.candidates)
        proposals: Sequence[Suggestion] = ()
        if ask.count:
            entropy = self.seeds.entropy(group)
            offered = self.proposer.propose(self.task, self.state.candidates, ask, entropy)
            proposals = [
                Suggestion(self.bundle.bodies.put_program(it.program), it.parents, it.operator, it.holes)
                for it in offered
            ]
            if not proposals:
                return False
            if len(proposals) > ask.count:
                raise InfrastructureError(
                    f"the proposer returned {len(proposals)} programs for {ask.count}; "
                    f"mend it or choose another, then: solon resume {self.bundle.folder}"
                )
        self._commit(Proposed(group, first, ask, tuple(proposals)))
        return True

    def _wanted(self) -> Iterator[tuple[int, int]]:
        """Yield (number, first missing search seed) of candidates that the current wish still owes episodes."""
        ask = self.state.ask
        if ask is None:
            return
        for number in sorted({*self.state.newest, *ask.again}):
            candidate = self.state.candidates[number]
            have = len(self.state.episodes.get(number, ()))
            if candidate.fault is None and have < ask.seeds:
                yield number, have

    def _owed(self) -> int:
        return sum(1 for _ in self._wanted())

    def _judge_owed(self) -> str:
        ask = self.state.ask
        assert ask is not None
        owed = list(self._wanted())
        playable: list[tuple[int, int]] = []
        faults: dict[int, Fault] = {}
        for number, have in owed:
            fault = self._lint(self.state.candidates[number].proposal.program)
            if fault is None:
                playable.append((number, have))
            else:
                faults[number] = fault
        jobs = [
            (self.state.candidates[number].proposal.program, self.seeds.search(ask.seeds - have, start=have))
            for number, have in playable
        ]
        with closing(_closable(self.judge.judge(jobs))) as outcomes:
            for number, have in owed:
                outcome = Invalid(faults[number]) if number in faults else next(outcomes)
                self._commit_outcome(number, have, outcome)
                if reason := self._spent():
                    return reason
        return ""

    def _lint(self, program: Program) -> Fault | None:
        try:
            check_program(program)
        except ProgramFault as raised:
            return raised.fault
        return self.task.lint(program)

    def _commit_outcome(self, number: int, first: int, outcome: Outcome) -> None:
        if isinstance(outcome, Unavailable):
            raise InfrastructureError(
                f"candidate {number} could not be judged: {outcome.reason}; then: solon resume {self.bundle.folder}"
            )
        self._commit(Judged(number, first, outcome))
        if isinstance(outcome, Scored):
            for finding in findings(self.task, outcome, f"candidate {number}"):
                self._commit(Found(finding, number))

    def _spent(self) -> str:
        """Say which limit of the budget is reached, or nothing; a replay ends where the recorded run did."""
        if self._ending is not None:
            return self._ending.reason if len(self.log.facts) >= self._ending.facts else ""
        budget = self.configuration.budget
        if budget.seconds is not None and self._elapsed() >= budget.seconds:
            return f"the budget of {budget.seconds:g} seconds is spent"
        if budget.episodes is not None and self.state.judged_episodes >= budget.episodes:
            return f"the budget of {budget.episodes} episodes is spent"
        return ""

    def _seal(self) -> None:
        """Judge winner, first candidate and control arm on seeds that no proposer and no strategy has met."""
        assert self.state.chosen is not None
        arms: dict[str, Program] = {}
        if self.state.chosen.winner is not None:
            arms["winner"] = self.state.candidates[self.state.chosen.winner].proposal.program
        if self.state.candidates and self.state.candidates[0].fault is None:
            arms["first"] = self.state.candidates[0].proposal.program
        for name, program in list(self.task.references().items())[:1]:
            arms[f"control:{name}"] = program
        owed = [(arm, program) for arm, program in arms.items() if arm not in self.state.sealed]
        sealed: Sequence[Seed] = self.seeds.sealed(self.configuration.sealed_seeds)
        with closing(_closable(self.judge.judge([(program, sealed) for _, program in owed]))) as outcomes:
            for (arm, program), outcome in zip(owed, outcomes, strict=True):
                if isinstance(outcome, Unavailable):
                    raise InfrastructureError(
                        f"the {arm} could not be judged: {outcome.reason}; then: solon resume {self.bundle.folder}"
                    )
                self._commit(Sealed(arm, self.bundle.bodies.put_program(program), outcome))
                if isinstance(outcome, Scored):
                    for finding in findings(self.task, outcome, arm):
                        self._commit(Found(finding))


def _closable(outcomes: Iterator[Outcome]) -> Generator[Outcome]:
    """Make any iterator a generator, so that leaving early can cancel what is under way."""
    yield from outcomes


def findings(task: Task, outcome: Scored, subject: str) -> Iterator[Finding]:
    """Yield what is suspicious in one outcome: an interval wholly past a proved bound, and replaced decisions."""
    directions = {metric.name: metric.direction for metric in task.metrics}
    for figure in task.figures():
        if figure.kind != "bound" or len(outcome.episodes) < 2:
            continue
        for name, limit in figure.metrics.items():
            it = estimate(outcome.values(name))
            assert it.low is not None
            assert it.high is not None
            if it.low > limit if directions[name] == "maximise" else it.high < limit:
                yield Finding("bound-passed", "alarm", f"{subject}: {name} {it.mean:.4g} passes the bound {limit:.4g}")
    if slips := sum(episode.slips for episode in outcome.episodes):
        yield Finding("slips", "note", f"{subject}: {slips} decisions failed and were replaced by the default action")
