"""How a run's tally looks: a few calm lines on a terminal, one line elsewhere."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from solon.cli.tables import interval
from solon.contract import Candidate
from solon.search import violates
from solon.view.tally import Context, Tally

_UNPLAYED = ("syntax", "entry", "lint")
"""Kinds of faults that are found before anything is played."""

_LABEL, _BAR, _WIDEST = 11, 30, 110


def draw(context: Context, tally: Tally, seconds: float, width: int) -> RenderableType:
    """Return the view of a run, at most so many columns wide and one line an entry."""
    columns = min(width, _WIDEST) - 1
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=_LABEL, no_wrap=True, style="dim")
    table.add_column(no_wrap=True, overflow="ellipsis", width=max(10, columns - _LABEL - 2))
    for label, content in _entries(context, tally, seconds, columns):
        table.add_row(label, content)
    return Group(_head(context, tally, seconds, columns), Text(""), table)


def _head(context: Context, tally: Tally, seconds: float, columns: int) -> RenderableType:
    doing = "judging on sealed seeds" if tally.reason else f"round {tally.rounds}"
    right = f"{doing}  {_clock(seconds)}"
    parts = [it for it in (context.proposer, context.strategy) if it]
    left = Text.assemble((_printable(context.name) or "solon", "bold"), "  ", (_printable(" · ".join(parts)), "dim"))
    left.truncate(max(1, columns - len(right) - 2), overflow="ellipsis", pad=True)
    return Text.assemble(left, "  ", (right, "dim"), no_wrap=True)


def _entries(context: Context, tally: Tally, seconds: float, columns: int) -> Iterator[tuple[str, RenderableType]]:
    yield "best", _best(context, tally)
    yield "candidates", Text(_candidates(tally))
    yield "episodes", Text(f"{tally.episodes:,}")
    for label, used, most, words in _budgets(context, tally, seconds):
        bar = ProgressBar(
            total=most, completed=min(used, most), width=min(_BAR, max(8, columns - _LABEL - 30)),
            style="bright_black", complete_style="green", finished_style="green",
        )  # fmt: skip
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_row(bar, Text(words, no_wrap=True, overflow="ellipsis"))
        yield label, row
    if tally.reason:
        yield "sealed", Text(", ".join(tally.sealed) or f"the winner, on {context.sealed_seeds} seeds")
    for place, it in enumerate(reversed(tally.improvements)):
        yield "leaders" if not place else "", Text(_improvement(context, it), "" if not place else "dim")
    if tally.findings:
        style = "red" if tally.findings["alarm"] else "yellow" if tally.findings["warning"] else ""
        yield "findings", Text(f"{_counts(tally.findings)}: {_printable(tally.latest_finding)}", style)


def _best(context: Context, tally: Tally) -> Text:
    it = tally.best
    if it is None:
        return Text("none yet", "dim")
    if violates(it.scores):
        return Text("all violate a constraint", "yellow")
    figure = context.figure(it)
    seeds = f"on {len(it.scores)} search seeds" if len(it.scores) > 1 else ""
    share = context.share(figure)
    rest = [it for it in (seeds, f"{share:.0%} of the bound" if share is not None else "") if it]
    return Text.assemble((interval(figure), "bold green"), f" {context.objective}", (f"  {', '.join(rest)}", "dim"))


def _candidates(tally: Tally) -> str:
    valid = tally.verdicts["valid"]
    rejected = {kind: count for kind, count in tally.verdicts.items() if count and kind in _UNPLAYED}
    invalid = {kind: count for kind, count in tally.verdicts.items() if count and kind not in (*_UNPLAYED, "valid")}
    waiting = tally.candidates - valid - sum(rejected.values()) - sum(invalid.values())
    parts = [f"{valid:,} valid"]
    for word, kinds in (("rejected", rejected), ("invalid", invalid)):
        if kinds:
            parts.append(f"{sum(kinds.values()):,} {word}: {' + '.join(f'{kinds[it]:,} {it}' for it in sorted(kinds))}")
    if waiting and not tally.reason:
        parts.append(f"{waiting:,} to judge")
    return f"{tally.candidates:,} ({', '.join(parts)})" if tally.candidates else "none yet"


def _budgets(context: Context, tally: Tally, seconds: float) -> Iterator[tuple[str, float, float, str]]:
    """Yield each limit: its name, what is used, the limit, both in words."""
    budget = context.budget
    if budget.seconds is not None:
        yield "seconds", seconds, budget.seconds, f"{min(seconds, budget.seconds):.0f} of {budget.seconds:g}"
    if budget.episodes is not None:
        yield "budget", tally.episodes, budget.episodes, f"{tally.episodes:,} of {budget.episodes:,} episodes"
    bill = context.bill()
    tokens = bill.input_tokens + bill.output_tokens
    if budget.usd is not None:
        used = "price unknown" if bill.usd is None else f"{bill.usd:.4f}"
        yield "dollars", bill.usd or 0.0, budget.usd, f"{used} of {budget.usd:g} in {bill.calls:,} calls"
    if budget.tokens is not None:
        yield "tokens", tokens, budget.tokens, f"{tokens:,} of {budget.tokens:,} in {bill.calls:,} calls"


def _improvement(context: Context, it: Candidate) -> str:
    if violates(it.scores):
        figure = "violates a constraint"
    else:
        mean = context.figure(it).mean
        figure = f"{mean:.1f}" if abs(mean) >= 100 else f"{mean:.3f}"
    parents = " and ".join(f"#{number}" for number in it.proposal.parents[:2])
    made = " ".join(part for part in (_printable(it.proposal.operator), parents and f"of {parents}") if part)
    return f"#{it.number:<6} {figure:>8}  {made}".rstrip()


def plain(context: Context, tally: Tally) -> str:
    """Word a tally in one line."""
    best = tally.best
    if best is None or violates(best.scores):
        shown = "no score" if best is None else "all violate a constraint"
    else:
        shown = f"best {context.figure(best).mean:.3f} on {_number(len(best.scores), 'seed')}"
    faults = sum(count for kind, count in tally.verdicts.items() if kind != "valid")
    budget = context.budget
    limits: Sequence[str] = [
        *([f"budget {budget.seconds:g} s"] if budget.seconds is not None else []),
        *([f"budget {budget.episodes} episodes"] if budget.episodes is not None else []),
    ]
    parts = [
        f"round {tally.rounds}",
        shown,
        f"{tally.candidates} candidates" + (f" ({faults} invalid)" if faults else ""),
        f"{tally.episodes} episodes",
        *([_counts(tally.findings)] if tally.findings else []),
        *limits[:1],
    ]
    return ", ".join(parts)


def ending(context: Context, tally: Tally) -> str:
    """Word what a search came to, for the line that stays when the view is gone."""
    faults = sum(count for kind, count in tally.verdicts.items() if kind != "valid")
    candidates = _number(tally.candidates, "candidate") + (f" ({faults:,} invalid)" if faults else "")
    spent = f"{_number(tally.rounds, 'round')}, {candidates}, {_number(tally.episodes, 'episode')}"
    bill = context.bill()
    calls = f", {bill.words}" if bill.calls else ""
    return f"search over after {_clock(tally.seconds)}: {tally.reason.rstrip('.')}; {spent}{calls}"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(_number(counts[it], it) for it in ("alarm", "warning", "note") if counts.get(it))


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _printable(text: str) -> str:
    """Leave out what a terminal could take for a command; programs and models choose some words."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
