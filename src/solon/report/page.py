"""One page of HTML: no script, no request, everything that a candidate wrote is escaped."""

import math
import shlex
from collections.abc import Iterable
from html import escape
from importlib import resources
from pathlib import Path

from solon.contract import InfrastructureError, Scored
from solon.engine import Arm, Bundle, Card, Estimate, read_card, tightest_bounds
from solon.journal import Judged, Proposed
from solon.journal.remedies import remedy
from solon.report.charts import Bar, bars, search

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(folder: Path, *, out: Path | None = None, dropped: str = "") -> Path:
    """Draw the report of a finished run, as report.html in its folder or as the file ``out``, and return its path.

    ``dropped`` is what a resumed run lost of its journal. Raises ValueError when the folder holds no finished run,
    InfrastructureError when it is damaged or cannot be written.
    """
    bundle, card = Bundle.open(folder), read_card(folder)
    page = _page(bundle, card, dropped).encode()
    target = out or folder / "report.html"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        part.write_bytes(page)
        part.replace(target)
    except OSError as error:
        raise InfrastructureError(f"cannot write {target} ({error.strerror}); {remedy(error)} (--out FILE)") from None
    return target


def _page(bundle: Bundle, card: Card, dropped: str) -> str:
    style = resources.files("solon.report").joinpath("style.css").read_text()
    title = f"Solon · {card.task}"
    body = _body(bundle, card, dropped)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
        f"<body>{body}</body></html>\n"
    )


def _body(bundle: Bundle, card: Card, dropped: str) -> str:
    winner = card.arms.get("winner")
    intro = (
        f"A program found in {card.cost.candidates} candidates and judged on {card.sealed_seeds} sealed seeds "
        "that no proposal had met. Means with 95 % intervals."
    )
    parts = [f"<h1>{escape(card.task)}</h1>", f'<p class="soft">{intro}</p>']
    if dropped := dropped or bundle.log().dropped:
        parts.append(f'<p class="warning">The journal was damaged when the run was resumed: {escape(dropped)}.</p>')
    if winner is None:
        parts.append(f"<p>No valid program was found: {escape(card.reason)}.</p>")
    elif card.fault:
        fault = escape(card.fault.rstrip("."))
        parts.append(
            f'<p class="alarm">The winner is invalid on the sealed seeds ({fault}), so nothing is claimed.</p>'
        )
    else:
        parts += [_headline(card, winner), *(_arms(card, name) for name in _charted(card)), _table(card)]
    parts += [_partners(card), _search(bundle, card), _findings(card)]
    if card.winner is not None and card.program is not None:
        program = bundle.bodies.program(card.program)
        parts.append(f"<h2>The program</h2><pre><code>{escape(program.source)}</code></pre>")
    parts += [_bounds(card), _facts(bundle, card)]
    return "\n".join(parts)


def _headline(card: Card, winner: Arm) -> str:
    shown = dict.fromkeys([card.objective, *_charted(card), "equality"])
    boxes = [
        (f"{winner.metrics[name].mean:.2f}", f"{name}, {_range(winner.metrics[name])}")
        for name in shown
        if name in winner.metrics
    ]
    if card.objective in card.share_of_bound:
        boxes.append((f"{card.share_of_bound[card.objective]:.0%}", f"of the proved bound on {card.objective}"))
    boxes.append((card.isolation, "isolation"))
    inner = "".join(f"<div><strong>{escape(big)}</strong><span>{escape(small)}</span></div>" for big, small in boxes)
    return f'<div class="headline">{inner}</div>'


def _range(it: Estimate) -> str:
    return "one seed" if it.low is None or it.high is None else f"{it.low:.2f} to {it.high:.2f}"


def _label(arm: str) -> str:
    named = {"winner": "this program", "first": "first proposal"}
    return named.get(arm, arm.replace("control:", "control: ").replace("_", " "))


def _charted(card: Card) -> list[str]:
    """Return the objective, and what others published most if they published no objective of this name."""
    reported = [name for figure in card.published for name in figure.metrics]
    if not reported or card.objective in reported:
        return [card.objective]
    return [card.objective, max(dict.fromkeys(reported), key=reported.count)]


def _arms(card: Card, goal: str) -> str:
    rows: list[Bar] = []
    for arm, it in card.arms.items():
        if it.metrics:
            found = it.metrics[goal]
            rows.append(Bar(_label(arm), found.mean, found.low, found.high, "accent" if arm == "winner" else "other"))
    rows += [
        Bar(figure.label, figure.metrics[goal], None, None, "published")
        for figure in card.published
        if goal in figure.metrics
    ]
    bound = tightest_bounds(card.bounds, card.minimised).get(goal)
    legend = "Filled: measured in this run. Hollow: published by others, not measured here."
    note = f'<p class="soft">{legend}</p>' if any(row.colour == "published" for row in rows) else ""
    return f"<h2>{escape(goal.capitalize())}</h2>{bars(rows, bound)}{note}"


