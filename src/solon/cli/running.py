"""``solon run`` and ``solon resume``."""

import sys
from pathlib import Path

import msgspec

from solon import api
from solon.cli.options import parse_named, parse_options
from solon.cli.progress import Watch
from solon.cli.tables import card_table, console
from solon.contract import Value
from solon.engine import Budget, Bundle, Card
from solon.sandbox import WARNINGS, Limits

CLAIM_FAILED, INTERRUPTED = 1, 130


class Request(Value, frozen=True):
    """What the command line asked for."""

    task: str
    proposer: str
    strategy: str | None
    rounds: int | None
    feedback: str
    budget_seconds: float | None
    budget_episodes: int | None
    sealed_seeds: int
    seed: int | None
    out: Path | None
    options: tuple[str, ...]
    isolation: str
    workers: int
    cpu_seconds: float
    memory_mib: int


def run(request: Request, *, as_json: bool, quiet: bool) -> int:
    """Synthesise a program and show the card."""
    strategy, strategy_options = parse_named(request.strategy) if request.strategy else (None, {})
    if request.rounds is not None:
        strategy_options["rounds"] = request.rounds
    limits = (request.budget_seconds, request.budget_episodes, request.rounds)
    budget = Budget(episodes=request.budget_episodes, seconds=request.budget_seconds)
    if all(limit is None for limit in limits):
        budget = api.usual_budget(request.proposer)
    folder = request.out or api.default_folder(request.task, request.proposer)
    warn_about(request.isolation)
    try:
        with Watch(console(stderr=True), budget, quiet=quiet or as_json) as watch:
            card, _ = api.run(
                request.task,
                proposer=request.proposer,
                strategy=strategy,
                strategy_options=strategy_options,
                feedback=request.feedback,
                budget=budget,
                sealed_seeds=request.sealed_seeds,
                seed=request.seed,
                options=parse_options(request.options),
                isolation=request.isolation,
                workers=request.workers,
                limits=Limits(cpu_seconds=request.cpu_seconds, memory_mib=request.memory_mib),
                out=folder,
                observer=watch,
            )
    except KeyboardInterrupt:
        return _interrupted(folder)
    return _show(card, folder, as_json=as_json)


def resume(folder: Path, *, workers: int, as_json: bool, quiet: bool) -> int:
    """Go on with a run and show the card."""
    configuration = Bundle.open(folder).configuration()
    warn_about(configuration.isolation)
    try:
        with Watch(console(stderr=True), configuration.budget, quiet=quiet or as_json) as watch:
            card = api.resume(folder, workers=workers, observer=watch)
    except KeyboardInterrupt:
        return _interrupted(folder)
    return _show(card, folder, as_json=as_json)


def warn_about(isolation: str) -> None:
    """Be loud about levels that do not isolate."""
    if isolation in WARNINGS:
        console(stderr=True).print(WARNINGS[isolation], style="bold red")


def _interrupted(folder: Path) -> int:
    started = (folder / "run.json").exists()
    hint = f"nothing is lost; go on with: solon resume {folder}" if started else "nothing was started"
    print(f"solon: interrupted; {hint}", file=sys.stderr)
    return INTERRUPTED


def _show(card: Card, folder: Path, *, as_json: bool) -> int:
    if as_json:
        document = {"folder": str(folder), "card": card}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n")
        return 0 if card.winner is not None else CLAIM_FAILED
    out = console()
    if card.winner is None:
        out.print(f"No valid program was found: {card.reason}. The reasons stand in {folder / 'journal.jsonl'}.")
        return CLAIM_FAILED
    out.print()
    out.print(f"[bold]{card.task}[/bold]  mean ± half of the 95 % interval over {card.sealed_seeds} sealed seeds")
    out.print(card_table(card))
    for line in _claims(card):
        out.print(line)
    out.print(f"\nReport   {folder / 'report.html'}\nProgram  {folder / 'policy'}\nEvidence {folder / 'card.json'}")
    return 0


def _claims(card: Card) -> list[str]:
    lines: list[str] = []
    for it in card.comparisons:
        word = "better than" if it.improved else "not shown to be better than"
        low, high = it.difference.low, it.difference.high
        lines.append(
            f"{word} {it.arm.replace('control:', 'control ')}: {card.objective} {low:+.2f} to {high:+.2f}, paired"
        )
    if card.objective in card.share_of_bound:
        lines.append(f"{card.share_of_bound[card.objective]:.0%} of the proved bound on {card.objective}")
    lines.append(f"isolation {card.isolation}; {card.cost.candidates} candidates, {card.cost.search_episodes} episodes")
    lines.extend(f"{finding.severity}: {finding.message}" for finding in card.findings if finding.severity != "note")
    return lines
