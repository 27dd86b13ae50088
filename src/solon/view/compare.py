"""Runs side by side: every common metric with its interval, differences paired where the seeds are, and the sources."""

import difflib
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from solon.contract import Program, Scored
from solon.engine import Bundle, Card, Configuration, Estimate, paired_difference, tightest_bounds
from solon.journal import Sealed
from solon.report.charts import Bar, bars, figure
from solon.report.sections import section

_CONTEXT = 3
_LINES = 4_000
"""Lines of a difference that are shown."""


class Side(NamedTuple):
    """One finished run with a winner."""

    name: str
    card: Card
    configuration: Configuration
    program: Program
    values: dict[str, tuple[float, ...]]  # the winner's, per sealed seed


def read_side(name: str, bundle: Bundle, card: Card) -> Side:
    """Read a finished run. Raises ValueError if it claims nothing, InfrastructureError if it is damaged."""
    if card.winner is None or card.program is None or card.fault:
        raise ValueError(f"{name} claims nothing ({card.fault or card.reason}); choose runs with a valid winner")
    sealed = next((it for it in bundle.log().facts if isinstance(it, Sealed) and it.arm == "winner"), None)
    values: dict[str, tuple[float, ...]] = {}
    if sealed is not None and isinstance(sealed.outcome, Scored):
        values = {metric: sealed.outcome.values(metric) for metric in sealed.outcome.episodes[0].metrics}
    return Side(name, card, bundle.configuration(), bundle.bodies.program(card.program), values)


def paired(first: Side, second: Side) -> bool:
    """Tell whether two winners met the same sealed seeds of the same task."""

    def met(side: Side) -> tuple[object, ...]:
        return side.card.root, side.card.task, side.card.version, side.card.options, side.card.sealed_seeds

    return met(first) == met(second)


def differences(first: Side, second: Side) -> dict[str, Estimate]:
    """Return second minus first for every common metric; only where both met the same seeds."""
    if not paired(first, second):
        return {}
    common = [name for name in first.values if name in second.values]
    return {
        name: paired_difference(second.values[name], first.values[name])
        for name in common
        if len(first.values[name]) == len(second.values[name])
    }


def comparison(sides: Sequence[Side], links: Sequence[str]) -> str:
    """Return the body of the page; ``links`` lead to the runs, in their order."""
    names = shown_names([side.name for side in sides])
    tasks = {(side.card.task, side.card.version, str(side.card.options)) for side in sides}
    warning = (
        '<p class="finding warning">The runs are of different tasks, versions or options: what a metric means, and how '
        "hard it is, may differ.</p>"
        if len(tasks) > 1
        else ""
    )
    parts = [
        section("chosen", "Runs", warning + _runs(sides, names, links)),
        section("metrics", "Metrics", _metrics(sides, names)),
        section("differences", "Differences, paired by seed", _differences(sides, names)),
        section("sources", "Sources", _sources(sides, names)),
    ]
    return "".join(parts)


def shown_names(names: Sequence[str]) -> list[str]:
    """Return the last parts of names where these tell them apart."""
    short = [name.rpartition("/")[2] for name in names]
    return short if len(set(short)) == len(short) else list(names)


def _runs(sides: Sequence[Side], names: Sequence[str], links: Sequence[str]) -> str:
    head = "".join(
        f'<th scope="col">{it}</th>' for it in ("run", "task", "proposer", "strategy", "isolation", "seeds", "findings")
    )
    rows = "".join(
        f'<tr><td><a href="{escape(link)}">{escape(name)}</a></td>'
        + "".join(
            f"<td>{escape(str(cell))}</td>"
            for cell in (
                side.card.task,
                side.configuration.proposer,
                side.configuration.strategy,
                side.card.isolation,
                side.card.sealed_seeds,
                len(side.card.findings) or "none",
            )
        )
        + "</tr>"
        for side, name, link in zip(sides, names, links, strict=True)
    )
    table = f'<table class="words"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="scroll">{table}</div>'


