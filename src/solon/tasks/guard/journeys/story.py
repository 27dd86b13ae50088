"""Conversations for people and proposers: one of them line by line, what went wrong in the others in excerpts."""

from collections.abc import Sequence

from solon.playback import Exhibit, Frame, Moment, Recording
from solon.tasks.guard.journeys.conversation import Told
from solon.tasks.guard.journeys.graph import Graph
from solon.tasks.guard.journeys.scenario import Scenario

_SHOWN = 6  # conversations that went wrong
_LINES = 8  # of each, up to what went wrong


def recorded(graph: Graph, scenarios: Sequence[Scenario], told: Sequence[Told]) -> Recording:
    """Return the first conversation that went wrong, or else the first one, and excerpts of others."""
    wrong = [place for place, each in enumerate(told) if not each.complete or each.violations]
    shown = wrong[0] if wrong else 0
    lines = told[shown].lines
    frames = tuple(
        Frame(caption=f"{line.who}: {line.text}{f' ({line.wrong})' if line.wrong else ''}") for line in lines
    )
    moments = [Moment(0, f"{len(told) - len(wrong)} of {len(told)} conversations are as they should be")]
    moments += [
        Moment(_first(told[place]), _excerpt(place, scenarios[place], told[place]), trouble=True)
        for place in wrong[:_SHOWN]
    ]
    dialogue = Exhibit(
        f"Dialogue {shown} ({scenarios[shown].kind})",
        head=("who", "what", "step", "what is wrong"),
        rows=tuple((line.who, line.text, line.node, line.wrong) for line in lines),
        trouble=tuple(place for place, line in enumerate(lines) if line.wrong),
    )
    table = Exhibit(
        "Conversations",
        head=("number", "kind", "expected calls", "calls made", "score", "end"),
        rows=tuple(
            _row(place, scenario, each) for place, (scenario, each) in enumerate(zip(scenarios, told, strict=True))
        ),
        trouble=tuple(wrong),
    )
    del graph
    return Recording(frames, tuple(moments), agents=("agent",), exhibits=(dialogue, table))


def _row(place: int, scenario: Scenario, told: Told) -> tuple[str, ...]:
    due = ", ".join(call.tool for call in scenario.expected.calls)
    made = ", ".join(call.tool for call in told.made)
    return str(place), scenario.kind, due, made, f"{told.coverage.score:.3g}", told.outcome or "none"


def _first(told: Told) -> int:
    return next((place for place, line in enumerate(told.lines) if line.wrong), len(told.lines) - 1)


def _excerpt(place: int, scenario: Scenario, told: Told) -> str:
    at = _first(told)
    lines = [f"conversation {place} ({scenario.kind}): the procedure leads through steps {', '.join(scenario.journey)}"]
    lines += [f"{line.who}: {line.text}" for line in told.lines[max(0, at + 1 - _LINES) : at + 1]]
    if told.lines[at].wrong:
        lines.append(f"wrong: {told.lines[at].wrong}")
    due = "; ".join(map(str, scenario.expected.calls)) or "no call"
    lines.append(f"expected: {due}; end with {scenario.expected.outcome!r}")
    return "\n".join(lines)
