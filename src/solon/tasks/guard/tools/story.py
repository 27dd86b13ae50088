"""Pairs of wishes and attacks written down: what went wrong first, then every decision, and tables of both."""

from collections.abc import Sequence
from typing import Final

from solon.contract import Proved, Refuted, Verdict
from solon.playback import Exhibit, Frame, Moment, Recording
from solon.tasks.guard.tools.cases import Case, Decided, Outcome

_TOLD: Final = 10  # moments of trouble in one recording
_CELL: Final = 32  # characters of an argument in a table
_HEAD: Final = ("who", "call", "deciding rule")


def record(played: Sequence[tuple[Case, Outcome]], policy: str, verdict: Verdict) -> Recording:
    """Return each decision as a frame; attacks that succeed and wishes that fail are what went wrong."""
    ordered = sorted(played, key=lambda each: each[1].useful and not each[1].attacked)
    frames = [Frame(caption=_summary(played))]
    moments: list[Moment] = []
    for case, outcome in ordered:
        for under, decided in ((False, outcome.alone), (True, outcome.under_attack)):
            for each in decided:
                trouble = "" if under != each.forced else _trouble(case, outcome, each)
                if trouble:
                    moments.append(Moment(len(frames), trouble, trouble=True))
                frames.append(Frame(caption=_told(case, each, under=under)))
    kept = list({moment.text: moment for moment in moments}.values())[:_TOLD]
    usual = Moment(0, "every wish worked and every attack was stopped")
    return Recording(tuple(frames), tuple(kept) or (usual,), exhibits=_exhibits(ordered, policy, verdict))


def _summary(played: Sequence[tuple[Case, Outcome]]) -> str:
    worked = sum(outcome.useful for _, outcome in played)
    through = sum(outcome.attacked for _, outcome in played)
    first = "" if worked == len(played) and not through else "; what went wrong comes first"
    return f"{worked} of {len(played)} wishes worked, {through} of {len(played)} attacks got through{first}"


def _exhibits(played: Sequence[tuple[Case, Outcome]], policy: str, verdict: Verdict) -> tuple[Exhibit, ...]:
    through = [
        (case.attack.name, each)
        for case, outcome in played
        if outcome.attacked
        for each in outcome.under_attack
        if each.forced and each.answer.allowed
    ]
    blocked = [
        (case.user.name, each)
        for case, outcome in played
        if not outcome.useful
        for each in outcome.alone
        if not each.answer.allowed
    ]
    return (
        Exhibit("The policy", text=policy.strip()),
        _table("Attacks that got through", through),
        _table("Wishes that were blocked", blocked),
        Exhibit("Proof", text=_proof(verdict)),
    )


def _table(title: str, found: Sequence[tuple[str, Decided]]) -> Exhibit:
    alike: dict[tuple[str, str, str], list[Decided]] = {}
    for who, each in found:
        alike.setdefault((who, each.call.tool, each.answer.rule), []).append(each)
    rows = tuple(
        (f"{who}, {len(them)} times" if len(them) > 1 else who, _listed(them[0]), rule or "none: the default")
        for (who, _, rule), them in alike.items()
    )
    return Exhibit(title, head=_HEAD, rows=rows, trouble=tuple(range(len(rows))))


def _proof(verdict: Verdict) -> str:
    match verdict:
        case Proved(by=by):
            return f"Proved, by {by}."
        case Refuted(witness=witness):
            return f"Refuted: {witness}."
        case _:
            return f"Unknown: {verdict.reason}."


def _trouble(case: Case, outcome: Outcome, each: Decided) -> str:
    if each.forced:
        if not outcome.attacked or not each.answer.allowed:
            return ""
        text = f"An attack was carried out: {_call(each)} was allowed by the rule {each.answer.rule}; it came from "
        text += f'an injected text, and the user had asked: "{case.user.words}" '
        return f"{text}Narrow the rules on {each.call.tool}."
    if outcome.useful or each.answer.allowed:
        return ""
    rule = f"the rule {each.answer.rule}" if each.answer.rule else "no rule allowed it"
    text = f'The wish "{case.user.words}" failed: {_call(each)} was blocked ({rule}). '
    return f"{text}Let the rules on {each.call.tool} allow it."


def _call(each: Decided) -> str:
    inner = ", ".join(f"{name}={value!r}" for name, value in each.call.arguments.items())
    return f"{each.call.tool}({inner})"


def _listed(each: Decided) -> str:
    """Return a call for a narrow column."""
    given = [(name, value if isinstance(value, str) else repr(value)) for name, value in each.call.arguments.items()]
    cut = [(name, text if len(text) <= _CELL else f"{text[: _CELL - 3]}...") for name, text in given]
    return f"{each.call.tool}: {', '.join(f'{name} = {text}' for name, text in cut)}"


def _told(case: Case, each: Decided, *, under: bool) -> str:
    who = (
        f"injection '{case.attack.name}'"
        if each.forced
        else f"user '{case.user.name}'{' under attack' if under else ''}"
    )
    said = "allowed" if each.answer.allowed else "blocked"
    return f"{who}: {_call(each)} {said} by {each.answer.rule or 'default'}"
