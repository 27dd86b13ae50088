"""The parts of a report that stand without a script: what was reached, against what, at which cost, how to check it.

Everything that is not ours is escaped.
"""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from solon.contract import Refuted, Unknown
from solon.engine import Arm, Bundle, Card, Estimate, tightest_bounds, told
from solon.report.charts import Bar, bars, figure, half_width

_SEVERITIES = ("alarm", "warning", "note")
_SHOWN = 40
"""Findings, and operators, that are told one by one."""

_SEATS = 32

_OF_BOUND = "of the proved bound"


def section(name: str, heading: str, content: str) -> str:
    """Return a part of the page that the contents can point to; nothing where there is no content."""
    if not content:
        return ""
    head = f'<h2 id="{name}-heading">{escape(heading)}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-heading">{head}{content}</section>'


def headline(card: Card, winner: Arm) -> str:
    """Return the figures that a reader wants first."""
    passed = any(it.kind == "bound-passed" and it.message.startswith("winner:") for it in card.findings)
    boxes = [
        (figure(winner.metrics[name].mean), _worded(name), _range(winner.metrics[name]))
        for name in dict.fromkeys([card.objective, *charted(card)])
        if name in winner.metrics
    ]
    boxes += [
        (f"{it.difference.mean:+.2f}", f"against {_named_arm(it.arm)}", f"paired, {_range(it.difference)}")
        for it in card.comparisons
        if it.arm.startswith("control:")
    ]
    if card.objective in card.share_of_bound:
        small = "more than can be: see findings" if passed else f"on {_worded(card.objective)}"
        boxes.append((f"{card.share_of_bound[card.objective]:.0%}", _OF_BOUND, small))
    boxes.append((card.isolation, "isolation", "where the programs ran"))
    inner = "".join(
        f'<div class="{"passed" if passed and what == _OF_BOUND else ""}"><dt>{escape(what)}</dt>'
        f"<dd><strong>{escape(big)}</strong><span>{escape(small)}</span></dd></div>"
        for big, what, small in boxes
    )
    return f'<dl class="headline">{inner}</dl>'


def spread(card: Card) -> str:
    """Return what the figures are."""
    if unvarying(card):
        return "Every figure is the same on each seed, so the intervals have no width."
    return "Means with 95 % intervals."


def unvarying(card: Card) -> bool:
    """Tell whether every figure of every arm is the same on each of several sealed seeds."""
    figures = [it.per_seed for arm in card.arms.values() for it in arm.metrics.values()]
    return bool(figures) and all(len(it) > 1 and len(set(it)) == 1 for it in figures)


def _worded(name: str) -> str:
    return name.replace("_", " ")


def label(arm: str) -> str:
    """Return an arm's name in words."""
    named = {"winner": "this program", "first": "first proposal"}
    return named.get(arm, arm.replace("control:", "control: ").replace("_", " "))


def _named_arm(arm: str) -> str:
    """Return an arm's name within a sentence."""
    return label(arm).replace(": ", " ")


def charted(card: Card) -> list[str]:
    """Return the objective, and what others published most if they published no objective of this name."""
    reported = [name for it in card.published for name in it.metrics]
    if not reported or card.objective in reported:
        return [card.objective]
    return [card.objective, max(dict.fromkeys(reported), key=reported.count)]


def verdict(card: Card) -> str:
    """Return what was proved or refuted of the winner."""
    if card.verdict is None:
        return ""
    refuted, unknown = isinstance(card.verdict, Refuted), isinstance(card.verdict, Unknown)
    kind, word = (
        ("alarm", "Refuted")
        if refuted
        else ("warning", "Neither proved nor refuted")
        if unknown
        else ("proved", "Proved")
    )
    return f'<p class="finding {kind}"><strong>{word}</strong>{escape(told(card.verdict).removeprefix(word))}</p>'


