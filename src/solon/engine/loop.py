"""The run loop: ask, propose, judge, write down, until the strategy or the budget says stop; then seal the winner.

Everything that is decided follows from the journal, so a run that was killed goes on where its journal ends, and
the number of workers never changes it. Facts are committed in the order of the candidates' numbers.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from typing import NamedTuple, TypeVar, cast

import msgspec

from solon.contract import (
    Ask,
    Fault,
    InfrastructureError,
    Invalid,
    Judge,
    Outcome,
    Program,
    Proposer,
    Scored,
    Seed,
    Strategy,
    Task,
    Unavailable,
)
from solon.crossplay import Crossplay
from solon.engine.bundle import Bundle, Configuration, Timing
from solon.engine.card import Bill, Card, make_card, read_card, sealed_arms
from solon.engine.feedback import RecordingJudge, describer, moments, scorer, untold
from solon.engine.findings import after
from solon.engine.finished import check_finished
from solon.engine.match import HeldOut, held_out_partners
from solon.engine.meetings import MeetingJudge
from solon.engine.programs import early_fault, writable
from solon.engine.seeds import Seeds
from solon.journal import Chosen, Excerpted, Fact, Found, Judged, Log, Proposed, Sealed, State, Suggestion, fold
from solon.model import BudgetSpent

T = TypeVar("T")

Observer = Callable[[State, Fact], None]


class _Claim(msgspec.Struct):
    """The part of a card that a finished run need not judge again."""

    held_out: HeldOut | None = None


class Ending(NamedTuple):
    """Where a recorded search ended: after so many facts, and why. Clocks cannot be replayed, endings can."""

    facts: int
    reason: str


class Run:
    """One run in its folder: the fold of a journal, and the way onwards."""

    def __init__(  # noqa: PLR0913  # the parts of a run are these, each replaceable
        self,
        bundle: Bundle,
        *,
        task: Task,
        strategy: Strategy,
        proposer: Proposer,
        judge: Judge,
        observer: Observer | None = None,
        ending: Ending | None = None,
        bill: Callable[[], Bill] = Bill,
    ) -> None:
        self.bundle: Bundle = bundle
        self.task: Task = task
        self.strategy: Strategy = strategy
        self.proposer: Proposer = proposer
        self.judge: Judge = judge
        self.configuration: Configuration = bundle.configuration()
        self.seeds: Seeds = Seeds(bundle.root())
        self._ending = ending
        self._held_out: HeldOut | None = None
        self._bill = bill
        self._observer: Observer = observer or (lambda _state, _fact: None)
        if self.seeds.commitment != self.configuration.commitment:
            raise InfrastructureError(f"the secret of {bundle.folder} is not the one committed to; restore secret.json")
        self.log: Log = bundle.log()
        self.timing: Timing = bundle.timing()
        self._judged: set[str] = set()
        describe = describer(task, self.configuration.feedback)
        start = State(bundle.bodies.program, scorer(task), describe, bundle.bodies.moments)
        self.state: State = fold(self.log.facts, start)

    def finish(self) -> Card:
        """Search until it ends, judge the arms on sealed seeds, and write card and policy.

        Raises InfrastructureError; KeyboardInterrupt passes through. In both cases nothing is lost: call it again.
        """
        with self.bundle.locked():
            return self._finish()

    def _finish(self) -> Card:
        if (self.bundle.folder / "card.json").exists():
            check_finished(read_card(self.bundle.folder), self.log)
        latest = next((fact for fact in reversed(self.log.facts) if not isinstance(fact, Found)), None)
        if latest is not None:
            self._find(latest)  # a kill may have come between a fact and what is suspicious about it
        self._clocked("search_seconds", self._search)
        self._clocked("sealed_seconds", self._seal)
        self._clocked("sealed_seconds", self._meet_partners)
        card = make_card(
            self.task,
            self.configuration,
            self.state,
            root=self.seeds.root,
            bill=self._bill(),
            held_out=self._held_out,
        )
        if card.winner is not None:
            program = self.state.candidates[card.winner].proposal.program
            self.bundle.write_policy(program, self.configuration)
        self.bundle.publish(card)
        return card

    def _meet_partners(self) -> None:
        """Let the winner meet reference programs on sealed seeds, unless a card already says how it did."""
        assert self.state.chosen is not None
        winner = self.state.sealed.get("winner")
        if winner is None or not isinstance(winner.outcome, Scored) or not self.configuration.partner_seeds:
            return
        if not isinstance(self.task, Crossplay):
            return
        self._held_out = self._recorded_partners()
        if self._held_out is None:
            program = self.bundle.bodies.program(winner.program)
            seeds = self.seeds.sealed(self.configuration.partner_seeds)
            judge = cast("MeetingJudge", self.judge)  # whoever can judge a task of meetings can judge meetings
            self._held_out = held_out_partners(self.task, program, judge, seeds)

    def _recorded_partners(self) -> HeldOut | None:
        try:
            return msgspec.json.decode((self.bundle.folder / "card.json").read_bytes(), type=_Claim).held_out
        except (OSError, msgspec.DecodeError):
            return None

    def _clocked(self, field: str, work: Callable[[], None]) -> None:
        before, start = getattr(self.timing, field), time.monotonic()
        self._elapsed = lambda: before + time.monotonic() - start
        try:
            work()
        except BaseException:
            with suppress(InfrastructureError):  # the first trouble is the one to tell
                self._note_time(field)
            raise
        self._note_time(field)

    def _note_time(self, field: str) -> None:
        setattr(self.timing, field, self._elapsed())
        self.bundle.write("timing.json", msgspec.json.encode(self.timing) + b"\n")

    def _commit(self, fact: Fact) -> None:
        """Write down a fact, then what is suspicious about it."""
        self._write(fact)
        self._find(fact)

    def _find(self, fact: Fact) -> None:
        for found in after(self.task, self.state, fact):
            self._write(found)

    def _write(self, fact: Fact) -> None:
        self.log.append(fact)
        self.state.apply(fact)
        self._observer(self.state, fact)

    def _search(self) -> None:
        while self.state.chosen is None:
            reason = self._spent() or self._round()
            self._note_time("search_seconds")  # a kill may take the time of one group, not more
            if reason:
                self._commit(Chosen(self.strategy.winner(tuple(self.state.candidates)), reason))

    def _round(self) -> str:
        """Do one wish of the strategy; return why the search is over, or nothing."""
        if self._owed() == 0 and not self._untold():
            ask = self.strategy.ask(tuple(self.state.candidates))
            if ask is None:
                return "the strategy has nothing more to ask"
            try:
                offered = self._propose(ask)
            except BudgetSpent as spent:
                return str(spent)
            if not offered:
                return "the proposer has nothing more to offer"
            if self._owed() == 0:
                return "the strategy asked for nothing that is not known"
        return self._judge_owed() or self._tell_owed()

    def _propose(self, ask: Ask) -> bool:
        """Write down a new group, or only a wish for more seeds; False when the proposer is exhausted."""
        group, first = self.state.groups, len(self.state.candidates)
        proposals: Sequence[Suggestion] = ()
        if ask.count:
            entropy = self.seeds.entropy(group)
            offered = self.proposer.propose(self.task, tuple(self.state.candidates), ask, entropy)
            proposals = [
                Suggestion(self.bundle.bodies.put_program(writable(it.program)), it.parents, it.operator, it.holes)
                for it in offered
            ]
            if not proposals:
                return False
            if len(proposals) > ask.count:
                raise InfrastructureError(
                    f"the proposer returned {len(proposals)} programs for {ask.count}; "
                    f"mend it or choose another, then: {self.bundle.way_on}"
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

    def _untold(self) -> list[tuple[int, int]]:
        """Return (number, search seed) of the episodes that the feedback is to tell of and does not yet."""
        return untold(self.task, self.configuration.feedback, self.state)

    def _tell_owed(self) -> str:
        """Have episodes played once more that the level of feedback tells of; they count for no score and no budget."""
        owed = self._untold()
        if not owed:
            return ""
        judge = cast("RecordingJudge", self.judge)  # whoever can judge a recordable task can record it
        jobs = [
            (self.state.candidates[number].proposal.program, self.seeds.search(1, start=seed)[0])
            for number, seed in owed
        ]
        with closing(_closable(judge.record(jobs))) as recordings:
            for (number, seed), recorded in zip(owed, recordings, strict=True):
                if isinstance(recorded, Unavailable):
                    raise InfrastructureError(
                        f"candidate {number} could not be recorded: {recorded.reason}; then: {self.bundle.way_on}"
                    )
                self._commit(Excerpted(number, seed, self.bundle.bodies.put_moments(moments(recorded))))
                if reason := self._spent():
                    return reason
        return ""

    def _lint(self, program: Program) -> Fault | None:
        return early_fault(self.task, program)

    def _commit_outcome(self, number: int, first: int, outcome: Outcome) -> None:
        if isinstance(outcome, Unavailable):
            raise InfrastructureError(
                f"candidate {number} could not be judged: {outcome.reason}; then: {self.bundle.way_on}"
            )
        self._commit(Judged(number, first, outcome))

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
        """Judge winner, first candidate and control arm on seeds that no proposer and no strategy has met.

        Arms that are the same program are judged once: an outcome is a function of program and seeds.
        """
        assert self.state.chosen is not None
        arms = sealed_arms(self.task, self.state)
        owed = {arm: program for arm, program in arms.items() if arm not in self.state.sealed}
        known = {fact.program: fact.outcome for fact in self.state.sealed.values()}
        fresh = {program.digest: program for program in owed.values() if program.digest not in known}
        sealed: Sequence[Seed] = self.seeds.sealed(self.configuration.sealed_seeds)
        with closing(_closable(self.judge.judge([(program, sealed) for program in fresh.values()]))) as outcomes:
            for arm, program in owed.items():
                if program.digest not in known:
                    known[program.digest] = next(outcomes)
                outcome = known[program.digest]
                if isinstance(outcome, Unavailable):
                    raise InfrastructureError(
                        f"the {arm} could not be judged: {outcome.reason}; then: {self.bundle.way_on}"
                    )
                self._commit(Sealed(arm, self.bundle.bodies.put_program(program), outcome))


def _closable(results: Iterator[T]) -> Generator[T]:
    """Make any iterator a generator, so that leaving early can cancel what is under way."""
    yield from results