def _metrics(sides: Sequence[Side], names: Sequence[str]) -> str:
    first = sides[0].card
    metrics = list(dict.fromkeys([first.objective, *(it for side in sides for it in side.card.arms["winner"].metrics)]))
    limits = _common_bounds([side.card for side in sides])
    panels: list[str] = []
    shown: set[str] = set()
    for metric in metrics:
        rows = [
            Bar(name, it.mean, it.low, it.high, "winner" if place == 0 else "other")
            for place, (side, name) in enumerate(zip(sides, names, strict=True))
            if (it := side.card.arms["winner"].metrics.get(metric)) is not None
        ]
        if len(rows) < 2:
            continue
        shown.update(row.label for row in rows)
        words = ["objective"] * (metric == first.objective) + ["less is better"] * (metric in first.minimised)
        note = f' <span class="soft">{", ".join(words)}</span>' if words else ""
        panels.append(
            f"<figure><figcaption>{escape(metric.replace('_', ' '))}{note}</figcaption>"
            f"{bars(rows, limits.get(metric), name=metric)}</figure>"
        )
    alone = [name for name in names if name not in shown]
    one = len(alone) == 1
    lacking = f" {escape(' and '.join(alone))} share{'s' * one} no metric with another run." if alone else ""
    intro = f'<p class="soft">Winners on their sealed seeds: means with 95 % intervals.{lacking}</p>'
    return f'{intro}<div class="panels">{"".join(panels)}</div>' if panels else "<p>The runs share no metric.</p>"


def _common_bounds(cards: Sequence[Card]) -> dict[str, float]:
    """Return the proved bounds that all runs share; that of one task says nothing of another's."""
    first, *others = [tightest_bounds(card.bounds, card.minimised) for card in cards]
    return {name: limit for name, limit in first.items() if all(it.get(name) == limit for it in others)}


def _differences(sides: Sequence[Side], names: Sequence[str]) -> str:
    parts: list[str] = []
    for side, name in zip(sides[1:], names[1:], strict=True):
        found = differences(sides[0], side)
        if not found:
            parts.append(
                f'<p class="soft">{escape(name)} met other sealed seeds than {escape(names[0])}, so only the '
                "intervals above can be compared. Runs with the same <code>--seed</code>, task and number of seeds are "
                "paired.</p>"
            )
            continue
        rows = "".join(
            f"<tr{_mark(it)}><td>{escape(metric)}</td><td>{_signed(it)}</td><td>{_range(it)}</td><td>{_word(it)}</td></tr>"
            for metric, it in found.items()
        )
        head = "".join(f'<th scope="col">{it}</th>' for it in ("metric", "difference", "95 % interval", ""))
        parts.append(
            f"<h3>{escape(name)} minus {escape(names[0])}</h3>"
            f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        )
    return "".join(parts)


def _mark(it: Estimate) -> str:
    return ' class="winner"' if it.low is not None and it.high is not None and (it.low > 0 or it.high < 0) else ""


def _signed(it: Estimate) -> str:
    return f"{'+' if it.mean > 0 else ''}{figure(it.mean)}"


def _word(it: Estimate) -> str:
    if it.low is None or it.high is None:
        return "one seed"
    return "higher" if it.low > 0 else "lower" if it.high < 0 else "not shown to differ"


def _range(it: Estimate) -> str:
    return "-" if it.low is None or it.high is None else f"{figure(it.low)} to {figure(it.high)}"


def _sources(sides: Sequence[Side], names: Sequence[str]) -> str:
    parts: list[str] = []
    for side, name in zip(sides[1:], names[1:], strict=True):
        lines = _difference(sides[0].program, side.program)
        words = f"From {escape(names[0])} to {escape(name)}"
        if not lines:
            parts.append(f"<h3>{words}</h3><p>The sources are the same.</p>")
            continue
        classes = {"+": "added", "-": "gone", "@": "gap"}
        inner = "".join(
            f'<span class="{classes.get(line[:1], "")}">{escape(line) or " "}</span>' for line in lines[:_LINES]
        )
        more = f'<p class="soft">{len(lines) - _LINES:,} more lines.</p>' if len(lines) > _LINES else ""
        parts.append(
            f'<h3>{words}</h3><pre class="diff" tabindex="0" role="region" aria-label="Difference of the sources">'
            f"{inner}</pre>{more}"
        )
    return "".join(parts)


def _difference(first: Program, second: Program) -> list[str]:
    before, after = dict(first.files), dict(second.files)
    lines: list[str] = []
    for name in dict.fromkeys([*before, *after]):
        found = list(
            difflib.unified_diff(
                before.get(name, "").splitlines(), after.get(name, "").splitlines(), lineterm="", n=_CONTEXT
            )
        )[2:]
        if found:
            lines += [f"@@ {name}"] * (len(before) + len(after) > 2) + found
    return lines