def comparisons(card: Card) -> str:
    """Return a sentence for each arm that the winner is compared with."""
    lines: list[str] = []
    for it in card.comparisons:
        if it.arm == "first" and card.arms["first"].program == card.arms["winner"].program:
            lines.append("<li>This program is the first proposal: the search found none that it trusts more.</li>")
            continue
        verdict = "better than" if it.improved else "not shown to be better than"
        side = "lower" if it.difference.mean < 0 else "higher"
        lines.append(
            f"<li>This program is <strong>{verdict}</strong> the {escape(_named_arm(it.arm))}: "
            f"{escape(_worded(card.objective))} is {figure(abs(it.difference.mean))} {side}"
            f"{escape(excuse(card, it.arm))}; paired difference on the same seeds, "
            f"95&nbsp;% interval {escape(_range(it.difference))}.</li>"
        )
    return f'<ul class="plainly">{"".join(lines)}</ul>' if lines else ""


def excuse(card: Card, arm: str) -> str:
    """Return in words which constraints an arm violates that the winner is compared with, if it violates any."""
    broken = [_worded(it.constraint) for it in card.constraints if it.arm == arm and it.verdict == "violated"]
    return f" (that arm violates {' and '.join(broken)})" if broken else ""


def metrics(card: Card) -> str:
    """Return a drawing for each metric: every arm with its interval, published figures, the proved bound."""
    winner = card.arms["winner"]
    limits = tightest_bounds(card.bounds, card.minimised)
    first = charted(card)
    names = [*first, *(name for name in winner.metrics if name not in first)]
    panels = "".join(
        f"<figure><figcaption>{escape(name.replace('_', ' '))}{_direction(card, name)}</figcaption>"
        f"{bars(_rows(card, name), limits.get(name), name=name)}</figure>"
        for name in names
    )
    words = "Dots are means on the sealed seeds, with 95 % intervals."
    if card.published:
        words += " Hollow dots were published by others and not measured here."
    return f'<p class="soft">{words}</p><div class="panels">{panels}</div>{_table(card, names)}{_seats(card)}'


def _seats(card: Card) -> str:
    """Return what each agent has on average, where there are several."""
    found: list[str] = []
    for name in card.arms["winner"].agents:
        columns = {label(arm): it.agents[name] for arm, it in card.arms.items() if name in it.agents}
        seats = max(map(len, columns.values()))
        if 1 < seats <= _SEATS:
            head = "".join(f'<th scope="col">{seat}</th>' for seat in range(seats))
            rows = [_row("", arm, [figure(value) for value in values]) for arm, values in columns.items()]
            found.append(_folded(f"Mean {name} of each agent", f'<tr><th scope="col">arm</th>{head}</tr>', rows))
    return "".join(found)


def _direction(card: Card, name: str) -> str:
    words = [word for word, holds in (("objective", name == card.objective), ("less is better", name in card.minimised))
             if holds]  # fmt: skip
    return f' <span class="soft">{", ".join(words)}</span>' if words else ""


def _rows(card: Card, name: str) -> list[Bar]:
    rows = [
        Bar(label(arm), it.metrics[name].mean, it.metrics[name].low, it.metrics[name].high,
            "winner" if arm == "winner" else "other")
        for arm, it in card.arms.items() if name in it.metrics
    ]  # fmt: skip
    return rows + [
        Bar(it.label, it.metrics[name], None, None, "published") for it in card.published if name in it.metrics
    ]


def _table(card: Card, names: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (*names, "slips"))
    rows = [
        _row("winner" if arm == "winner" else "", label(arm), [*(_cell(it, name) for name in names), f"{it.slips:,}"])
        for arm, it in card.arms.items()
    ]
    for it in card.published:
        cells = [*(f"{it.metrics[name]:.2f}" if name in it.metrics else "-" for name in names), "-"]
        rows.append(_row("published", f"published: {it.label}", cells))
    return _folded("All figures as a table", f'<tr><th scope="col">arm</th>{head}</tr>', rows)


def _folded(summary: str, head: str, rows: Sequence[str]) -> str:
    return f"<details><summary>{escape(summary)}</summary>{_scroll(summary, head, rows)}</details>"


def _scroll(name: str, head: str, rows: Sequence[str], kind: str = "") -> str:
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table class="{kind}">'
        f"<thead>{head}</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(arm: Arm, name: str) -> str:
    return _spread(arm.metrics[name]) if name in arm.metrics else arm.note or "-"


def _spread(it: Estimate) -> str:
    if it.low is None or it.high is None:
        return figure(it.mean)
    return f"{figure(it.mean)} ± {half_width(it.mean, it.low, it.high)}"


