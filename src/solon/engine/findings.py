"""What a person should look at: pure functions from a run's state to findings, which the loop writes down as facts.

Each is described, with its false alarms, in ``docs/design/findings.md``. None changes a score.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from solon.contract import (
    Candidate,
    Episode,
    Fault,
    Finding,
    History,
    Invalid,
    Judge,
    Outcome,
    Program,
    Scored,
    Task,
    Unavailable,
)
from solon.engine.constraints import constraint_findings
from solon.engine.feedback import scorer
from solon.engine.seeds import Seeds, fresh_root
from solon.engine.signs import signs
from solon.engine.statistics import estimate, rank_sum_tail
from solon.journal import Fact, Found, Judged, Proposed, Sealed, State
from solon.search import violates
from solon.watch import TOLERANCE, Watchful, slipped

MOST_OF_A_KIND = 3
"""Findings of one kind about candidates that a run writes down; those about the sealed arms are never left out."""

FALSE_ALARMS = 0.05
"""Rate at which honest winners may be called memorised, over a whole run."""

MANY_SLIPS, MOST_SLIPS = 0.01, 0.5
"""Shares of decisions that failed from which a warning and an alarm are due."""

MANY_SEEDS = 30
"""Seeds from which an interval can be believed where most of an episode's return is luck."""

ENOUGH_GAINS = 20
JUMP_DEVIATIONS = 8.0

_FORBIDDEN = re.compile(r"PermissionError|Operation not permitted|Permission denied|can't start new thread")


def findings(task: Task, outcome: Outcome, subject: str) -> Iterator[Finding]:
    """Yield what is suspicious in one outcome, whatever else is known: at most one finding of a kind."""
    if isinstance(outcome, Scored):
        yield from _bound_passed(task, outcome, subject)
        yield from _suspicions(task, outcome.episodes, subject)
        if slips := sum(episode.slips for episode in outcome.episodes):
            yield _slips(slips, slipped(task, slips, len(outcome.episodes)), subject)
        yield from _forbidden([episode.first_slip for episode in outcome.episodes if episode.first_slip], subject)
    elif isinstance(outcome, Invalid):
        yield from _forbidden([outcome.fault], subject)


def check_canary(task: Task, programs: Mapping[str, Program], judge: Judge) -> Iterator[Finding]:
    """Judge programs on a task that nobody can pass, on two fresh secret seeds; yield alarms, or nothing."""
    seeds = Seeds(fresh_root()).search(2)
    outcomes = judge.judge([(program, seeds) for program in programs.values()])
    for name, outcome in zip(programs, outcomes, strict=True):
        if isinstance(outcome, Unavailable):
            yield Finding("canary", "warning", f"{task.name}, {name}: the judge failed: {outcome.reason}")
        for finding in findings(task, outcome, f"{task.name}, {name}"):
            if finding.severity == "alarm":
                yield finding


def _slips(slips: int, share: float | None, subject: str) -> Finding:
    part = "" if share is None else f", {share:.1%} of all,"
    text = f"{subject}: {slips} decisions{part} failed and were replaced by the default action"
    share = share or 0.0
    return Finding("slips", "alarm" if share >= MOST_SLIPS else "warning" if share >= MANY_SLIPS else "note", text)


def after(task: Task, state: State, fact: Fact) -> list[Found]:
    """Return the findings that are due once a fact has been applied and that the state does not hold yet.

    Asked again after a run was killed, it returns those that were not written down in time.
    """
    known = {(finding.kind, _subject(finding)) for finding, _ in state.findings}
    counts = Counter(finding.kind for finding, number in state.findings if number is not None)
    due: list[Found] = []
    for found in _seen(task, state, fact):
        kind = found.finding.kind
        if (kind, _subject(found.finding)) in known:
            continue
        if found.number is not None:
            counts[kind] += 1
            if counts[kind] > MOST_OF_A_KIND:
                continue
        due.append(found)
    return due


def _subject(finding: Finding) -> str:
    return finding.message.partition(": ")[0]


def _seen(task: Task, state: State, fact: Fact) -> Iterator[Found]:
    match fact:
        case Proposed():
            for number in state.newest:
                program = state.candidates[number].proposal.program
                yield from (Found(finding, number) for finding in signs(program, f"candidate {number}"))
        case Judged():
            subject, outcome = f"candidate {fact.number}", fact.outcome
            if isinstance(outcome, Scored):
                outcome = Scored(state.episodes[fact.number])
            yield from (Found(finding, fact.number) for finding in findings(task, outcome, subject))
            yield from (Found(finding, fact.number) for finding in jump(state.candidates, fact.number))
        case Sealed():
            yield from (Found(finding) for finding in findings(task, fact.outcome, fact.arm))
            if fact.arm == "winner":
                yield from (Found(finding) for finding in _of_winner(task, state, fact.outcome))
        case _:
            return


def _of_winner(task: Task, state: State, outcome: Outcome) -> Iterator[Finding]:
    number = state.chosen.winner if state.chosen else None
    if number is None:
        return
    winner = state.candidates[number]
    yield from signs(winner.proposal.program, "winner")
    if isinstance(outcome, Invalid):
        text = f"winner: invalid on the sealed seeds ({outcome.fault.kind}), so no figure of the search stands for it"
        yield Finding("winner-invalid", "alarm", text, outcome.fault.message)
    if isinstance(outcome, Scored):
        sealed = [scorer(task)(episode) for episode in outcome.episodes]
        tried = sum(1 for candidate in state.candidates if candidate.scores)
        yield from constraint_findings(task, outcome.episodes)
        if not violates((*winner.scores, *sealed)):
            yield from memorised(winner.scores, sealed, tried)


