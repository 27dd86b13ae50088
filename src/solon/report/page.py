"""One page of HTML: no script, no request, everything that a candidate wrote is escaped."""

import math
from collections.abc import Iterable
from html import escape
from importlib import resources
from pathlib import Path

import msgspec

from solon.contract import InfrastructureError, Scored
from solon.engine import Arm, Bundle, Card, Estimate, Timing
from solon.journal import Judged, Proposed
from solon.report.charts import Bar, bars, search

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(folder: Path) -> Path:
    """Draw report.html of a finished run from its files and return its path.

    Raises ValueError when the folder holds no run, InfrastructureError when the run is unfinished or damaged.
    """
    bundle = Bundle.open(folder)
    try:
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
    except FileNotFoundError:
        raise InfrastructureError(f"{folder} is unfinished; first: solon resume {folder}") from None
    except msgspec.DecodeError as error:
        raise InfrastructureError(f"{folder / 'card.json'} is damaged ({error}); restore it from a copy") from None
    return bundle.write("report.html", _page(bundle, card).encode())


def _page(bundle: Bundle, card: Card) -> str:
    style = resources.files("solon.report").joinpath("style.css").read_text()
    title = f"Solon · {card.task}"
    body = _body(bundle, card)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head>'
        f"<body>{body}</body></html>\n"
    )


def _body(bundle: Bundle, card: Card) -> str:
    winner = card.arms.get("winner")
    intro = (
        f"A program found in {card.cost.candidates} candidates and judged on {card.sealed_seeds} sealed seeds "
        "that no proposal had met. Means with 95 % intervals."
    )
    parts = [f"<h1>{escape(card.task)}</h1>", f'<p class="soft">{intro}</p>']
    if winner is None or not winner.metrics:
        parts.append(f"<p>No valid program was found: {escape(card.reason)}.</p>")
    else:
        parts += [_headline(card, winner), *(_arms(card, name) for name in _charted(card)), _table(card)]
    parts += [_search(bundle, card), _findings(card)]
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
    limits = [figure.metrics[goal] for figure in card.bounds if goal in figure.metrics]
    legend = "Filled: measured in this run. Hollow: published by others, not measured here."
    note = f'<p class="soft">{legend}</p>' if any(row.colour == "published" for row in rows) else ""
    return f"<h2>{escape(goal.capitalize())}</h2>{bars(rows, min(limits, default=None))}{note}"


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
        lines.append(
            f"<p>This program is {verdict} the {escape(_label(it.arm))}: paired difference in {escape(card.objective)} "
            f"{it.difference.mean:+.2f}, 95 % interval {escape(_range(it.difference))}.</p>"
        )
    return "".join(lines)


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
        f"<h2>The search</h2>{search(points, card.winner)}"
        f'<p class="soft">Mean {escape(card.objective)} of each candidate on the search seeds it met, in {proposals} '
        f"groups; the line is the best so far. It ended because {escape(card.reason)}.</p>"
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
    lines = [
        f"<p><strong>{escape(figure.label)}</strong>: "
        f"{escape(', '.join(f'{name} at most {value:.3f}' for name, value in figure.metrics.items()))}. "
        f'<span class="soft">{escape(figure.source)}</span></p>'
        for figure in card.bounds
    ]
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
        f"{cost.sealed_episodes} sealed episodes, {cost.usd:.2f} USD{_seconds(bundle)}",
        "seeds": f"root {card.root}; commitment to the sealed key before the first proposal {card.commitment}",
        "packages": ", ".join(f"{name} {version}" for name, version in card.packages.items()),
        "judge again": f"solon eval {card.task} {bundle.folder / 'policy' / 'policy.py'}",
    }
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f"<h2>How this was made</h2><dl>{inner}</dl>"


def _seconds(bundle: Bundle) -> str:
    try:
        timing = msgspec.json.decode((bundle.folder / "timing.json").read_bytes(), type=Timing)
    except (OSError, msgspec.DecodeError):
        return ""
    return f", {timing.search_seconds:.0f} s of search and {timing.sealed_seconds:.0f} s on sealed seeds"