def _row(kind: str, name: str, cells: Iterable[str]) -> str:
    inner = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}"><th scope="row">{escape(name)}</th>{inner}</tr>'


def _range(it: Estimate) -> str:
    return "one seed" if it.low is None or it.high is None else f"{figure(it.low)} to {figure(it.high)}"


def partners(card: Card) -> str:
    """Return how the winner does with programs that it was not made with."""
    if card.held_out is None:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("partner", "role", "seats", "this program", "partner"))
    rows = [
        _row(
            "", it.partner.replace("_", " "), (it.role, str(it.focal_seats), _spread(it.focal), _spread(it.background))
        )
        for it in card.held_out.partnerships
    ]
    overall = f"On average a seat gets {_spread(card.held_out.focal)}. " if card.held_out.focal else ""
    alone = f"In self-play it gets {_spread(card.held_out.self_play)}. " if card.held_out.self_play else ""
    faults = "".join(f'<p class="alarm">A meeting failed: {escape(it.message)}</p>' for it in card.held_out.faults)
    words = f"{overall}{alone}Mean return of a seat on sealed seeds, with 95 % intervals."
    return f'<p class="soft">{words}</p>{faults}{_folded("Every partner", f"<tr>{head}</tr>", rows)}'


def constraints(card: Card) -> str:
    """Return which constraints each arm keeps on the sealed seeds."""
    if not card.constraints:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("arm", "constraint", "verdict", "margin", "violated in"))
    rows = [
        _row(it.verdict, label(it.arm), (it.constraint, it.verdict, _spread(it.margin), f"{it.violations} episodes"))
        for it in card.constraints
    ]
    words = "A constraint holds where its margin is at least 0; the verdict is that of the whole interval."
    return f'<p class="soft">{words}</p>{_scroll("Constraints", f"<tr>{head}</tr>", rows, kind="words")}'


def frontier(card: Card) -> str:
    """Return the candidates that no other beats in every metric that the strategy weighs up."""
    if not card.frontier:
        return ""
    names = list(card.frontier[0].metrics)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = [
        _row(
            "winner" if it.number == card.winner else "",
            f"candidate {it.number}",
            [figure(it.metrics[name]) for name in names],
        )
        for it in card.frontier
    ]
    words = "Means over the search seeds; no candidate beats another of these in all metrics."
    return f'<p class="soft">{words}</p>{_scroll("Frontier", f"<tr><th scope=col>program</th>{head}</tr>", rows)}'


def findings(card: Card) -> str:
    """Return what somebody should look at, the gravest first."""
    if not card.findings:
        return "<p>Nothing suspicious was found.</p>"
    ordered = sorted(card.findings, key=lambda it: _SEVERITIES.index(it.severity))
    shown = "".join(
        f'<div class="finding {it.severity}"><p><strong>{it.severity}</strong> {escape(it.message)}</p>'
        + (f'<p class="soft">{escape(it.evidence)}</p>' if it.evidence else "")
        + "</div>"
        for it in ordered[:_SHOWN]
    )
    kinds = Counter(f"{it.kind} ({it.severity})" for it in ordered[_SHOWN:])
    more = ", ".join(f"{count} of the kind {kind}" for kind, count in kinds.most_common())
    return f'{shown}<p class="soft">Further findings stand in card.json: {escape(more)}.</p>' if more else shown


def operators(rows: Iterable[tuple[str, int, int, int]]) -> str:
    """Return what each operator has brought."""
    ordered = sorted(rows, key=lambda row: (-row[3], -row[1], row[0]))
    drawn = [_row("", name, map(str, counts)) for name, *counts in ordered[:_SHOWN]]
    if not drawn:
        return ""
    if rest := ordered[_SHOWN:]:
        _, *columns = zip(*rest, strict=True)
        drawn.append(_row("", f"{len(rest)} others", [str(sum(column)) for column in columns]))
    head = "".join(f'<th scope="col">{name}</th>' for name in ("operator", "candidates", "valid", "new bests"))
    return _folded("What each operator brought", f"<tr>{head}</tr>", drawn)