def _table(card: Card) -> str:
    names = sorted(card.arms["winner"].metrics, key=lambda name: name != card.objective)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = [_row("winner" if arm == "winner" else "", _label(arm), [_cell(it, name) for name in names])
            for arm, it in card.arms.items()]  # fmt: skip
    for figure in card.published:
        cells = [f"{figure.metrics[name]:.2f}" if name in figure.metrics else "-" for name in names]
        rows.append(_row("published", f"published: {figure.label}", cells))
    return f'<div class="scroll"><table><tr><th></th>{head}</tr>{"".join(rows)}</table></div>{_comparisons(card)}'


def _cell(arm: Arm, name: str) -> str:
    if name not in arm.metrics:
        return arm.note or "-"
    it = arm.metrics[name]
    if it.low is None or it.high is None:
        return f"{it.mean:.2f}"
    return f"{it.mean:.2f} ± {(it.high - it.low) / 2:.2f}"


def _row(kind: str, label: str, cells: Iterable[str]) -> str:
    inner = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}"><td>{escape(label)}</td>{inner}</tr>'


def _comparisons(card: Card) -> str:
    lines: list[str] = []
    for it in card.comparisons:
        verdict = "better than" if it.improved else "not shown to be better than"
        side = "lower" if it.difference.mean < 0 else "higher"
        lines.append(
            f"<p>This program is {verdict} the {escape(_label(it.arm))}: its {escape(card.objective)} is "
            f"{abs(it.difference.mean):.2f} {side}; paired difference, 95 % interval "
            f"{escape(_range(it.difference))}.</p>"
        )
    return "".join(lines)


def _partners(card: Card) -> str:
    if card.held_out is None:
        return ""
    head = "<tr><th>partner</th><th>role</th><th>seats</th><th>this program</th><th>partner</th></tr>"
    rows = "".join(
        _row("", it.partner.replace("_", " "), (it.role, str(it.focal_seats), _mean(it.focal), _mean(it.background)))
        for it in card.held_out.partnerships
    )
    alone = f" In self-play a seat gets {_mean(card.held_out.self_play)}." if card.held_out.self_play else ""
    return (
        f'<h2>With partners it was not made with</h2><div class="scroll"><table>{head}{rows}</table></div>'
        f'<p class="soft">Mean return of a seat on sealed seeds, with 95 % intervals.{alone}</p>'
    )


def _mean(it: Estimate) -> str:
    return f"{it.mean:.1f}" if it.low is None or it.high is None else f"{it.mean:.1f} ± {(it.high - it.low) / 2:.1f}"


def _search(bundle: Bundle, card: Card) -> str:
    scores: dict[int, list[float]] = {}
    proposals = 0
    for fact in bundle.log().facts:
        if isinstance(fact, Proposed):
            proposals += bool(fact.suggestions)
        elif isinstance(fact, Judged) and isinstance(fact.outcome, Scored):
            scores.setdefault(fact.number, []).extend(fact.outcome.values(card.objective))
    points = [(number, math.fsum(values) / len(values)) for number, values in sorted(scores.items())]
    return (
        f"<h2>The search</h2>{search(points, card.winner, less=card.objective in card.minimised)}"
        f'<p class="soft">Mean {escape(card.objective)} of each candidate on the search seeds it met, in {proposals} '
        f"groups; the line is the best so far. It ended because {escape(card.reason.rstrip('.'))}.</p>"
    )


def _findings(card: Card) -> str:
    if not card.findings:
        return "<h2>Findings</h2><p>Nothing suspicious was found.</p>"
    items = "".join(
        f'<p class="{finding.severity}">{escape(finding.severity)}: {escape(finding.message)}</p>'
        for finding in card.findings
    )
    return f"<h2>Findings</h2>{items}"


def _bounds(card: Card) -> str:
    lines: list[str] = []
    for figure in card.bounds:
        limits = ", ".join(
            f"{name} {'at least' if name in card.minimised else 'at most'} {value:.3f}"
            for name, value in figure.metrics.items()
        )
        source = f'<span class="soft">{escape(figure.source)}</span>'
        lines.append(f"<p><strong>{escape(figure.label)}</strong>: {escape(limits)}. {source}</p>")
    return f"<h2>Proved bounds</h2>{''.join(lines)}" if lines else ""


def _facts(bundle: Bundle, card: Card) -> str:
    configuration = bundle.configuration()
    cost = card.cost
    facts = {
        "task": f"{card.task} {card.version} {card.options or ''}",
        "program": card.program or "none",
        "proposer": configuration.proposer,
        "strategy": f"{configuration.strategy} {configuration.strategy_options or ''}",
        "isolation": card.isolation,
        "cost": f"{cost.candidates} candidates ({cost.invalid} invalid), {cost.search_episodes} search and "
        f"{cost.sealed_episodes} sealed episodes, {cost.bill.words}{_seconds(bundle)}",
        "seeds": f"root {card.root}; commitment to the sealed key before the first proposal {card.commitment}",
        "packages": ", ".join(f"{name} {version}" for name, version in card.packages.items()),
        "judge again": f"solon verify {shlex.quote(str(bundle.folder))}",
    }
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f"<h2>How this was made</h2><dl>{inner}</dl>"


def _seconds(bundle: Bundle) -> str:
    if not (bundle.folder / "timing.json").exists():
        return ""
    timing = bundle.timing()
    return f", {timing.search_seconds:.0f} s of search and {timing.sealed_seconds:.0f} s on sealed seeds"