def _bound_passed(task: Task, outcome: Scored, subject: str) -> Iterator[Finding]:
    """Yield an alarm when a metric's whole interval lies past a proved bound, twice the interval if it is noisy."""
    if len(outcome.episodes) < 2:
        return
    directions = {metric.name: metric.direction for metric in task.metrics}
    passed: list[str] = []
    for figure in task.figures():
        for name, limit in figure.metrics.items() if figure.kind == "bound" else ():
            it = estimate(outcome.values(name))
            assert it.low is not None
            assert it.high is not None
            past = it.low - limit if directions[name] == "maximise" else limit - it.high
            if figure.noisy:
                past -= it.mean - it.low if len(outcome.episodes) >= MANY_SEEDS else math.inf
            if past > TOLERANCE * max(1.0, abs(limit)):
                passed.append(f"{name} {it.mean:.4g} passes the bound {limit:.4g}")
    if passed:
        yield Finding("bound-passed", "alarm", f"{subject}: {', '.join(passed)}")


def _suspicions(task: Task, episodes: Sequence[Episode], subject: str) -> Iterator[Finding]:
    """Yield what the task itself holds against its episodes, each kind once, with the number of episodes."""
    if not isinstance(task, Watchful):
        return
    seen: dict[str, tuple[Finding, int, int]] = {}  # kind: first finding, its episode, how many
    for index, episode in enumerate(episodes):
        for finding in task.suspicions(episode):
            first, where, count = seen.get(finding.kind, (finding, index, 0))
            seen[finding.kind] = (first, where, count + 1)
    for first, where, count in seen.values():
        text = f"{subject}: {first.message} (in {count} of {len(episodes)} episodes, first in number {where})"
        yield Finding(first.kind, first.severity, text, first.evidence)


def _forbidden(faults: Sequence[Fault], subject: str) -> Iterator[Finding]:
    """Yield a note when a program's own account shows that the jail refused it something.

    The account is the program's, so its absence says nothing: who catches the error leaves no trace here.
    """
    for fault in faults:
        text = f"{fault.message}\n{fault.traceback}"
        if match := _FORBIDDEN.search(text):
            line = next(line.strip() for line in text.splitlines() if match.group() in line)
            yield Finding("forbidden", "note", f"{subject}: tried what the jail forbids", line[:300])
            return


def jump(history: History, number: int) -> Iterator[Finding]:
    """Yield a warning when a new best gains on its best parent far beyond what children in this run gain.

    Gains are differences of means over common seeds; the robust z-score is that of Iglewicz and Hoaglin (1993), with
    the mean absolute deviation where more than half of the gains are equal. Needs 20 earlier gains.
    """
    child = history[number]
    if not child.scores or any(_mean(it) >= _mean(child) for it in history if it.scores and it.number != number):
        return
    own = _gain(history, child)
    gains = [gain for it in history if it.number != number and (gain := _gain(history, it)) is not None]
    if own is None or len(gains) < ENOUGH_GAINS:
        return
    centre = median(gains)
    distances = [abs(gain - centre) for gain in gains]
    spread = 1.4826 * median(distances) or 1.2533 * math.fsum(distances) / len(distances)
    if spread > 0 and own - centre > JUMP_DEVIATIONS * spread:
        text = (
            f"candidate {number}: a jump of {own:.4g} over its parent, {(own - centre) / spread:.1f} robust deviations"
        )
        evidence = f"median gain {centre:.4g}, robust deviation {spread:.4g}, {len(gains)} gains"
        yield Finding("jump", "warning", text, evidence)


def _mean(candidate: Candidate) -> float:
    return math.fsum(candidate.scores) / len(candidate.scores)


def _gain(history: History, child: Candidate) -> float | None:
    """Return a child's gain over the better of its parents on the seeds that both played; none beside a violation."""
    parents = [history[parent] for parent in child.proposal.parents if history[parent].scores]
    if not parents or not child.scores:
        return None
    if violates(child.scores) or any(violates(parent.scores) for parent in parents):
        return None  # a penalty is no gain
    parent = max(parents, key=_mean)
    pairs = list(zip(child.scores, parent.scores, strict=False))
    return math.fsum(new - old for new, old in pairs) / len(pairs)


def memorised(search: Sequence[float], sealed: Sequence[float], tried: int) -> Iterator[Finding]:
    """Yield a warning when a winner's search scores exceed its sealed scores by more than luck and selection explain.

    The winner was selected by its search scores, so they are optimistic. The exact rank-sum test (Wilcoxon 1945) is
    therefore made at the level 0.05 / ``tried``, the number of programs it was selected from: were all of them tested
    so, honest programs would raise one alarm or more in at most 5 % of runs, hence also the one that was selected,
    whatever the rule of selection and the distribution of the noise.
    """
    if not search or not sealed:
        return
    level = FALSE_ALARMS / max(tried, 1)
    gap = estimate(search).mean - estimate(sealed).mean
    chance = rank_sum_tail(search, sealed)
    if gap > 0 and chance <= level:
        text = (
            f"winner: it scores {gap:.4g} more on the {len(search)} search seeds than on the {len(sealed)} sealed "
            f"ones, beyond luck and selection among {tried}"
        )
        yield Finding("memorised", "warning", text, f"rank-sum test: p = {chance:.2g}, at most {level:.2g} is needed")