def bounds(card: Card) -> str:
    """Return the proved bounds with their derivations, and where published figures come from."""
    lines: list[str] = []
    for it in card.bounds:
        limits = ", ".join(
            f"{name} {'at least' if name in card.minimised else 'at most'} {value:.3f}"
            for name, value in it.metrics.items()
        )
        lines.append(
            f"<dt>{escape(it.label)}</dt><dd>{escape(limits)}. <span class=soft>{escape(it.source)}</span></dd>"
        )
    for it in card.published:
        values = ", ".join(f"{name} {value:g}" for name, value in it.metrics.items())
        source = f"<span class=soft>{escape(it.source)}</span>"
        lines.append(f"<dt>published: {escape(it.label)}</dt><dd>{escape(values)}. {source}</dd>")
    return f'<dl class="facts">{"".join(lines)}</dl>' if lines else ""


def cost(bundle: Bundle, card: Card) -> str:
    """Return what the run has spent of what it was allowed."""
    spent, budget = card.cost, bundle.configuration().budget
    rows = [
        ("candidates", f"{spent.candidates:,}", f"{spent.invalid:,} of them invalid"),
        ("search episodes", f"{spent.search_episodes:,}", _of(budget.episodes, "allowed")),
        ("sealed episodes", f"{spent.sealed_episodes:,}", ""),
    ]
    if (bundle.folder / "timing.json").exists():
        timing = bundle.timing()
        rows.append(("seconds of search", f"{timing.search_seconds:.0f}", _of(budget.seconds, "allowed")))
        rows.append(("seconds on sealed seeds", f"{timing.sealed_seconds:.0f}", ""))
    bill = spent.bill
    if bill.calls:
        tokens = bill.input_tokens + bill.output_tokens
        usd = "unknown price" if bill.usd is None else f"{bill.usd:.4f} USD"
        rows.append(("calls of a model", f"{bill.calls:,}", bill.words))
        rows.append(
            (
                "tokens",
                f"{tokens:,}",
                f"{bill.input_tokens:,} in, {bill.output_tokens:,} out{_of(budget.tokens, '', '; ')}",
            )
        )
        rows.append(("price", usd, _of(budget.usd, "allowed")))
    inner = "".join(
        f"<div><dt>{escape(name)}</dt><dd><strong>{escape(value)}</strong><span>{escape(note)}</span></dd></div>"
        for name, value, note in rows
    )
    return f'<dl class="headline small">{inner}</dl>'


def _of(limit: float | None, word: str, before: str = "") -> str:
    return "" if limit is None else f"{before}of {limit:,.6g} {word}".rstrip()


def checking(bundle: Bundle, card: Card) -> str:
    """Return the commands that check what this page says."""
    folder = shlex.quote(str(bundle.folder))
    commands = {
        f"solon verify {folder}": "judge every arm again on the published sealed seeds, and compare every figure",
        f"solon replay {folder}": "run the whole search again from its record, and compare every fact",
    }
    if card.program is not None:
        file = bundle.folder / "policy" / bundle.bodies.program(card.program).entry.partition(":")[0]
        options = [word for name, value in card.options.items() for word in ("-o", f"{name}={value}")]
        commands[shlex.join(["solon", "eval", card.task, str(file), *options])] = "judge the program on public seeds"
    commands[f"solon report {folder}"] = "draw this page again from the folder"
    inner = "".join(
        f"<dt><code>{escape(command)}</code></dt><dd>{escape(words)}</dd>" for command, words in commands.items()
    )
    return f'<dl class="facts commands">{inner}</dl>'


def made(bundle: Bundle, card: Card) -> str:
    """Return everything that determined the run."""
    configuration = bundle.configuration()
    facts = {
        "task": f"{card.task} {card.version}",
        "options": _words(card.options),
        "program": card.program or "none",
        "proposer": configuration.proposer,
        "strategy": f"{configuration.strategy} {_words(configuration.strategy_options)}",
        "feedback": configuration.feedback,
        "isolation": card.isolation,
        "the search ended": card.reason,
        "root of all seeds": card.root,
        "commitment": f"{card.commitment} (to the sealed key, before the first proposal)",
        "packages": ", ".join(f"{name} {version}" for name, version in card.packages.items()),
    }
    inner = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    return f'<dl class="facts">{inner}</dl>'


def _words(options: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())
