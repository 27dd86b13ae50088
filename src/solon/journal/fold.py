"""The state of a run is the fold of its journal: nothing else is remembered."""

from collections.abc import Callable, Iterable, Sequence

from solon.contract import (
    Ask,
    Candidate,
    Episode,
    Fault,
    Feedback,
    Finding,
    Invalid,
    Outcome,
    Program,
    Proposal,
    Scored,
)
from solon.journal.facts import Chosen, Excerpted, Fact, Found, Judged, Proposed, Sealed
from solon.journal.log import Damaged
from solon.playback import Excerpt, Moment

Score = Callable[[Episode], float]
Describe = Callable[[Sequence[Episode], Fault | None, Excerpt | None], Feedback]


class State:
    """What is known so far. Only ``apply`` changes it."""

    def __init__(
        self,
        programs: Callable[[str], Program],
        score: Score,
        describe: Describe,
        moments: Callable[[str], tuple[Moment, ...]],
    ) -> None:
        self._programs = programs
        self._moments = moments
        self._score = score
        self._describe = describe
        self.candidates: list[Candidate] = []
        self.episodes: dict[int, tuple[Episode, ...]] = {}
        """Every search episode of a candidate, by number, in the order of the seeds."""
        self.excerpts: dict[int, Excerpted] = {}
        """The latest episode of a candidate that was put into words, by number."""
        self.groups: int = 0
        self.ask: Ask | None = None
        """The wish being worked on: the last one asked."""
        self.newest: range = range(0)
        """Numbers of the newest group."""
        self.findings: list[tuple[Finding, int | None]] = []
        self.chosen: Chosen | None = None
        self.sealed: dict[str, Sealed] = {}

    @property
    def judged_episodes(self) -> int:
        """How many search episodes were played."""
        return sum(map(len, self.episodes.values()))

    def apply(self, fact: Fact) -> None:
        """Take one fact into account. Raises Damaged unless it can follow those before it."""
        if reason := self._contradiction(fact):
            raise Damaged(f"the journal contradicts itself: {reason}; lines are missing or of another run: restore it")
        match fact:
            case Proposed():
                self._propose(fact)
            case Judged():
                self._judge(fact)
            case Excerpted():
                self.excerpts[fact.number] = fact
                self._show(fact.number, self.candidates[fact.number].fault)
            case Found():
                self.findings.append((fact.finding, fact.number))
            case Chosen():
                self.chosen = fact
            case Sealed():
                self.sealed[fact.arm] = fact

    def _contradiction(self, fact: Fact) -> str:
        """Say why a fact cannot follow those before it, or nothing."""
        known, reason = len(self.candidates), ""
        match fact:
            case Proposed() | Judged() | Excerpted() | Chosen() if self.chosen is not None:
                reason = "the search goes on after its end"
            case Proposed() if (fact.group, fact.first) != (self.groups, known):
                reason = (
                    f"group {fact.group} from candidate {fact.first} on comes after {self.groups} and {known} others"
                )
            case Judged() if not 0 <= fact.number < known:
                reason = f"candidate {fact.number} is judged and was never proposed"
            case Judged() if fact.first != len(self.episodes.get(fact.number, ())):
                reason = f"candidate {fact.number} is judged from seed {fact.first} on, which is not its next"
            case Excerpted() if not 0 <= fact.seed < len(self.episodes.get(fact.number, ())):
                reason = f"candidate {fact.number} is told of on seed {fact.seed}, on which it was not judged"
            case Chosen() if fact.winner is not None and not 0 <= fact.winner < known:
                reason = f"candidate {fact.winner} has won and was never proposed"
            case Sealed() if self.chosen is None:
                reason = f"the {fact.arm} is sealed before the search has ended"
            case _:
                pass
        return reason

    def _propose(self, fact: Proposed) -> None:
        self.ask = fact.ask
        self.groups = fact.group + 1
        self.newest = range(fact.first, fact.first + len(fact.suggestions))
        for number, it in zip(self.newest, fact.suggestions, strict=True):
            proposal = Proposal(self._programs(it.program), it.parents, it.operator, it.holes)
            self.candidates.append(Candidate(number=number, proposal=proposal, group=fact.group))

    def _judge(self, fact: Judged) -> None:
        if isinstance(fact.outcome, Scored):
            self.episodes[fact.number] = self.episodes.get(fact.number, ()) + fact.outcome.episodes
        self._show(fact.number, _fault(fact.outcome))

    def _show(self, number: int, fault: Fault | None) -> None:
        """Work out anew what strategies and proposers see of a candidate."""
        before, episodes = self.candidates[number], self.episodes.get(number, ())
        told = self.excerpts.get(number)
        counted = () if fault else episodes
        self.candidates[number] = Candidate(
            number=number,
            proposal=before.proposal,
            group=before.group,
            scores=tuple(self._score(episode) for episode in counted),
            fault=fault,
            feedback=self._describe(episodes, fault, told and Excerpt(told.seed, self._moments(told.moments))),
            metrics={name: tuple(it.metrics[name] for it in counted) for name in counted[0].metrics} if counted else {},
        )


def _fault(outcome: Outcome) -> Fault | None:
    return outcome.fault if isinstance(outcome, Invalid) else None


def fold(facts: Iterable[Fact], state: State) -> State:
    """Apply facts in order to a state and return it."""
    for fact in facts:
        state.apply(fact)
    return state
