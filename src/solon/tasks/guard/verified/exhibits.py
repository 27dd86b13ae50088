"""What the report shows of a verified policy: the sentences, the obligations, wrong decisions, and other provers."""

from collections.abc import Sequence

from solon.contract import InfrastructureError, Proved, Refuted, Unknown, Verdict
from solon.playback import Exhibit
from solon.tasks.guard.files import write_text
from solon.tasks.guard.verified.obligations import Obligation, Report, enforced, mutation_score
from solon.tasks.guard.verified.opinions import available, opinions
from solon.tasks.guard.verified.problems import Problem

_PROVERS = "What other provers say"
_WRONG = 12  # requests that are shown


def specification(problem: Problem) -> Exhibit:
    """Return the sentences."""
    return Exhibit(
        "The specification", text="\n".join(f"{sentence.id}. {sentence.words}" for sentence in problem.sentences)
    )


def obligations(report: Report) -> Exhibit:
    """Return every obligation with its verdict and who reached it."""
    rows = tuple((each.id, each.words, *_told(each)) for each in report.obligations)
    open_ = (place for place, each in enumerate(report.obligations) if not isinstance(each.verdict, Proved))
    head = ("obligation", "what it says", "verdict", "by whom, or why")
    return Exhibit("Proof obligations", head=head, rows=rows, trouble=tuple(open_))


def worth(problem: str) -> Exhibit:
    """Return how many policies with one planted mistake the obligations reject, and which reject them."""
    found = mutation_score(problem)
    rows = tuple((stage, str(count)) for stage, count in sorted(found.killed.items()))
    return Exhibit(
        "What the proof is worth", text=found.words, head=("obligation", "mistakes it rejects first"), rows=rows
    )


def enforcement(problem: str, source: str) -> Exhibit:
    """Return the policy file of a proved policy, for ``solon guard check`` and ``solon guard proxy``."""
    return Exhibit("As a policy file", text=write_text(enforced(problem, source)))


def wrong(rows: Sequence[tuple[str, str, str]]) -> Exhibit:
    """Return requests with what the policy decided and what was due; of many the first."""
    head = ("request", "decision", "what was due")
    shown = tuple(rows[:_WRONG])
    left = f"the first {len(shown)} of {len(rows)}" if len(rows) > len(shown) else ""
    return Exhibit("Requests decided wrongly", text=left, head=head, rows=shown, trouble=tuple(range(len(shown))))


def others(problem: str, source: str) -> Exhibit:
    """Ask the provers that are installed and return their words beside ours; what they contradict is trouble."""
    provers = available()
    if not provers:
        return Exhibit(
            _PROVERS, text="Neither Hypothesis, CrossHair, Dafny nor Nagini is installed; see this task's page."
        )
    try:
        found = opinions(problem, source, provers)
    except InfrastructureError as error:
        return Exhibit(_PROVERS, text=str(error))
    if not found:
        return Exhibit(_PROVERS, text="They are asked only about a policy that our front end takes.")
    rows = tuple(
        (each.id, each.mark, _word(each.ours)[0], *(": ".join(_word(each.others[name])) for name in provers))
        for each in found
    )
    alarms = tuple(place for place, each in enumerate(found) if each.alarm)
    told = "\n".join(each.alarm for each in found if each.alarm)
    return Exhibit(_PROVERS, text=told, head=("obligation", "of", "ours", *provers), rows=rows, trouble=alarms)


def _told(each: Obligation) -> tuple[str, str]:
    return _word(each.verdict) if each.applies else ("does not arise", "")


def _word(verdict: Verdict) -> tuple[str, str]:
    match verdict:
        case Proved(by=by):
            return "proved", by
        case Refuted(witness=witness):
            return "refuted", witness
        case Unknown(reason=reason):
            return "unknown", reason
